"""Evaluation files read row by row."""

import gzip
import json
from pathlib import Path

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.measuring.sets import flag, read_rows, set_files, set_name

ROWS = [{"id": "1", "question": "Wo?"}, {"id": "2", "question": "Où ?"}]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_plain_and_gzipped(tmp_path: Path, name: str) -> None:
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
    data = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    assert list(read_rows(tmp_path / name)) == ROWS
    assert list(read_rows(tmp_path / name, 1)) == ROWS[:1]
    assert set_files(tmp_path) == [tmp_path / name]
    assert set_name(tmp_path / name) == "a"


@pytest.mark.parametrize("line", ["{", "[1]", "3"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{{}}\n{line}\n")
    with pytest.raises(KnownFault, match=r"Line 2 of a\.jsonl"):
        list(read_rows(tmp_path / "a.jsonl"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b"{}\n" * 9999)[:-20])
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\xfa")
    for name in ("none.jsonl", "cut.jsonl.gz", "bytes.jsonl"):
        with pytest.raises(KnownFault, match="could not be read"):
            list(read_rows(tmp_path / name))


def test_a_file_is_its_own_set(tmp_path: Path) -> None:
    assert set_files(tmp_path / "x.jsonl") == [tmp_path / "x.jsonl"]


@pytest.mark.parametrize("row", [{"id": 4}, {"id": 4, "answerable": "yes"}])
def test_a_row_without_its_label_is_named(row: dict[str, object]) -> None:
    with pytest.raises(KnownFault, match="Row 4"):
        flag(row, "answerable")
    assert flag({"answerable": False}, "answerable") is False
