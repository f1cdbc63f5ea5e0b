"""The document panel: where files are dropped, how far reading them is, what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import Document, DocumentState, IngestProgress, IngestReport
from desktop_app.domain.errors import Fault
from desktop_app.domain.ports import Library
from desktop_app.ui import wording
from desktop_app.ui.icons import icon
from desktop_app.ui.library.adding import DropArea, ProgressCard
from desktop_app.ui.library.drops import local_paths, sort_out, urls_of
from desktop_app.ui.library.rows import DocumentRows
from desktop_app.ui.notices import Notices
from desktop_app.ui.parts import label
from desktop_app.ui.rows import RowList
from desktop_app.ui.tasks import Tasks

LANE = "library"
RETRYABLE = (DocumentState.FAILED, DocumentState.EMPTY, DocumentState.READY)


class DocumentsPane(QWidget):
    """Adds, lists, retries and removes documents.

    Signals:
        opened: the id of a document to show in the source view.
        changed: the list of `Document` after any change.
    """

    opened = Signal(int)
    changed = Signal(object)

    def __init__(
        self, library: Library, tasks: Tasks, notices: Notices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks
        self._notices = notices
        self._running: list[CancelToken] = []
        self._stale = False
        self.rows = DocumentRows(self)
        self._build()
        self._unsubscribe = library.subscribe(lambda: tasks.post(self, self.refresh))

    def _build(self) -> None:
        self.drop = DropArea()
        self.drop.dropped.connect(self.add_urls)
        self.drop.files_wanted.connect(self.choose_files)
        self.drop.folder_wanted.connect(self.choose_folder)
        self.card = ProgressCard()
        self.card.cancelled.connect(self.cancel)
        self._summary = label(role="section")
        self._summary.setContentsMargins(12, 8, 12, 4)
        self.list = RowList("Documents", ruled=True)
        self.list.setModel(self.rows)
        self.list.opened.connect(self._open)
        self.list.right_clicked.connect(self._next_step)
        self.list.menu_wanted.connect(self._menu)
        self._empty = label(
            f"{wording.NO_DOCUMENTS}\n{wording.NO_DOCUMENTS_NEXT}", "muted", wrap=True
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._empty.setContentsMargins(24, 16, 24, 0)
        layout = QVBoxLayout(self)
        # the rows' own padding brings their words in line with the drop area
        layout.setContentsMargins(4, 16, 4, 8)
        layout.setSpacing(8)
        top = QVBoxLayout()
        top.setContentsMargins(12, 0, 12, 0)
        top.addWidget(self.drop)
        top.addWidget(self.card)
        layout.addLayout(top)
        layout.addWidget(self._summary)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.list, 1)
        for key, called in (
            (QKeySequence.StandardKey.Delete, self._remove_current),
            (QKeySequence.StandardKey.Paste, self.paste),
        ):
            action = QAction(self)
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(called)
            self.addAction(action)
        self._show([])

    def detach(self) -> None:
        """Stop listening and stop adding; for when the window closes."""
        self._unsubscribe()
        self.cancel()

    # --- the list -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the list anew; while one reading waits, further calls join it."""
        if self._stale:
            return
        self._stale = True

        def show(documents: list[Document]) -> None:
            self._stale = False
            self._show(documents)

        def failed(error: Exception) -> None:
            self._stale = False
            self._notices.show_fault(error, self.refresh)

        # not the lane in which documents are added: the list moves while that works
        self._tasks.run(self._library.documents).then(show).failed(failed).lane("documents").start(
            self
        )

    def _show(self, documents: list[Document]) -> None:
        self.rows.show(documents)
        ready = sum(d.passages for d in documents if d.state is DocumentState.READY)
        self._summary.setText(wording.library_summary(len(documents), ready))
        self._summary.setVisible(bool(documents))
        self.list.setVisible(bool(documents))
        self._empty.setVisible(not documents)
        self.changed.emit(documents)

    # --- adding ---------------------------------------------------------------------------------

    def choose_files(self) -> None:
        """Ask for files."""
        paths, _filter = QFileDialog.getOpenFileNames(self, "Add documents")
        if paths:
            self.add(paths)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        path = QFileDialog.getExistingDirectory(self, "Add a folder of documents")
        if path:
            self.add([path])

    def paste(self) -> None:
        """Add the files that are on the clipboard."""
        self.add_urls(urls_of(QGuiApplication.clipboard().mimeData()))

    def add_urls(self, urls: Sequence[QUrl]) -> None:
        """Add what was dropped or pasted."""
        paths, elsewhere = local_paths(urls)
        if paths or elsewhere:
            self.add(paths, elsewhere)

    def add(self, paths: Sequence[str], elsewhere: int = 0) -> None:
        """Read files and folders in the background; says what was added and what was left out."""
        cancel = CancelToken()
        self._run(
            lambda report: self._add(list(paths), elsewhere, report, cancel),
            cancel,
            retry=lambda: self.add(paths, elsewhere),
        )

    def _add(
        self,
        paths: list[str],
        elsewhere: int,
        report: Callable[[IngestProgress], None],
        cancel: CancelToken,
    ) -> str:
        chosen = sort_out(paths, elsewhere)
        said = [wording.left_out(chosen.left_out)]
        if chosen.paths:
            result = self._library.add(chosen.paths, report, cancel)
            said = [str(result), *said, *map(wording.visible, result.skipped[:3])]
        return " ".join(part for part in said if part)

    def finish_earlier(self) -> None:
        """Go on with what an earlier run left unfinished; says nothing when there was nothing to do."""
        cancel = CancelToken()

        def work(report: Callable[[IngestProgress], None]) -> str:
            result = self._library.refresh(report, cancel)
            return str(result) if result.added or result.failed else ""

        self._run(work, cancel, retry=self.finish_earlier)

    def _run(
        self,
        work: Callable[[Callable[[IngestProgress], None]], str],
        cancel: CancelToken,
        retry: Callable[[], object],
    ) -> None:
        self._running.append(cancel)
        latest: list[IngestProgress] = []

        def deliver() -> None:
            if latest and cancel in self._running:
                now = latest[-1]
                latest.clear()
                self._show_progress(now)

        def report(now: IngestProgress) -> None:
            # the window hears of the newest only, however fast they come
            latest.append(now)
            if len(latest) == 1:
                self._tasks.post(self, deliver)

        def ended(said: str) -> None:
            self._rest(cancel)
            if said:
                self._notices.show_note(said)

        def failed(error: Exception) -> None:
            self._rest(cancel)
            self._notices.show_fault(error, retry)

        self._tasks.run(lambda: work(report)).then(ended).failed(failed).lane(LANE).start(self)

    def _show_progress(self, now: IngestProgress | None) -> None:
        self.card.show_progress(now)
        self.rows.show_progress(now)

    def _rest(self, cancel: CancelToken) -> None:
        if cancel in self._running:
            self._running.remove(cancel)
            self._show_progress(None)
        self.refresh()

    def cancel(self) -> None:
        """Stop adding, what waits too; what is done stays."""
        for running in self._running:
            running.cancel()
        self._running.clear()
        self._show_progress(None)

    # --- one document ---------------------------------------------------------------------------

    def _open(self, index: QModelIndex) -> None:
        document = self.rows.document(index)
        if document is None:
            return
        if document.state is DocumentState.READY:
            self.opened.emit(document.id)
        elif document.state in (DocumentState.LOCKED, DocumentState.FAILED, DocumentState.EMPTY):
            self._next_step(index)

    def _next_step(self, index: QModelIndex) -> None:
        document = self.rows.document(index)
        if document is None:
            return
        if document.state is DocumentState.LOCKED:
            self.ask_password(document)
        else:
            self.retry(document)

    def menu_for(self, document: Document) -> QMenu:
        """What can be done with a document."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if document.state is DocumentState.READY:
            menu.addAction(
                icon("book-open", "muted"), "Show text", lambda: self.opened.emit(document.id)
            )
        if document.state is DocumentState.LOCKED:
            menu.addAction(
                icon("lock", "muted"), "Enter password…", lambda: self.ask_password(document)
            )
        if document.state in RETRYABLE:
            again = "Read again" if document.state is DocumentState.READY else "Retry"
            menu.addAction(icon("rotate-ccw", "muted"), again, lambda: self.retry(document))
        menu.addSeparator()
        menu.addAction(
            icon("external-link", "muted"),
            "Open file",
            lambda: self._open_path(Path(document.path)),
        )
        menu.addAction(
            icon("folder-open", "muted"),
            "Show in folder",
            lambda: self._open_path(Path(document.path).parent),
        )
        menu.addSeparator()
        menu.addAction(icon("trash-2", "bad"), "Remove from Candor", lambda: self.remove(document))
        return menu

    def _menu(self, index: QModelIndex, place: QPoint) -> None:
        self.list.setCurrentIndex(index)
        document = self.rows.document(index)
        if document is not None:
            self.menu_for(document).popup(place)

    def ask_password(self, document: Document) -> None:
        """Ask for the password of a locked document and read it with that."""
        question = (
            f"{wording.visible(document.name)} needs a password. It is used once and not kept."
        )
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Enter password")
        dialog.setTextEchoMode(QLineEdit.EchoMode.Password)
        dialog.setLabelText(question)
        for words in dialog.findChildren(QLabel):
            words.setTextFormat(Qt.TextFormat.PlainText)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(
            lambda password: self.retry(document, password) if password else None
        )
        dialog.open()

    def retry(self, document: Document, password: str = "") -> None:
        """Read one document again."""

        def ended(report: IngestReport) -> None:
            self.refresh()
            if report.added:
                self._notices.show_note(f"{wording.visible(document.name)} was read.")

        again = self._library.retry
        self._tasks.run(lambda: again(document.id, password)).then(ended).lane(LANE).start(self)

    def remove(self, document: Document) -> None:
        """Forget a document; the file stays where it is."""

        def done(_result: object) -> None:
            self.refresh()
            undo = partial(self.add, [document.path])
            self._notices.show_note(wording.removed(document.name), "Undo", undo)

        forget = self._library.remove
        # not the lane in which documents are added: that may be busy for long
        self._tasks.run(lambda: forget(document.id)).then(done).lane("documents").start(self)

    def _remove_current(self) -> None:
        document = self.rows.document(self.list.currentIndex())
        if document is not None:
            self.remove(document)

    def _open_path(self, path: Path) -> None:
        if not path.exists():
            self._notices.show_fault(
                Fault(
                    "DO13",
                    f"{wording.folder_name(str(path))} is no longer there.",
                    "Its text is still in Candor.",
                    "Put the file back, or remove it from the list.",
                )
            )
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._notices.show_fault(
                Fault("DO13", f"This system has no program to open {wording.visible(path.name)}.")
            )
