"""What documents and reports work out by themselves."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from desktop_app.domain.documents import Document, DocumentState, DocumentText, IngestReport


@pytest.mark.parametrize(
    ("starts", "offset", "page"),
    [
        ((), 5, None),
        ((0, 10, 20), 0, 1),
        ((0, 10, 20), 9, 1),
        ((0, 10, 20), 10, 2),
        ((0, 10), 99, 2),
        ((4,), 0, None),
    ],
)
def test_the_page_of_an_offset(starts, offset, page):
    assert DocumentText(1, "a.pdf", "x" * 30, starts).page_of(offset) == page


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (IngestReport(), "0 documents added."),
        (IngestReport(added=1), "1 document added."),
        (
            IngestReport(2000, 3, 1, ("a.exe: not a document",)),
            "2,000 documents added, 3 unchanged, 1 could not be read, 1 skipped.",
        ),
    ],
)
def test_an_ingest_report_speaks(report, sentence):
    assert str(report) == sentence


def test_values_are_frozen_and_equal_by_content():
    one, two = (Document(1, "/a", "a", DocumentState.READY) for _ in range(2))
    assert one == two
    with pytest.raises(FrozenInstanceError):
        one.name = "b"  # type: ignore[misc]
