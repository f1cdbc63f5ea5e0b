"""The one place where the window says that something happened: a bar, one notice at a time, one voice.

Three kinds of bad news: a cancelled task says nothing; a `KnownFault` says its own sentences; anything
else is a bug, logged with its traceback and shown as one plain sentence. Repeats are counted, not stacked.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app import __version__
from desktop_app.domain.errors import Cancelled, Fault, KnownFault
from desktop_app.ui import wording
from desktop_app.ui.icons import icon
from desktop_app.ui.parts import button, frame, label, restyle
from desktop_app.ui.theme import theme

log = logging.getLogger(__name__)

NOTE_SECONDS = 8
WAITING_LIMIT = 20

Action = Callable[[], object]


@dataclass(slots=True)
class Notice:
    """What the bar shows: a fault, or a note (`fault` with nothing but `what`)."""

    fault: Fault
    note: bool = False
    action_text: str = ""
    action: Action | None = None
    times: int = 1

    @property
    def key(self) -> tuple[str, str]:
        """Two notices with the same key are the same news."""
        return self.fault.code, self.fault.what


def as_fault(problem: Fault | BaseException) -> Fault | None:
    """The fault to show for `problem`; None for a cancelled task. Bugs are logged here."""
    if isinstance(problem, Fault):
        return problem
    if isinstance(problem, Cancelled):
        return None
    if isinstance(problem, KnownFault):
        return problem.fault
    log.error("unforeseen error", exc_info=problem)
    return wording.bug("".join(traceback.format_exception(problem)))


class Notices(QWidget):
    """Shows one notice; others wait their turn. Hidden when there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Notice] = []
        self._shown: Notice | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._build()
        theme().changed.connect(self._draw_icon)
        self.hide()

    def _build(self) -> None:
        self._frame: QFrame = frame("bad")
        self._icon = label()
        self._what: QLabel = label(role="strong", wrap=True)
        self._rest: QLabel = label(wrap=True)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse
        for text in (self._what, self._rest):
            text.setTextInteractionFlags(selectable)
        self._action = button("", self._act)
        self._copy = button("Copy details", self._copy_details, kind="quiet")
        self._close = button("", self.dismiss, kind="quiet", drawing="x", name="Close this notice")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._what)
        words.addWidget(self._rest)
        row = QHBoxLayout(self._frame)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        for widget in (self._action, self._copy, self._close):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 8, 16, 0)
        outer.addWidget(self._frame)

    # --- saying something -----------------------------------------------------------------------

    def show_fault(
        self,
        problem: Fault | BaseException,
        retry: Action | None = None,
        action_text: str = "Retry",
    ) -> None:
        """Say what went wrong, with a button that calls `retry` where there is one."""
        fault = as_fault(problem)
        if fault is not None:
            self._add(Notice(fault, False, action_text if retry else "", retry))

    def show_note(self, text: str, action_text: str = "", action: Action | None = None) -> None:
        """Say that something was done; it goes by itself unless it offers something."""
        self._add(Notice(Fault("", text), True, action_text if action else "", action))

    @property
    def current(self) -> Notice | None:
        """The notice on show."""
        return self._shown

    @property
    def waiting(self) -> int:
        """How many come after it."""
        return len(self._waiting)

    def text(self) -> str:
        """What a person reads now."""
        return f"{self._what.text()} {self._rest.text()}".strip() if self._shown else ""

    def dismiss(self) -> None:
        """Close the notice on show; the next takes its place."""
        self._timer.stop()
        self._shown = None
        if self._waiting:
            self._show(self._waiting.pop(0))
        else:
            self.hide()

    def _add(self, notice: Notice) -> None:
        for known in [self._shown, *self._waiting]:
            if known is not None and known.key == notice.key:
                known.times += 1
                known.action, known.action_text = notice.action, notice.action_text
                known.fault = notice.fault
                if known is self._shown:
                    self._show(known)
                return
        if self._shown is None or self._shown.note:
            # a note has been read by now; bad news waits until it is closed
            self._show(notice)
        elif notice.note or len(self._waiting) < WAITING_LIMIT:
            self._waiting.append(notice)

    def _show(self, notice: Notice) -> None:
        self._shown = notice
        fault = notice.fault
        times = f" ({notice.times:,} times)" if notice.times > 1 and not notice.note else ""
        self._what.setText(fault.what + times)
        self._rest.setText(" ".join(part for part in (fault.safe, fault.action) if part))
        self._rest.setVisible(bool(fault.safe or fault.action))
        self._action.setText(notice.action_text)
        self._action.setAccessibleName(notice.action_text)
        self._action.setVisible(bool(notice.action_text))
        self._copy.setVisible(not notice.note)
        restyle(self._frame, "role", "note" if notice.note else "bad")
        restyle(self._what, "role", "" if notice.note else "strong")
        self._frame.setAccessibleName(str(fault))
        self._draw_icon()
        self._timer.stop()
        if notice.note and notice.action is None:
            self._timer.start(int(NOTE_SECONDS * 1000))
        self.show()

    def _draw_icon(self) -> None:
        note = self._shown is not None and self._shown.note
        drawing = icon("info", "accent") if note else icon("circle-alert", "bad")
        self._icon.setPixmap(drawing.pixmap(QSize(18, 18), self.devicePixelRatioF()))

    # --- its buttons ----------------------------------------------------------------------------

    def _act(self) -> None:
        notice = self._shown
        self.dismiss()
        if notice is not None and notice.action is not None:
            notice.action()

    def _copy_details(self) -> None:
        if self._shown is not None:
            fault = self._shown.fault
            parts = [str(fault), f"Code {fault.code} · Candor {__version__}", fault.details]
            QGuiApplication.clipboard().setText("\n\n".join(part for part in parts if part))
            self._copy.setText("Copied")
            QTimer.singleShot(2000, self._copy, lambda: self._copy.setText("Copy details"))
