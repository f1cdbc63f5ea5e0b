"""The reader process seen from the library: text, and what became of a file that hangs or kills it."""

from __future__ import annotations

import sys
import textwrap
import threading
from pathlib import Path

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.library.readers.reader import WorkerReader
from desktop_app.workers.host import WorkerHost
from tests.support.noise import Expectations
from tests.support.pdf import write_pdf


def host_of(code: str) -> WorkerHost:
    """A host over a worker whose `read` is `code`."""
    program = f"""
import os, signal, time
from desktop_app.workers.serve import serve
def read(arguments, emit, cancelled):
{textwrap.indent(textwrap.dedent(code), "    ")}
raise SystemExit(serve({{"read": read}}))
"""
    return WorkerHost("read", command=[sys.executable, "-P", "-c", program])


def test_a_real_file_through_the_real_process(tmp_path: Path) -> None:
    reader = WorkerReader(WorkerHost("read"))
    try:
        read = reader.read(str(write_pdf(tmp_path / "a.pdf", ["First page.", "", "Third\nlines."])))
        assert read.mime == "application/pdf"
        starts = read.page_starts
        assert len(starts) == 3
        assert read.text[starts[0] : starts[1]].strip() == "First page."
        assert read.text[starts[2] :].strip() == "Third\nlines."
        with pytest.raises(KnownFault) as failure:
            reader.read(str(tmp_path / "absent.pdf"))
        assert failure.value.fault.code == "DO12"
        (tmp_path / "big.txt").write_text("é line of text\n" * 200_000)
        assert len(reader.read(str(tmp_path / "big.txt")).text) == 15 * 200_000
    finally:
        reader.close()


def test_do4_a_file_that_takes_too_long() -> None:
    reader = WorkerReader(host_of("time.sleep(60)"), timeout=1.0)
    with pytest.raises(KnownFault) as failure:
        reader.read("/a")
    assert failure.value.fault.code == "DO4"
    assert "took too long" in str(failure.value)
    reader.close()


def test_do5_a_file_that_crashes_the_reader(expect_log: Expectations) -> None:
    expect_log("document reader")
    reader = WorkerReader(host_of("os.kill(os.getpid(), signal.SIGSEGV)"))
    with pytest.raises(KnownFault) as failure:
        reader.read("/a")
    assert failure.value.fault.code == "DO5"
    assert "SIGSEGV" in failure.value.fault.details
    reader.close()


def test_a_cancel_does_not_wait_for_the_file() -> None:
    reader = WorkerReader(host_of("time.sleep(600)"))
    token = CancelToken()
    timer = threading.Timer(0.5, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        reader.read("/a", cancel=token)
    timer.join()
    reader.close()


def test_only_white_space_is_no_text_and_hidden_characters_are_told() -> None:
    answer = 'return {"mime": "text/plain", "page_starts": [], "notes": [], "hidden": 2, '
    answer += '"sha256": "0", "size": 1}'
    reader = WorkerReader(host_of(f'emit({{"text": "\\u200b \\n"}})\n{answer}'))
    with pytest.raises(KnownFault) as failure:
        reader.read("/a")
    assert failure.value.fault.code == "DO2"
    reader.close()
    reader = WorkerReader(host_of(f'emit({{"text": "wo\\u200brds"}})\n{answer}'))
    assert reader.read("/a").notes == (
        "hidden text left out: 2",
        "hidden characters taken out: 1",
    )
    reader.close()
