"""What is encoded comes back equal; what differs in version is forgiven; what is wrong is named."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain import events, values
from desktop_app.domain.codec import decode, encode
from desktop_app.domain.values import (
    Answer,
    ChatMessage,
    Citation,
    Evidence,
    Label,
    Outcome,
    Question,
    Timing,
    Verdict,
    Why,
)

st.register_type_strategy(float, st.floats(allow_nan=False))
CLASSES = [
    kind
    for module in (values, events)
    for kind in vars(module).values()
    if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@settings(max_examples=8)
@given(data=st.data())
def test_every_value_comes_back_equal(kind, data):
    value = data.draw(st.from_type(kind))
    assert decode(kind, json.loads(json.dumps(encode(value)))) == value


def test_an_answer_in_full():
    answer = Answer(
        "q",
        Outcome.ANSWERED,
        "Paris.",
        citations=(Citation(1, "a.pdf", 2, 0, 5, "Paris"),),
        verdicts=(Verdict(0, 6, "Paris.", Label.SUPPORTED, 0.9, (Evidence("a.pdf", None, 0, 5),)),),
        why=Why(3, 1, None),
    )
    data = encode(answer)
    assert data["outcome"] == "answered"
    assert data["citations"][0]["page"] == 2
    assert data["verdicts"][0]["evidence"][0]["page"] is None
    assert decode(Answer, data) == answer


def test_versions_differ():
    old = {"question": "q", "outcome": "declined", "text": "", "from_the_future": [1, {"a": 2}]}
    assert decode(Answer, old) == Answer("q", Outcome.DECLINED, "")


def test_whole_numbers_serve_as_floats():
    timing = decode(Timing, {"retrieve_ms": 3})
    assert timing == Timing(retrieve_ms=3.0)
    assert type(timing.retrieve_ms) is float


@dataclass(frozen=True)
class Sample:
    items: tuple[int, ...] = field(default_factory=tuple)
    old_style: Optional[int] = None  # noqa: UP045


def test_factories_and_old_style_optionals():
    assert decode(Sample, {}) == Sample()
    assert decode(Sample, {"items": [1], "old_style": 2}) == Sample((1,), 2)


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        (Answer, [], "Answer must be an object, not []"),
        (Answer, {"question": "q", "outcome": "failed"}, "Answer.text is missing"),
        (Answer, {"question": 1}, "Answer.question must be str, not 1"),
        (Label, "maybe", "Label must be one of supported, unsupported, contradicted, unchecked, not 'maybe'"),
        (ChatMessage, {"role": "x"}, "ChatMessage.role must be system or user or assistant, not 'x'"),
        (Question, {"text": "q", "documents": 3}, "Question.documents must be a list, not 3"),
        (Question, {"text": "q", "documents": [1, None]}, "Question.documents[1] must be int, not None"),
        (Question, {"text": "q", "answer_anyway": 1}, "Question.answer_anyway must be bool, not 1"),
        (Timing, {"new_tokens": True}, "Timing.new_tokens must be int, not True"),
        (Timing, {"check_ms": "3"}, "Timing.check_ms must be float, not '3'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(kind, data, message):
    with pytest.raises(ValueError, match=r"must be|missing") as caught:
        decode(kind, data)
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [{1: 2}, b"x", object(), Answer])
def test_foreign_values_are_refused(value):
    with pytest.raises(TypeError, match="cannot be encoded"):
        encode(value)


def test_lists_and_tuples_are_lists():
    assert encode([(1, None), [Label.SUPPORTED, True]]) == [[1, None], ["supported", True]]
