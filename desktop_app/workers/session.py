"""A loaded model at work: prompts in, text out, token by token; what was computed is kept for reuse."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.values import ChatMessage
from desktop_app.workers.pieces import Pieces
from desktop_app.workers.sampling import clamped
from desktop_app.workers.template import (
    CHATML,
    CHATML_STOP,
    ChatTemplate,
    Refused,
    TemplateUnusable,
    merge_system,
)
from desktop_app.workers.tokens import Vocabulary

Emit = Callable[[dict[str, Any]], None]
IsCancelled = Callable[[], bool]


class Sampler(Protocol):
    """Draws tokens from the logits that the model computed last."""

    def sample(self) -> int: ...

    def close(self) -> None: ...


class TokenModel(Protocol):
    """What a session needs of a model. Positions count from 0."""

    context: int
    batch: int
    vocabulary: Vocabulary
    ends: frozenset[int]
    template: str
    bos_text: str
    eos_text: str

    def tokenize(self, text: str) -> list[int]: ...

    def piece(self, token: int) -> bytes: ...

    def evaluate(self, tokens: Sequence[int], cancelled: IsCancelled | None = None) -> bool:
        """Add at most `batch` tokens; False when it was cancelled on the way."""

    def forget(self, position: int) -> bool:
        """Drop what was evaluated from `position` on; False when everything had to go."""

    def sampler(self, **values: float) -> Sampler: ...

    def log_probabilities(self, tokens: Sequence[int]) -> list[float]: ...

    def close(self) -> None: ...


class Session:
    """A model, its template and the tokens whose computation is kept."""

    def __init__(self, model: TokenModel, use_own_template: bool = True) -> None:
        self.model = model
        self.notice = ""
        self._kept: list[int] = []
        self._stop: tuple[str, ...] = ()
        if not use_own_template:
            self._fall_back("")
        elif not model.template:
            self._fall_back("This model brings no chat template, so ChatML is used.")
        else:
            try:
                self._template = ChatTemplate(model.template, model.bos_text, model.eos_text)
            except TemplateUnusable as error:
                self._fall_back(f"The model's chat template {error}; ChatML is used instead.")
        if self._template.merges_system:
            self.notice = "This model takes no system prompt; it is put before the first question."

    @property
    def template_name(self) -> str:
        """``own`` or ``chatml``."""
        return "chatml" if self._stop else "own"

    def prompt(self, messages: Sequence[ChatMessage], tail: str = "") -> list[int]:
        """Tokens of the whole prompt; `tail` is the beginning of the answer."""
        try:
            pieces = self._template.render(messages)
        except Refused:
            try:
                pieces = self._template.render(merge_system(messages))
            except (Refused, TemplateUnusable) as error:
                pieces = self._fall_back_with(messages, error)
        except TemplateUnusable as error:
            pieces = self._fall_back_with(messages, error)
        return self.model.vocabulary.prompt([*pieces, (tail, True)])

    def generate(
        self,
        messages: Sequence[ChatMessage],
        sampling: dict[str, Any],
        emit: Emit,
        cancelled: IsCancelled,
    ) -> dict[str, Any]:
        """Emit ``{"prompt", "reused"}`` once and ``{"text"}`` for each piece; returns the figures.

        `generate_ms` runs from the first token to the last, `first_token_ms` up to the first.
        """
        started = time.perf_counter()
        values = clamped(sampling)
        prompt = self.prompt(messages)
        room = self._room(prompt)
        reused = self._reuse(prompt)
        emit({"prompt": len(prompt), "reused": reused})
        pieces = Pieces((*values.stop, *self._stop))
        reason, count, first = "cancelled", 0, 0.0
        if self._compute(prompt[reused:], cancelled):
            sampler = self.model.sampler(
                temperature=values.temperature,
                top_k=values.top_k,
                top_p=values.top_p,
                min_p=values.min_p,
                repeat_penalty=values.repeat_penalty,
                seed=values.seed,
            )
            try:
                first = time.perf_counter()
                limit = min(values.max_tokens, room)
                reason, count = self._draw(sampler, limit, pieces, emit, cancelled)
            finally:
                sampler.close()
        if rest := pieces.rest():
            emit({"text": rest})
        ended = time.perf_counter()
        return {
            "reason": reason,
            "prompt_tokens": len(prompt),
            "reused_tokens": reused,
            "new_tokens": count,
            "first_token_ms": ((first or ended) - started) * 1000,
            "generate_ms": (ended - first) * 1000 if first else 0.0,
            "notice": self.notice,
        }

    def score(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], cancelled: IsCancelled
    ) -> list[float]:
        """Log-probability of each choice's first token after the prompt. May raise `Cancelled`."""
        prompt = self.prompt(messages)
        self._room(prompt)
        firsts = []
        for choice in choices:
            whole = self.prompt(messages, tail=choice)
            place = _shared(prompt, whole)
            if place >= len(whole):
                raise KnownFault("EN0", "A choice to be scored is empty.")
            firsts.append(whole[place])
        if not self._compute(prompt[self._reuse(prompt) :], cancelled):
            raise Cancelled
        return self.model.log_probabilities(firsts)

    def _draw(
        self, sampler: Sampler, limit: int, pieces: Pieces, emit: Emit, cancelled: IsCancelled
    ) -> tuple[str, int]:
        """The loop of one answer: (why it ended, tokens drawn)."""
        model = self.model
        for count in range(limit):
            if cancelled():
                return "cancelled", count
            token = sampler.sample()
            if token in model.ends:
                return "stop", count
            if text := pieces.feed(model.piece(token)):
                emit({"text": text})
            if pieces.stopped:
                return "stop", count + 1
            if count + 1 < limit:
                model.evaluate((token,))
                self._kept.append(token)
        return "length", limit

    def _room(self, prompt: list[int]) -> int:
        """How many tokens the answer may have. Raises `KnownFault` EN13 for none."""
        room = self.model.context - len(prompt)
        if room < 1:
            over = 1 - room
            raise KnownFault(
                "EN13",
                f"This is {over:,} {'token' if over == 1 else 'tokens'} too long for the model: "
                f"{len(prompt):,} of a context of {self.model.context:,}, with none left to answer.",
                safe="Nothing was lost.",
                action="Shorten it, start a new chat, or choose a larger context in the settings.",
            )
        return room

    def _reuse(self, prompt: list[int]) -> int:
        """Keep what is computed and still true; returns how many tokens of the prompt that is.

        The last token of the prompt is always computed anew, for its logits are needed.
        """
        shared = min(_shared(self._kept, prompt), len(prompt) - 1)
        if not self.model.forget(shared):
            shared = 0
        self._kept = self._kept[:shared]
        return shared

    def _compute(self, tokens: list[int], cancelled: IsCancelled) -> bool:
        """Evaluate a prompt batch by batch; False when cancelled."""
        for start in range(0, len(tokens), self.model.batch):
            part = tokens[start : start + self.model.batch]
            if cancelled() or not self.model.evaluate(part, cancelled):
                self.model.forget(len(self._kept))
                return False
            self._kept += part
        return True

    def _fall_back(self, notice: str) -> None:
        self._template = ChatTemplate(CHATML, self.model.bos_text, self.model.eos_text)
        self._stop = CHATML_STOP
        self.notice = notice

    def _fall_back_with(
        self, messages: Sequence[ChatMessage], error: Exception
    ) -> list[tuple[str, bool]]:
        self._fall_back(f"The model's chat template {error}; ChatML is used instead.")
        return self._template.render(messages)


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences have in common from the start."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
