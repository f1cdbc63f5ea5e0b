"""The plain values that pass between Candor's rooms: questions, passages, answers, documents, models.

Frozen; equal when their content is equal; nothing here knows how it is stored, drawn or computed.
Offsets are character offsets into a document's text as extracted. Scores lie in 0..1, higher is better.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
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
    """One sentence worth showing beside an answer that was given, for example that it could not be checked."""


# --- conversations ------------------------------------------------------------------------------


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


# --- documents ----------------------------------------------------------------------------------


class DocumentState(StrEnum):
    """Where a document stands."""

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"
    READY = "ready"
    EMPTY = "empty"
    LOCKED = "locked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Document:
    """A file in the library. `detail` says in words what happened to it."""

    id: int
    path: str
    name: str
    state: DocumentState
    detail: str = ""
    pages: int | None = None
    passages: int = 0
    size: int = 0
    content_hash: str = ""
    added: float = 0.0


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document's text as extracted. `page_starts[i]` is the offset at which page i+1 begins."""

    document_id: int
    name: str
    text: str
    page_starts: tuple[int, ...] = ()

    def page_of(self, offset: int) -> int | None:
        """The page, from 1, on which a character stands; None without pages."""
        return bisect_right(self.page_starts, offset) or None if self.page_starts else None


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Where adding documents stands: files of the batch, and passages of the current file."""

    document: str
    state: DocumentState
    files_done: int
    files_total: int
    passages_done: int = 0
    passages_total: int = 0


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a batch of files."""

    added: int = 0
    unchanged: int = 0
    failed: int = 0
    skipped: tuple[str, ...] = ()
    """Names left out, each with its reason in words."""

    def __str__(self) -> str:
        def count(number: int, word: str) -> str:
            return f"{number:,} {word}{'' if number == 1 else 's'}"

        parts = [f"{count(self.added, 'document')} added"]
        if self.unchanged:
            parts.append(f"{self.unchanged:,} unchanged")
        if self.failed:
            parts.append(f"{self.failed:,} could not be read")
        if self.skipped:
            parts.append(f"{len(self.skipped):,} skipped")
        return ", ".join(parts) + "."


# --- models -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on disk. `name` is what `--model` takes."""

    name: str
    path: str
    size: int
    source: Literal["package", "models", "data", "file"] = "file"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a GGUF header says. Zero or empty where the file does not."""

    path: str
    name: str
    architecture: str
    size: int
    parameters: int = 0
    quantization: str = ""
    context_length: int = 0
    layers: int = 0
    embedding_length: int = 0
    heads: int = 0
    kv_heads: int = 0
    has_chat_template: bool = False
    chat_template: str = field(default="", repr=False)
    license: str = ""
    languages: tuple[str, ...] = ()
    head_length: int = 0
    """Numbers in one attention head where it is not embedding_length / heads."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a model is loaded. `threads` 0 = choose for this machine."""

    context: int = 4096
    threads: int = 0
    batch: int = 256
    gpu_layers: int = 0


class EnginePhase(StrEnum):
    """What the engine is doing."""

    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineState:
    """The engine as the window shows it. `memory` is the worker's resident bytes, 0 if unknown.

    `waiting` counts requests behind the running one. `notice` is one sentence worth showing, for
    example that a chat template was unusable and which one is used instead.
    """

    phase: EnginePhase
    model: str = ""
    context: int = 0
    memory: int = 0
    waiting: int = 0
    notice: str = ""


@dataclass(frozen=True, slots=True)
class GenerationStats:
    """What one generation cost. `reason`: why it ended."""

    reason: Literal["stop", "length", "cancelled"]
    prompt_tokens: int
    reused_tokens: int
    new_tokens: int
    first_token_ms: float
    generate_ms: float
