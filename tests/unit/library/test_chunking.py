"""Passages hold the whole text, by exact offsets, never across pages, within what the embedder reads."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.terms import is_english
from desktop_app.library import chunking
from desktop_app.library.chunking import BUDGET, chunk, estimate_tokens

WORDS = st.sampled_from(
    [
        "the",
        "cat",
        "Dr.",
        "3.14",
        "sat.",
        "Größe!",
        "москва",
        "東京。",
        "x" * 900,
        "\n\n",
        "\n",
        "# Title\n",
        "?",
    ]
)
TEXTS = st.lists(WORDS, max_size=400).map(" ".join) | st.text(max_size=400)


@st.composite
def paged(draw: st.DrawFn) -> tuple[str, list[int]]:
    text = draw(TEXTS)
    starts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=5)))
    return text, [0, *starts] if starts else []


@given(paged())
def test_passages_are_exact_ordered_and_whole(case: tuple[str, list[int]]) -> None:
    text, starts = case
    passages = chunk(text, starts)
    covered = set()
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.text.strip() == passage.text != ""
        covered.update(range(passage.start, passage.end))
    assert all(text[at].isspace() for at in range(len(text)) if at not in covered)
    for before, after in itertools.pairwise(passages):
        assert before.start < after.start
        assert before.end < after.end


@given(paged())
def test_no_passage_crosses_a_page_or_the_budget(case: tuple[str, list[int]]) -> None:
    text, starts = case
    english = is_english(text)
    for passage in chunk(text, starts):
        # joining sentences can round up by one for each
        assert estimate_tokens(passage.text, english) <= BUDGET * 1.15
        if not starts:
            assert passage.page is None
            continue
        assert passage.page is not None
        end = starts[passage.page] if passage.page < len(starts) else len(text)
        assert starts[passage.page - 1] <= passage.start < passage.end <= end


def test_words_stay_whole() -> None:
    text = " ".join(f"word{n}" for n in range(3000))
    for passage in chunk(text):
        assert passage.start == 0 or text[passage.start - 1] == " "
        assert passage.end == len(text) or text[passage.end] == " "


def test_one_huge_word_is_cut_all_the_same() -> None:
    passages = chunk("x" * 100_000)
    assert len(passages) > 10
    assert sum(len(passage.text) for passage in passages) == 100_000


def test_prose_makes_passages_of_a_sensible_length_that_overlap_by_a_sentence() -> None:
    sentence = "The tower was closed to visitors in the winter of 19{:02d} because of the storms."
    text = " ".join(sentence.format(n) for n in range(80))
    passages = chunk(text)
    lengths = [len(passage.text.split()) for passage in passages[:-1]]
    assert min(lengths) > 130
    assert max(lengths) < 230
    for before, after in itertools.pairwise(passages):
        overlap = text[after.start : before.end]
        assert overlap.startswith("The tower")
        assert overlap.endswith("storms.")
        assert overlap.count("storms.") == 1


def test_a_heading_opens_a_passage_and_is_remembered() -> None:
    body = "The lens was ground in Jena and carried over the mountains by mule. " * 6
    passages = chunk(f"# First\n\n{body}\n\n## Second part\n\n{body}")
    assert [passage.heading for passage in passages] == ["First", "Second part"]
    assert passages[1].text.startswith("## Second part")


def test_short_sections_share_a_passage() -> None:
    assert len(chunk("# A\n\nOne.\n\n# B\n\nTwo.\n\n# C\n\nThree.")) == 1


def test_document_and_id_are_passed_on() -> None:
    [passage] = chunk("words", (0,), 7, "a.txt")
    assert (passage.document_id, passage.document, passage.page, passage.id) == (7, "a.txt", 1, 0)


def test_nothing_makes_no_passage() -> None:
    assert chunk("") == chunk(" \n\n ", (0, 2)) == []


def test_the_title_stands_over_passages_without_a_heading() -> None:
    body = "A sentence of several plain words. " * 60
    passages = chunk(f"Cats at night\n\n{body}\n\n# Dogs\n\n{body}")
    assert {passage.heading for passage in passages} == {"Cats at night", "Dogs"}
    assert passages[1].heading == "Cats at night"
    assert chunk("# Cats\n\nThey purr.")[0].heading == "Cats"
    assert {passage.heading for passage in chunk(f"First line\nof a text.\n\n{body}")} == {""}
    assert {passage.heading for passage in chunk("Alone")} == {""}


def test_the_work_grows_with_the_length_and_not_with_its_square(monkeypatch):
    looked_at = []
    real = chunking.estimate_tokens

    def counted(text: str, english: bool = True) -> int:
        looked_at.append(len(text))
        return real(text, english)

    monkeypatch.setattr(chunking, "estimate_tokens", counted)
    text = "x" * 100_000
    passages = chunking.chunk(text)
    assert "".join(passage.text for passage in passages) == text
    assert sum(looked_at) < 40 * len(text)
