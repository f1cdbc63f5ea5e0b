"""Questions in a conversation: written first, kept on the way, saved at the end."""

from collections.abc import Iterator

import pytest

from desktop_app.answering import turns
from desktop_app.answering.pipeline import Pipeline, PipelineConfig
from desktop_app.answering.turns import BROKE, ConversationTurns
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.conversations import MessageState
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.events import (
    AnswerFinished,
    SentenceChecked,
    TokenArrived,
    TurnAsked,
    TurnSaved,
)
from desktop_app.domain.values import Answer, Outcome, Question
from tests.support.answering_fakes import (
    FakeConversations,
    FakeEngine,
    FakeRetriever,
    FakeScorer,
    passage,
)

PARIS = passage("Paris is the capital of France.")


class Kit:
    """Turns over fakes, with a clock that a test turns by hand."""

    def __init__(
        self, engine: FakeEngine | None = None, score: float = 0.9, tick: float = 0.0
    ) -> None:
        self.engine = engine or FakeEngine()
        self.conversations = FakeConversations()
        self.retriever = FakeRetriever([PARIS])
        self.now = 0.0
        self.tick = tick
        self.scorer = FakeScorer(answers={"Paris": score}, supports={"Paris": 0.9})
        config = PipelineConfig("m", "/m.gguf")
        pipeline = Pipeline(
            engine=self.engine, retriever=self.retriever, scorer=self.scorer, config=lambda: config
        )
        self.turns = ConversationTurns(pipeline, self.conversations, self.clock)  # type: ignore[arg-type]

    def clock(self) -> float:
        self.now += self.tick
        return self.now

    def ask(self, text: str, parent: int | None = None) -> list[object]:
        return list(self.turns.ask(1, parent, Question(text), CancelToken()))


def test_a_turn_is_asked_answered_and_saved() -> None:
    kit = Kit()
    events = kit.ask("What is the capital?")
    assert events[0] == TurnAsked(1, 1, 2)
    assert events[-1] == TurnSaved(2)
    assert isinstance(events[-2], AnswerFinished)
    ((number, state, answer),) = kit.conversations.finished
    assert (number, state, answer.outcome) == (2, MessageState.DONE, Outcome.ANSWERED)
    assert kit.conversations.kept == [], "less than a second passed"


def test_the_question_is_written_before_anything_can_fail() -> None:
    kit = Kit()
    kit.retriever.fault = KnownFault("IX1", "No index.")
    kit.ask("What is the capital?")
    assert kit.conversations.messages[1].text == "What is the capital?"
    assert kit.conversations.finished[0][1] is MessageState.FAILED


def test_the_text_is_kept_every_second() -> None:
    kit = Kit(FakeEngine(["One", " two", " three", " four", "."]), tick=0.3)
    kit.ask("What is the capital?")
    assert kit.conversations.kept
    assert all("One two three four.".startswith(text) for text in kit.conversations.kept)
    assert len(kit.conversations.kept) < 5


def test_a_store_that_fails_meanwhile_does_not_stop_the_answer() -> None:
    kit = Kit(tick=2.0)
    kit.conversations.fail = {"keep"}
    assert kit.ask("What is the capital?")[-1] == TurnSaved(2)


def test_a_store_that_fails_at_the_end_is_told_after_the_answer() -> None:
    kit = Kit()
    kit.conversations.fail = {"finish"}
    heard: list[object] = []

    def listen() -> None:
        for event in kit.turns.ask(1, None, Question("What is it?"), CancelToken()):
            heard.append(event)

    with pytest.raises(KnownFault, match="finish failed"):
        listen()
    assert isinstance(heard[-1], AnswerFinished)


def test_a_question_that_cannot_be_written_is_not_answered() -> None:
    kit = Kit()
    kit.conversations.fail = {"add_question"}
    with pytest.raises(KnownFault, match="add_question"):
        kit.ask("What is it?")
    assert kit.engine.asked == []


