"""Colours for code, and none where they would take long."""

from __future__ import annotations

import pytest

from desktop_app.ui.chat.highlight import spans
from desktop_app.ui.theme import DARK, LIGHT


def test_code_is_coloured_line_by_line():
    found = spans('def f():\n    return "x"  # why', "python", LIGHT)
    assert found[0][0][:2] == (0, 3)
    assert found[1][-1] == (16, 5, LIGHT.muted)
    assert found != spans('def f():\n    return "x"  # why', "python", DARK)


@pytest.mark.parametrize(
    ("code", "language"), [("x", "brainfuck"), ("x" * 2_000, "python"), ("x\n" * 11_000, "python")]
)
def test_unknown_long_or_large_code_is_not_coloured(code, language):
    assert spans(code, language, LIGHT) == ()
