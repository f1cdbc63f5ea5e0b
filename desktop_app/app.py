"""Candor with a window: the only file that knows both Qt and the parts.

How a start goes, in order:

1. No display? One sentence that names the command to use instead, and out.
2. The data folder is locked for this process. Held by another: that one's window comes to the front.
3. QApplication, and the handlers for whatever nobody catches.
4. The parts are assembled: files opened, nothing heavy, no model, no worker.
5. Answers that an earlier run left unfinished are marked.
6. The window is shown.
7. Only then, in the background: the lists, the model, unfinished documents, the embedder.

The end goes backwards: the window stops what runs and waits for its threads, then the parts close.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from desktop_app import __version__
from desktop_app.assemble import Candor, assemble
from desktop_app.domain.errors import Fault, KnownFault
from desktop_app.settings import options
from desktop_app.settings.paths import Paths
from desktop_app.settings.store import Settings
from desktop_app.storage.backup import newest_good_backup, restore, set_aside
from desktop_app.ui import wording
from desktop_app.ui.handlers import Handlers
from desktop_app.ui.icons import icon
from desktop_app.ui.services import Services
from desktop_app.ui.shell.trouble import TroubleDialog, WayOut
from desktop_app.ui.shell.window import MainWindow
from desktop_app.ui.theme import theme

log = logging.getLogger(__name__)

NO_DISPLAY_STATUS, FAULT_STATUS = 2, 1
RAISE_MS = 500
BACKUP_MS = 30_000
"""After the start, so that a window that is killed every evening has its daily copy too."""

DAMAGED = {"DB1", "DB2", "DB3"}
"""Faults of a database that cannot be used as it is."""


def run_window(data_dir: str | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit status."""
    if not has_display():
        return _say(wording.NO_DISPLAY, NO_DISPLAY_STATUS)
    try:
        paths = Paths.find(data_dir)
        lock = paths.lock()
    except KnownFault as fault:
        make_application()
        show_trouble(fault.fault, ())
        return FAULT_STATUS
    if lock is None:
        raise_first_window(paths)
        return _say(wording.ALREADY_OPEN, 0)
    with lock:
        application = make_application()
        candor = open_parts(paths)
        if candor is None:
            return FAULT_STATUS
        try:
            return _show(application, candor)
        finally:
            candor.close()


def open_parts(paths: Paths) -> Candor | None:
    """The parts, after a damaged file was dealt with as the person chose; None when they chose to leave."""
    take: Callable[[], object] | None = None
    while True:
        try:
            if take is not None:
                take()
            return assemble(str(paths.data))
        except KnownFault as fault:
            take = show_trouble(fault.fault, ways_out(paths, fault.fault))
            if take is None:
                return None


def show_trouble(fault: Fault, ways: Sequence[WayOut]) -> Callable[[], object] | None:
    """Say what is wrong, in a dialog and on stderr; what the person chose to do."""
    _say(str(fault), FAULT_STATUS)
    dialog = TroubleDialog(fault, ways)
    dialog.exec()
    return dialog.chosen


def ways_out(paths: Paths, fault: Fault) -> list[WayOut]:
    """What can be done about a database that is damaged or gone. The damaged file is always kept."""
    if fault.code not in DAMAGED:
        return []
    files = (paths.conversations_db, paths.library_db)
    database = next((file for file in files if file.name in fault.what), None)
    if database is None:
        return []
    ways: list[WayOut] = []
    newest = newest_good_backup(paths.backups, database.stem)
    if newest is not None:
        ways.append((wording.go_back(newest.made), lambda: restore(newest.path, database)))
    ways.append((wording.BEGIN_ANEW, lambda: _begin_anew(paths, database)))
    return ways


def _begin_anew(paths: Paths, database: Path) -> None:
    set_aside(database, "damaged")
    if database == paths.conversations_db:
        Settings(paths.settings_file).set(options.KNOWN_CONVERSATIONS, 0)


def has_display() -> bool:
    """Whether Qt can open a window here. Without a display Linux's Qt would abort the process."""
    if not sys.platform.startswith(("linux", "freebsd")):
        return True
    return any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"))


def make_application() -> QApplication:
    """The QApplication with its names and the theme."""
    application = QApplication([wording.APP])
    application.setApplicationName(wording.APP)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("candor")
    theme()
    application.setWindowIcon(icon("shield-check", "accent"))
    return application


