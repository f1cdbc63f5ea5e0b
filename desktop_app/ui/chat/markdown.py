"""An answer's Markdown as blocks that are safe to show: HTML for a guarded browser, and code by itself.

CommonMark with tables. Raw HTML stays text, images become words, links lead only where `links` allows.
Whatever is too large, too deep or too slow to format is shown as plain text instead: the text is never cut
and never waits.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from desktop_app.domain.values import Label, Verdict
from desktop_app.ui.chat import links, marks
from desktop_app.ui.chat.marks import NO_NOTES, Mark, Notes
from desktop_app.ui.theme import Tokens

MAX_CHARACTERS = 100_000
MAX_LINES = 5_000
MAX_RUN = 20_000
MAX_COLUMNS = 20
MAX_CELLS = 1_000
MAX_DEPTH = 24
BUDGET_SECONDS = 0.2
"""Of this thread's processor time: a busy machine must not cost an answer its formatting."""
CHUNK = 4_000
"""Characters of HTML after which a new block begins, so that a growing answer repaints only its end."""

MONOSPACE = "'SF Mono','Cascadia Mono','JetBrains Mono',Consolas,'DejaVu Sans Mono',monospace"
_LONG_RUN = re.compile(rf"\S{{{MAX_RUN}}}")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """HTML of Qt's subset, made here from escaped text."""

    html: str


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Code as the model wrote it. `language` is empty when it did not say."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class PlainBlock:
    """Text shown without formatting, exactly as it is."""

    text: str


Block = TextBlock | CodeBlock | PlainBlock


