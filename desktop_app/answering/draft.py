"""The answer while it is being made: what the steps fill in, and the frozen `Answer` it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from desktop_app.answering import citations, prompt
from desktop_app.answering.claims import Claim
from desktop_app.domain.errors import Fault
from desktop_app.domain.models import GenerationStats
from desktop_app.domain.values import (
    Answer,
    LedgerEntry,
    Outcome,
    Passage,
    Sampling,
    Timing,
    Verdict,
    Why,
)


@dataclass(slots=True)
class Draft:
    """Everything known so far about one answer."""

    question: str
    outcome: Outcome = Outcome.ANSWERED
    text: str = ""
    model: str = ""
    why: Why = field(default_factory=Why)
    sampling: Sampling = field(default_factory=Sampling)
    ledger: tuple[LedgerEntry, ...] = ()
    passages: tuple[Passage, ...] = ()
    grounded: bool = False
    claims: list[Claim] = field(default_factory=list)
    hints: dict[int, list[int]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    stats: GenerationStats | None = None
    prompt_tokens: int = 0
    retrieve_ms: float = 0.0
    check_ms: float = 0.0
    fault: Fault | None = None
    notice: str = ""

    def fail(self, fault: Fault) -> None:
        """End as failed; the text so far stays."""
        self.outcome, self.fault = Outcome.FAILED, fault

    def note(self, sentence: str) -> None:
        """Say one thing beside the answer; the first one stays."""
        self.notice = self.notice or sentence

    def finished(self) -> Answer:
        """The whole answer, frozen."""
        declined = self.outcome is Outcome.DECLINED
        cited = () if declined else citations.cite(self.claims, self.passages, self.hints)
        return Answer(
            question=self.question,
            outcome=self.outcome,
            text=self.text.rstrip(),
            citations=cited,
            verdicts=tuple(sorted(self.verdicts, key=lambda verdict: verdict.start)),
            why=self.why if declined else replace(self.why, near_misses=()),
            model=self.model,
            prompt_version=prompt.PROMPT_VERSION,
            timing=self._timing(),
            ledger=self.ledger,
            sampling=self.sampling,
            grounded=self.grounded,
            cut=self.stats is not None and self.stats.reason == "length",
            fault_code=self.fault.code if self.fault else "",
            fault=str(self.fault) if self.fault else "",
            fault_details=self.fault.details if self.fault else "",
            notice=self.notice,
        )

    def _timing(self) -> Timing:
        stats = self.stats
        return Timing(
            retrieve_ms=self.retrieve_ms,
            first_token_ms=stats.first_token_ms if stats else 0.0,
            generate_ms=stats.generate_ms if stats else 0.0,
            check_ms=self.check_ms,
            prompt_tokens=stats.prompt_tokens if stats else self.prompt_tokens,
            reused_tokens=stats.reused_tokens if stats else 0,
            new_tokens=stats.new_tokens if stats else 0,
        )
