"""Makes a follow-up question self-contained, so that a search can find what it means."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.domain.language import content_words, words
from desktop_app.domain.values import ChatMessage

_POINTING = frozenset(
    (
        "he", "she", "it", "they", "him", "her", "them", "his", "hers", "its", "their", "theirs",
        "this", "that", "these", "those", "there", "then", "one", "ones", "former", "latter", "same", "else",
    )
)  # fmt: skip
_OPENERS = frozenset(("and", "but", "or", "so", "also", "what about", "how about"))
_FEW = 2


def standalone(question: str, history: Sequence[ChatMessage]) -> str:
    """The question, preceded by the previous question's content words when it leans on them.

    It leans when it points back (he, it, that …), opens with a conjunction, or has at most two content
    words of its own. A question without history, or that stands alone, comes back unchanged.
    """
    previous = next((turn.text for turn in reversed(history) if turn.role == "user"), "")
    if not previous or not _leans(question):
        return question
    own = set(content_words(question))
    carried = [
        word
        for word in words(previous)
        if content_words(word) and not own.intersection(content_words(word))
    ]
    return " ".join([*dict.fromkeys(carried), question]) if carried else question


def _leans(question: str) -> bool:
    spoken = words(question)
    if not _POINTING.isdisjoint(spoken):
        return True
    opener = " ".join(spoken[:1]), " ".join(spoken[:2])
    return not _OPENERS.isdisjoint(opener) or len(content_words(question)) <= _FEW