@dataclass(frozen=True, slots=True)
class Rendered:
    """The blocks in order. `nested_code`: code in lists and quotes, behind links ``copy:0``, ``copy:1`` …"""

    blocks: tuple[Block, ...]
    nested_code: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether formatting was left out."""
        return any(isinstance(block, PlainBlock) for block in self.blocks)


class _TooMuch(Exception):
    """Formatting would cost more than it is worth."""


def render(
    text: str, tokens: Tokens, notes: Notes = NO_NOTES, budget: float = BUDGET_SECONDS
) -> Rendered:
    """Format `text`; never raises and takes little longer than `budget` seconds of work."""
    try:
        _check_size(text)
        return _render(text, tokens, notes, time.thread_time() + budget)
    except (_TooMuch, RecursionError):
        return Rendered((PlainBlock(text),))


def _check_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES or _LONG_RUN.search(text):
        raise _TooMuch


def _render(text: str, tokens: Tokens, notes: Notes, deadline: float) -> Rendered:
    env: dict[str, Any] = {"deadline": deadline}
    parsed = _parser().parse(text, env)
    page = _Page(tokens, notes, [])
    if (notes.verdicts or notes.citations) and marks.usable(text):
        annotated, page.marks = marks.annotate(text, notes)
        marked_env: dict[str, Any] = {"deadline": deadline}
        marked = _parser().parse(annotated, marked_env)
        if [token.type for token in marked] == [token.type for token in parsed]:
            parsed, env = marked, marked_env
    _check_shape(parsed)
    env["page"] = page
    blocks = _blocks(parsed, env)
    if left := page.unplaced():
        blocks.append(TextBlock(f"<p>{left}</p>"))
    return Rendered(tuple(blocks), tuple(page.nested_code))


def _check_shape(parsed: Sequence[Token]) -> None:
    cells = columns = 0
    for token in parsed:
        if token.level > MAX_DEPTH:
            raise _TooMuch
        if token.type == "tr_open":
            columns = 0
        elif token.type in ("td_open", "th_open"):
            columns += 1
            cells += 1
            if columns > MAX_COLUMNS or cells > MAX_CELLS:
                raise _TooMuch


def _blocks(parsed: Sequence[Token], env: EnvType) -> list[Block]:
    """Cut at code that stands by itself, and where a block grows long."""
    blocks: list[Block] = []
    group: list[Token] = []
    size = 0

    def close() -> None:
        if group:
            blocks.append(TextBlock(_parser().renderer.render(group, _parser().options, env)))
            group.clear()

    for token in parsed:
        if token.level == 0 and token.type in ("fence", "code_block"):
            close()
            size = 0
            code = marks.strip(token.content).removesuffix("\n")
            blocks.append(CodeBlock(code, _language(token)))
            continue
        group.append(token)
        size += len(token.content)
        if token.level == 0 and token.nesting <= 0 and size > CHUNK:
            close()
            size = 0
    close()
    return blocks


def _language(token: Token) -> str:
    words = marks.strip(token.info).split()
    return words[0][:24] if words else ""


class _Page:
    """What the render rules share: colours, marks and which sentence they are in."""

    def __init__(self, tokens: Tokens, notes: Notes, placed: list[Mark]) -> None:
        self.tokens = tokens
        self.notes = notes
        self.marks = placed
        self.nested_code: list[str] = []
        self.quotes = 0
        self._inside: Verdict | None = None
        self._drawn: set[Mark] = set()

    def text(self, content: str) -> str:
        """Escaped content, sentinels turned into what they stand for."""
        pieces = marks.SENTINEL.split(content) if self.marks else [content]
        html = [self._tinted(pieces[0])]
        for sentinel, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            html += [self.draw(self.marks[marks.number(sentinel)]), self._tinted(piece)]
        return "".join(html)

    def draw(self, mark: Mark) -> str:
        """HTML of one mark; follows which sentence is open."""
        self._drawn.add(mark)
        if mark.kind == "end":
            self._inside = None
            return ""
        if mark.kind == "cite":
            marker = self.notes.citations[mark.index].marker
            return (
                f'&nbsp;&nbsp;<a href="cite:{mark.index}" style="color:{self.tokens.accent};'
                f'font-size:11px;font-weight:600;text-decoration:none">&nbsp;{marker}&nbsp;</a>&nbsp;'
            )
        self._inside = verdict = self.notes.verdicts[mark.index]
        ground = self._ground()
        return (
            f'<a href="verdict:{mark.index}" style="color:{self._colour(verdict.label)};font-weight:700;'
            f'text-decoration:none;{ground}">{marks.GLYPHS[verdict.label]}&nbsp;</a>'
        )

    def unplaced(self) -> str:
        """Marks that found no place in the text, for the end of the answer."""
        every = [Mark("begin", i) for i in range(len(self.notes.verdicts))]
        every += [Mark("cite", i) for i in range(len(self.notes.citations))]
        return "".join(self.draw(mark) for mark in every if mark not in self._drawn)

    def _tinted(self, content: str) -> str:
        html = escapeHtml(content)
        ground = self._ground()
        return f'<span style="{ground}">{html}</span>' if ground and html else html

    def _ground(self) -> str:
        """The tint behind the sentence that is open, as CSS."""
        colour = {
            Label.UNSUPPORTED: self.tokens.warn_soft,
            Label.CONTRADICTED: self.tokens.bad_soft,
        }.get(self._inside.label if self._inside else Label.SUPPORTED)
        return f"background-color:{colour}" if colour else ""

    def _colour(self, label: Label) -> str:
        return {
            Label.SUPPORTED: self.tokens.ok,
            Label.UNSUPPORTED: self.tokens.warn,
            Label.CONTRADICTED: self.tokens.bad,
        }.get(label, self.tokens.muted)


class _Renderer(RendererHTML):
    """HTML within what Qt's rich text draws well."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        page: _Page = env["page"]
        return page.text(tokens[idx].content)

    def code_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        page: _Page = env["page"]
        return (
            f'<code style="font-family:{MONOSPACE};background-color:{page.tokens.code_background}">'
            f"{page.text(tokens[idx].content)}</code>"
        )

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        page: _Page = env["page"]
        code = marks.strip(tokens[idx].content).removesuffix("\n")
        page.nested_code.append(code)
        label = escapeHtml(_language(tokens[idx]) or "code")
        ground = page.tokens.code_background
        return (
            f'<table width="100%" cellpadding="8" cellspacing="0" bgcolor="{ground}"><tr><td>'
            f'<p style="color:{page.tokens.muted};font-size:13px">{label} · '
            f'<a href="copy:{len(page.nested_code) - 1}">Copy</a></p>'
            f'<pre style="font-family:{MONOSPACE};font-size:13px;white-space:pre-wrap">'
            f"{escapeHtml(code)}</pre>"
            "</td></tr></table>"
        )

    def code_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return self.fence(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        source = marks.strip(str(tokens[idx].attrGet("src") or ""))
        return escapeHtml(f"[image blocked: {links.blocked_source(source)}]")

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        link = links.judge(str(tokens[idx].attrGet("href") or ""))
        env.setdefault("links", []).append(link)
        return "" if link.refusal else f'<a href="{escapeHtml(link.address)}">'

    def link_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        link = env["links"].pop()
        return " [link blocked]" if link.refusal else "</a>"

    def heading_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        # Qt enlarges its own headings on top of any size they are given
        size = {"h1": 20, "h2": 17}.get(tokens[idx].tag, 15)
        above = 12 if idx else 0
        return (
            f'<p style="font-size:{size}px;font-weight:600;margin-top:{above}px;margin-bottom:6px">'
        )

    def heading_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</p>"

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        page: _Page = env["page"]
        return (
            '<table border="1" cellspacing="0" cellpadding="6" style="border-collapse:collapse;'
            f'border-color:{page.tokens.border};border-style:solid;margin-top:4px;margin-bottom:12px">'
        )

    def blockquote_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        # Qt takes exponentially long over nested tables, so only the outermost quote is drawn as one
        page: _Page = env["page"]
        page.quotes += 1
        if page.quotes > 1:
            return "<blockquote>"
        return (
            '<table cellspacing="0" cellpadding="0" style="margin-bottom:8px"><tr>'
            f'<td width="3" bgcolor="{page.tokens.border_strong}"></td><td style="padding-left:12px">'
        )

    def blockquote_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        page: _Page = env["page"]
        page.quotes -= 1
        return "</blockquote>" if page.quotes else "</td></tr></table>"


class _Parser(MarkdownIt):
    """Takes every link and image: they are judged when they are drawn, so that a refusal can be said."""

    def validateLink(self, url: str) -> bool:
        return True

    def normalizeLink(self, url: str) -> str:
        return marks.strip(url)


_PARSER: list[MarkdownIt] = []


def _parser() -> MarkdownIt:
    """One parser for the process; it keeps no state between texts."""
    if not _PARSER:
        parser = _Parser(
            "commonmark", {"html": False, "maxNesting": MAX_DEPTH * 2}, renderer_cls=_Renderer
        )
        parser.enable(["table", "strikethrough"])
        parser.inline.ruler.before("text", "deadline", _inline_deadline)
        parser.block.ruler.before("table", "deadline", _block_deadline)
        _PARSER.append(parser)
    return _PARSER[0]


def _inline_deadline(state: StateInline, silent: bool) -> bool:
    if time.thread_time() > state.env["deadline"]:
        raise _TooMuch
    return False


def _block_deadline(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if time.thread_time() > state.env["deadline"]:
        raise _TooMuch
    return False
