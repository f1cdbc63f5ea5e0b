"""Cutting an answer into claims while it streams."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.answering.claims import Claim, ClaimSplitter, claims_of

ANSWER = """# A heading here
It is 3.5 m. Dr. Who came! Really?

- First item is good
- Second item. It follows

```python
x = 1. Foo. Bar
```
1. One thing.
| a | b |
|---|---|
| c | d |
***
**Bold title**
Here are things:
> quoted claim. Yes [1]. Last one"""


def texts(answer: str) -> list[str]:
    return [claim.text for claim in claims_of(answer)]


def test_only_what_states_something_is_a_claim() -> None:
    assert texts(ANSWER) == [
        "It is 3.5 m.", "Dr. Who came!", "First item is good", "Second item.", "It follows",
        "One thing.", "quoted claim.", "Yes [1].", "Last one",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", []),
        ("...", []),
        ("Paris", ["Paris"]),
        ("你好。世界！", ["你好。", "世界！"]),
        ("```\nopen code. No end", []),
        ("~~~\ncode. x\n~~~\nAfter it.", ["After it."]),
        ("# Only a heading", []),
        ("Is it so?", []),
        ("__Title__:\nBody text.", ["__Title__:\nBody text."]),
    ],
)
def test_awkward_answers(answer: str, expected: list[str]) -> None:
    assert texts(answer) == expected


def test_a_claim_comes_as_soon_as_its_end_is_sure() -> None:
    splitter = ClaimSplitter()
    assert splitter.feed("Paris is big. ") == []
    assert splitter.feed("Rome") == [Claim(0, 13, "Paris is big.")]
    assert splitter.finish() == [Claim(14, 18, "Rome")]
    assert splitter.text == "Paris is big. Rome"


def test_plain_takes_markdown_away() -> None:
    claim = Claim(
        0, 0, "The **big** `code` of [Rome](http://x) is _old_ and *new*, 2*3 snake_case."
    )
    assert claim.plain == "The big code of Rome is old and new, 2*3 snake_case."


PIECES = st.lists(
    st.sampled_from(
        [
            "Word ", "word", ". ", ".", "\n", "\n\n", "- ", "1. ", "# ", "```", "| a |", "> ", "3.5", "Dr. ",
            "? ", "! ", "。", "[1]", " [2", "]", "**", "---", '"', "…", "No. ", "e.g. ", ":", " ",
        ]
    ),
    max_size=40,
)  # fmt: skip


@given(PIECES)
def test_in_pieces_as_at_once_and_offsets_hold(pieces: list[str]) -> None:
    whole = "".join(pieces)
    splitter = ClaimSplitter()
    streamed = [claim for piece in pieces for claim in splitter.feed(piece)] + splitter.finish()
    assert streamed == claims_of(whole)
    for claim in streamed:
        assert whole[claim.start : claim.end] == claim.text
    assert all(a.end <= b.start for a, b in itertools.pairwise(streamed))


@given(st.text(max_size=80))
def test_letter_by_letter_as_at_once(text: str) -> None:
    splitter = ClaimSplitter()
    streamed = [claim for letter in text for claim in splitter.feed(letter)] + splitter.finish()
    assert streamed == claims_of(text)


def test_the_real_answer_letter_by_letter() -> None:
    splitter = ClaimSplitter()
    streamed = [claim for letter in ANSWER for claim in splitter.feed(letter)] + splitter.finish()
    assert streamed == claims_of(ANSWER)
