"""An answer under way follows its events."""

from __future__ import annotations

from desktop_app.domain.events import Declined, PassagesFound, PromptReady, TokenArrived, Waiting
from desktop_app.domain.values import Question, Why
from desktop_app.ui.chat.live import LiveAnswer


def test_the_status_follows_the_events():
    live = LiveAnswer(Question("q"))
    said = []
    for event in (
        PassagesFound((), 41, 3.0),
        PassagesFound((), 0, 3.0),
        PromptReady((), 1212, 4096),
        Waiting(2),
        TokenArrived("a"),
        Declined(Why()),
    ):
        live.hear(event)
        said.append(live.status)
    assert said == [
        "Found 0 passages in 41. Reading",
        "Reading the question",
        "Reading 1,212 tokens",
        "Waiting: 2 ahead",
        "Writing",
        "",
    ]
