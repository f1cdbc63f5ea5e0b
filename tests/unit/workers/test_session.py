"""The loop of an answer over a small made-up model: reuse, stops, limits, cancels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.values import ChatMessage
from desktop_app.workers.session import Session
from desktop_app.workers.tokens import Vocabulary

ASK = [ChatMessage("user", "abc")]
END = 0x110000


class LetterModel:
    """Every character is a token; it says `says`, byte by byte."""

    context, batch, template, bos_text, eos_text = 200, 8, "", "", ""
    ends = frozenset({END})

    def __init__(self, says: bytes = b"hello", can_forget: bool = True) -> None:
        self.says = list(says)
        self.can_forget = can_forget
        self.vocabulary = Vocabulary({}, self.tokenize, None)
        self.evaluated: list[int] = []
        self.batches: list[int] = []
        self.open_samplers = 0

    def tokenize(self, text: str) -> list[int]:
        return [ord(letter) + 1000 for letter in text]

    def piece(self, token: int) -> bytes:
        return bytes([token])

    def evaluate(self, tokens: Sequence[int], cancelled=None) -> bool:
        if cancelled is not None and cancelled():
            return False
        self.batches.append(len(tokens))
        self.evaluated += tokens
        return True

    def forget(self, position: int) -> bool:
        if position < len(self.evaluated) and not self.can_forget:
            self.evaluated = []
            return position == 0
        del self.evaluated[position:]
        return True

    def sampler(self, **values: float):
        self.open_samplers += 1
        script = iter([*self.says, END])
        model = self

        class Script:
            def sample(self) -> int:
                return next(script)

            def close(self) -> None:
                model.open_samplers -= 1

        return Script()

    def log_probabilities(self, tokens: Sequence[int]) -> list[float]:
        return [-float(token) for token in tokens]

    def close(self) -> None:
        pass


def run(session: Session, messages=ASK, cancelled=lambda: False, **sampling):
    events: list[dict] = []
    result = session.generate(messages, sampling, events.append, cancelled)
    return "".join(event.get("text", "") for event in events), result


def test_the_prompt_is_read_in_batches_and_the_answer_ends_by_itself() -> None:
    model = LetterModel()
    text, result = run(Session(model))
    assert text == "hello"
    assert (result["reason"], result["new_tokens"]) == ("stop", 5)
    assert max(model.batches) == 8
    assert len(model.evaluated) == result["prompt_tokens"] + 5
    assert model.open_samplers == 0


def test_the_last_token_of_a_full_answer_is_not_computed() -> None:
    model = LetterModel()
    text, result = run(Session(model), max_tokens=3)
    assert (text, result["reason"]) == ("hel", "length")
    assert len(model.evaluated) == result["prompt_tokens"] + 2


def test_the_context_ends_an_answer_too() -> None:
    model = LetterModel(b"x" * 500)
    _, result = run(Session(model), max_tokens=1000)
    assert result["prompt_tokens"] + result["new_tokens"] == 200
    assert result["reason"] == "length"


def test_a_shared_beginning_is_kept() -> None:
    session = Session(LetterModel())
    _, first = run(session)
    _, same = run(session)
    assert (first["reused_tokens"], same["reused_tokens"]) == (0, first["prompt_tokens"] - 1)
    _, other = run(session, [ChatMessage("user", "abd")])
    assert 0 < other["reused_tokens"] < first["prompt_tokens"]


def test_a_model_that_cannot_forget_a_part_begins_anew() -> None:
    model = LetterModel(can_forget=False)
    session = Session(model)
    run(session)
    _, second = run(session)
    assert second["reused_tokens"] == 0
    assert len(model.evaluated) == second["prompt_tokens"] + 5


def test_cancelled_in_the_prompt_and_between_tokens() -> None:
    """EN6."""
    model = LetterModel()
    session = Session(model)
    text, result = run(session, cancelled=lambda: len(model.batches) >= 2)
    assert (text, result["reason"], result["new_tokens"]) == ("", "cancelled", 0)
    text, result = run(
        session, cancelled=lambda: len(model.evaluated) > result["prompt_tokens"] + 1
    )
    assert (text, result["reason"]) == ("he", "cancelled")
    assert model.open_samplers == 0


def test_a_stop_string_that_was_begun_is_shown_when_it_does_not_come() -> None:
    text, result = run(Session(LetterModel(b"one <|im_e")))
    assert (text, result["reason"]) == ("one <|im_e", "stop")
    text, _ = run(Session(LetterModel(b"one <|im_end|> two")))
    assert text == "one "


def test_a_prompt_without_room_says_by_how_much() -> None:
    """EN13."""
    session = Session(LetterModel())
    fits = 200 - len(session.prompt([ChatMessage("user", "")])) - 1
    assert run(session, [ChatMessage("user", "x" * fits)])[1]["new_tokens"] == 1
    with pytest.raises(KnownFault, match="1 token too long"):
        run(session, [ChatMessage("user", "x" * (fits + 1))])


def test_choices_are_looked_up_by_the_token_they_add() -> None:
    session = Session(LetterModel())
    scores = session.score(ASK, ["a", "bc"], lambda: False)
    assert scores == [-(ord("a") + 1000.0), -(ord("b") + 1000.0)]
    with pytest.raises(Cancelled):
        session.score([ChatMessage("user", "other")], ["a"], lambda: True)


def test_without_a_template_chatml_is_used_with_a_notice() -> None:
    session = Session(LetterModel())
    assert session.template_name == "chatml"
    assert "no chat template" in session.notice
    assert Session(LetterModel(), use_own_template=False).notice == ""
