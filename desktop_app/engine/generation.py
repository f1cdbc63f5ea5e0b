"""One answer as it comes out of the worker: text piece by piece, and figures at the end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.models import GenerationStats

Stream = Generator[dict[str, Any], None, dict[str, Any]]


class LocalGeneration:
    """Iterate once for the text; then `stats` is set.

    `start` gives the worker's stream; `began` hears that it is being worked on; `again` says whether a
    failure is worth a second start (a template that was replaced); `ended` hears the figures, or None.
    """

    def __init__(
        self,
        start: Callable[[], Stream],
        began: Callable[[], None],
        again: Callable[[KnownFault, str], bool],
        ended: Callable[[dict[str, Any] | None], None],
    ) -> None:
        self.stats: GenerationStats | None = None
        self._start = start
        self._began = began
        self._again = again
        self._ended = ended
        self._prompt = self._reused = self._pieces = 0
        self._stage = ""

    def __iter__(self) -> Iterator[str]:
        result = None
        try:
            try:
                result = yield from self._text()
            except KnownFault as error:
                if self._pieces or not self._again(error, self._stage):
                    raise self._counted(error) from error
                result = yield from self._text()
        except Cancelled:
            pass  # stopping is an ending like any other
        finally:
            self._settle(result)
            self._ended(result)

    def _text(self) -> Generator[str, None, dict[str, Any]]:
        stream = self._start()
        try:
            while True:
                event = next(stream)
                if "text" in event:
                    self._pieces += 1
                    yield event["text"]
                elif "prompt" in event:
                    self._prompt, self._reused = event["prompt"], event["reused"]
                    self._stage = ""
                else:
                    self._stage = event["stage"]
                    self._began()
        except StopIteration as end:
            result: dict[str, Any] = end.value
            return result
        finally:
            stream.close()

    def _settle(self, result: dict[str, Any] | None) -> None:
        if result is None:
            self.stats = GenerationStats(
                "cancelled", self._prompt, self._reused, self._pieces, 0.0, 0.0
            )
        else:
            names = (
                "prompt_tokens",
                "reused_tokens",
                "new_tokens",
                "first_token_ms",
                "generate_ms",
            )
            self.stats = GenerationStats(result["reason"], *(result[name] for name in names))

    def _counted(self, error: KnownFault) -> KnownFault:
        """The failure, with how much of the answer is kept."""
        fault = error.fault
        if fault.code not in ("EN1", "EN5", "EN7") or not self._pieces:
            return error
        word = "token" if self._pieces == 1 else "tokens"
        return KnownFault(
            fault.code,
            fault.what,
            safe=f"The {self._pieces:,} {word} that had arrived are kept.",
            action=fault.action,
            details=fault.details,
        )
