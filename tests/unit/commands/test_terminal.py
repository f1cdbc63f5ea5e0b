"""What commands print: one object or plain text, and rows one by one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.commands.terminal import plain, rows_of, say, write_rows
from desktop_app.domain.errors import BAD_INPUT, KnownFault


def test_plain_cannot_steer_the_terminal() -> None:
    assert plain("a\x1b[2Jb\u202ec\td\r\ne\u200b") == "a[2Jbcd\ne"


def test_say(capsys: pytest.CaptureFixture[str]) -> None:
    say({"ü": 1}, "not this")
    say(None, "this\x07")
    assert capsys.readouterr().out == '{"ü": 1}\nthis\n'


def test_rows_are_written_as_they_are_known(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"

    def once(row: dict[str, object]) -> dict[str, object]:
        if row["id"] == 2:
            assert json.loads(out.read_text()) == {"id": 1}
            raise KnownFault(BAD_INPUT, "Row 2 is odd.")
        return row

    with pytest.raises(KnownFault):
        write_rows([{"id": 1}, {"id": 2}], once, str(out))


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": 1}\n[]\n')
    for call in (
        lambda: rows_of(str(tmp_path / "absent.jsonl")),
        lambda: rows_of(str(broken)),
        lambda: write_rows([], dict, str(tmp_path / "no" / "folder")),
    ):
        with pytest.raises(KnownFault) as caught:
            call()
        assert caught.value.fault.code == BAD_INPUT
