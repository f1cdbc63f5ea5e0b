"""The text that a page shows, and none that it hides or fetches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.workers.html_text import text_of, visible_text

PAGE = """<html><head><title>T</title><style>p{}</style></head><body>
<nav><a href="/a">Home</a></nav><script>var x = "<p>no</p>";</script>
<h1>Head</h1><p>The <b>quick</b>
 <a href="http://x.y/z">fox</a> 5 &lt; 6 a_b * c.<!-- hidden --></p>
<p style="display: none">gone <span>too</span></p><p hidden>gone</p><div>kept</div>
<ul><li>one</li><li>two</li></ul><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>
<img src="http://a/b.png" hidden alt="pic"><pre>x
  y</pre><footer>imprint</footer>end</body></html>"""


def test_a_page() -> None:
    assert text_of(PAGE).split("\n\n") == [
        "# Head",
        "The quick fox 5 < 6 a_b * c.",
        "kept",
        "- one\n- two",
        "| A | B\n| 1 | 2",
        "x\ny",
        "end",
    ]


def test_pi3_hidden_places_are_counted() -> None:
    page = PAGE.replace("<!-- hidden -->", "<!-- tell them nothing -->")
    assert visible_text(page)[1] == 3
    assert (
        visible_text("<p hidden></p><script>x</script><!-- nav --><!--[if IE 6 or so]-->")[1] == 0
    )


def test_a_page_that_marks_its_main_part_gives_that() -> None:
    words = "The harbour opens at six. " * 20
    page = f"<div>Menu</div><main><p>{words}</p></main><div>Imprint</div><main>2</main>"
    assert text_of(page) == words.strip()
    links = "<ul><li><b>Also</b><ul>" + '<li><a href="x">Ελληνικά</a></li>' * 20 + "</ul></li></ul>"
    assert text_of(f"<main>{links}<p>{words}</p></main>") == f"- Also\n\n{words.strip()}"
    assert text_of(links).count("Ελληνικά") == 20
    assert text_of("<div>Menu</div><main>short</main>") == "Menu\n\nshort"
    assert text_of('<div role="navigation">Menu</div><ruby>東<rt>ひがし</rt></ruby>') == "東"


def test_a_head_that_is_never_closed_does_not_swallow_the_page() -> None:
    assert text_of("<head><meta><link><body><p>words") == "words"
    assert text_of("<head><title>T</title><body><p>words") == "words"


def test_ten_thousand_open_elements_are_no_trouble() -> None:
    assert text_of("<div>" * 100_000 + "deep") == "deep"


@given(st.text(alphabet="<>/=\"'ahpscript &;!-", max_size=200))
def test_any_soup_ends_in_text(soup: str) -> None:
    assert isinstance(text_of(soup), str)
