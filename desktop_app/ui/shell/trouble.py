"""What a person sees when Candor cannot open its files: the sentence, and the ways out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.errors import Fault
from desktop_app.ui import wording
from desktop_app.ui.parts import button, label

WayOut = tuple[str, Callable[[], object]]
"""The words of a button, and what it does."""


class TroubleDialog(QDialog):
    """`chosen` is what to do, None when the person leaves instead."""

    def __init__(
        self, fault: Fault, ways_out: Sequence[WayOut], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.chosen: Callable[[], object] | None = None
        self.setWindowTitle(wording.APP)
        self.setMinimumWidth(480)
        self._details = "\n".join(filter(None, (fault.code, str(fault), fault.details)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(fault.what, "heading", wrap=True))
        layout.addWidget(label(f"{fault.safe} {fault.action}".strip(), "muted", wrap=True))
        layout.addSpacing(8)
        for place, (words, take) in enumerate(ways_out):
            kind = "primary" if place == 0 else ""
            layout.addWidget(button(words, partial(self._choose, take), kind=kind))
        foot = QHBoxLayout()
        foot.addWidget(button(wording.COPY_DETAILS, self._copy, kind="quiet"))
        foot.addStretch(1)
        foot.addWidget(button("Quit", self.reject))
        layout.addSpacing(8)
        layout.addLayout(foot)

    def _choose(self, take: Callable[[], object]) -> None:
        self.chosen = take
        self.accept()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
