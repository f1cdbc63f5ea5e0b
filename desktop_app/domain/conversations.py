"""Conversations as trees of messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.domain.values import Answer, Role


class MessageState(StrEnum):
    """Where a message stands. ASKED and STREAMING found at start-up mean an interruption."""

    ASKED = "asked"
    STREAMING = "streaming"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """One node of a conversation's tree, on the selected path.

    `siblings` are the ids of all children of the same parent in order, itself among them.
    `answer` is None for user messages and for answers that never ended.
    """

    id: int
    conversation_id: int
    parent_id: int | None
    role: Role
    text: str
    state: MessageState
    created: float
    siblings: tuple[int, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A line of the conversation list. Times are seconds since the epoch."""

    id: int
    title: str
    created: float
    updated: float
    messages: int = 0
    snippet: str = ""
    """The matching words around a search hit, plain text."""
