"""Follow-up questions made self-contained."""

import pytest

from desktop_app.answering.followup import standalone
from desktop_app.domain.values import ChatMessage

HISTORY = (
    ChatMessage("user", "Who wrote Moby-Dick in Nantucket?"),
    ChatMessage("assistant", "Melville."),
)


@pytest.mark.parametrize(
    "question",
    [
        "When was he born?",
        "And in 1851 which publisher printed the American edition?",
        "Why?",
        "What about whales?",
    ],
)
def test_leaning_questions_carry_the_previous_words(question: str) -> None:
    found = standalone(question, HISTORY)
    assert found.endswith(question)
    assert "moby-dick" in found
    assert "who" not in found.split()


def test_a_full_question_stays_as_it_is() -> None:
    question = "Which river flows through the capital of Austria?"
    assert standalone(question, HISTORY) == question


def test_nothing_to_lean_on() -> None:
    assert standalone("When was he born?", ()) == "When was he born?"
    assert standalone("It?", (ChatMessage("assistant", "Hello"),)) == "It?"


def test_words_that_are_there_already_are_not_repeated() -> None:
    assert (
        standalone("Moby-Dick wrote Nantucket, that?", HISTORY)
        == "Moby-Dick wrote Nantucket, that?"
    )
