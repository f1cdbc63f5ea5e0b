"""The pipe's language: what goes in comes out, and what is no message is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.workers.wire import LIMIT, Frames, ProtocolError, decode, encode

MESSAGES = st.dictionaries(
    st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())
)


@given(st.lists(MESSAGES), st.integers(1, 50))
def test_messages_survive_any_cutting_of_the_bytes(messages, size) -> None:
    data = b"".join(map(encode, messages))
    frames = Frames()
    got = []
    for start in range(0, len(data), size):
        got += frames.feed(data[start : start + size])
    assert got == messages
    assert frames.unfinished == 0


def test_a_lone_surrogate_of_a_file_name_passes() -> None:
    message = {"path": "a\udcff.pdf", "line": "\u2028\n"}
    assert Frames().feed(encode(message)) == [message]
    assert encode(message).count(b"\n") == 1


@pytest.mark.parametrize("line", [b"ggml: loading", b'{"id": 1', b"\xff\xfe", b"", b"[" * 100_000])
def test_what_is_not_json_is_refused(line) -> None:
    """EN7."""
    with pytest.raises(ProtocolError, match="not JSON"):
        Frames().feed(line + b"\n")


@pytest.mark.parametrize("line", [b"[]", b"1", b'"text"', b"null"])
def test_json_that_is_no_object_is_refused(line) -> None:
    with pytest.raises(ProtocolError, match="not an object"):
        decode(line)


def test_a_line_that_does_not_end_is_refused_before_it_fills_the_memory() -> None:
    """EN7: a line of 50 MB."""
    frames = Frames(limit=1000)
    assert frames.feed(b"x" * 1000) == []
    assert frames.unfinished == 1000
    with pytest.raises(ProtocolError, match="more than 1,000 bytes"):
        frames.feed(b"x")


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(ProtocolError, match="the limit is"):
        encode({"text": "x" * LIMIT})


def test_an_error_quotes_only_the_beginning() -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(b"x" * 5000)
    assert len(str(caught.value)) < 300
