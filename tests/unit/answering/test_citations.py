"""Citations by alignment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.answering.citations import MarkerFilter, align, cite
from desktop_app.answering.claims import claims_of
from tests.support.answering_fakes import passage

ROME = passage(
    "Rome was founded in 753 BC by Romulus. It lies on the river Tiber.",
    start=100,
    document="rome.pdf",
    page=2,
)
PARIS = passage(
    "Paris is the capital of France. The Seine flows through Paris.", id=2, document="paris.pdf"
)


def test_each_claim_points_to_its_stretch() -> None:
    answer = (
        "Paris is the capital of France. Rome was founded in 753 BC. The Seine flows through Paris."
    )
    found = cite(claims_of(answer), [ROME, PARIS], {})
    assert [c.marker for c in found] == [1, 2, 1]
    assert [c.document for c in found] == ["paris.pdf", "rome.pdf", "paris.pdf"]
    assert found[1].quote == "Rome was founded in 753 BC by Romulus."
    assert (found[1].start, found[1].end, found[1].page) == (100, 138, 2)
    assert answer[: found[1].sentence_end].endswith("753 BC.")


@pytest.mark.parametrize(
    "claim",
    [
        "Rome was founded in 754 BC by Romulus.",  # another number
        "In the end Rome was founded by Aeneas and Numa Pompilius.",  # other names
        "Bananas grow in warm countries.",
        "It is so.",
    ],
)
def test_what_no_passage_carries_is_not_cited(claim: str) -> None:
    assert cite(claims_of(claim), [ROME, PARIS], {}) == ()


def test_the_models_own_number_is_a_hint_and_no_proof() -> None:
    claim = "Ancient Rome lies beside the river Tiber in Italy."
    claims = claims_of(claim)
    assert cite(claims, [ROME, PARIS], {}) == ()
    assert [c.document for c in cite(claims, [ROME, PARIS], {len(claim) - 1: [1]})] == ["rome.pdf"]
    assert cite(claims, [ROME, PARIS], {len(claim) - 1: [2]}) == ()


def test_a_claim_may_rest_on_two_sentences() -> None:
    stretch = align("Rome, founded by Romulus, lies on the Tiber.", ROME.text)
    assert (stretch.start, stretch.end) == (0, len(ROME.text))


def test_other_scripts_align() -> None:
    text = "甘肃省现辖12个地级市。省会是兰州。"
    stretch = align("省会是兰州", text)
    assert text[stretch.start : stretch.end] == "省会是兰州。"


def test_markers_of_the_model_leave_the_text() -> None:
    markers = MarkerFilter(3)
    shown = (
        markers.feed("Rome is old [1]. Paris[2, 3] too [7] and a[")
        + markers.feed("0] `x [1]` ")
        + markers.feed("[1")
    )
    shown += markers.feed("]") + markers.feed(" [2") + markers.finish()
    assert shown == "Rome is old. Paris too [7] and a[0] `x [1]` [2"
    assert markers.hints == {11: [1], 18: [2, 3], 43: [1]}


def test_without_passages_nothing_is_touched() -> None:
    markers = MarkerFilter(0)
    assert markers.feed("a [1] ") + markers.finish() == "a [1] "


@given(st.text(alphabet="a [1]2,`\n", max_size=40), st.integers(1, 40))
def test_in_pieces_as_at_once(text: str, size: int) -> None:
    once, streamed = MarkerFilter(2), MarkerFilter(2)
    whole = once.feed(text) + once.finish()
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert "".join(streamed.feed(piece) for piece in pieces) + streamed.finish() == whole
    assert streamed.hints == once.hints
