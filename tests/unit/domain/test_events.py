"""Events are frozen, compare by content, and `Event` names every one of them."""

from __future__ import annotations

import dataclasses
import typing

from desktop_app.domain import events
from desktop_app.domain.events import Event, TokenArrived, TurnSaved


def test_event_is_the_union_of_all():
    declared = {
        kind
        for kind in vars(events).values()
        if dataclasses.is_dataclass(kind) and kind.__module__ == events.__name__
    }
    assert set(typing.get_args(Event)) == declared


def test_equal_content_is_equal():
    assert [TokenArrived("a"), TurnSaved(1)] == [TokenArrived("a"), TurnSaved(1)]
    assert TokenArrived("a") != TokenArrived("b")
