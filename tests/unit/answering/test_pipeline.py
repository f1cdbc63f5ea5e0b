"""From a question to an answer: every way it can go."""

import threading
from dataclasses import replace

import pytest

from desktop_app.answering.pipeline import Pipeline, PipelineConfig
from desktop_app.answering.prompt import DECLINED, PROMPT_VERSION
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.events import (
    AnswerFinished,
    Declined,
    Event,
    PassagesFound,
    PromptReady,
    SentenceChecked,
    TokenArrived,
    Waiting,
)
from desktop_app.domain.values import Answer, ChatMessage, Label, Outcome, Question, Switches
from tests.support.answering_fakes import FakeEngine, FakeRetriever, FakeScorer, passage

PARIS = passage("Paris is the capital of France.", id=1, document="paris.pdf", page=2)
BERN = passage("Bern lies in Switzerland.", id=2, document="bern.pdf")
SURE = FakeScorer


def scorer(**changes: object) -> FakeScorer:
    return replace(FakeScorer(answers={"Paris": 0.8}, supports={"Paris": 0.9}), **changes)  # type: ignore[arg-type]


class Kit:
    """A pipeline over fakes, and what came of the last question."""

    def __init__(
        self,
        engine: FakeEngine | None = None,
        retriever: FakeRetriever | None = None,
        checker: FakeScorer | None = None,
        **config: object,
    ) -> None:
        self.engine = engine or FakeEngine()
        self.retriever = retriever if retriever is not None else FakeRetriever([BERN, PARIS])
        self.scorer = checker or scorer()
        settings = PipelineConfig(model_name="m", model_path="/m.gguf", **config)  # type: ignore[arg-type]
        self.pipeline = Pipeline(
            engine=self.engine,
            retriever=self.retriever,
            scorer=self.scorer,
            config=lambda: settings,
        )
        self.events: list[Event] = []

    def ask(self, question: Question | str, cancel: CancelToken | None = None) -> Answer:
        asked = Question(question) if isinstance(question, str) else question
        self.events = list(self.pipeline.answer(asked, cancel or CancelToken()))
        last = self.events[-1]
        assert isinstance(last, AnswerFinished)
        return last.answer

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]


QUESTION = "What is the capital of France?"


def test_a_grounded_checked_cited_answer() -> None:
    kit = Kit()
    answer = kit.ask(QUESTION)
    kinds = kit.kinds()
    assert kinds[:2] == [PassagesFound, PromptReady]
    assert kinds[-1] is AnswerFinished
    assert kinds.count(TokenArrived) == 2
    assert kinds.count(SentenceChecked) == 1
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == "Paris is the capital of France."
    assert "".join(e.text for e in kit.events if isinstance(e, TokenArrived)) == answer.text
    assert [(c.marker, c.document, c.page) for c in answer.citations] == [(1, "paris.pdf", 2)]
    (verdict,) = answer.verdicts
    assert verdict.label is Label.SUPPORTED
    assert verdict.evidence[0].document == "paris.pdf"
    assert (answer.model, answer.prompt_version, answer.grounded, answer.cut) == (
        "m",
        PROMPT_VERSION,
        True,
        False,
    )
    assert answer.why.best_score == 0.8
    assert answer.why.searched == 2
    assert answer.why.near_misses == ()
    assert answer.timing.prompt_tokens == 20
    assert answer.timing.reused_tokens == 5
    assert kit.engine.loaded[0][0] == "/m.gguf"
    # the best passage stands first in the prompt
    assert kit.engine.asked[0][-1].text.index("Paris") < kit.engine.asked[0][-1].text.index("Bern")
    assert {entry.kind for entry in answer.ledger} == {"system", "passage", "question"}


def test_declined_with_near_misses_and_without_loading_a_model() -> None:
    kit = Kit(
        checker=scorer(answers={"Paris": 0.3}),
        retriever=FakeRetriever([BERN, PARIS], locked=("locked.pdf",)),
    )
    answer = kit.ask(QUESTION)
    assert kit.kinds() == [PassagesFound, Declined, AnswerFinished]
    assert (answer.outcome, answer.text) == (Outcome.DECLINED, DECLINED)
    assert [near.document for near in answer.why.near_misses] == ["paris.pdf", "bern.pdf"]
    assert (answer.why.best_score, answer.why.threshold) == (0.3, 0.5)
    assert answer.why.unreadable == ("locked.pdf",)
    assert answer.citations == answer.verdicts == ()
    assert kit.engine.loaded == []


def test_the_search_found_nothing() -> None:
    retriever = FakeRetriever([PARIS])
    retriever.search = lambda *_: []  # type: ignore[method-assign]
    answer = Kit(retriever=retriever).ask(QUESTION)
    assert answer.outcome is Outcome.DECLINED
    assert answer.timing.check_ms == 0, "nothing to score"
    assert answer.why.best_score is None
    assert answer.why.searched == 1


