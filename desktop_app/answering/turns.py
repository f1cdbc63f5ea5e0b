"""A question asked in a conversation: written down, answered by the pipeline, and saved on the way."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace

from desktop_app.answering.pipeline import Pipeline
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.conversations import Message, MessageState
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.events import (
    AnswerFinished,
    Event,
    SentenceChecked,
    TokenArrived,
    TurnAsked,
    TurnSaved,
)
from desktop_app.domain.ports import Conversations
from desktop_app.domain.values import Answer, ChatMessage, Outcome, Question, Verdict

KEEP_EVERY = 1.0
"""Seconds between two writes of the text so far."""

REMEMBERED = 1_000
"""Messages looked back at; no model's context holds more."""

BROKE = "Something went wrong inside Candor while it answered. The text so far is kept. Ask again."

_STATES = {
    Outcome.ANSWERED: MessageState.DONE,
    Outcome.DECLINED: MessageState.DONE,
    Outcome.STOPPED: MessageState.STOPPED,
    Outcome.FAILED: MessageState.FAILED,
}


class ConversationTurns:
    """Implements the `Turns` port over a pipeline and the stored conversations."""

    def __init__(
        self,
        pipeline: Pipeline,
        conversations: Conversations,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pipeline = pipeline
        self._conversations = conversations
        self._clock = clock

    def ask(
        self, conversation_id: int, parent_id: int | None, question: Question, cancel: CancelToken
    ) -> Iterator[Event]:
        """Write the question below `parent_id` and answer it; history is filled in from above it.

        Raises `KnownFault` when the question or the finished answer cannot be written; the latter after
        `AnswerFinished`, so that the text is on the screen at least. Closing the iterator early saves
        what there is as stopped.
        """
        question_id = self._conversations.add_question(conversation_id, parent_id, question.text)
        yield from self._answered(conversation_id, parent_id, question_id, question, cancel)

    def again(self, question_id: int, question: Question, cancel: CancelToken) -> Iterator[Event]:
        """Answer a written question once more, as a sibling of its earlier answers."""
        asked = self._conversations.message(question_id)
        yield from self._answered(
            asked.conversation_id, asked.parent_id, question_id, question, cancel
        )

    def _answered(
        self,
        conversation_id: int,
        parent_id: int | None,
        question_id: int,
        question: Question,
        cancel: CancelToken,
    ) -> Iterator[Event]:
        answer_id = self._conversations.add_answer(question_id)
        turn = _Turn(self._conversations, answer_id, question.text, self._clock)
        try:
            yield TurnAsked(conversation_id, question_id, answer_id)
            whole = replace(question, history=self._history(parent_id))
            with closing(self._pipeline.answer(whole, cancel)) as events:
                yield from self._saved(events, turn, answer_id)
        except BaseException as error:
            if not turn.ended:
                cancel.cancel()
                turn.save(turn.interrupted(error))
            raise

    @staticmethod
    def _saved(events: Iterable[Event], turn: _Turn, answer_id: int) -> Iterator[Event]:
        for event in events:
            if not isinstance(event, AnswerFinished):
                turn.hear(event)
                yield event
                continue
            fault = turn.save(event.answer)
            yield event
            if fault:
                raise fault
            yield TurnSaved(answer_id)

    def _history(self, parent_id: int | None) -> tuple[ChatMessage, ...]:
        """The question and answer pairs above a question, oldest first.

        Pairs whose answer failed or declined are left out: they would teach the model to decline.
        """
        above: list[Message] = []
        while parent_id is not None and len(above) < REMEMBERED:
            message = self._conversations.message(parent_id)
            above.append(message)
            parent_id = message.parent_id
        above.reverse()
        told: list[ChatMessage] = []
        for asked, answered in itertools.pairwise(above):
            if asked.role == "user" and answered.role == "assistant" and _usable(answered):
                told.append(ChatMessage("user", asked.text))
                told.append(ChatMessage("assistant", answered.text))
        return tuple(told)


def _usable(answered: Message) -> bool:
    declined = answered.answer is not None and answered.answer.outcome is Outcome.DECLINED
    ended = answered.state in (MessageState.DONE, MessageState.STOPPED)
    return ended and not declined and bool(answered.text.strip())


class _Turn:
    """Keeps one answer safe while it streams; a store that fails meanwhile does not stop it."""

    def __init__(
        self,
        conversations: Conversations,
        answer_id: int,
        question: str,
        clock: Callable[[], float],
    ) -> None:
        self.ended = False
        self._conversations = conversations
        self._answer_id = answer_id
        self._question = question
        self._clock = clock
        self._kept = clock()
        self._text = ""
        self._verdicts: list[Verdict] = []

    def hear(self, event: Event) -> None:
        """Take up what an event brings, and write the text when it is time."""
        if isinstance(event, SentenceChecked):
            self._verdicts.append(event.verdict)
        if not isinstance(event, TokenArrived):
            return
        self._text += event.text
        if self._clock() - self._kept >= KEEP_EVERY:
            self._kept = self._clock()
            try:
                self._conversations.keep(self._answer_id, self._text)
            except KnownFault:
                return  # said at the end, when the whole answer cannot be written either

    def interrupted(self, error: BaseException) -> Answer:
        """What there is when nobody waits for the rest, or when something broke."""
        closed = isinstance(error, GeneratorExit)
        return Answer(
            self._question,
            Outcome.STOPPED if closed else Outcome.FAILED,
            self._text,
            verdicts=tuple(self._verdicts),
            fault_code=error.fault.code if isinstance(error, KnownFault) else "",
            fault="" if closed else str(error) if isinstance(error, KnownFault) else BROKE,
        )

    def save(self, answer: Answer) -> KnownFault | None:
        """Write the final record; the fault if that fails."""
        self.ended = True
        try:
            self._conversations.finish(self._answer_id, _STATES[answer.outcome], answer)
        except KnownFault as fault:
            return fault
        return None
