"""What each room asks of the others. Rooms on one row meet here and nowhere else.

Blocking calls are made from worker threads of the window or straight from a command; none touches Qt.
Every call may raise `KnownFault`; those that take a `CancelToken` may raise `Cancelled`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.conversations import Conversation, Message, MessageState
from desktop_app.domain.documents import (
    Document,
    DocumentState,
    DocumentText,
    IngestProgress,
    IngestReport,
)
from desktop_app.domain.events import Event
from desktop_app.domain.models import (
    EngineState,
    GenerationStats,
    LoadOptions,
    ModelFile,
    ModelInfo,
)
from desktop_app.domain.values import (
    Answer,
    ChatMessage,
    Passage,
    Question,
    Sampling,
    ScoredPassage,
    Support,
)


class Generation(Protocol):
    """A running generation: iterate for text pieces; afterwards `stats` is set."""

    stats: GenerationStats | None

    def __iter__(self) -> Iterator[str]: ...


class Engine(Protocol):
    """A language model. One request at a time; others wait their turn."""

    def load(self, path: str, options: LoadOptions, cancel: CancelToken) -> None:
        """Make `path` the loaded model; a no-op when it is, with the same options."""

    def state(self) -> EngineState:
        """What the engine is doing now."""

    def subscribe(self, listener: Callable[[EngineState], None]) -> Callable[[], None]:
        """Call `listener` on every change, from any thread; returns how to unsubscribe."""

    def generate(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        cancel: CancelToken,
        on_wait: Callable[[int], None] | None = None,
    ) -> Generation:
        """Stream an answer. A cancel ends the stream with reason ``cancelled``, it does not raise.

        `on_wait` hears the place in the queue (from 1) while another request runs.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, control tokens not parsed."""

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of the whole prompt as the template renders it."""

    def score_choices(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], cancel: CancelToken
    ) -> list[float]:
        """Log-probability of each choice's first token as the next token after the prompt."""

    def close(self) -> None:
        """End the worker; idempotent."""


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def name(self) -> str:
        """Which embedder, saved beside the vectors: the same name gives the same vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> list[list[float]]:
        """One unit vector a text, in order. Identical texts may share their work."""


class EvidenceScorer(Protocol):
    """The checker: how well passages answer a question or support a sentence. Probabilities."""

    def answerable(
        self, question: str, passages: Sequence[str], cancel: CancelToken | None = None
    ) -> list[float]:
        """For each passage, the probability that it holds the answer."""

    def supported(
        self, sentences: Sequence[str], passages: Sequence[str], cancel: CancelToken | None = None
    ) -> list[list[Support]]:
        """For each sentence, its support by each passage, in the passages' order."""


