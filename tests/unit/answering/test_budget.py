"""What fits into the context, and the account of what does not."""

import pytest

from desktop_app.answering.budget import Fitted, fit
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import ChatMessage, Passage
from tests.support.answering_fakes import FakeEngine, passage

HISTORY = (
    ChatMessage("user", "old " * 30),
    ChatMessage("assistant", "older " * 30),
    ChatMessage("user", "new " * 30),
    ChatMessage("assistant", "newer " * 30),
)


def fitted(
    context: int = 1000,
    passages: tuple[Passage, ...] = (),
    history: tuple[ChatMessage, ...] = (),
    engine: FakeEngine | None = None,
    max_tokens: int = 100,
    most: int = 4,
    question: str = "Why is it so?",
) -> Fitted:
    return fit(
        engine or FakeEngine(),
        system="Be good.",
        question=question,
        passages=passages,
        history=history,
        most_passages=most,
        context=context,
        max_tokens=max_tokens,
    )


def left_out(result: Fitted) -> dict[str, str]:
    return {each.label: each.reason for each in result.ledger if not each.included}


def test_everything_fits() -> None:
    result = fitted(
        passages=(passage("One two."), passage("Three.", id=2, page=None)), history=HISTORY
    )
    assert [m.role for m in result.messages] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    assert len(result.passages) == 2
    assert left_out(result) == {}
    assert result.max_tokens == 100
    assert [e.kind for e in result.ledger] == [
        "system",
        *["history"] * 4,
        "passage",
        "passage",
        "question",
    ]


def test_only_the_best_passages() -> None:
    result = fitted(passages=tuple(passage("x", id=n, document=f"d{n}") for n in range(3)), most=1)
    assert [p.document for p in result.passages] == ["d0"]
    assert left_out(result) == {
        "d1, page 1": "not among the 1 best",
        "d2, page 1": "not among the 1 best",
    }


def test_history_goes_oldest_first_and_in_pairs() -> None:
    result = fitted(context=260, history=HISTORY)
    assert [m.text[:4] for m in result.messages[1:-1]] == ["new ", "newe"]
    assert len(left_out(result)) == 2


def test_an_answer_does_not_stay_without_its_question() -> None:
    result = fitted(context=180, history=HISTORY)
    assert [m.role for m in result.messages] == ["system", "user"]
    reasons = [each.reason for each in result.ledger if not each.included]
    assert "its question does not fit into the context" in reasons
    assert len(reasons) == 4


def test_passages_come_before_history() -> None:
    result = fitted(context=200, passages=(passage("word " * 40),), history=HISTORY)
    assert len(result.passages) == 1
    assert len(left_out(result)) == 4


def test_a_second_passage_that_does_not_fit_is_left_out_with_a_reason() -> None:
    long = passage("word " * 500, id=2, document="long")
    result = fitted(
        context=300, passages=(passage("short"), long, passage("also", id=3, document="c"))
    )
    assert [p.document for p in result.passages] == ["a.pdf", "c"]
    assert left_out(result) == {"long, page 1": "does not fit into the context"}


def test_the_best_passage_is_cut_rather_than_lost() -> None:
    text = "This is a sentence. " * 200
    result = fitted(context=300, passages=(passage(text, start=50),))
    (kept,) = result.passages
    assert text.startswith(kept.text)
    assert kept.text.endswith("sentence.")
    assert kept.end == 50 + len(kept.text)
    entry = next(each for each in result.ledger if each.kind == "passage")
    assert entry.included
    assert "cut to its first" in entry.reason
    assert result.prompt_tokens <= 200


def test_a_first_sentence_too_long_loses_the_passage_with_a_reason() -> None:
    result = fitted(context=150, passages=(passage("w " * 299 + "end."),))
    assert result.passages == ()
    assert list(left_out(result).values()) == ["does not fit into the context"]


def test_the_exact_count_has_the_last_word() -> None:
    engine = FakeEngine(template_tokens=30)
    result = fitted(context=330, passages=(passage("x y z"),), history=HISTORY, engine=engine)
    assert result.prompt_tokens <= 230
    assert "does not fit into the context" in left_out(result).values()


def test_the_exact_count_may_cost_passages_too() -> None:
    engine = FakeEngine(template_tokens=60)
    result = fitted(context=250, passages=(passage("x " * 40),), engine=engine)
    assert result.passages == ()


def test_a_question_too_long_says_how_many_tokens() -> None:
    """EN13"""
    with pytest.raises(KnownFault, match=r"5,0\d\d tokens .* 1,000 .* 100 .* too many") as caught:
        fitted(question="word " * 5000)
    assert caught.value.fault.code == "EN13"


def test_a_template_too_long_is_the_same_fault() -> None:
    with pytest.raises(KnownFault, match="too many"):
        fitted(context=200, engine=FakeEngine(template_tokens=400))


def test_a_tiny_context_keeps_something_for_the_answer() -> None:
    assert fitted(context=200, max_tokens=0).max_tokens == 0
    assert fitted(context=200, max_tokens=5000).max_tokens <= 200
