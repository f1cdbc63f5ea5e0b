"""How a start goes: without a display, twice on one folder, light, and ended by a signal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop_app import app
from desktop_app.settings.paths import Paths
from desktop_app.ui import wording
from desktop_app.ui.shell.trouble import TroubleDialog

HEAVY = {"torch", "llama_cpp", "faiss", "sentence_transformers", "kreuzberg", "transformers"}


def child(program: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """A process of its own that runs `program` with `data` set to the data folder."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", f"import sys\ndata = {str(folder)!r}\n{program}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


# models and documents of the machine are left alone: these tests are about the start
QUIET = """
from desktop_app import app
from desktop_app.ui.shell.window import MainWindow
MainWindow.start = lambda self, interrupted=0: None
"""


def test_no_display_is_one_sentence_that_names_the_command(monkeypatch, capsys):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert app.run_window() == 2
    said = capsys.readouterr().err
    assert "candor ask" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"])
def test_a_display_is_found(monkeypatch, name):
    for other in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not app.has_display()
    monkeypatch.setenv(name, "x")
    assert app.has_display()
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv(name)
    assert app.has_display()


def test_a_data_folder_that_cannot_be_made_is_one_sentence(qapp, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(app, "make_application", lambda: qapp)
    monkeypatch.setattr(TroubleDialog, "exec", lambda dialog: 0)
    file = tmp_path / "file"
    file.touch()
    assert app.run_window(str(file / "data")) == 1
    said = capsys.readouterr().err
    assert "cannot be made" in said
    assert "Traceback" not in said


def test_the_folder_held_by_another_is_said_politely(tmp_path, capsys):
    with Paths.find(str(tmp_path)).lock() as lock:
        assert lock is not None
        assert app.run_window(str(tmp_path)) == 0
    assert capsys.readouterr().err.strip() == wording.ALREADY_OPEN


def test_a_second_start_raises_the_first_window(qtbot, tmp_path, monkeypatch):
    paths = Paths.find(str(tmp_path))
    assert not app.raise_first_window(paths)
    window = QWidget()
    qtbot.addWidget(window)
    raised = []
    monkeypatch.setattr(window, "raise_", lambda: raised.append(1), raising=False)
    server = app.listen(paths, window)
    assert app.raise_first_window(paths)
    qtbot.waitUntil(lambda: raised == [1])
    server.close()


def test_a_signal_closes_the_window(qtbot):
    owner, closed = QWidget(), []
    qtbot.addWidget(owner)
    signals = app.Signals(lambda: closed.append(1), owner)
    QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGTERM))
    qtbot.waitUntil(lambda: closed == [1])
    signals.restore()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_the_window_opens_light_and_ends_on_a_signal(tmp_path):
    program = f"""{QUIET}
import json
def report(window, candor, interrupted):
    print(json.dumps(sorted(set(sys.modules) & {HEAVY!r})), flush=True)
app._after_showing = report
sys.exit(app.run_window(data))
"""
    started = child(program, tmp_path)
    try:
        assert started.stdout is not None
        assert started.stdout.readline().strip() == "[]"
        started.send_signal(signal.SIGTERM)
        _out, err = started.communicate(timeout=20)
    finally:
        started.kill()
        started.wait()
    assert started.returncode == 0, err
    assert "Traceback" not in err
