"""Sentences, words, numbers and names by rule."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.language import (
    SENTENCE_LIMIT,
    content_words,
    names,
    numbers,
    sentence_end,
    sentences,
    stem,
    weight,
    words,
)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ("Dr. Smith paid 3.5 dollars, e.g. Paris. Then J. R. left.", None),
        ("你好。世界！真的？好", ["你好。", "世界！", "真的？", "好"]),
        ("مرحبا؟ نعم. لا", ["مرحبا؟", "نعم.", "لا"]),
        ("यह है। वह था।", ["यह है।", "वह था।"]),
        ("The answer is no. See No. 5 at once.", ["The answer is no.", "See No. 5 at once."]),
        ('He said "Go." Then he went.', ['He said "Go."', "Then he went."]),
        ('"Really?" she said.', ['"Really?" she said.']),
        ("Rome fell [1]. [2] Later it rose.", ["Rome fell [1]. [2]", "Later it rose."]),
        ("A line\nwrapped softly here. Next", ["A line\nwrapped softly here.", "Next"]),
        ("A heading\n\nA paragraph", ["A heading", "A paragraph"]),
        ("Things:\n- one\n- two", ["Things:", "- one", "- two"]),
        ("1. First. 2. Second.", ["1. First.", "2. Second."]),
        ("Visit example.com today. Yes", ["Visit example.com today.", "Yes"]),
        ("It is I. You came.", ["It is I.", "You came."]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["Dr. Smith paid 3.5 dollars, e.g. Paris.", "Then J. R. left."]
    assert cut(text) == expected


def test_a_line_without_an_end_is_cut_at_a_space() -> None:
    found = cut("word " * 400)
    assert len(found) > 3
    assert all(len(each) <= SENTENCE_LIMIT for each in found)
    assert "".join(found).replace(" ", "") == "word" * 400


def test_a_run_without_spaces_is_cut_too() -> None:
    first, *_ = cut("x" * (SENTENCE_LIMIT * 2 + 5) + ". Then")
    assert len(first) == SENTENCE_LIMIT


@given(st.text(alphabet="aA1. \n!?[]-。\"'", max_size=60))
def test_sentences_cover_all_that_is_not_space_in_order(text: str) -> None:
    spans = sentences(text)
    assert "".join(text[a:b] for a, b in spans).replace(" ", "").replace("\n", "") == text.replace(
        " ", ""
    ).replace("\n", "")
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


@pytest.mark.parametrize("text", ["Hello", "Hello.", "Hello. ", "Hello. [1", "A\nb", "好。"])
def test_an_open_text_is_not_decided(text: str) -> None:
    assert sentence_end(text, 0, final=False) is None
    assert sentence_end(text, 0, final=True) is not None


def test_words_fold_case_and_pair_scripts_without_spaces() -> None:
    assert words("The CAT's state-of-the-art ＡＢＣ") == ["the", "cat's", "state-of-the-art", "abc"]
    assert words("甘肃省") == ["甘肃", "肃省"]


def test_content_words_are_stems_without_function_words() -> None:
    assert content_words("Where did the cats go in 1,234 towns?") == ["cat", "go", "1,234", "town"]
    assert content_words("a b c of") == []


def test_numbers_lose_separators_and_leading_noughts() -> None:
    assert numbers("1,234 and 0.5 in 1999-2000 at 12:30, 007; ３") == {
        "1234", "0.5", "1999", "2000", "12:30", "7", "3",
    }  # fmt: skip


def test_names_are_capitals_inside_a_sentence() -> None:
    assert names("The man John saw NASA. He left eBay in Rome, The I") == {
        "john",
        "nasa",
        "eba",
        "rom",
    }


def test_stems_leave_short_words_and_other_scripts_alone() -> None:
    assert [stem(word) for word in ("cats", "as", "running", "café", "cities")] == [
        "cat",
        "as",
        "runn",
        "café",
        "cit",
    ]


def test_longer_words_weigh_more() -> None:
    assert weight("constitution") > weight("cat")
    assert weight("甘肃") == 1.0
