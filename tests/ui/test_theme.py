"""The theme: contrast, following the system, live change, nothing but tokens in the stylesheet."""

import re
from dataclasses import asdict, fields

import pytest
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.settings.paths import Paths
from desktop_app.ui.theme import DARK, LIGHT, Theme, Tokens, stylesheet, theme

GROUNDS = ("window", "surface", "raised")
SOFT = ("accent_soft", "hover")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    *(
        (text, ground)
        for text in ("text", "muted", "accent", "ok", "warn", "bad")
        for ground in GROUNDS
    ),
    *((text, ground) for text in ("text", "muted", "accent") for ground in SOFT),
    ("accent_text", "accent"),
    ("text", "highlight"),
    ("text", "code_background"),
    ("muted", "code_background"),
    ("warn", "warn_soft"),
    ("text", "warn_soft"),
    ("muted", "warn_soft"),
    ("bad", "bad_soft"),
    ("text", "bad_soft"),
    ("muted", "bad_soft"),
    ("ok", "accent_soft"),
]


def test_contrast_is_computed_as_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out(tokens: Tokens, text: str, ground: str):
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_controls_and_the_focus_ring_stand_out(tokens: Tokens, ground: str):
    for line in ("border_strong", "accent"):
        assert contrast(getattr(tokens, line), getattr(tokens, ground)) >= 3


def test_every_token_is_a_colour():
    for tokens in (LIGHT, DARK):
        assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in asdict(tokens).values())
    assert len(fields(Tokens)) == len(asdict(LIGHT))


def test_the_stylesheet_knows_only_tokens_and_three_sizes():
    text = Paths.asset("styles/candor.qss").read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)", text)
    assert "shadow" not in text
    made = stylesheet(LIGHT)
    assert "$" not in made
    assert set(re.findall(r"font-size: (\d+)px", made)) <= {"13", "15", "20"}
    for drawing in re.findall(r'url\("([^"]+)"\)', made + stylesheet(DARK)):
        assert Paths.asset(drawing).is_file()


@pytest.mark.parametrize(("tokens", "shade"), [(LIGHT, "light"), (DARK, "dark")])
def test_recoloured_drawings_match_their_tokens(tokens: Tokens, shade: str):
    for name, token in (
        ("chevron-down", "muted"),
        ("chevron-up", "muted"),
        ("check", "accent_text"),
    ):
        drawing = Paths.asset(f"icons/themed/{name}-{shade}.svg").read_text(encoding="utf-8")
        assert getattr(tokens, token) in drawing


def test_there_is_one_theme(qapp: QApplication):
    assert theme() is theme()
    assert qapp.findChild(Theme) is theme()


def test_everything_is_recoloured_at_once(qtbot, qapp: QApplication):
    label = QLabel("words")
    qtbot.addWidget(label)
    label.show()
    theme().set_mode("light")
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.text
    with qtbot.waitSignal(theme().changed):
        theme().set_mode("dark")
    assert theme().tokens is DARK
    assert theme().dark
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.text
    assert DARK.accent in qapp.styleSheet()
    theme().set_mode("light")
    assert not theme().dark


def test_system_means_what_the_system_says(qapp: QApplication, monkeypatch):
    from PySide6.QtCore import Qt

    theme().set_mode("dark")
    theme().set_mode("system")
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme().dark is dark
    theme().set_mode("nonsense")
    assert theme().dark is dark


def test_the_face_is_the_system_s_or_inter(qapp: QApplication):
    theme()
    assert qapp.font().pixelSize() == 13
    assert qapp.font().family() not in {"DejaVu Sans", "Sans"}
