"""A line of people at one counter: one is served, the others know their place and may leave."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled


class Line:
    """Lets one request run at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tickets: list[object] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        """Requests behind the running one."""
        return max(0, len(self._tickets) - 1)

    @contextlib.contextmanager
    def turn(
        self, cancel: CancelToken | None = None, on_wait: Callable[[int], None] | None = None
    ) -> Iterator[None]:
        """Wait until it is our turn and hold it.

        `on_wait` hears the place, from 1, each time it changes. Raises `Cancelled` when cancelled or
        closed before.
        """
        ticket = object()
        told = 0
        with self._changed:
            self._tickets.append(ticket)
        if cancel is not None:
            cancel.on_cancel(self._wake)
        try:
            while place := self._place(ticket, told, cancel):
                told = place
                if on_wait is not None:
                    on_wait(place)
            if self._closed or (cancel is not None and cancel.cancelled):
                raise Cancelled
            yield
        finally:
            if cancel is not None:
                cancel.forget(self._wake)
            with self._changed:
                self._tickets.remove(ticket)
                self._changed.notify_all()

    def close(self) -> None:
        """Send everyone away who waits or comes later."""
        self._closed = True
        self._wake()

    def drain(self, seconds: float) -> bool:
        """Wait until nobody is left; False when that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._tickets, timeout=seconds)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _place(self, ticket: object, told: int, cancel: CancelToken | None) -> int:
        """Wait until the place is another than `told`; 0 = go on."""
        with self._changed:
            while True:
                place = self._tickets.index(ticket)
                if place == 0 or self._closed or (cancel is not None and cancel.cancelled):
                    return 0
                if place != told:
                    return place
                self._changed.wait()
