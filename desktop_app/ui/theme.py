"""The look: colours, sizes and the one stylesheet, light and dark, following the system or the user."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from desktop_app.settings.paths import Paths

SMALL, BODY, TITLE = 13, 15, 20
"""Text sizes in pixels: the window, reading, headings."""
GRID = 8
MOTION_MS = 120
"""How long anything may move; 0 where the system asks for no motion: `Theme.motion`."""

PLAIN_FAMILIES = frozenset(
    {"DejaVu Sans", "Bitstream Vera Sans", "Sans", "Sans Serif", "Liberation Sans"}
)
"""Families that a system falls back to when it has no face of its own; Inter serves better."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour of the window as #rrggbb. Text tokens reach 4.5:1 on every ground they stand on."""

    window: str
    surface: str
    raised: str
    hover: str
    border: str
    border_strong: str
    text: str
    muted: str
    accent: str
    accent_text: str
    accent_soft: str
    ok: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    highlight: str
    code_background: str


LIGHT = Tokens(
    window="#f8f9fb",
    surface="#f1f3f6",
    raised="#ffffff",
    hover="#e7eaef",
    border="#dfe3e9",
    border_strong="#7d8695",
    text="#1b1f27",
    muted="#5a6372",
    accent="#2c6b5a",
    accent_text="#ffffff",
    accent_soft="#e2f0eb",
    ok="#23664f",
    warn="#8a5200",
    warn_soft="#fff4e2",
    bad="#a52a22",
    bad_soft="#fdeceb",
    highlight="#cfeadf",
    code_background="#f1f3f6",
)

DARK = Tokens(
    window="#16191d",
    surface="#101317",
    raised="#1d2126",
    hover="#272c33",
    border="#2e343c",
    border_strong="#6f7986",
    text="#e7eaee",
    muted="#a0a9b5",
    accent="#66c4a6",
    accent_text="#08140f",
    accent_soft="#1b322b",
    ok="#66c4a6",
    warn="#e6b05c",
    warn_soft="#30281a",
    bad="#f29a93",
    bad_soft="#382322",
    highlight="#23493d",
    code_background="#111418",
)


class Theme(QObject):
    """Which tokens are in force; colours the whole application and tells whoever paints by hand."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._mode = "system"
        self.tokens = LIGHT
        self.motion = MOTION_MS
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(interface_font())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply(self._wanted())

    @property
    def dark(self) -> bool:
        """Whether the dark tokens are in force."""
        return self.tokens is DARK

    def set_mode(self, mode: str) -> None:
        """ "system", "light" or "dark"; everything is recoloured at once."""
        self._mode = mode if mode in ("light", "dark") else "system"
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        # tells the platform too, so that title bars and file dialogs match
        QGuiApplication.styleHints().setColorScheme(scheme.get(mode, Qt.ColorScheme.Unknown))
        self._apply(self._wanted())

    def _wanted(self) -> Tokens:
        if self._mode != "system":
            return DARK if self._mode == "dark" else LIGHT
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT

    def _system_changed(self) -> None:
        if self._mode == "system":
            self._apply(self._wanted())

    def _apply(self, tokens: Tokens) -> None:
        if tokens is self.tokens and self._application.styleSheet():
            return
        self.tokens = tokens
        # the platform's own answer to "shall interface elements move?"
        animated = QApplication.isEffectEnabled(Qt.UIEffect.UI_AnimateMenu)
        self.motion = MOTION_MS if animated else 0
        self._application.setPalette(palette(tokens))
        self._application.setStyleSheet(stylesheet(tokens))
        self.changed.emit()


def theme() -> Theme:
    """The application's one theme, made on first use. Needs a QApplication."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("the theme needs a QApplication")
    found = application.findChild(Theme)
    if isinstance(found, Theme) and shiboken6.isValid(found):
        return found
    return Theme(application)


def stylesheet(tokens: Tokens) -> str:
    """The stylesheet with the tokens' colours put in."""
    colours = asdict(tokens)
    folder = Paths.asset("icons/themed").as_posix()
    shade = "dark" if tokens is DARK else "light"
    text = Paths.asset("styles/candor.qss").read_text(encoding="utf-8")
    return Template(text).substitute(
        colours, small=SMALL, body=BODY, title=TITLE, icons=folder, shade=shade
    )


def palette(tokens: Tokens) -> QPalette:
    """The tokens as a palette, for what a stylesheet does not reach."""
    colours = QPalette()
    for role, value in {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.raised,
        QPalette.ColorRole.AlternateBase: tokens.surface,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Button: tokens.raised,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.BrightText: tokens.bad,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.accent_text,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.LinkVisited: tokens.accent,
        QPalette.ColorRole.Accent: tokens.accent,
        QPalette.ColorRole.Light: tokens.raised,
        QPalette.ColorRole.Midlight: tokens.border,
        QPalette.ColorRole.Mid: tokens.border,
        QPalette.ColorRole.Dark: tokens.border_strong,
        QPalette.ColorRole.Shadow: tokens.border_strong,
    }.items():
        colours.setColor(role, QColor(value))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        colours.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return colours


def interface_font() -> QFont:
    """The system's own typeface at the small size; Inter where the system has only a fallback."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if QFontInfo(font).family() in PLAIN_FAMILIES:
        font = QFont(_inter())
    font.setPixelSize(SMALL)
    return font


def _inter() -> str:
    family = "Inter"
    if family not in QFontDatabase.families():
        for file in sorted(Paths.asset("fonts").glob("Inter-*.otf")):
            QFontDatabase.addApplicationFont(str(file))
    return family if family in QFontDatabase.families() else QFont().family()
