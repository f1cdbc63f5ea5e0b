"""Holds each finished sentence of an answer against its passages, in a thread beside the generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from desktop_app.answering.claims import Claim, claims_of
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, Fault, KnownFault
from desktop_app.domain.language import content_words
from desktop_app.domain.ports import EvidenceScorer
from desktop_app.domain.values import Evidence, Label, Passage, Support, Verdict

RUNNERS_UP = 1
"""How many passages beside the best one a verdict names."""
_FEW = 2


def statement(question: str, sentence: str) -> str:
    """What is held against the passages: a bare “Delhi.” says something only after its question."""
    return f"{question} {sentence}" if len(content_words(sentence)) <= _FEW else sentence


def judge(
    question: str,
    claims: Sequence[Claim],
    passages: Sequence[Passage],
    scorer: EvidenceScorer,
    threshold: float,
    cancel: CancelToken | None = None,
) -> list[Verdict]:
    """The verdicts of some sentences; `unchecked` without passages. May raise what the scorer raises."""
    if not passages:
        return [unchecked(claim) for claim in claims]
    said = [statement(question, claim.plain) for claim in claims]
    found = scorer.supported(said, [passage.text for passage in passages], cancel)
    return [
        _verdict(claim, passages, supports, threshold)
        for claim, supports in zip(claims, found, strict=True)
    ]


def check_answer(
    question: str,
    answer: str,
    passages: Sequence[Passage],
    scorer: EvidenceScorer,
    threshold: float,
) -> tuple[Verdict, ...]:
    """The verdicts of a whole text; raises `KnownFault` when the scorer cannot work."""
    return tuple(judge(question, claims_of(answer), passages, scorer, threshold))


def unchecked(claim: Claim) -> Verdict:
    """The verdict where there is nothing to hold a sentence against."""
    return Verdict(claim.start, claim.end, claim.text, Label.UNCHECKED, 0.0)


def _verdict(
    claim: Claim, passages: Sequence[Passage], supports: Sequence[Support], threshold: float
) -> Verdict:
    ranked = sorted(zip(supports, passages, strict=True), key=lambda pair: -pair[0].score)
    best = ranked[0][0].score
    return Verdict(
        claim.start,
        claim.end,
        claim.text,
        Label.SUPPORTED if best >= threshold else Label.UNSUPPORTED,
        best,
        tuple(_evidence(passage, support) for support, passage in ranked[: 1 + RUNNERS_UP]),
    )


def _evidence(passage: Passage, support: Support) -> Evidence:
    return Evidence(
        passage.document,
        passage.page,
        passage.start + support.start,
        passage.start + support.end,
        passage.document_id,
        passage.text[support.start : support.end],
        support.score,
    )


class SelfCheck:
    """Judges claims one after the other in one background thread and hands each verdict to `deliver`.

    A scorer that fails is not asked again: the claims from there on are `unchecked`, and `fault` says why.
    Leaving the `with` block ends the thread; claims not begun by then are dropped.
    """

    def __init__(
        self,
        question: str,
        passages: Sequence[Passage],
        scorer: EvidenceScorer,
        threshold: float,
        cancel: CancelToken,
        deliver: Callable[[Verdict], None],
    ) -> None:
        self.fault: Fault | None = None
        self.seconds = 0.0
        self._question = question
        self._passages = passages
        self._scorer = scorer
        self._threshold = threshold
        self._cancel = cancel
        self._deliver = deliver
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="self-check")

    def __enter__(self) -> SelfCheck:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def submit(self, claim: Claim) -> None:
        """Have a claim judged; exactly one verdict is delivered for it."""
        self._thread.submit(self._judge, claim)

    def _judge(self, claim: Claim) -> None:
        begun = time.perf_counter()
        verdict = unchecked(claim)
        try:
            if self.fault is None and not self._cancel.cancelled:
                verdict = judge(
                    self._question,
                    [claim],
                    self._passages,
                    self._scorer,
                    self._threshold,
                    self._cancel,
                )[0]
        except KnownFault as error:
            self.fault = error.fault
        except Cancelled:
            pass
        finally:
            self.seconds += time.perf_counter() - begun
            self._deliver(verdict)
