"""Turns a prompt into tokens so that only the template can make control tokens, never what people wrote.

Between control tokens a model's tokenizer sees plain stretches of text. They are cut here exactly as
llama.cpp cuts them, with one difference: only the template's own pieces are searched for control
tokens. Harmless text therefore gives the very tokens that the whole prompt would give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """A control token; `strips_left` and `strips_right`: it swallows white space beside it."""

    token: int
    strips_left: bool = False
    strips_right: bool = False


class Vocabulary:
    """What is needed of a model's vocabulary to make tokens of a prompt.

    controls: by their text. tokenize: plain text to tokens, control tokens not parsed.
    bos: the token every prompt begins with, None when the model has none.
    """

    def __init__(
        self,
        controls: Mapping[str, Control],
        tokenize: Callable[[str], list[int]],
        bos: int | None,
    ) -> None:
        self._controls = dict(controls)
        self._tokenize = tokenize
        self._bos = bos
        longest_first = sorted(filter(None, controls), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def prompt(self, pieces: Sequence[tuple[str, bool]]) -> list[int]:
        """Tokens of a prompt given as pieces ``(text, is it content)``."""
        tokens: list[int] = []
        plain = ""
        strip = False

        def flush(strips_left: bool) -> None:
            nonlocal plain
            text = plain.lstrip() if strip else plain
            text = text.rstrip() if strips_left else text
            if text:
                tokens.extend(self._tokenize(text))
            plain = ""

        for text, is_content in pieces:
            if is_content:
                plain += text
                continue
            start = 0
            for match in self._pattern.finditer(text):
                control = self._controls[match.group()]
                plain += text[start : match.start()]
                flush(control.strips_left)
                tokens.append(control.token)
                strip, start = control.strips_right, match.end()
            plain += text[start:]
        flush(False)
        if self._bos is not None and tokens[:1] != [self._bos]:
            tokens.insert(0, self._bos)
        return tokens
