"""Cuts an answer into claims, sentence by sentence, while it is still being written.

Headings, tables, rules, code blocks, lead-ins that end in a colon and questions state nothing that could be
checked; they are passed over. Offsets are into the whole answer, and a text that arrives in pieces is
cut exactly as the same text at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.domain.language import sentence_end, skip_space


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that states something; `text` is the answer's text from `start` to `end`."""

    start: int
    end: int
    text: str

    @property
    def plain(self) -> str:
        """The words without Markdown emphasis, code ticks and links, for holding against passages."""
        return _EMPHASIS.sub("", _LINK.sub(r"\1", self.text)).strip()


_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_SILENT_LINE = re.compile(r"#{1,6}\s|\||(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$", re.MULTILINE)
_MARKER = re.compile(r"(?:> ?){0,3}(?:(?:[-*+•–]|\d{1,3}[.)])\s)?")
_BOLD_LINE = re.compile(r"\*\*[^*]+\*\*:?$|__[^_]+__:?$")
_PREFIX = 12
"""Characters of a line that must be there before its kind is told."""


class ClaimSplitter:
    """Takes the answer in pieces; gives each claim once, as soon as its end is sure."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0

    @property
    def text(self) -> str:
        """Everything fed so far."""
        return self._text

    def feed(self, piece: str) -> list[Claim]:
        """The claims that `piece` brought to an end."""
        self._text += piece
        return self._cut(final=False)

    def finish(self) -> list[Claim]:
        """The claims that end with the text."""
        return self._cut(final=True)

    def _cut(self, *, final: bool) -> list[Claim]:
        found: list[Claim] = []
        while (start := skip_space(self._text, self._at)) < len(self._text):
            end = self._passed_over(start, final=final) if self._opens_line(start) else start
            if end is None:
                break
            if end > start:
                self._at = end
                continue
            end = sentence_end(self._text, start, final=final)
            if end is None:
                break
            self._at = end
            claim = self._text[start:end].rstrip()
            if _states_something(claim):
                found.append(Claim(start, start + len(claim), claim))
        return found

    def _opens_line(self, at: int) -> bool:
        line = self._text.rfind("\n", 0, at) + 1
        return not self._text[line:at].strip()

    def _passed_over(self, start: int, *, final: bool) -> int | None:
        """The end of what opens the line at `start` and is no claim; `start` itself if there is none."""
        line_end = self._text.find("\n", start)
        whole_line = line_end >= 0 or final
        stop = line_end if line_end >= 0 else len(self._text)
        if not whole_line and stop - start < _PREFIX:
            return None
        line = self._text[start:stop]
        if fence := _FENCE.match(line):
            return self._fence_end(fence[1], stop, final=final)
        if _SILENT_LINE.match(line):
            return stop if whole_line else None
        return start + len(line) - len(_MARKER.sub("", line, count=1))

    def _fence_end(self, fence: str, line_end: int, *, final: bool) -> int | None:
        closing = re.compile(rf"^[^\S\n]*{re.escape(fence)}[^\S\n]*$", re.MULTILINE)
        for match in closing.finditer(self._text, line_end + 1):
            if match.end() < len(self._text) or final:
                return match.end()
        return len(self._text) if final else None


def _states_something(sentence: str) -> bool:
    if sentence.endswith((":", "：", "?", "？", "؟")) or _BOLD_LINE.match(sentence):
        return False
    return any(letter.isalnum() for letter in sentence)


def claims_of(text: str) -> list[Claim]:
    """The claims of a whole text."""
    splitter = ClaimSplitter()
    return splitter.feed(text) + splitter.finish()
