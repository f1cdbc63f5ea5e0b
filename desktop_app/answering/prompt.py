"""Every word that is put before the model, versioned; the version is saved with each answer."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.domain.values import ChatMessage, Passage

PROMPT_VERSION = "1"

_GROUNDED = (
    "You answer questions from the user's documents. Use only the passages given with the question. "
    "Answer in one to three plain sentences."
)
_ADMIT = " If the passages do not hold the answer, say that you could not find it."
_ANYWAY = (
    "You answer questions. The passages given with the question may not hold the answer: use them where they "
    "help, and otherwise what you know. Say what you are not sure of. Answer in one to three plain sentences."
)
_PLAIN = "You are a helpful assistant. Answer plainly and briefly. If you do not know, say so."

DECLINED = "I could not find that in your documents."
NO_TITLE = "Untitled"
TITLE_LIMIT = 80


def system(*, grounded: bool, admit_ignorance: bool, anyway: bool = False, own: str = "") -> str:
    """The system prompt; `own` is what the user added in the settings."""
    if not grounded:
        text = _PLAIN
    elif anyway:
        text = _ANYWAY
    else:
        text = _GROUNDED + (_ADMIT if admit_ignorance else "")
    return f"{text}\n\n{own.strip()}" if own.strip() else text


def passage_block(number: int, passage: Passage) -> str:
    """A passage under its number, every line of it quoted, so that it cannot pose as anything else.

    `splitlines` knows every kind of line end, so none of them lets a document begin a line of its own.
    """
    title = " ".join(passage.document.split())[:TITLE_LIMIT] or NO_TITLE
    where = f"{title}, page {passage.page}" if passage.page else title
    quoted = "\n".join(f"> {line}" for line in passage.text.splitlines() if line.strip())
    return f"[{number}] {where}\n{quoted}"


def user(question: str, blocks: Sequence[str]) -> str:
    """The last user message: the passages, then the question; the bare question without passages."""
    if not blocks:
        return question
    return "Passages:\n\n" + "\n\n".join(blocks) + f"\n\nQuestion: {question}"


def messages(
    system_text: str, history: Sequence[ChatMessage], user_text: str
) -> tuple[ChatMessage, ...]:
    """The whole prompt; what stays the same from turn to turn stands first."""
    return (ChatMessage("system", system_text), *history, ChatMessage("user", user_text))
