"""Sentences, content words, numbers and names of a text in any script, by rule; no model, no tables.

Used wherever text is held against text: claims and citations of an answer, windows of a passage.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SENTENCE_LIMIT = 600
"""Characters after which a sentence is cut at a space, so that one long line is no single unit."""


def _set(lines: str) -> frozenset[str]:
    return frozenset(lines.split())


ABBREVIATIONS = _set(
    """
    adm al approx bzw capt cf dept dr ed eds eg e.g fig figs ff gov
    hon i.e ie inc jr lt ltd messrs mr mrs ms mt nr nos op pp prof rev sgt sr
    st vol vols vs z.b d.h u.a usw bspw jan feb apr jun jul aug sep sept oct nov dec
    """
)
STOPWORDS = _set(
    """
    a about above after again against all also am an and any are as at be because been
    before being below between both but by can could did do does doing down during each few
    for from further had has have having he her here hers herself him himself his how i if
    in into is it its itself just may me might more most must my myself no nor not now of
    off on once one only or other our ours ourselves out over own same shall she should so
    some such than that the their theirs them themselves then there these they this those
    through to too under until up upon us very was we were what when where whether which
    while who whom whose why will with within without would you your yours many much please
    tell say said says name called give find describe explain list
    """
)
NEGATIONS = _set(
    """
    not no never none neither nor without cannot n't nobody nothing hardly
    """
)

_STOP = re.compile(
    r"""(?P<latin>[.!?…]+|[؟।॥۔])(?P<tail>(?:["'”’»)\]}*_]|\s?\[\d{1,3}\])*)"""
    r"""|(?P<wide>[。？！．｡]+)(?P<close>["'”’」』）]*)"""
    r"""|(?P<line>\n)"""
)
_BLOCK_START = re.compile(r"[^\S\n]*(?:\n|[-*+•–]\s|\d{1,3}[.)]\s|#{1,6}\s|```|~~~|\||>)")
_WORD = re.compile(r"[^\W_]+(?:(?:['’.\-]|(?<=\d),(?=\d))[^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_LOOKAHEAD = 8
_ENDINGS: tuple[str, ...] = (
    "'s",
    "’s",
    "ingly",
    "edly",
    "ments",
    "ment",
    "ings",
    "ing",
    "ies",
    "ied",
)
_ENDINGS += ("ers", "er", "es", "ed", "ly", "s", "e", "y")


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, without the white space around it, in order."""
    spans = []
    at = skip_space(text, 0)
    while at < len(text):
        end = sentence_end(text, at, final=True) or len(text)
        spans.append((at, at + len(text[at:end].rstrip())))
        at = skip_space(text, end)
    return spans


def skip_space(text: str, at: int) -> int:
    """The offset of the first character from `at` on that is not white space."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def sentence_end(text: str, start: int, *, final: bool) -> int | None:
    """The offset just after the sentence that begins at `start`; None when it cannot be told yet.

    With `final` the text is whole, and its end is an end. Decisions look at most at the next word's
    first characters, so a text that arrives in pieces is cut exactly as a whole one.
    """
    for match in _STOP.finditer(text, start):
        if match.end() > start + SENTENCE_LIMIT:
            break
        ends = _is_end(text, start, match, final)
        if ends is None:
            return None
        if ends:
            return match.start() if match["line"] else match.end()
    if len(text) > start + SENTENCE_LIMIT:
        space = text.rfind(" ", start + SENTENCE_LIMIT // 2, start + SENTENCE_LIMIT)
        return space if space > 0 else start + SENTENCE_LIMIT
    return len(text) if final else None


def _is_end(text: str, start: int, match: re.Match[str], final: bool) -> bool | None:
    if match["line"]:
        ahead = text[match.end() : match.end() + _LOOKAHEAD]
        if _BLOCK_START.match(ahead):
            return True
        return False if final or len(ahead) == _LOOKAHEAD else None
    after = skip_space(text, match.end())
    if after == len(text):
        return True if final else None
    if match["wide"]:
        return True
    if re.fullmatch(r"\[\d{0,3}", text[after:]):
        return True if final else None
    if after == match.end() or text[after].islower():
        return False
    return not (match["latin"] == "." and _is_abbreviation(text, start, match.start()))


def _is_abbreviation(text: str, start: int, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to the word before it: Dr., e.g., J., or a list's 1."""
    word = re.split(r"[\s(\[\"“]", text[max(start, stop - 12) : stop])[-1]
    if text[start:stop].strip().isdigit() and stop - start <= 3:
        return True
    if word.lower() == "no":
        return text[skip_space(text, stop + 1)].isdigit()
    return word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isupper() and word != "I")


def words(text: str) -> list[str]:
    """Words in order, case-folded; a run of a script without spaces is cut into character pairs."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = unicodedata.normalize("NFKC", match[0]).casefold()
        found.extend(_pairs(word) if _unspaced(word) else [word])
    return found


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without the commonest English endings; a key to compare by, not a word to show."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and word.isascii():
            return word[: -len(ending)]
    return word


def content_words(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order: no function words, no lone letters."""
    return [
        stem(word)
        for word in words(text)
        if word not in STOPWORDS and (len(word) > 1 or not word.isascii())
    ]


def numbers(text: str) -> set[str]:
    """The numbers written in digits, without thousands separators and leading noughts."""
    found = set()
    for match in _NUMBER.finditer(unicodedata.normalize("NFKC", text)):
        found.add(re.sub(r",(?=\d{3}(?:\D|$))|^0+(?=\d)", "", match[0]))
    return found


def names(text: str) -> set[str]:
    """Stems of capitalised words that do not open a sentence, and of words with capitals inside."""
    found = set()
    opening = {start for start, _ in sentences(text)}
    for match in _WORD.finditer(text):
        word = match[0]
        inner = any(letter.isupper() for letter in word[1:])
        if inner or (word[0].isupper() and match.start() not in opening and len(word) > 1):
            folded = word.casefold()
            if folded not in STOPWORDS:
                found.add(stem(folded))
    return found


def weight(word: str) -> float:
    """How telling a word is, by its length: a thin stand-in for rarity that needs no corpus."""
    return 0.5 + min(len(word), 10) / 10 if word.isascii() else 1.0


def _unspaced(word: str) -> bool:
    return len(word) > 1 and any(
        "\u0e00" <= letter <= "\u0eff" or "\u3040" <= letter <= "\u9fff" for letter in word
    )


def _pairs(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(len(word) - 1)]
