"""Long pastes become passages without loss."""

from __future__ import annotations

import pytest

from desktop_app.ui.chat.pastes import PASSAGE, passages


@pytest.mark.parametrize(
    "text", ["word " * 5_000, "x" * 5_500, "line one.\n\n" * 700, "a. " * 3_000]
)
def test_pastes_are_cut_without_loss(text):
    cut = passages([text])
    assert "".join(passage.text for passage in cut) == text
    assert max(len(passage.text) for passage in cut) <= PASSAGE + 2
    assert all(text[p.start : p.end] == p.text for p in cut)
    assert {passage.document for passage in cut} == {"Pasted text"}


def test_several_pastes_are_told_apart():
    assert [p.document for p in passages(["a", "b", " "])] == ["Pasted text 1", "Pasted text 2"]