class Retriever(Protocol):
    """Finds passages for a question."""

    def search(
        self,
        query: str,
        limit: int,
        documents: Sequence[int] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[ScoredPassage]:
        """The best passages, best first, at most `limit`."""

    def searchable(self, documents: Sequence[int] | None = None) -> tuple[int, int]:
        """(passages, documents) that a search looks through."""

    def unreadable(self, documents: Sequence[int] | None = None) -> tuple[str, ...]:
        """Names of documents that a search cannot see (failed, locked, no text, not read yet)."""


class Library(Retriever, Protocol):
    """The documents: added, listed, searched, shown, removed."""

    def add(
        self,
        paths: Sequence[str],
        on_progress: Callable[[IngestProgress], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> IngestReport:
        """Read, cut, embed and index files and folders; what is done stays done when cancelled."""

    def refresh(
        self,
        on_progress: Callable[[IngestProgress], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> IngestReport:
        """Finish what was interrupted and read again what changed on disk (by content hash)."""

    def retry(self, document_id: int, password: str = "") -> IngestReport:
        """Read one document again."""

    def documents(self) -> list[Document]:
        """All of them, newest first."""

    def remove(self, document_id: int) -> None:
        """Forget a document; the user's file is untouched."""

    def text(self, document_id: int) -> DocumentText:
        """The extracted text, for the source view."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when documents change, from any thread; returns how to unsubscribe."""

    def close(self) -> None:
        """End the workers and close the files; idempotent."""


class Conversations(Protocol):
    """Conversations as trees of messages, safe on disk when a call returns."""

    def create(self, title: str = "") -> Conversation: ...

    def find(self, search: str = "", limit: int = 0) -> list[Conversation]:
        """Newest first; with `search`, those whose title or messages match. limit 0 = all."""

    def get(self, conversation_id: int) -> Conversation: ...

    def rename(self, conversation_id: int, title: str) -> None: ...

    def delete(self, conversation_id: int) -> None:
        """Take it out of the list; it can be brought back until the next start."""

    def restore(self, conversation_id: int) -> None:
        """Undo `delete`."""

    def path(self, conversation_id: int) -> list[Message]:
        """The selected path from the first message to its leaf."""

    def message(self, message_id: int) -> Message: ...

    def select(self, message_id: int) -> None:
        """Show this sibling, and of its descendants those shown last."""

    def add_question(self, conversation_id: int, parent_id: int | None, text: str) -> int:
        """Write a user message (state ASKED) and select it; returns its id."""

    def add_answer(self, question_id: int) -> int:
        """Write an empty assistant message (state STREAMING) below it and select it."""

    def keep(self, message_id: int, text: str) -> None:
        """The text so far of a streaming answer."""

    def finish(self, message_id: int, state: MessageState, answer: Answer) -> None:
        """The whole answer, its question to DONE, in one transaction."""

    def mark_interrupted(self) -> int:
        """Turn every ASKED or STREAMING message of an earlier run into FAILED; how many."""

    def close(self) -> None: ...


class ModelShelf(Protocol):
    """The GGUF files on this machine."""

    def models(self) -> list[ModelFile]:
        """Chat models found in packages, in `models/`, in the data folder."""

    def find(self, name_or_path: str) -> ModelFile:
        """By name, file name or path."""

    def info(self, path: str) -> ModelInfo:
        """The header, read in Python; raises for what is not a whole GGUF file."""


class DocumentStore(Protocol):
    """Documents, passages, their text and vectors, and keyword search over them; safe on disk.

    A document has at most one *live* revision, which searches see, and one *pending*, which is being
    embedded and takes its place when it is published. Vectors are little-endian float32 bytes.
    """

    @property
    def generation(self) -> int:
        """Grows whenever the set of live passages changes; kept across restarts."""

    def register(self, path: str, name: str) -> Document:
        """The document of this path, made WAITING when there is none."""

    def documents(self) -> list[Document]:
        """All of them, newest first."""

    def document(self, document_id: int) -> Document:
        """One of them. Raises KnownFault DO17 when it is not there any more."""

    def mark(self, document_id: int, state: DocumentState, detail: str = "") -> None:
        """Set where a document stands."""

    def stamp(self, document_id: int) -> tuple[int, int, str]:
        """(size in bytes, modification time in ns, content hash) of the file when last tried."""

    def set_stamp(self, document_id: int, size: int, modified: int, content_hash: str) -> None:
        """Remember which version of the file was tried."""

    def crashed(self, content_hash: str) -> bool:
        """Whether this content has crashed or hung the reader."""

    def set_crashed(self, content_hash: str) -> None:
        """Never read this content again without being asked."""

    def add_revision(
        self, document_id: int, text: str, page_starts: Sequence[int], passages: Sequence[Passage]
    ) -> None:
        """Keep a text and its passages as the pending revision, in place of an earlier pending one."""

    def reuse_vectors(self, document_id: int, embedder: str) -> int:
        """Give pending passages the vectors of passages with the same text; how many were given."""

    def unembedded(self, document_id: int, embedder: str) -> list[tuple[int, str]]:
        """(passage id, text to embed) of the newest revision without a vector, in order."""

    def add_vectors(self, embedder: str, vectors: Sequence[tuple[int, bytes]]) -> None:
        """Keep vectors of passages; those whose passage is gone meanwhile are dropped."""

    def publish(self, document_id: int) -> None:
        """The pending revision becomes live, the earlier one is deleted, the state READY."""

    def incomplete(self, embedder: str) -> list[int]:
        """Documents with a revision that is pending or lacks vectors of this embedder."""

    def remove(self, document_id: int) -> None:
        """Forget a document with all that was made of it."""

    def text(self, document_id: int) -> DocumentText:
        """The live text, or the pending one when there is no live one."""

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that are live, by id."""

    def passage_ids(self, documents: Sequence[int] | None = None) -> list[int]:
        """Ids of live passages, of these documents only."""

    def embedded_ids(self, embedder: str) -> list[int]:
        """Ids of live passages that have a vector of this embedder."""

    def vectors(self, embedder: str, passage_ids: Sequence[int]) -> list[tuple[int, bytes]]:
        """The vectors of these passages; at most 500 ids at a time."""

    def search_words(
        self, query: str, limit: int, documents: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """(passage id, BM25 score above 0) of live passages that share a word with `query`, best first."""

    def counts(self, documents: Sequence[int] | None = None) -> tuple[int, int]:
        """(live passages, documents that have any)."""

    def unreadable(self, documents: Sequence[int] | None = None) -> tuple[str, ...]:
        """Names of documents without live passages; those that are not read yet say so."""

    def close(self) -> None: ...


class Turns(Protocol):
    """A question asked in a conversation: answered by the pipeline and saved on the way."""

    def ask(
        self, conversation_id: int, parent_id: int | None, question: Question, cancel: CancelToken
    ) -> Iterator[Event]:
        """Write the question below `parent_id` (None: the root) and answer it; history is filled in."""

    def again(self, question_id: int, question: Question, cancel: CancelToken) -> Iterator[Event]:
        """Answer an existing question once more, as a sibling of its earlier answers."""
