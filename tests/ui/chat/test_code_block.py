"""Code is copied exactly, and says what of it cannot be seen (RN6)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop_app.ui.chat import wording
from desktop_app.ui.chat.code_block import invisible


@pytest.mark.parametrize("code", ["x = 1", "\n\n  x\t\n", "a\u200bb", "  trailing  "])
def test_rn6_copy_is_exact(answer, qtbot, code):
    answer.show_text(f"```\n{code}\n```")
    (block,) = answer._widgets
    qtbot.mouseClick(block.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == code
    unseen = invisible(code)
    assert block.copy_button.text() == wording.copied_code(unseen)
    assert ("invisible" in block.copy_button.text()) == ("\u200b" in code)
