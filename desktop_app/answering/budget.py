"""What of the prompt fits into the model's context: best passages first, then history, newest first.

Nothing is left out silently: each part has a line in the ledger with its tokens and, when it was left out
or cut, the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop_app.answering import prompt
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.language import sentences
from desktop_app.domain.ports import Engine
from desktop_app.domain.values import ChatMessage, LedgerEntry, Passage

MESSAGE_OVERHEAD = 8
"""Tokens a chat template may add round one message; the exact count is taken at the end."""
LEAST_ANSWER = 64
"""Tokens always kept for the answer, however small the context."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt that fits: the messages, the passages in them, and the account of every part."""

    messages: tuple[ChatMessage, ...]
    passages: tuple[Passage, ...]
    ledger: tuple[LedgerEntry, ...]
    prompt_tokens: int
    max_tokens: int


@dataclass(slots=True)
class _Part:
    """A passage or a history message on its way into the prompt."""

    entry: LedgerEntry
    text: str
    passage: Passage | None = None
    message: ChatMessage | None = None

    def leave_out(self, reason: str) -> None:
        self.entry = LedgerEntry(
            self.entry.kind, self.entry.label, self.entry.tokens, False, reason
        )

    @property
    def kept(self) -> bool:
        return self.entry.included


def fit(
    engine: Engine,
    *,
    system: str,
    question: str,
    passages: Sequence[Passage],
    history: Sequence[ChatMessage],
    most_passages: int,
    context: int,
    max_tokens: int,
) -> Fitted:
    """Choose what the model sees. `passages` come best first. Raises `KnownFault` EN13."""
    reserve = max(LEAST_ANSWER, min(max_tokens, context // 2))
    parts, fixed = _counted(engine, system, question, passages, history)
    room = context - reserve - fixed
    if room < 0:
        raise _too_long(fixed, context, reserve)
    shown = [part for part in parts if part.passage]
    told = [part for part in parts if part.message]
    for part in shown[most_passages:]:
        part.leave_out(f"not among the {most_passages} best")
    room = _fill_passages(engine, shown[:most_passages], room)
    _fill_history(told, room)

    def rendered() -> tuple[ChatMessage, ...]:
        kept = [part for part in shown if part.passage and part.kept]
        blocks = [prompt.passage_block(n, p.passage) for n, p in enumerate(kept, 1) if p.passage]
        earlier = [part.message for part in told if part.message and part.kept]
        return prompt.messages(system, earlier, prompt.user(question, blocks))

    messages, tokens = _settle(engine, rendered, told, shown, context - reserve)
    if tokens > context - reserve:
        raise _too_long(tokens, context, reserve)
    own = [LedgerEntry("system", "Instructions", engine.count_tokens([system])[0])]
    asked = [LedgerEntry("question", "Question", engine.count_tokens([question])[0])]
    return Fitted(
        messages,
        tuple(part.passage for part in shown if part.passage and part.kept),
        (*own, *(part.entry for part in told), *(part.entry for part in shown), *asked),
        tokens,
        min(max_tokens, context - tokens),
    )


def _counted(
    engine: Engine,
    system: str,
    question: str,
    passages: Sequence[Passage],
    history: Sequence[ChatMessage],
) -> tuple[list[_Part], int]:
    """Every part with its tokens, and the tokens of what must be in."""
    blocks = [prompt.passage_block(n, passage) for n, passage in enumerate(passages, 1)]
    scaffold = prompt.user(question, [""] if blocks else [])
    texts = [system, scaffold, *(turn.text for turn in history), *blocks]
    counts = [count + MESSAGE_OVERHEAD for count in engine.count_tokens(texts)]
    parts = [
        _Part(LedgerEntry("history", _label(turn), count), turn.text, message=turn)
        for turn, count in zip(history, counts[2:], strict=False)
    ]
    parts += [
        _Part(LedgerEntry("passage", _where(passage), count), passage.text, passage=passage)
        for passage, count in zip(passages, counts[2 + len(history) :], strict=True)
    ]
    return parts, counts[0] + counts[1]


def _label(turn: ChatMessage) -> str:
    first = " ".join(turn.text.split())[:40]
    return f"{'You' if turn.role == 'user' else 'Answer'}: {first}"


def _where(passage: Passage) -> str:
    name = passage.document or prompt.NO_TITLE
    return f"{name}, page {passage.page}" if passage.page else name


def _fill_passages(engine: Engine, shown: Sequence[_Part], room: int) -> int:
    """Take passages while they fit; the best is cut rather than lost. Returns the room left."""
    for place, part in enumerate(shown):
        if part.entry.tokens > room and place == 0:
            _cut(engine, part, room)
        if part.entry.tokens > room:
            part.leave_out("does not fit into the context")
            continue
        room -= part.entry.tokens
    return room


def _cut(engine: Engine, part: _Part, room: int) -> None:
    """Shorten a passage to its first sentences that fit."""
    assert part.passage is not None
    text, whole = part.text, part.entry.tokens
    ends = [end for _, end in sentences(text)]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        block = prompt.passage_block(1, _shortened(part.passage, ends[middle - 1]))
        fits = engine.count_tokens([block])[0] + MESSAGE_OVERHEAD <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    if not low:
        return
    part.passage = _shortened(part.passage, ends[low - 1])
    count = engine.count_tokens([prompt.passage_block(1, part.passage)])[0] + MESSAGE_OVERHEAD
    part.entry = LedgerEntry(
        "passage", part.entry.label, count, True, f"cut to its first {count:,} of {whole:,} tokens"
    )


def _shortened(passage: Passage, end: int) -> Passage:
    return Passage(
        passage.id,
        passage.document_id,
        passage.document,
        passage.page,
        passage.start,
        passage.start + end,
        passage.text[:end],
        passage.heading,
    )


def _fill_history(told: Sequence[_Part], room: int) -> None:
    """Keep the newest messages that fit, and no answer without its question."""
    full = False
    for part in reversed(told):
        full = full or part.entry.tokens > room
        if full:
            part.leave_out("older than what fits into the context")
        else:
            room -= part.entry.tokens
    _drop_orphan(told)


def _drop_orphan(told: Sequence[_Part]) -> None:
    for part in told:
        if part.kept and part.message and part.message.role == "user":
            return
        if part.kept:
            part.leave_out("its question does not fit into the context")


def _settle(
    engine: Engine,
    rendered: Callable[[], tuple[ChatMessage, ...]],
    told: Sequence[_Part],
    shown: Sequence[_Part],
    room: int,
) -> tuple[tuple[ChatMessage, ...], int]:
    """Count the prompt as the template renders it, and drop what the estimate let in too many."""
    while True:
        messages = rendered()
        tokens = engine.prompt_tokens(messages)
        spare = [part for part in told if part.kept] or [p for p in reversed(shown) if p.kept]
        if tokens <= room or not spare:
            return messages, tokens
        spare[0].leave_out("does not fit into the context")
        _drop_orphan(told)


def _too_long(tokens: int, context: int, reserve: int) -> KnownFault:
    over = tokens + reserve - context
    return KnownFault(
        "EN13",
        f"The question takes {tokens:,} tokens with its instructions; the model reads {context:,} at a time, "
        f"of which {reserve:,} are kept for the answer: {over:,} too many.",
        safe="Your text and the conversation are kept.",
        action="Shorten the question, or choose a larger context in the settings.",
    )
