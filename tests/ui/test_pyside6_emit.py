"""The installed PySide6 survives many signals: 6.12.0 aborts on Python 3.11 after some 570 of them."""

from __future__ import annotations

import os
import subprocess
import sys

CODE = """
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
class Sender(QObject):
    plain = Signal()
    thing = Signal(object)
    words = Signal(str, int)
application = QCoreApplication([])
sender, heard = Sender(), [0]
def hear(*arguments): heard[0] += 1
for signal in (sender.plain, sender.thing, sender.words):
    signal.connect(hear)
sender.thing.connect(hear, Qt.ConnectionType.QueuedConnection)
for number in range(5000):
    sender.plain.emit()
    sender.thing.emit({"number": number})
    sender.words.emit("number", number)
application.processEvents()
print(heard[0])
"""


def test_twenty_thousand_signals_arrive() -> None:
    told = subprocess.run(
        [sys.executable, "-P", "-c", CODE],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() == "20000"
