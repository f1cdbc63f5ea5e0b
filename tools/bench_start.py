"""How long a start takes until the window can be used, with 1,000 conversations.

    python -m tools.bench_start

Each run is a process of its own, offscreen. *Usable* means shown, its list filled, and the composer in
focus. Beside it, in turn, a bare Qt window of the same toolkit, so that the ratio says what Candor adds.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import desktop_app
from desktop_app.settings.paths import Paths
from desktop_app.storage.conversations import ConversationStore

HEAVY = ("torch", "llama_cpp", "sentence_transformers", "faiss", "kreuzberg", "numpy")

CANDOR = """
import json, sys, time
import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop_app import app
before = app._after_showing
def after(window, candor, interrupted):
    before(window, candor, interrupted)
    timer = QTimer(window)
    def look():
        if window.sidebar.rows.rowCount() > COUNT and window.chat.composer.edit.hasFocus():
            seconds = time.time() - psutil.Process().create_time()
            heavy = [name for name in HEAVY if name in sys.modules]
            print(json.dumps({"ms": seconds * 1000, "heavy": heavy}), flush=True)
            timer.stop()
            window.close()
    timer.timeout.connect(look)
    timer.start(2)
app._after_showing = after
sys.exit(app.run_window(sys.argv[1]))
"""

BARE = """
import json, sys, time
import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
def ready():
    seconds = time.time() - psutil.Process().create_time()
    print(json.dumps({"ms": seconds * 1000, "heavy": []}), flush=True)
    application.quit()
QTimer.singleShot(0, ready)
sys.exit(application.exec())
"""


def main() -> int:
    """Run both in turn and print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(folder, arguments.conversations)
        compileall.compile_dir(Path(desktop_app.__file__).parent, quiet=2)  # as run.py does
        head = f"COUNT, HEAVY = {arguments.conversations}, {HEAVY!r}\n"
        once(head + CANDOR, folder)
        once(BARE, folder)
        pairs = [(once(head + CANDOR, folder), once(BARE, folder)) for _ in range(arguments.runs)]
    candor = statistics.median(one["ms"] for one, _ in pairs)
    bare = statistics.median(other["ms"] for _, other in pairs)
    heavy = sorted({name for one, _ in pairs for name in one["heavy"]})
    print(f"usable with {arguments.conversations:,} conversations: {candor:,.0f} ms")
    print(f"a bare Qt window: {bare:,.0f} ms; ratio {candor / bare:.2f}")
    print(f"heavy libraries in the window's process: {', '.join(heavy) or 'none'}")
    return 0


def fill(folder: str, count: int) -> None:
    """Conversations with a question each."""
    store = ConversationStore.open(Paths.find(folder).conversations_db)
    for number in range(count):
        made = store.create(f"Conversation {number} on tides and harbours")
        store.add_question(made.id, None, f"What is known of harbour {number}?")
    store.mark_interrupted()
    store.close()


def once(program: str, folder: str) -> dict[str, object]:
    """One run of a program in a process of its own; what it printed."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, folder],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    sys.exit(main())
