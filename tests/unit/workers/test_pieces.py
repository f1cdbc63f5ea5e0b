"""Whole characters and nothing of a stop string."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.workers.pieces import Pieces


@given(st.text(), st.integers(1, 4))
def test_any_cutting_of_the_bytes_gives_the_text(text, size) -> None:
    """EN11."""
    data = text.encode("utf-8", "replace")
    pieces = Pieces()
    shown = [pieces.feed(data[at : at + size]) for at in range(0, len(data), size)]
    assert "".join(shown) + pieces.rest() == data.decode()


def test_a_character_cut_by_the_end_is_left_out() -> None:
    pieces = Pieces()
    assert pieces.feed("a🌙".encode()[:3]) == "a"
    assert pieces.rest() == ""


@given(st.text(alphabet="abc", max_size=30), st.text(alphabet="abc", min_size=1, max_size=4))
def test_a_stop_string_is_found_wherever_it_is_cut(text, stop) -> None:
    pieces = Pieces(["", stop])
    shown = ""
    for letter in text:
        shown += pieces.feed(letter.encode())
        if pieces.stopped:
            break
    shown += pieces.rest()
    assert shown == text.partition(stop)[0]
    assert pieces.stopped == (stop in text)


def test_the_earliest_of_several_stop_strings_counts() -> None:
    pieces = Pieces(["END", "STOP"])
    assert pieces.feed(b"one STOP two END") == "one "
    assert pieces.stopped