def test_documents_that_cannot_be_read_are_no_empty_library() -> None:
    answer = Kit(retriever=FakeRetriever([], locked=("scan.pdf",))).ask(QUESTION)
    assert answer.outcome is Outcome.DECLINED
    assert answer.why.unreadable == ("scan.pdf",)


def test_answer_anyway_skips_the_abstention_once() -> None:
    kit = Kit(checker=scorer(answers={}))
    answer = kit.ask(Question(QUESTION, answer_anyway=True))
    assert (answer.outcome, answer.grounded) == (Outcome.ANSWERED, False)
    assert "may not hold" in kit.engine.asked[0][0].text


def test_both_switches_off_are_off() -> None:
    kit = Kit()
    answer = kit.ask(Question(QUESTION, switches=Switches(False, False)))
    assert answer.outcome is Outcome.ANSWERED
    assert kit.scorer.asked == kit.scorer.held == []
    assert answer.verdicts == ()
    assert answer.why.best_score is None
    assert [c.document for c in answer.citations] == ["paris.pdf"], "citations need no checker"
    assert "could not find" not in kit.engine.asked[0][0].text


def test_without_documents_it_is_a_plain_chat() -> None:
    for question in (Question(QUESTION), Question(QUESTION, passages=())):
        kit = Kit(retriever=FakeRetriever([]))
        answer = kit.ask(question)
        assert (answer.outcome, answer.grounded, answer.why.searched) == (
            Outcome.ANSWERED,
            False,
            0,
        )
        assert [v.label for v in answer.verdicts] == [Label.UNCHECKED]
        assert kit.engine.asked[0][-1].text == QUESTION
        assert kit.scorer.asked == []


def test_passages_given_with_the_question_are_all_there_is() -> None:
    kit = Kit(retriever=FakeRetriever([BERN]))
    answer = kit.ask(Question(QUESTION, passages=(replace(PARIS, id=0), replace(PARIS, text="  "))))
    assert kit.retriever.queries == []
    assert (answer.why.searched, answer.why.documents) == (1, 1)
    assert answer.grounded


def test_a_follow_up_is_searched_and_scored_with_what_it_leans_on() -> None:
    kit = Kit()
    history = (ChatMessage("user", "Who rules Belgium?"), ChatMessage("assistant", "A king."))
    kit.ask(Question("How old is he?", history=history, documents=(7,)))
    (query, limit, documents) = kit.retriever.queries[0]
    assert query == "rules belgium How old is he?"
    assert (limit, documents) == (8, (7,))
    assert kit.scorer.asked == [query]
    assert kit.engine.asked[0][1:3] == history
    assert kit.engine.asked[0][-1].text.endswith("Question: How old is he?")


def test_headings_count_when_passages_are_scored() -> None:
    kit = Kit(retriever=FakeRetriever([replace(BERN, heading="Paris")]))
    assert kit.ask(QUESTION).why.best_score == 0.8


def test_a_scorer_that_fails_declines_nothing_and_says_so() -> None:
    fault = KnownFault("EV1", "The weights are damaged.")
    answer = Kit(checker=scorer(fault=fault, support_fault=fault)).ask(QUESTION)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.notice.startswith("It could not be judged whether")
    assert "The weights are damaged." in answer.notice
    assert [v.label for v in answer.verdicts] == [Label.UNCHECKED]


def test_a_check_that_fails_leaves_the_answer_and_one_notice() -> None:
    answer = Kit(checker=scorer(support_fault=KnownFault("EN1", "Died."))).ask(QUESTION)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.notice == "The sentences could not be checked. Died."


@pytest.mark.parametrize("place", ["search", "model"])
def test_a_known_fault_ends_as_failed_with_what_there_is(place: str) -> None:
    fault = KnownFault("EN1", "The engine stopped.", safe="Text kept.", details="signal 11")
    kit = (
        Kit(retriever=FakeRetriever([PARIS], fault=fault))
        if place == "search"
        else Kit(engine=FakeEngine(["Paris is big. ", "Rome", fault]))
    )
    answer = kit.ask(QUESTION)
    assert (answer.outcome, answer.fault_code) == (Outcome.FAILED, "EN1")
    assert answer.fault == "The engine stopped. Text kept."
    assert answer.fault_details == "signal 11"
    assert answer.text == ("" if place == "search" else "Paris is big. Rome")


def test_a_question_too_long_fails_with_its_sentence() -> None:
    """EN13"""
    answer = Kit(engine=FakeEngine(context=300)).ask("word " * 400)
    assert (answer.outcome, answer.fault_code) == (Outcome.FAILED, "EN13")


def test_an_empty_answer_is_a_failure() -> None:
    answer = Kit(engine=FakeEngine([" \n"])).ask(QUESTION)
    assert (answer.outcome, answer.fault_code) == (Outcome.FAILED, "EN18")


