"""Runs the model and the self-check side by side and tells in one sequence what both bring."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

from desktop_app.answering import policy
from desktop_app.answering.budget import Fitted
from desktop_app.answering.citations import MarkerFilter
from desktop_app.answering.claims import Claim, ClaimSplitter
from desktop_app.answering.draft import Draft
from desktop_app.answering.selfcheck import SelfCheck
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.events import Event, SentenceChecked, TokenArrived, Waiting
from desktop_app.domain.models import GenerationStats
from desktop_app.domain.ports import Engine, EvidenceScorer
from desktop_app.domain.values import Outcome, Sampling, Verdict

_Done = Future[GenerationStats | None]


class Writing:
    """One generation. Iterate `events` once; the draft holds the text and verdicts as they come.

    Closing the iterator early cancels the generation and ends both threads.
    """

    def __init__(self, engine: Engine, fitted: Fitted, draft: Draft, cancel: CancelToken) -> None:
        self._engine = engine
        self._fitted = fitted
        self._draft = draft
        self._cancel = cancel
        self._inbox: SimpleQueue[str | Waiting | Verdict | _Done] = SimpleQueue()
        self._splitter = ClaimSplitter()
        self._markers = MarkerFilter(len(fitted.passages))
        self._check: SelfCheck | None = None
        self._open = 0

    def events(
        self, sampling: Sampling, scorer: EvidenceScorer | None, threshold: float
    ) -> Iterator[Event]:
        """Everything from the first wait to the last verdict. `scorer` None: no self-check.

        Raises `KnownFault` when the engine fails; the draft then holds the text so far.
        """
        self._draft.hints = self._markers.hints
        with ExitStack() as threads:
            if scorer:
                asked, passages = self._draft.question, self._fitted.passages
                self._check = threads.enter_context(
                    SelfCheck(asked, passages, scorer, threshold, self._cancel, self._inbox.put)
                )
            pool = threads.enter_context(ThreadPoolExecutor(1, thread_name_prefix="generate"))
            try:
                yield from self._told(pool.submit(self._generate, sampling))
            except (GeneratorExit, KeyboardInterrupt):  # nobody waits for the rest
                self._cancel.cancel()
                raise
            finally:
                self._account()

    def _generate(self, sampling: Sampling) -> GenerationStats | None:
        generation = self._engine.generate(
            self._fitted.messages,
            sampling,
            self._cancel,
            lambda position: self._inbox.put(Waiting(position)),
        )
        for piece in generation:
            self._inbox.put(piece)
        return generation.stats

    def _told(self, running: _Done) -> Iterator[Event]:
        running.add_done_callback(self._inbox.put)
        while not isinstance(item := self._inbox.get(), Future):
            yield from self._tell(item)
        self._draft.stats = item.result()
        stopped = self._draft.stats is not None and self._draft.stats.reason == "cancelled"
        yield from self._write(self._markers.finish())
        if stopped:
            self._draft.outcome = Outcome.STOPPED
        else:
            self._found(self._splitter.finish())
        while self._open:
            item = self._inbox.get()
            if isinstance(item, Verdict):
                yield from self._tell(item)
        if not stopped and not self._draft.text.strip():
            raise KnownFault(
                "EN18",
                "The model ended without writing a word.",
                safe="Your question is kept.",
                action="Ask again, or choose another model.",
            )

    def _tell(self, item: str | Waiting | Verdict) -> Iterator[Event]:
        if isinstance(item, Verdict):
            self._open -= 1
            self._draft.verdicts.append(item)
            yield SentenceChecked(item)
        elif isinstance(item, Waiting):
            yield item
        else:
            yield from self._write(self._markers.feed(item))

    def _write(self, text: str) -> Iterator[Event]:
        shown = text if self._draft.text else text.lstrip()
        if shown:
            self._draft.text += shown
            self._found(self._splitter.feed(shown))
            yield TokenArrived(shown)

    def _found(self, claims: list[Claim]) -> None:
        for claim in claims:
            if policy.admits(claim.text):
                continue
            self._draft.claims.append(claim)
            if self._check:
                self._open += 1
                self._check.submit(claim)

    def _account(self) -> None:
        if self._check:
            self._draft.check_ms += self._check.seconds * 1000
            if self._check.fault:
                self._draft.note(f"The sentences could not be checked. {self._check.fault}")
