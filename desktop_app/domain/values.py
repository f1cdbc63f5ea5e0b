"""The plain values of asking and answering that pass between the rooms: questions, passages, answers.

Frozen; equal when their content is equal; nothing here knows how it is stored, drawn or computed.
Offsets are character offsets into a document's text as extracted. Scores lie in 0..1, higher is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Role = Literal["system", "user", "assistant"]


# --- asking -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as a model sees it. `text` is data: control tokens in it stay plain text."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `page` counts from 1, None where the format has no pages.

    `id` and `document_id` are 0 for passages handed over with a question (batch files).
    """

    id: int
    document_id: int
    document: str
    page: int | None
    start: int
    end: int
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage with the fused score that ranked it and the parts it came from."""

    passage: Passage
    score: float
    dense: float | None = None
    keyword: float | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """The probability that a passage supports a sentence, and the stretch of the passage that does."""

    score: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Switches:
    """The trust switches of one question."""

    admit_ignorance: bool = True
    self_check: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """What the user asks.

    `passages`: None = search the library; a tuple = these and no others (batch files).
    `documents`: restrict the search to these document ids; None = all of them.
    `answer_anyway`: skip the abstention once; the answer is then marked ungrounded.
    """

    text: str
    history: tuple[ChatMessage, ...] = ()
    passages: tuple[Passage, ...] | None = None
    documents: tuple[int, ...] | None = None
    switches: Switches = Switches()
    answer_anyway: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. temperature 0 is greedy."""

    temperature: float = 0.0
    top_p: float = 0.95
    top_k: int = 40
    min_p: float = 0.05
    repeat_penalty: float = 1.1
    seed: int = 0
    max_tokens: int = 512
    stop: tuple[str, ...] = ()


# --- the answer ---------------------------------------------------------------------------------


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    DECLINED = "declined"
    STOPPED = "stopped"
    FAILED = "failed"


class Label(StrEnum):
    """What the self-check says of a sentence."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a document that a sentence was held against."""

    document: str
    page: int | None
    start: int
    end: int
    document_id: int = 0
    quote: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered pointer from the answer into a document. `quote` is the document's own text."""

    marker: int
    document: str
    page: int | None
    start: int
    end: int
    quote: str
    document_id: int = 0
    sentence_end: int = 0
    """Offset in the answer's text after which the marker is drawn."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence of the answer (offsets into the answer's text) and what it rests on.

    `score` is the probability that the sentence is supported; the first of `evidence` is the best.
    """

    start: int
    end: int
    sentence: str
    label: Label
    score: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A passage that was found and judged not good enough."""

    document: str
    page: int | None
    start: int
    end: int
    quote: str
    score: float
    document_id: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """What a decision to answer or decline rested on. `best_score` is None when nothing was searched."""

    searched: int = 0
    documents: int = 0
    best_score: float | None = None
    threshold: float = 0.0
    near_misses: tuple[NearMiss, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Names of documents that could not be searched (failed, locked, no text)."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds and tokens of one answer."""

    retrieve_ms: float = 0.0
    first_token_ms: float = 0.0
    generate_ms: float = 0.0
    check_ms: float = 0.0
    prompt_tokens: int = 0
    reused_tokens: int = 0
    new_tokens: int = 0

    @property
    def tokens_per_second(self) -> float:
        """Generated tokens a second, 0 when nothing was generated."""
        return self.new_tokens / self.generate_ms * 1000 if self.generate_ms > 0 else 0.0


LedgerKind = Literal["system", "history", "passage", "question"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One part of what the model saw, or was not shown and why."""

    kind: LedgerKind
    label: str
    tokens: int
    included: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is known about one answer once it has ended."""

    question: str
    outcome: Outcome
    text: str
    citations: tuple[Citation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    why: Why = Why()
    model: str = ""
    prompt_version: str = ""
    timing: Timing = Timing()
    ledger: tuple[LedgerEntry, ...] = ()
    sampling: Sampling = Sampling()
    grounded: bool = False
    """Whether passages were put before the model."""
    cut: bool = False
    """Whether the length limit ended the text."""
    fault_code: str = ""
    fault: str = ""
    """The sentence to show when the outcome is FAILED."""
    fault_details: str = ""
    notice: str = ""
    """One sentence worth showing beside an answer, for example that it could not be checked."""
