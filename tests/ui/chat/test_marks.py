"""Marks in the Markdown: at the sentence, and never in the way of the formatting."""

from __future__ import annotations

import pytest

from desktop_app.domain.values import Citation, Label, Verdict
from desktop_app.ui.chat import marks
from desktop_app.ui.chat.markdown import CodeBlock, render
from desktop_app.ui.chat.marks import Notes
from desktop_app.ui.theme import LIGHT


def verdict(text, sentence, label=Label.SUPPORTED):
    start = text.index(sentence)
    return Verdict(start, start + len(sentence), sentence, label, 0.9)


def cite(text, sentence, marker=1):
    return Citation(marker, "d.pdf", 1, 0, 1, "q", 1, text.index(sentence) + len(sentence))


def html(text, *verdicts, citations=()):
    rendered = render(text, LIGHT, Notes(verdicts, tuple(citations)))
    return "".join(getattr(block, "html", "") for block in rendered.blocks)


def test_mark_before_the_sentence_and_chip_behind_it():
    text = "One is true. Two is not."
    page = html(
        text,
        verdict(text, "One is true."),
        verdict(text, "Two is not.", Label.UNSUPPORTED),
        citations=[cite(text, "One is true.")],
    )
    places = [page.index(x) for x in ("verdict:0", "One is true.", "cite:0", "verdict:1", "Two is")]
    assert places == sorted(places)
    assert "✓" in page
    assert "?" in page


def test_only_what_is_not_supported_is_tinted():
    text = "One is true. Two is not."
    page = html(
        text, verdict(text, "One is true."), verdict(text, "Two is not.", Label.UNSUPPORTED)
    )
    assert page.index("verdict:1") < page.index(LIGHT.warn_soft)  # the mark and its sentence
    assert page.count(LIGHT.warn_soft) == 2
    assert f'<span style="background-color:{LIGHT.warn_soft}">Two is not.</span>' in page


@pytest.mark.parametrize(
    ("text", "sentence", "kept"),
    [
        ("- First item.\n- Second item.", "- Second item.", "<li>"),
        ("# A heading.\n\nText.", "# A heading.", "font-size:20px"),
        ("> Quoted words.", "> Quoted words.", "<table"),
        ("**Bold words.** More.", "**Bold words.**", "<strong>"),
        ("__Bold words.__ More.", "__Bold words.__", "<strong>"),
        ("Some **bold words.** More.", "More.", "<strong>"),
        ("1. Numbered.\n2. Again.", "2. Again.", "<ol>"),
        ("| a | b |\n|---|---|\n| One. | Two. |", "One.", "<td>"),
        ("See `code one.` More.", "code one.", "<code"),
        ("[A link.](https://example.org) More.", "[A link.](https://example.org)", "example.org"),
    ],
)
def test_formatting_survives_a_mark(text, sentence, kept):
    page = html(text, verdict(text, sentence, Label.UNSUPPORTED))
    assert kept in page
    assert page.count("verdict:0") == 1
    assert not marks.SENTINEL.search(page)


def test_code_stays_exact_and_its_marks_come_after_it():
    text = "```python\nx = 1. # done\n```"
    rendered = render(text, LIGHT, Notes((verdict(text, "x = 1."),)))
    assert rendered.blocks[0] == CodeBlock("x = 1. # done", "python")
    assert "verdict:0" in rendered.blocks[1].html


def test_a_mark_that_would_break_the_page_is_put_at_its_end():
    text = "```\ncode\n```\nAfter it."
    page = html(text, Verdict(0, 3, "```", Label.UNCHECKED, 0.0))
    assert "verdict:0" in page


def test_offsets_beyond_the_text_are_put_at_its_end():
    assert "verdict:0" in html("Short.", Verdict(50, 60, "gone", Label.UNCHECKED, 0.0))


def test_the_model_cannot_write_a_mark():
    text = "One. \u2e4e\ue000\u2e4e Two."
    page = html(text, verdict(text, "One."))
    assert page.count("verdict:0") == 1
    assert "verdict:0" not in html("[x](verdict:0) [y](cite:0)")


def test_verdicts_in_words():
    verdicts = [Verdict(0, 1, "a", label, 0.5) for label in Label]
    assert marks.words(verdicts) == (
        "Sentence 1: supported by your documents. Sentence 2: not supported by your documents."
        " Sentence 3: contradicted by your documents. Sentence 4: not checked."
    )
