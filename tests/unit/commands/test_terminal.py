"""What commands print: one object or plain text, and rows one by one."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.commands.terminal import plain, rows_of, say, write_rows
from desktop_app.domain.errors import BAD_INPUT, KnownFault


def test_plain_cannot_steer_the_terminal() -> None:
    assert plain("a\x1b[2Jb\u202ec\td\r\ne\u200b") == "a[2Jbcd\ne"


def test_say(capsys: pytest.CaptureFixture[str]) -> None:
    say({"ü": 1}, "not this")
    say(None, "this\x07")
    assert capsys.readouterr().out == '{"ü": 1}\nthis\n'


def into(out: Path, *, as_json: bool = False) -> Namespace:
    return Namespace(out=str(out), json=as_json)


def test_a_row_that_fails_costs_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"

    def double(row: dict[str, Any]) -> dict[str, Any]:
        if row.get("n") == 2:
            assert json.loads(out.read_text()) == {"id": "a", "twice": 2}, "written at once"
            raise KnownFault(BAD_INPUT, "Row b is odd.", action="Correct the row.")
        return {"twice": 2 * row["n"]}

    rows: list[dict[str, Any]] = [{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"n": 3}]
    assert write_rows(rows, double, lambda row: {"twice": 0}, into(out, as_json=True)) == 1
    assert [json.loads(line) for line in out.read_text().splitlines()] == [
        {"id": "a", "twice": 2},
        {"id": "b", "twice": 0, "fault": "Row b is odd. Correct the row."},
        {"id": None, "twice": 6},
    ]
    said = capsys.readouterr()
    assert json.loads(said.out) == {"rows": 3, "failed": 1}
    assert said.err == "candor: 1 of 3 rows failed; the `fault` of each says why.\n"
    assert write_rows(rows[:1], double, dict, into(out)) == 0


def test_half_a_character_is_written_as_a_question_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    assert write_rows([{"id": 1}], lambda row: {"text": "a\ud800b"}, dict, into(out)) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["text"] == "a?b"
    say({"name": "\udcff"}, "")
    say(None, "\udcff")
    assert capsys.readouterr().out == '{"name": "?"}\n'


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": 1}\n[]\n')
    for call in (
        lambda: rows_of(str(tmp_path / "absent.jsonl")),
        lambda: rows_of(str(broken)),
        lambda: write_rows([], dict, dict, into(tmp_path / "no" / "folder")),
        lambda: write_rows([], dict, dict, into(tmp_path)),
        lambda: write_rows([], dict, dict, Namespace(out=None, json=False)),
    ):
        with pytest.raises(KnownFault) as caught:
            call()
        assert caught.value.fault.code == BAD_INPUT
