"""The source view: a document's text with the cited passage highlighted, page by page.

Plain text only. What Qt would choke on is bent without moving any character: offsets stay those of the
extracted text. Of a very long document only a stretch around the passage is laid out.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.documents import DocumentText
from desktop_app.domain.ports import Library
from desktop_app.domain.values import Citation, Evidence, NearMiss
from desktop_app.ui import wording
from desktop_app.ui.library.reading import (
    Stretch,
    characters,
    fits_words,
    shown_text,
    stretch_around,
    utf16,
)
from desktop_app.ui.notices import Notices
from desktop_app.ui.parts import ElidedLabel, button, frame, label
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import BODY, theme

LANE = "source"


@dataclass(frozen=True, slots=True)
class Cited:
    """A stretch of a document to show, and a few words on why."""

    document_id: int
    document: str
    page: int | None
    start: int
    end: int
    why: str = ""

    @staticmethod
    def of(target: Citation | Evidence | NearMiss) -> Cited:
        """From whatever was clicked in an answer."""
        if isinstance(target, Citation):
            why = f"Cited as [{target.marker}]"
        elif isinstance(target, NearMiss):
            why = f"Closest passage, match {target.score:.2f}"
        else:
            why = f"Best evidence, {target.score:.2f}"
        return Cited(
            target.document_id, target.document, target.page, target.start, target.end, why
        )


class SourcePane(QWidget):
    """Shows one document.

    Signals:
        shown: the document id, once its text is on the screen.
    """

    shown = Signal(int)

    def __init__(
        self, library: Library, tasks: Tasks, notices: Notices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks
        self._notices = notices
        self._asked = 0
        self._text: DocumentText | None = None
        self._stretch = Stretch(0, 0)
        self._cited: Cited | None = None
        self._here: int | None = None
        self._build()
        theme().changed.connect(self._paint_marks)

    def _build(self) -> None:
        self._name = ElidedLabel(role="strong", middle=True)
        self._why = ElidedLabel(role="small")
        self.before = button(
            "", lambda: self.turn(-1), kind="quiet", drawing="chevron-left", name="Page before"
        )
        self.after = button(
            "", lambda: self.turn(1), kind="quiet", drawing="chevron-right", name="Page after"
        )
        self._page = label(role="small")
        find = button(
            "", self.open_find, kind="quiet", drawing="search", name="Find in source (Ctrl+F)"
        )
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self._name, 1)
        for widget in (self.before, self._page, self.after, find):
            head.addWidget(widget)
        self._note = label(role="small", wrap=True)
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setAccessibleName("Text of the document")
        self.view.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.view.setUndoRedoEnabled(False)
        self.view.document().setDocumentMargin(8)
        font = self.view.font()
        font.setPixelSize(BODY)
        self.view.setFont(font)
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._find = self._build_find()
        self._whole = QWidget()
        body = QVBoxLayout(self._whole)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        body.addLayout(head)
        body.addWidget(self._why)
        body.addWidget(self._note)
        body.addWidget(self._find)
        body.addWidget(self.view, 1)
        self._empty = label(f"{wording.NO_SOURCE}\n{wording.NO_SOURCE_NEXT}", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._empty.setContentsMargins(24, 32, 24, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._whole, 1)
        self._whole.hide()
        for key, called in (
            ("Ctrl+F", self.open_find),
            ("Ctrl+PgUp", lambda: self.turn(-1)),
            ("Ctrl+PgDown", lambda: self.turn(1)),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(called)

    def _build_find(self) -> QFrame:
        bar = frame("card")
        self.needle = QLineEdit()
        self.needle.setPlaceholderText("Find in this document")
        self.needle.setAccessibleName("Find in this document")
        self.needle.setMaxLength(1000)
        self.needle.setProperty("bare", True)
        self.needle.returnPressed.connect(self.find_next)
        self._hits = label(role="small")
        close = button("", self.close_find, kind="quiet", drawing="x", name="Close find")
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 2, 2, 2)
        row.addWidget(self.needle, 1)
        row.addWidget(self._hits)
        row.addWidget(
            button("", self.find_before, kind="quiet", drawing="chevron-up", name="Match before")
        )
        row.addWidget(
            button("", self.find_next, kind="quiet", drawing="chevron-down", name="Next match")
        )
        row.addWidget(close)
        escape = QShortcut(QKeySequence("Esc"), bar)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.close_find)
        bar.hide()
        return bar

    # --- showing --------------------------------------------------------------------------------

    def open_document(self, document_id: int) -> None:
        """Show a document from its beginning."""
        self._fetch(document_id, None)

    def open_cited(self, target: Citation | Evidence | NearMiss) -> None:
        """Show the passage that was clicked; without a document of its own, the quote alone."""
        cited = Cited.of(target)
        if cited.document_id:
            self._fetch(cited.document_id, cited)
        else:
            text = DocumentText(0, cited.document, target.quote)
            self._show(text, Cited(0, cited.document, cited.page, 0, len(target.quote), cited.why))

    def _fetch(self, document_id: int, cited: Cited | None) -> None:
        self._asked += 1
        asked = self._asked

        def show(text: DocumentText) -> None:
            if asked == self._asked:
                self._show(text, cited)

        read = self._library.text
        self._tasks.run(lambda: read(document_id)).then(show).lane(LANE).start(self)

    def forget(self, document_ids: set[int]) -> None:
        """Clear the view when its document is not among those that are left."""
        if self._text is not None and self._text.document_id not in document_ids | {0}:
            self._text = self._cited = None
            self.view.clear()
            self._whole.hide()
            self._empty.show()

    def _show(self, text: DocumentText, cited: Cited | None) -> None:
        # read anew each time, for the file may have been; laid out anew only if it changed
        same = text == self._text
        self._text, self._cited = text, cited
        start = min(cited.start, len(text.text)) if cited else 0
        end = min(cited.end, len(text.text)) if cited else 0
        if not same or not self._stretch.holds(start, end):
            self._lay_out(start)
        self._empty.hide()
        self._whole.show()
        self._name.set_whole(wording.place(text.name, cited.page if cited else None))
        self._why.set_whole(cited.why if cited else "")
        self._why.setVisible(bool(cited and cited.why))
        self._paint_marks()
        self._scroll_to(start)
        self._show_page()
        self.shown.emit(text.document_id)

    def _lay_out(self, around: int) -> None:
        """Put the stretch around an offset into the view."""
        text = self._text
        if text is None:
            return
        self._stretch = stretch_around(text.text, around)
        part = shown_text(text.text[self._stretch.start : self._stretch.end])
        anywhere = QTextOption.WrapMode.WrapAnywhere
        words = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        self.view.setWordWrapMode(words if fits_words(part) else anywhere)
        self.view.setPlainText(part)
        whole = self._stretch.holds(0, len(text.text))
        self._note.setVisible(not whole)
        if not whole:
            self._note.setText(
                wording.in_window(self._stretch.start, self._stretch.end, len(text.text))
            )

    def _position(self, offset: int) -> int:
        """Where an offset of the text lies in the view, which counts UTF-16 units."""
        if self._text is None:
            return 0
        start = self._stretch.start
        return utf16(self._text.text[start : max(start, min(offset, self._stretch.end))])

    def _paint_marks(self) -> None:
        marks: list[QTextEdit.ExtraSelection] = []
        if self._cited is not None and self._cited.end > self._cited.start:
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.view.document())
            last = max(0, self.view.document().characterCount() - 1)
            cursor.setPosition(min(last, self._position(self._cited.start)))
            end = min(last, self._position(self._cited.end))
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            looks = QTextCharFormat()
            looks.setBackground(QColor(theme().tokens.highlight))
            looks.setForeground(QColor(theme().tokens.text))
            mark.cursor = cursor
            mark.format = looks
            marks.append(mark)
        self.view.setExtraSelections(marks)

    def highlighted(self) -> str:
        """The text that is highlighted now."""
        for mark in self.view.extraSelections():
            chosen: QTextCursor = mark.cursor
            return chosen.selectedText().replace("\u2029", "\n")
        return ""

    def _scroll_to(self, offset: int) -> None:
        cursor = QTextCursor(self.view.document())
        last = max(0, self.view.document().characterCount() - 1)
        cursor.setPosition(min(last, self._position(offset)))
        self.view.setTextCursor(cursor)
        self.view.ensureCursorVisible()
        # a third from the top, so that what leads up to the passage is seen too
        above = self.view.cursorRect().top() - self.view.viewport().height() // 3
        line = max(1, self.view.fontMetrics().lineSpacing())
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.value() + above // line)
        # until somebody scrolls, this is the place that one is at
        self._here = offset

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._cited is not None and event.oldSize() != QSize(-1, -1):
            self._scroll_to(self._cited.start)

    # --- pages ----------------------------------------------------------------------------------

    def _scrolled(self) -> None:
        self._here = None
        self._show_page()

    @property
    def page(self) -> int | None:
        """The page one is at: the one turned to, else that at the top third; None without pages."""
        if self._text is None or not self._text.page_starts:
            return None
        if self._here is not None:
            return self._text.page_of(self._here)
        place = self.view.viewport().rect().topLeft()
        place.setY(self.view.viewport().height() // 3)
        at = self.view.cursorForPosition(place).position()
        part = self._text.text[self._stretch.start : self._stretch.start + at]
        passed = at if part.isascii() else characters(part, at)
        return self._text.page_of(self._stretch.start + passed)

    def _show_page(self) -> None:
        page, text = self.page, self._text
        for widget in (self.before, self.after, self._page):
            widget.setVisible(page is not None)
        if page is not None and text is not None:
            pages = len(text.page_starts)
            self._page.setText(f"{page:,} / {pages:,}")
            self._page.setAccessibleName(f"Page {page:,} of {pages:,}")
            self.before.setEnabled(page > 1)
            self.after.setEnabled(page < pages)

    def turn(self, pages: int) -> None:
        """Go to the page before (-1) or after (1)."""
        text, page = self._text, self.page
        if text is None or page is None:
            return
        wanted = page + pages
        if not 1 <= wanted <= len(text.page_starts):
            return
        offset = text.page_starts[wanted - 1]
        if not self._stretch.holds(offset, offset):
            self._lay_out(offset)
            self._paint_marks()
        self._scroll_to(offset)
        self._show_page()

    # --- finding --------------------------------------------------------------------------------

    def open_find(self) -> None:
        """Ctrl+F."""
        if self._text is not None:
            self._find.show()
            self.needle.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.needle.selectAll()

    def close_find(self) -> None:
        """Put the find bar away."""
        self._find.hide()
        self._hits.clear()
        self.view.setFocus()

    def find_next(self) -> None:
        """The next match, from the top again after the last."""
        self._look(QTextDocument.FindFlag(0))

    def find_before(self) -> None:
        """The match before, from the bottom again after the first."""
        self._look(QTextDocument.FindFlag.FindBackward)

    def _look(self, flags: QTextDocument.FindFlag) -> None:
        needle = self.needle.text()
        if not needle:
            return
        if self.view.find(needle, flags):
            self._hits.clear()
            return
        here = self.view.textCursor()
        backward = bool(flags & QTextDocument.FindFlag.FindBackward)
        end = QTextCursor.MoveOperation.End if backward else QTextCursor.MoveOperation.Start
        self.view.moveCursor(end)
        if self.view.find(needle, flags):
            self._hits.clear()
        else:
            self.view.setTextCursor(here)
            self._hits.setText(wording.NOT_FOUND)
