"""The steps from a question to a checked answer, as a generator of events."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from desktop_app.answering import budget, policy, prompt
from desktop_app.answering.draft import Draft
from desktop_app.answering.followup import standalone
from desktop_app.answering.writing import Writing
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.events import AnswerFinished, Declined, Event, PassagesFound, PromptReady
from desktop_app.domain.models import LoadOptions
from desktop_app.domain.ports import Engine, EvidenceScorer, Retriever
from desktop_app.domain.values import Outcome, Passage, Question, Sampling, ScoredPassage

LOOKED_AT = 8
"""Passages scored at least; the best of them go before the model, the others may be near misses."""


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What the settings say, read anew for each question."""

    model_name: str
    model_path: str
    load: LoadOptions = field(default_factory=LoadOptions)
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0
    passages: int = 4
    answerable_threshold: float = 0.5
    supported_threshold: float = 0.5
    system_prompt: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """What was searched and what came of it. `searched` 0: there was nothing to search."""

    passages: list[ScoredPassage]
    searched: int
    documents: int
    unreadable: tuple[str, ...]

    @property
    def any_source(self) -> bool:
        return bool(self.searched or self.unreadable)


class Pipeline:
    """Answers questions. Holds no state between them; one question at a time a caller."""

    def __init__(
        self,
        *,
        engine: Engine,
        retriever: Retriever,
        scorer: EvidenceScorer,
        config: Callable[[], PipelineConfig],
    ) -> None:
        self._engine = engine
        self._retriever = retriever
        self._scorer = scorer
        self._config = config

    def answer(self, question: Question, cancel: CancelToken) -> Generator[Event, None, None]:
        """The events of one answer, the last of them `AnswerFinished` whatever happens.

        A known fault or a cancel ends the answer as failed or stopped with the text so far.
        """
        draft = Draft(question.text)
        try:
            yield from self._steps(question, cancel, draft)
        except Cancelled:
            draft.outcome = Outcome.STOPPED
        except KnownFault as error:
            draft.fail(error.fault)
        yield AnswerFinished(draft.finished())

    def _steps(self, question: Question, cancel: CancelToken, draft: Draft) -> Iterator[Event]:
        config = self._config()
        draft.model = config.model_name
        meant = standalone(question.text, question.history)
        begun = time.perf_counter()
        found = self._find(question, meant, max(LOOKED_AT, 2 * config.passages), cancel)
        draft.retrieve_ms = (time.perf_counter() - begun) * 1000
        yield PassagesFound(tuple(found.passages), found.searched, draft.retrieve_ms)
        cancel.raise_if_cancelled()
        passages = self._weigh(question, meant, found, config, cancel, draft)
        if draft.outcome is Outcome.DECLINED:
            draft.text = prompt.DECLINED
            yield Declined(draft.why)
            return
        self._engine.load(config.model_path, config.load, cancel)
        fitted = self._fit(question, passages, found.any_source, config)
        draft.ledger, draft.prompt_tokens = fitted.ledger, fitted.prompt_tokens
        draft.passages = fitted.passages
        draft.grounded = bool(fitted.passages) and not question.answer_anyway
        draft.sampling = Sampling(
            temperature=config.temperature, seed=config.seed, max_tokens=fitted.max_tokens
        )
        yield PromptReady(fitted.ledger, fitted.prompt_tokens, self._context(config))
        cancel.raise_if_cancelled()
        scorer = self._scorer if question.switches.self_check else None
        writing = Writing(self._engine, fitted, draft, cancel)
        yield from writing.events(draft.sampling, scorer, config.supported_threshold)
        self._review(question, passages, draft)

    def _find(self, question: Question, meant: str, limit: int, cancel: CancelToken) -> _Found:
        if question.passages is not None:
            given = [ScoredPassage(each, 0.0) for each in question.passages if each.text.strip()]
            titles = {each.passage.document for each in given}
            return _Found(given, len(given), len(titles), ())
        searched, documents = self._retriever.searchable(question.documents)
        unreadable = self._retriever.unreadable(question.documents)
        if not searched:
            return _Found([], 0, documents, unreadable)
        found = self._retriever.search(meant, limit, question.documents, cancel)
        return _Found(found, searched, documents, unreadable)

    def _weigh(
        self,
        question: Question,
        meant: str,
        found: _Found,
        config: PipelineConfig,
        cancel: CancelToken,
        draft: Draft,
    ) -> list[ScoredPassage]:
        """The passages, best first, and in the draft what that says about answering at all.

        With *admit ignorance* off nothing is scored and the order of the search stays.
        """
        scores = self._score(question, meant, found, cancel, draft)
        ranked = found.passages
        if scores is not None:
            order = sorted(range(len(scores)), key=lambda place: -scores[place])
            ranked = [ranked[place] for place in order]
            if policy.declines(question, max(scores, default=None), config.answerable_threshold):
                draft.outcome = Outcome.DECLINED
        draft.why = policy.explain(
            ranked,
            sorted(scores or (), reverse=True),
            searched=found.searched,
            documents=found.documents,
            threshold=config.answerable_threshold if scores is not None else 0.0,
            unreadable=found.unreadable,
        )
        return ranked

    def _score(
        self, question: Question, meant: str, found: _Found, cancel: CancelToken, draft: Draft
    ) -> list[float] | None:
        """The probability of each passage to hold the answer; None when that is not asked or not known."""
        if not question.switches.admit_ignorance or not found.any_source:
            return None
        if not found.passages:
            return []
        begun = time.perf_counter()
        try:
            return self._scorer.answerable(
                meant, [_shown(each.passage) for each in found.passages], cancel
            )
        except KnownFault as error:
            draft.note(
                "It could not be judged whether your documents hold the answer, so nothing was "
                f"declined. {error.fault}"
            )
            return None
        finally:
            draft.check_ms += (time.perf_counter() - begun) * 1000

    def _fit(
        self,
        question: Question,
        passages: list[ScoredPassage],
        any_source: bool,
        config: PipelineConfig,
    ) -> budget.Fitted:
        system = prompt.system(
            grounded=any_source and bool(passages),
            admit_ignorance=question.switches.admit_ignorance,
            anyway=question.answer_anyway,
            own=config.system_prompt,
        )
        return budget.fit(
            self._engine,
            system=system,
            question=question.text,
            passages=[each.passage for each in passages],
            history=question.history,
            most_passages=config.passages,
            context=self._context(config),
            max_tokens=config.max_tokens,
        )

    def _context(self, config: PipelineConfig) -> int:
        return self._engine.state().context or config.load.context

    @staticmethod
    def _review(question: Question, passages: list[ScoredPassage], draft: Draft) -> None:
        """A model that says itself that the passages do not hold the answer has declined."""
        if (
            question.switches.admit_ignorance
            and passages
            and draft.outcome is Outcome.ANSWERED
            and not draft.claims
            and policy.admits(draft.text)
        ):
            draft.outcome = Outcome.DECLINED


def _shown(passage: Passage) -> str:
    """A passage as it is scored: its heading says what it is about."""
    return f"{passage.heading}\n\n{passage.text}" if passage.heading else passage.text
