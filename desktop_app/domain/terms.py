"""What of a text the word index holds, and what of a question is looked up in it, in any language.

English goes by light stems. Words of other languages with spaces go whole and as runs of four letters, which
find their inflected forms without a table of any language; scripts without spaces go as runs of letters.
"""

from __future__ import annotations

import re
import unicodedata

from desktop_app.domain.language import STOPWORDS, stem

RUN = 4
"""Letters of a run within a word, its borders counted as letters."""

MARK = "·"
"""Opens a run of letters of a word, so that no whole word is ever equal to one."""

_ONLY_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "with",
        "by",
        "for",
        "from",
        "that",
        "has",
        "have",
        "does",
        "which",
        "what",
        "who",
        "how",
        "when",
        "where",
        "not",
        "be",
        "been",
        "is",
        "are",
        "on",
        "at",
        "its",
        "their",
        "during",
        "between",
        "than",
        "can",
    ]
)
_FIRST, _LAST = "‹", "›"
_THAI = "\u0e00-\u0eff"
_HAN = "\u3040-\u30ff\u3400-\u9fff"
_HANGUL = "\uac00-\ud7a3"
_TERM = re.compile(rf"[^\W_{_THAI}{_HAN}]+|[{_THAI}]+|[{_HAN}]+")
_LETTERS = re.compile(r"[^\W\d_]+")
# the marks of these scripts are letters; those of Latin, Greek, Cyrillic and Arabic are often left out
_KEEPS_MARKS = re.compile(r"[\u0900-\u0fff\u3040-\u30ff]")
_SAME = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None,
        "ς": "σ", "ı": "i", "đ": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe",
    }
)  # fmt: skip


def is_english(text: str) -> bool:
    """Whether one word in six is an English function word."""
    found = _LETTERS.findall(text[:20_000].casefold())
    return sum(word in STOPWORDS for word in found) * 6 >= len(found)


def with_heading(heading: str, text: str) -> str:
    """What of a passage is searched: its heading goes before it unless it holds it."""
    return text if not heading or heading in text else f"{heading}\n{text}"


def fold(text: str) -> str:
    """The text in small letters without accents; letters that are written for one another made one."""
    plain = unicodedata.normalize("NFKD", text.translate(_SAME).casefold())
    kept = "".join(
        sign for sign in plain if not unicodedata.combining(sign) or _KEEPS_MARKS.match(sign)
    )
    return unicodedata.normalize("NFC", kept).translate(_SAME)


def passage_terms(text: str) -> list[str]:
    """The terms of a passage, as often as they occur."""
    english = is_english(text)
    return [term for word in _TERM.findall(fold(text)) for term in _of_word(word, english)]


def query_terms(query: str) -> list[str]:
    """The different terms of a question, whole words first, function words left out if others remain."""
    found = _TERM.findall(fold(query))
    # a short question may hold one function word among many others
    english = is_english(query) or (query.isascii() and not _ONLY_ENGLISH.isdisjoint(found))
    telling = [word for word in found if word not in STOPWORDS] if english else []
    chosen = telling or found
    terms = [stem(word) for word in chosen]
    # whole words are rare in an index of stems, and would outweigh all else in an English question
    if not english:
        terms += [term for word in chosen for term in _of_word(word, english)]
    return list(dict.fromkeys(terms))


def _of_word(word: str, english: bool) -> list[str]:
    if _unspaced(word):
        sizes = (2, 3, 4) if "\u0e00" <= word[0] <= "\u0eff" else (1, 2)
        return [run for size in sizes for run in _runs(word, size)] or [word]
    if english:
        return [stem(word)]
    if word.isdigit():
        return [word]
    size = 2 if re.match(f"[{_HANGUL}]", word) else RUN
    inner = word if size == 2 else f"{_FIRST}{word}{_LAST}"
    return [
        *dict.fromkeys((word, stem(word))),
        *(MARK + run for run in _runs(inner, size) if len(inner) > size),
    ]


def _runs(word: str, size: int) -> list[str]:
    return [word[at : at + size] for at in range(len(word) - size + 1)]


def _unspaced(word: str) -> bool:
    return "\u0e00" <= word[0] <= "\u0eff" or "\u3040" <= word[0] <= "\u9fff"
