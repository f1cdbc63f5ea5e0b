"""PySide6 6.12.0 aborts on Python 3.11 after some 570 Signal.emit(). The pin below 6.12 guards against it."""

import subprocess
import sys
import tomllib
from pathlib import Path

PROGRAM = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
class Source(QObject):
    told = Signal(object)
application = QCoreApplication([])
source, heard = Source(), []
source.told.connect(heard.append)
for number in range(2000):
    source.told.emit(number)
assert heard == list(range(2000))
"""


def test_two_thousand_emits_survive():
    # in a process of its own: an abort would take the test run along
    ended = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_the_pin_is_there():
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    needs = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    assert [need for need in needs if need.startswith("PySide6") and "<6.12" in need]
