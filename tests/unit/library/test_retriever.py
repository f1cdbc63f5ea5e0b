"""Two searches become one ranking in which no document and no repeated text crowds out the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.values import Passage, ScoredPassage
from desktop_app.library.retriever import fuse, select

SCORES = st.dictionaries(st.integers(1, 30), st.floats(0, 50), max_size=20)
COSINES = st.dictionaries(st.integers(1, 30), st.floats(-1, 1), max_size=20)


def scored(number: int, document: int, text: str = "", score: float = 0.5) -> ScoredPassage:
    text = text or f"passage number {number} alone holds word{number}"
    return ScoredPassage(Passage(number, document, f"{document}.txt", None, 0, 1, text), score)


@given(COSINES, SCORES)
def test_fused_scores_lie_between_nought_and_one_and_descend(
    dense: dict[int, float], keyword: dict[int, float]
) -> None:
    ranked = fuse(dense, keyword)
    assert {number for number, _ in ranked} == dense.keys() | keyword.keys()
    scores = [score for _, score in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 + 1e-9 for score in scores)


def test_what_both_searches_find_comes_first() -> None:
    assert fuse({1: 0.6, 2: 0.6}, {2: 9.0, 3: 9.5})[0][0] == 2
    assert fuse({}, {}) == []
    assert fuse({1: 0.5}, {1: 0.0}) == [(1, pytest.approx(0.35))]


def test_pi8_three_of_eight_from_one_document() -> None:
    found = [scored(n, 1, score=0.9 - n / 100) for n in range(20)]
    found += [scored(n, n, score=0.5) for n in range(20, 30)]
    chosen = select(found, 8)
    assert [s.passage.document_id for s in chosen].count(1) == 3
    assert len(chosen) == 8


def test_a_lone_document_may_fill_the_list() -> None:
    found = [scored(n, 1) for n in range(20)]
    assert len(select(found, 8)) == 8
    assert len(select([*found, scored(30, 2)], 8, one_document=True)) == 8


def test_pi8_a_repeated_passage_counts_once() -> None:
    text = "the same words over and over"
    found = [scored(n, n, text) for n in range(500)] + [scored(900, 900)]
    assert [s.passage.id for s in select(found, 4)] == [0, 900]


def test_the_best_comes_first_whatever_was_held_back() -> None:
    found = [scored(n, 1, score=0.9 - n / 10) for n in range(5)] + [scored(9, 2, score=0.1)]
    chosen = select(found, 5)
    assert [s.score for s in chosen] == sorted((s.score for s in chosen), reverse=True)
