"""Asks before an address from an answer is opened, showing all of it."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.chat import links, wording
from desktop_app.ui.parts import label


class LinkDialog(QDialog):
    """The address in full, its host as punycode; *Cancel* is the default."""

    def __init__(self, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = links.judge(address)
        self.setWindowTitle(wording.LINK_TITLE)
        self.setMinimumWidth(480)
        self.setModal(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addWidget(self._headline())
        layout.addWidget(self._address())
        layout.addLayout(self._buttons())
        self._cancel.setFocus()
        self.finished.connect(self.deleteLater)

    def _headline(self) -> QLabel:
        if self.link.refusal:
            return label(wording.link_refused(self.link.refusal), "error", wrap=True)
        return label(wording.link_question(self.link.host), "heading", wrap=True)

    def _address(self) -> QPlainTextEdit:
        field = QPlainTextEdit(self.link.address[:20_000])
        field.setReadOnly(True)
        field.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        field.setAccessibleName(wording.LINK_ADDRESS)
        field.setFixedHeight(96)
        field.setTabChangesFocus(True)
        return field

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        copy = QPushButton(wording.COPY_ADDRESS)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.link.address))
        cancel = QPushButton(wording.CANCEL)
        cancel.clicked.connect(self.reject)
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(cancel)
        if not self.link.refusal:
            follow = QPushButton(wording.OPEN_IN_BROWSER)
            follow.setProperty("kind", "primary")
            follow.setAutoDefault(False)
            follow.clicked.connect(self._open)
            row.addWidget(follow)
        copy.setAutoDefault(False)
        cancel.setDefault(True)
        self._cancel = cancel
        return row

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(self.link.address, QUrl.ParsingMode.StrictMode))
        self.accept()
