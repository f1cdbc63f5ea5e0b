"""Terms: what is looked up meets what was indexed, in any script and inflection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.terms import fold, is_english, passage_terms, query_terms, with_heading


def shared(query: str, text: str) -> set[str]:
    return set(query_terms(query)) & set(passage_terms(text))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("What treats the infections?", "It is the infection that was treated here."),
        ("evlerimizde", "Evler çok güzel ve yeni."),
        ("οικονομίας", "Η οικονομια της χώρας"),
        ("مدرسة", "المدرسه الكبيرة"),
        ("Schiffahrtsgesellschaft", "Die Gesellschaft für Schiffahrt"),
        ("한국어", "한국어를 배우다"),
        ("東京", "私は東京に住んでいます"),
        ("水", "水"),
        ("ประเทศไทย", "ฉันอยู่ในประเทศไทย"),
        ("Nguyen", "Nguyễn Trãi là ai"),
        ("1984", "Im Jahr 1984"),
        ("Panthers", "Bei den Panthers spielt er"),
        ("Panthers", "It is the Panthers that he is with."),
    ],
)
def test_inflected_forms_and_spellings_meet(query: str, text: str) -> None:
    assert shared(query, text)


def test_english_goes_by_stems_alone() -> None:
    assert passage_terms("It was the treated infection of the year") == [
        "it", "was", "the", "treat", "infection", "of", "the", "year",
    ]  # fmt: skip


def test_function_words_are_left_out_while_others_remain() -> None:
    assert query_terms("What is the capital of it?") == ["capital"]
    assert query_terms("who was it") == ["who", "was", "it"]


def test_no_run_of_letters_is_a_whole_word() -> None:
    assert "gold" not in passage_terms("Goldgräberstimmung überall")
    assert passage_terms("ab") == ["ab"]


def test_letters_written_for_one_another_are_one() -> None:
    assert fold("Élan ΣΟΦΌΣ İstanbul ﬁn straße") == "elan σοφοσ istanbul fin strasse"
    assert fold("أحمد إلى") == "احمد الي"
    assert fold("한국") == "한국"
    assert fold("ที่") == "ที่"


def test_is_english() -> None:
    assert is_english("The cat is on the mat.")
    assert not is_english("Die Katze liegt auf der Matte.")
    assert is_english("")


def test_a_heading_stands_before_what_does_not_hold_it() -> None:
    assert with_heading("Cats", "They purr.") == "Cats\nThey purr."
    assert with_heading("Cats", "# Cats\nThey purr.") == "# Cats\nThey purr."
    assert with_heading("", "They purr.") == "They purr."


@given(st.text(max_size=80))
def test_a_term_is_one_token_for_the_index(text: str) -> None:
    for term in [*passage_terms(text), *query_terms(text)]:
        assert term
        assert all(not sign.isascii() or sign.isalnum() for sign in term)
        assert not any(sign.isspace() for sign in term)
