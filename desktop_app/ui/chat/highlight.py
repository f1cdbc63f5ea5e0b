"""Colours for code, line by line, from pygments; none where it would take long."""

from __future__ import annotations

import time
from functools import lru_cache

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String
from pygments.util import ClassNotFound

from desktop_app.ui.theme import DARK, Tokens

Span = tuple[int, int, str]
"""First character in the line, length, colour."""

LANGUAGES = (
    " python py python3 javascript js typescript ts tsx jsx json bash sh shell zsh console c cpp c++ h"
    " csharp cs java kotlin go rust rs ruby rb php swift sql html xml css scss yaml yml toml ini diff"
    " lua r perl powershell dockerfile docker make makefile cmake haskell scala julia "
)
MAX_CHARACTERS = 20_000
MAX_LINE = 1_000
BUDGET_SECONDS = 0.05

_LIGHT = {
    Comment: "",
    Keyword: "#7a3e9d",
    String: "#8a5200",
    Number: "#0b6470",
    Name.Function: "#1f5fa8",
    Name.Class: "#1f5fa8",
    Name.Decorator: "#7a3e9d",
    Name.Builtin: "#0b6470",
    Name.Tag: "#1f5fa8",
    Name.Attribute: "#7a3e9d",
    Operator.Word: "#7a3e9d",
}
_DARK = {
    Comment: "",
    Keyword: "#c9a6ec",
    String: "#e6b05c",
    Number: "#7fd0da",
    Name.Function: "#86b8f2",
    Name.Class: "#86b8f2",
    Name.Decorator: "#c9a6ec",
    Name.Builtin: "#7fd0da",
    Name.Tag: "#86b8f2",
    Name.Attribute: "#c9a6ec",
    Operator.Word: "#c9a6ec",
}


@lru_cache(maxsize=32)
def spans(code: str, language: str, tokens: Tokens) -> tuple[tuple[Span, ...], ...]:
    """For each line its coloured stretches; empty for languages not known and for long or slow code."""
    if f" {language.lower()} " not in LANGUAGES or len(code) > MAX_CHARACTERS:
        return ()
    if any(len(line) > MAX_LINE for line in code.split("\n")):
        return ()
    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return ()
    palette = _DARK if tokens is DARK else _LIGHT
    deadline = time.perf_counter() + BUDGET_SECONDS
    lines: list[list[Span]] = [[]]
    column = 0
    for kind, value in lexer.get_tokens(code):
        if time.perf_counter() > deadline:
            return ()
        colour = _colour(kind, palette, tokens)
        first, *others = value.split("\n")
        if first and colour:
            lines[-1].append((column, len(first), colour))
        column += len(first)
        for piece in others:
            lines.append([(0, len(piece), colour)] if piece and colour else [])
            column = len(piece)
    return tuple(tuple(line) for line in lines)


def _colour(kind: object, palette: dict[object, str], tokens: Tokens) -> str:
    for parent, colour in palette.items():
        if kind in parent:  # type: ignore[operator]  # pygments' token types contain their subtypes
            return colour or tokens.muted
    return ""