def test_closed_early_it_is_saved_as_stopped() -> None:
    kit = Kit()
    cancel = CancelToken()
    events = kit.turns.ask(1, None, Question("What is the capital?"), cancel)
    for event in events:
        if isinstance(event, SentenceChecked):
            break
    events.close()  # type: ignore[attr-defined]
    ((_, state, answer),) = kit.conversations.finished
    assert (state, answer.outcome, answer.fault) == (MessageState.STOPPED, Outcome.STOPPED, "")
    assert answer.text == "Paris is the capital of France."
    assert len(answer.verdicts) == 1
    assert cancel.cancelled


def test_closed_after_the_end_nothing_is_saved_twice() -> None:
    kit = Kit()
    events = kit.turns.ask(1, None, Question("What is the capital?"), CancelToken())
    for event in events:
        if isinstance(event, AnswerFinished):
            break
    events.close()  # type: ignore[attr-defined]
    assert len(kit.conversations.finished) == 1


def test_a_bug_is_saved_as_failed_and_comes_out() -> None:
    kit = Kit(FakeEngine(["Paris", ZeroDivisionError("bug")]))
    with pytest.raises(ZeroDivisionError):
        kit.ask("What is the capital?")
    ((_, state, answer),) = kit.conversations.finished
    assert (state, answer.text, answer.fault) == (MessageState.FAILED, "Paris", BROKE)


def test_history_that_cannot_be_read_is_a_failure_with_its_sentence() -> None:
    kit = Kit()
    kit.ask("What is the capital?")
    kit.conversations.fail = {"message"}
    with pytest.raises(KnownFault, match="message failed"):
        kit.ask("And the river?", parent=2)
    assert kit.conversations.finished[-1][2].fault_code == "DB1"


def history_of(kit: Kit) -> list[str]:
    return [message.text for message in kit.engine.asked[-1][1:-1]]


def test_history_is_the_path_above_the_question() -> None:
    kit = Kit()
    kit.ask("What is the capital?")
    kit.ask("Which rivers flow through Paris today?", parent=2)
    kit.ask("Which other branch has Paris chosen?", parent=2)
    assert history_of(kit) == ["What is the capital?", "Paris is the capital of France."]


def test_a_conversation_without_end_is_looked_back_at_so_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "REMEMBERED", 2)
    kit = Kit()
    kit.ask("What is the capital?")
    kit.ask("Which rivers flow through Paris today?", parent=2)
    kit.ask("Which other branch has Paris chosen?", parent=4)
    assert history_of(kit)[0] == "Which rivers flow through Paris today?"


def test_declined_and_failed_turns_are_not_history() -> None:
    kit = Kit(score=0.1)
    kit.ask("What is the capital?")
    kit.scorer.answers = {"Paris": 0.9}
    kit.engine.pieces = ("Half", KnownFault("EN1", "Died."))
    kit.ask("What is the second capital of Spain?", parent=2)
    kit.engine.pieces = ("Paris.",)
    kit.ask("What is the third capital of Spain?", parent=4)
    assert history_of(kit) == []


def test_answers_that_never_ended_are_not_history() -> None:
    kit = Kit()
    question = kit.conversations.add_question(1, None, "Old?")
    answer = kit.conversations.add_answer(question)
    kit.conversations.finish(answer, MessageState.STOPPED, Answer("Old?", Outcome.STOPPED, " "))
    under = kit.conversations.add_question(1, answer, "Unanswered?")
    kit.ask("What is the capital of France today?", parent=under)
    assert history_of(kit) == []


def test_again_is_a_sibling_with_the_same_history() -> None:
    kit = Kit()
    kit.ask("What is the capital?")
    kit.ask("Which rivers flow through Paris today?", parent=2)
    events = list(
        kit.turns.again(3, Question("Which rivers flow through Paris today?"), CancelToken())
    )
    assert events[0] == TurnAsked(1, 3, 5)
    assert kit.conversations.messages[5].parent_id == 3
    assert history_of(kit) == ["What is the capital?", "Paris is the capital of France."]


def test_text_pieces_pass_unchanged() -> None:
    def text(events: Iterator[object]) -> str:
        return "".join(e.text for e in events if isinstance(e, TokenArrived))

    assert text(iter(Kit().ask("What is the capital?"))) == "Paris is the capital of France."