def services_of(candor: Candor) -> Services:
    """What the window is handed."""
    return Services(
        conversations=candor.conversations,
        library=candor.library,
        engine=candor.answering.engine,
        shelf=candor.answering.shelf,
        turns=candor.turns,
        settings=candor.answering.settings,
        data_folder=candor.paths.data,
    )


def _show(application: QApplication, candor: Candor) -> int:
    interrupted = candor.conversations.mark_interrupted()
    window = MainWindow(services_of(candor))

    def announce(error: BaseException) -> None:
        window.tasks.post(window, lambda: window.notices.show_fault(error))

    handlers = Handlers(announce)
    server = listen(candor.paths, window)
    signals = Signals(window.close, window)
    _remember_that_there_are_conversations(candor, window)
    window.show()
    QTimer.singleShot(0, window, lambda: _after_showing(window, candor, interrupted))
    try:
        return application.exec()
    finally:
        signals.restore()
        server.close()
        handlers.restore()


def _after_showing(window: MainWindow, candor: Candor, interrupted: int) -> None:
    window.start(interrupted)

    def warm() -> None:
        # the first question shall not wait for the embedder; without documents nothing will ask it
        if candor.library.documents():
            candor.answering.embedder.embed(["ready"], window.background)

    def failed(error: Exception) -> None:
        # whoever really needs it will say so, with a next step
        log.info("the embedder is not warm: %s", error)

    window.tasks.run(warm).failed(failed).lane("warm").start(window)

    def back_up() -> None:
        daily = candor.conversations.database.back_up_if_due
        window.tasks.run(daily).lane("backup").start(window)

    QTimer.singleShot(BACKUP_MS, window, back_up)


def _remember_that_there_are_conversations(candor: Candor, window: MainWindow) -> None:
    """So that an empty or missing file is noticed at the next start instead of passing for a new one."""
    settings = candor.answering.settings

    def remember() -> None:
        if not settings.get(options.KNOWN_CONVERSATIONS):
            settings.set(options.KNOWN_CONVERSATIONS, 1)

    if candor.conversations.find(limit=1):
        remember()
    window.chat.conversation_started.connect(remember)


def _say(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - there is no window to say it in
    return status


# --- one window a data folder -----------------------------------------------------------------------


def server_name(paths: Paths) -> str:
    """The name of the local socket of the window that holds this data folder."""
    return "candor-" + hashlib.sha256(str(paths.data).encode()).hexdigest()[:16]


def listen(paths: Paths, window: MainWindow) -> QLocalServer:
    """Come to the front whenever a second start knocks. Only this user's processes can."""
    server = QLocalServer(window)
    server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
    # the lock says that no other window lives: a socket that is still there is a dead one's
    QLocalServer.removeServer(server_name(paths))

    def knocked() -> None:
        while server.hasPendingConnections():
            knocker = server.nextPendingConnection()
            knocker.disconnected.connect(knocker.deleteLater)
            knocker.disconnectFromServer()
        if window.isMinimized():
            window.showNormal()
        window.raise_()
        window.activateWindow()

    server.newConnection.connect(knocked)
    if not server.listen(server_name(paths)):
        log.info("a second start cannot raise this window: %s", server.errorString())
    return server


def raise_first_window(paths: Paths) -> bool:
    """Knock at the window that holds the data folder; False when it does not answer."""
    knocker = QLocalSocket()
    knocker.connectToServer(server_name(paths))
    answered = knocker.waitForConnected(RAISE_MS)
    knocker.abort()
    return answered


# --- the system asks us to go -----------------------------------------------------------------------


class Signals(QObject):
    """Turns SIGINT and SIGTERM into closing the window, so that nothing is lost (GU4)."""

    def __init__(self, close: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._close = close
        self._before: dict[int, object] = {}
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        # Python runs its handlers between bytecodes; this wakes Qt's loop so that there are some
        self._wakeup = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._asked)

    def _drain(self) -> None:
        try:
            self._read.recv(4096)
        except BlockingIOError:
            return

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        log.info("closing: signal %d", number)
        QTimer.singleShot(0, self, lambda: self._close())

    def restore(self) -> None:
        """Put back the handlers that were there."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._read.close()
        self._write.close()
