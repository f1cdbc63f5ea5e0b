"""The text of an HTML page by the standard library's parser: no scripts, no hidden parts, nothing fetched.

A page that marks its main part gives that part, less its long lists of nothing but links. Places that a
style or a comment hides are counted.
Headings keep their rank as Markdown marks, list items a dash, table cells a bar, so that the text can be cut
along them; links keep their words and lose their address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


SKIPPED = _set(
    "script style noscript template svg math iframe object nav footer aside select button title head rt rp"
)
BLOCKS = _set(
    "p div section article main header ul ol dl dt dd table form blockquote pre figure figcaption "
    "address details summary hr body"
)
VOID = _set("area base br col embed hr img input link meta source track wbr")
ROLES = _set("navigation search banner contentinfo")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])"
)
_SPACES = re.compile(r"[^\S\n]+")


LINKS_LIMIT = 20
"""Items from which on a list of nothing but links is taken for a menu."""

MAIN_LIMIT = 400
"""Characters that a main part must have to stand for its page."""


def text_of(html: str) -> str:
    """The visible text; blocks are divided by an empty line."""
    return visible_text(html)[0]


def visible_text(html: str) -> tuple[str, int]:
    """(the visible text, how many places hide some)."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    whole = list(parser.parts)
    for start, end in parser.menus:
        parser.parts[start:end] = [""] * (end - start)
    main = _tidy(parser.parts[max(0, parser.main_from) : parser.main_to])
    text = main if len(main) >= MAIN_LIMIT else _tidy(whole)
    return text, parser.hidden


def _tidy(parts: list[str]) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@dataclass(slots=True)
class _List:
    """A list that is open: where it began, its items, its letters and those of them in links."""

    start: int
    items: int = 0
    letters: int = 0
    linked: int = 0


class _Parser(HTMLParser):
    """Collects `parts`; while `_skipping` names an open element, everything in it is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = self.main_to = 0
        self.main_from = -1
        self._skipping = ""
        self._depth = 0
        self._concealed = False
        self._pre = 0
        self.menus: list[tuple[int, int]] = []
        self._lists: list[_List] = []
        self._linked = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping == "head" and tag == "body":
            self._skipping = ""  # a head that was never closed
        if self._skipping:
            self._depth += tag == self._skipping
            return
        given = dict(attrs)
        hidden = "hidden" in given or bool(_HIDDEN.search((given.get("style") or "").lower()))
        skipped = tag in SKIPPED or given.get("role") in ROLES
        if (skipped or hidden) and tag not in VOID:
            self._skipping, self._depth = tag, 1
            self._concealed = hidden and not skipped
        elif tag == "main" and self.main_from < 0:
            self.main_from = len(self.parts)
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
            if self._lists:
                self._lists[-1].items += 1
        elif tag == "tr":
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" | ")
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.parts.append("\n\n" + "#" * int(tag[1]) + " ")
        elif tag == "a":
            self._linked = True
        elif tag in BLOCKS:
            if tag in ("ul", "ol"):
                self._lists.append(_List(len(self.parts)))
            self._pre += tag == "pre"
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            self._depth -= tag == self._skipping
            if self._depth <= 0:
                self._skipping = ""
            return
        if tag == "main" and self.main_from >= 0 and not self.main_to:
            self.main_to = len(self.parts)
        if tag == "a":
            self._linked = False
        elif tag in ("ul", "ol") and self._lists:
            self._close_list()
        if tag in BLOCKS or (len(tag) == 2 and tag[0] == "h" and tag[1] in "123456"):
            self._pre -= tag == "pre" and self._pre > 0
            self.parts.append("\n\n")

    def _close_list(self) -> None:
        """A list in a list counts for the outer one, too."""
        closed = self._lists.pop()
        if self._lists:
            self._lists[-1].letters += closed.letters
            self._lists[-1].linked += closed.linked
        if closed.items >= LINKS_LIMIT and closed.linked >= closed.letters * 0.9:
            self.menus.append((closed.start, len(self.parts)))

    def handle_data(self, data: str) -> None:
        if self._skipping:
            if self._concealed and data.strip():
                self.hidden += 1
                self._concealed = False
        else:
            if self._lists:
                self._lists[-1].letters += len(data.strip())
                self._lists[-1].linked += len(data.strip()) if self._linked else 0
            self.parts.append(data if self._pre else re.sub(r"\s+", " ", data))

    def handle_comment(self, data: str) -> None:
        # three words or more: less is a mark for those who wrote the page
        if not self._skipping and not data.startswith("[if") and len(data.split()) >= 3:
            self.hidden += 1
