"""The model chip: states, the menu, loading, adding a file."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import EnginePhase, EngineState
from desktop_app.settings import options

CTRL = Qt.KeyboardModifier.ControlModifier


def key(qtbot, window, code, modifier=CTRL) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, code, modifier)


def test_the_model_chip_tells_the_state(window, qtbot, services):
    assert "ready" in window.header.model.text()
    services.engine.become(EngineState(EnginePhase.BUSY, "SmolLM2", 4096, 310_000_000))
    qtbot.waitUntil(lambda: "SmolLM2 · answering… · 0.3 GB" in window.header.model.text())
    assert window.header.model.accessibleName().startswith("Model: SmolLM2")
    services.engine.become(
        EngineState(EnginePhase.READY, "X", notice="The template of X is unusable.")
    )
    qtbot.waitUntil(lambda: window.notices.text() == "The template of X is unusable.")


def test_choosing_a_model_loads_it(qtbot, window, services):
    menu = window.models.menu(services.shelf.models())
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == [
        "SmolLM2-135M-Instruct  ·  0.1 GB",
        "Qwen3-4B-Instruct  ·  2.5 GB",
        "Add a GGUF file…",
    ]
    assert menu.actions()[0].isChecked()
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: services.engine.loaded[-1][0].endswith("Qwen3-4B.gguf"))
    assert services.settings.get(options.MODEL) == "Qwen3-4B-Instruct"
    menu.close()


def test_the_model_menu_opens_by_key(qtbot, window):
    key(qtbot, window, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    QApplication.activePopupWidget().close()


def test_a_model_that_does_not_load_is_one_notice_with_a_retry(qtbot, window, services):
    services.engine.fault = KnownFault("MF2", "This file is cut short.", action="Copy it again.")
    window.models.load()
    qtbot.waitUntil(lambda: window.notices.text() == "This file is cut short. Copy it again.")
    assert "not running" in window.header.model.text()
    qtbot.mouseClick(window.notices._action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "ready" in window.header.model.text())


def test_a_gguf_file_is_looked_at_before_it_is_chosen(qtbot, window, services, monkeypatch):
    picked = ["/tmp/notes.txt"]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (picked[0], ""))
    window.models.add_file()
    qtbot.waitUntil(lambda: "not a GGUF file" in window.notices.text())
    assert services.settings.get(options.MODEL) == ""
    picked[0] = "/models/Qwen3-4B.gguf"
    window.models.add_file()
    qtbot.waitUntil(lambda: services.settings.get(options.MODEL) == "/models/Qwen3-4B.gguf")
    qtbot.waitUntil(lambda: services.engine.loaded[-1][0] == "/models/Qwen3-4B.gguf")
