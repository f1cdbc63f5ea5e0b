"""A question before it is asked, and its answer while it is being made."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.domain.conversations import Message
from desktop_app.domain.events import (
    AnswerFinished,
    Declined,
    Event,
    PassagesFound,
    PromptReady,
    SentenceChecked,
    TokenArrived,
    TurnAsked,
    TurnSaved,
    Waiting,
)
from desktop_app.domain.values import Answer, Citation, Question, Verdict, Why
from desktop_app.ui.chat import wording

PENDING_QUESTION, PENDING_ANSWER = 0, -1
"""The ids of messages that are not in the store yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the composer. `replaces` is the question that it is an edit of."""

    text: str = ""
    pastes: tuple[str, ...] = ()
    replaces: Message | None = None


@dataclass(slots=True)
class LiveAnswer:
    """The state of one running turn. Ids are 0 until the question is in the store."""

    question: Question
    conversation_id: int = 0
    question_id: int = 0
    answer_id: int = 0
    parent_id: int | None = None
    status: str = wording.STARTING
    model: str = ""
    text: str = ""
    verdicts: list[Verdict] = field(default_factory=list)
    citations: tuple[Citation, ...] = ()
    why: Why | None = None
    answer: Answer | None = None
    prompt_tokens: int = 0
    context: int = 0
    saved: bool = False

    def hear(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case TurnAsked():
                self.conversation_id = event.conversation_id
                self.question_id, self.answer_id = event.question_id, event.answer_id
                self.status = wording.SEARCHING
            case PassagesFound():
                self.status = wording.found(len(event.passages), event.searched)
            case PromptReady():
                self.prompt_tokens, self.context = event.prompt_tokens, event.context
                self.status = wording.reading(event.prompt_tokens)
            case Waiting():
                self.status = wording.waiting(event.position)
            case TokenArrived():
                self.text += event.text
                if self.status != wording.STOPPING:
                    self.status = wording.WRITING
            case SentenceChecked():
                self.verdicts = sorted(
                    [v for v in self.verdicts if v.start != event.verdict.start] + [event.verdict],
                    key=lambda verdict: verdict.start,
                )
            case Declined():
                self.why, self.status = event.why, ""
            case AnswerFinished():
                self._finish(event.answer)
            case TurnSaved():
                self.saved = True

    def _finish(self, answer: Answer) -> None:
        self.answer, self.status = answer, ""
        self.text, self.model = answer.text, answer.model or self.model
        self.verdicts, self.citations = list(answer.verdicts), answer.citations
