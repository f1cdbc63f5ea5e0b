"""A text view for words that nobody vouches for: it loads nothing, opens nothing, and is as tall as its text.

Qt's rich text reads files and devices that the text names; here every resource is empty. A long run without a
space is broken anywhere, because breaking it at words freezes Qt.
"""

from __future__ import annotations

import math
import re
from typing import Any

from PySide6.QtCore import QByteArray, QMimeData, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFragment,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from desktop_app.ui import theme
from desktop_app.ui.chat.link_dialog import LinkDialog

LONG_RUN = re.compile(r"\S{2000}")
_OWN = ("cite", "copy", "verdict")


class GuardedBrowser(QTextBrowser):
    """Shows HTML made by `markdown`, or plain text.

    Signals:
        mark_clicked: (kind, index) of a "verdict", "cite" or "copy" link.
    """

    mark_clicked = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bare", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(24)
        self.anchorClicked.connect(self._follow)
        self._chips: list[tuple[int, int]] = []

    def show_html(self, html: str) -> None:
        """Show HTML of `markdown`; it must not come from anywhere else."""
        self._prepare(html)
        self.setHtml(html)
        self._chips = list(_chips(self.document()))
        self._fit()

    def show_plain(self, text: str) -> None:
        """Show text exactly as it is."""
        self._prepare(text)
        self._chips = []
        self.setPlainText(text)
        self._fit()

    def loadResource(self, kind: int, url: QUrl | str) -> Any:
        """Nothing, whatever is asked for: no file, no device, no network."""
        if kind == QTextDocument.ResourceType.ImageResource.value:
            return QImage()
        return QByteArray()

    def doSetSource(
        self,
        url: QUrl | str,
        kind: QTextDocument.ResourceType = QTextDocument.ResourceType.UnknownResource,
    ) -> None:
        """Links are questions (`_follow`), never pages to go to."""

    def createMimeDataFromSelection(self) -> QMimeData:
        """The selected words without verdict marks, as plain text only."""
        data = QMimeData()
        data.setText(selected_text(self.textCursor()))
        return data

    def sizeHint(self) -> QSize:
        return QSize(480, self.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the transcript scrolls, not the message

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the citations' boxes, and the text over them."""
        if self._chips:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tokens = theme.theme().tokens
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(QColor(tokens.accent_soft))
            for start, end in self._chips:
                painter.drawRoundedRect(self._box(start, end), 4, 4)
            painter.end()
        super().paintEvent(event)

    def _prepare(self, content: str) -> None:
        mode = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        if LONG_RUN.search(content):
            mode = QTextOption.WrapMode.WrapAnywhere
        self.setWordWrapMode(mode)
        tokens = theme.theme().tokens
        font = QFont(self.font())
        font.setPixelSize(theme.BODY)
        self.document().setDefaultFont(font)
        self.document().setDefaultStyleSheet(
            f"a {{ color: {tokens.accent}; }} p {{ margin-top: 0; margin-bottom: 8px; line-height: 140%; }}"
            "li { margin-bottom: 4px; line-height: 140%; } pre { margin: 0; }"
            "th { font-weight: 600; text-align: left; }"
        )

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        height = math.ceil(self.document().size().height())
        if height != self.height():
            self.setFixedHeight(max(height, 1))

    def _box(self, start: int, end: int) -> QRectF:
        """Where the characters stand, for a chip that does not break across lines."""
        block = self.document().findBlock(start)
        layout = block.layout()
        line = layout.lineForTextPosition(start - block.position())
        if not line.isValid():
            return QRectF()
        left = _x(line.cursorToX(start - block.position()))
        right = _x(line.cursorToX(end - block.position()))
        corner = self.document().documentLayout().blockBoundingRect(block).topLeft()
        # round the figures, which are smaller than the text and stand on its base line
        top = line.y() + line.ascent() - 12
        box = QRectF(min(left, right) - 2, top, abs(right - left) + 4, 16)
        return box.translated(corner)

    def _follow(self, url: QUrl) -> None:
        scheme, _colon, rest = url.toString().partition(":")
        if scheme in _OWN and rest.isdigit():
            self.mark_clicked.emit(scheme, int(rest))
        else:
            LinkDialog(
                bytes(url.toEncoded().data()).decode("ascii", "replace"), self.window()
            ).open()


def selected_text(cursor: QTextCursor) -> str:
    """What a person meant to copy: verdict marks left out, citations as [1], spaces and lines ordinary."""
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    lines = []
    block = cursor.document().findBlock(start)
    while block.isValid() and block.position() <= end:
        lines.append("".join(_words(fragment, start, end) for fragment in _fragments(block)))
        block = block.next()
    return "\n".join(lines).replace("\u2028", "\n")


def _words(fragment: QTextFragment, start: int, end: int) -> str:
    begin = fragment.position()
    # positions count UTF-16 units, Python counts characters
    units = fragment.text().encode("utf-16-le", "surrogatepass")
    cut = units[2 * max(0, start - begin) : 2 * max(0, end - begin)]
    text = cut.decode("utf-16-le", "surrogatepass")
    anchor = fragment.charFormat().anchorHref()
    if anchor.startswith("verdict:"):
        return ""
    return f"[{text.strip()}]" if anchor.startswith("cite:") and text.strip() else text


def _fragments(block: QTextBlock) -> list[QTextFragment]:
    found = []
    iterator = block.begin()
    while not iterator.atEnd():
        found.append(iterator.fragment())
        iterator += 1
    return found


def _chips(document: QTextDocument) -> list[tuple[int, int]]:
    found = []
    block = document.begin()
    while block.isValid():
        for fragment in _fragments(block):
            if fragment.charFormat().anchorHref().startswith("cite:"):
                found.append((fragment.position(), fragment.position() + fragment.length()))
        block = block.next()
    return found


def _x(value: Any) -> float:
    """PySide answers cursorToX with (x, position)."""
    return float(value[0]) if isinstance(value, tuple) else float(value)
