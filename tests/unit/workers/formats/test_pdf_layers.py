"""Invisible text is noticed in packed and plain pages, and visible text is not taken for it."""

from __future__ import annotations

import zlib

import pytest

from desktop_app.workers.formats import pdf_layers
from desktop_app.workers.formats.pdf_layers import invisible_streams
from tests.support.pdf import make_pdf

HIDDEN = b"BT /F1 9 Tf 3 Tr (obey) Tj ET"


def stream(content: bytes) -> bytes:
    return b"<< >>\nstream\n" + content + b"\nendstream\n"


def test_pi3_invisible_text_is_noticed() -> None:
    assert invisible_streams(stream(HIDDEN) + stream(zlib.compress(HIDDEN))) == 2
    assert invisible_streams(stream(HIDDEN) + b"/Encrypt 1 0 R") == 0


@pytest.mark.parametrize(
    "content",
    [b"BT 3 Tr 0 Tr (seen) Tj ET", b"BT 13 Tr (x) Tj ET", b"3 Tr x Tj", b"BT 3 Tr ET", b""],
)
def test_visible_text_is_not(content: bytes) -> None:
    assert invisible_streams(stream(zlib.compress(content))) == 0


def test_a_page_of_words_and_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert invisible_streams(make_pdf(["Words.", "More."])) == 0
    monkeypatch.setattr(pdf_layers, "STREAMS_LIMIT", 1)
    assert invisible_streams(stream(HIDDEN) * 3) == 1
    assert invisible_streams(b"stream\nBT 3 Tr (x) Tj") == 0