def test_stopped_before_the_search_ends() -> None:
    answer = Kit(retriever=FakeRetriever([PARIS], fault=Cancelled())).ask(QUESTION)
    assert (answer.outcome, answer.text) == (Outcome.STOPPED, "")


def test_stopped_after_the_search() -> None:
    cancel = CancelToken()
    cancel.cancel()
    kit = Kit()
    assert kit.ask(QUESTION, cancel).outcome is Outcome.STOPPED
    assert kit.kinds() == [PassagesFound, AnswerFinished]


def test_stopped_while_writing_keeps_the_text() -> None:
    cancel = CancelToken()
    kit = Kit(engine=FakeEngine(["Paris is very big. ", "Rome"], hold=threading.Event()))
    told = []
    for event in kit.pipeline.answer(Question(QUESTION), cancel):
        told.append(event)
        if isinstance(event, SentenceChecked):
            cancel.cancel()
    answer = told[-1].answer  # type: ignore[union-attr]
    assert (answer.outcome, answer.text) == (Outcome.STOPPED, "Paris is very big. Rome")
    assert [v.sentence for v in answer.verdicts] == ["Paris is very big."], (
        "the torn sentence is not judged"
    )


@pytest.mark.parametrize("end", [GeneratorExit, KeyboardInterrupt])
def test_closed_early_ends_both_threads(end: type[BaseException]) -> None:
    before = threading.active_count()
    cancel = CancelToken()
    kit = Kit(
        engine=FakeEngine(["Paris is big. ", "Rome"], hold=threading.Event()),
        checker=scorer(gate=threading.Event()),
    )
    events = kit.pipeline.answer(Question(QUESTION), cancel)
    for event in events:
        if isinstance(event, TokenArrived):
            break
    with pytest.raises(end):
        events.throw(end)
    assert cancel.cancelled
    assert threading.active_count() == before


def test_a_bug_in_the_engine_comes_out_as_it_is() -> None:
    kit = Kit(engine=FakeEngine(["Paris", ZeroDivisionError("bug")]))
    with pytest.raises(ZeroDivisionError):
        kit.ask(QUESTION)


def test_waiting_for_another_request_is_told() -> None:
    kit = Kit(engine=FakeEngine(wait_at=2))
    kit.ask(QUESTION)
    assert Waiting(2) in kit.events
    assert kit.kinds().index(Waiting) < kit.kinds().index(TokenArrived)


def test_a_late_place_in_the_queue_is_not_told_after_the_text() -> None:
    gate = threading.Event()
    engine = FakeEngine()
    inner = engine.generate

    def generate(messages, sampling, cancel, on_wait=None):  # type: ignore[no-untyped-def]
        threading.Timer(0.1, lambda: (on_wait(1), gate.set())).start()
        return inner(messages, sampling, cancel)

    engine.generate = generate  # type: ignore[method-assign]
    kit = Kit(engine=engine, checker=scorer(gate=gate))
    assert kit.ask(QUESTION).outcome is Outcome.ANSWERED
    assert Waiting not in kit.kinds()


def test_the_models_own_markers_leave_the_stream() -> None:
    kit = Kit(engine=FakeEngine(["Paris is the capital of France [1", "]. "]))
    answer = kit.ask(QUESTION)
    assert answer.text == "Paris is the capital of France."
    assert "".join(e.text for e in kit.events if isinstance(e, TokenArrived)).strip() == answer.text
    assert answer.citations


def test_a_model_that_says_it_could_not_find_it_has_declined() -> None:
    kit = Kit(engine=FakeEngine(["I could not find it in the passages."]))
    answer = kit.ask(QUESTION)
    assert answer.outcome is Outcome.DECLINED
    assert answer.verdicts == ()
    assert answer.why.near_misses
    off = kit.ask(Question(QUESTION, switches=Switches(admit_ignorance=False)))
    assert off.outcome is Outcome.ANSWERED


def test_an_answer_without_any_claim_is_an_answer() -> None:
    assert Kit(engine=FakeEngine(["# Paris"])).ask(QUESTION).outcome is Outcome.ANSWERED


def test_the_length_limit_is_told_and_settings_reach_the_model() -> None:
    engine = FakeEngine(context=0, no_stats=True)
    kit = Kit(engine=engine, max_tokens=7, temperature=0.5, seed=3, system_prompt="Be kind.")
    answer = kit.ask(QUESTION)
    sampling = engine.samplings[0]
    assert (sampling.max_tokens, sampling.temperature, sampling.seed) == (7, 0.5, 3)
    assert answer.sampling == sampling
    assert "Be kind." in engine.asked[0][0].text
    assert answer.timing.prompt_tokens > 0, "counted before, since the model did not say"
    ready = next(e for e in kit.events if isinstance(e, PromptReady))
    assert ready.context == 4096
