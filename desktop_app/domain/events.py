"""What happens while a question is answered, in the order it happens. All frozen."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.values import Answer, LedgerEntry, ScoredPassage, Verdict, Why


@dataclass(frozen=True, slots=True)
class TurnAsked:
    """The question is safe on disk; `answer_id` is the message that the answer will fill."""

    conversation_id: int
    question_id: int
    answer_id: int


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The search is over. `searched` counts the passages looked at."""

    passages: tuple[ScoredPassage, ...]
    searched: int
    retrieve_ms: float


@dataclass(frozen=True, slots=True)
class Declined:
    """The documents do not hold the answer and *admit ignorance* is on."""

    why: Why


@dataclass(frozen=True, slots=True)
class PromptReady:
    """What the model is about to see, part by part, and what was left out."""

    ledger: tuple[LedgerEntry, ...]
    prompt_tokens: int
    context: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another request runs first; `position` counts from 1."""

    position: int


@dataclass(frozen=True, slots=True)
class TokenArrived:
    """A piece of text, whole characters only."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """A finished sentence got its verdict."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """The last event of the pipeline, whatever the outcome."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class TurnSaved:
    """The answer is safe on disk."""

    message_id: int


Event = (
    TurnAsked
    | PassagesFound
    | Declined
    | PromptReady
    | Waiting
    | TokenArrived
    | SentenceChecked
    | AnswerFinished
    | TurnSaved
)
