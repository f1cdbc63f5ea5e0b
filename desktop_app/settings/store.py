"""The settings file: one JSON object, read forgivingly, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop_app.settings.options import ALL, DELETED, RENAMED, Option, T
from desktop_app.settings.paths import atomic_write

log = logging.getLogger(__name__)

LIMIT = 4 * 1024 * 1024
"""A settings file longer than this many bytes is damaged."""


class Settings:
    """The user's choices. Safe from any thread; listeners are called in the thread that sets.

    `notes` holds a sentence for each thing that was put right while reading.
    """

    def __init__(self, path: Path) -> None:
        """Read `path`; a missing file means defaults, an unreadable one is kept beside it as `.bad`."""
        self.notes: list[str] = []
        self._path = path
        self._lock = threading.RLock()
        self._listeners: list[Callable[[Option[Any]], None]] = []
        self._raw = self._read()
        self._values: dict[str, Any] = {option.key: self._legal(option) for option in ALL}

    def get(self, option: Option[T]) -> T:
        """The value in force."""
        with self._lock:
            value: T = self._values[option.key]
            return value

    def set(self, option: Option[T], value: T) -> None:
        """Clamp, save and tell the listeners. Raises KnownFault DI1, DI7, DI9; then nothing has changed."""
        legal = option.clamp(value)
        with self._lock:
            if self._values[option.key] == legal and self._raw.get(option.key) == legal:
                return
            # another process may have written since: only this key changes (CO8)
            raw = self._read() | {option.key: legal}
            self._save(raw, option, legal)
        self._tell(option)

    def reset(self, option: Option[T]) -> None:
        """Forget the user's choice. Raises as `set`."""
        with self._lock:
            raw = self._read()
            raw.pop(option.key, None)
            self._save(raw, option, option.default)
        self._tell(option)

    def subscribe(self, listener: Callable[[Option[Any]], None]) -> Callable[[], None]:
        """Call `listener` with each option that is set; returns how to unsubscribe."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self, option: Option[Any]) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(option)

    def _save(self, raw: dict[str, Any], option: Option[T], value: T) -> None:
        text = json.dumps(raw, indent=2, sort_keys=True)
        atomic_write(self._path, text.encode() + b"\n")
        self._raw = raw
        self._values[option.key] = value

    def _read(self) -> dict[str, Any]:
        try:
            with self._path.open("rb") as file:
                data = file.read(LIMIT + 1)
            if len(data) > LIMIT:
                raise ValueError(f"longer than {LIMIT:,} bytes")
            raw = json.loads(data)
            if not isinstance(raw, dict):
                raise ValueError("not a JSON object")
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._note(
                f"The settings could not be read ({error.strerror}); the defaults are in force."
            )
            return {}
        except (ValueError, RecursionError) as error:
            log.warning("%s: %s", self._path, error)
            self._keep_bad()
            return {}
        for old, new in RENAMED.items():
            if old in raw:
                raw.setdefault(new, raw.pop(old))
        return {key: value for key, value in raw.items() if key not in DELETED}

    def _keep_bad(self) -> None:
        bad = self._path.with_name(self._path.name + ".bad")
        kept = "it could not be renamed"
        with contextlib.suppress(OSError):
            os.replace(self._path, bad)
            kept = f"it is kept as {bad.name}"
        self._note(f"The settings file was damaged; {kept} and the defaults are in force.")

    def _legal(self, option: Option[T]) -> T:
        if option.key not in self._raw:
            return option.default
        value = self._raw[option.key]
        legal = option.clamp(value)
        if legal != value or isinstance(value, bool) is not isinstance(legal, bool):
            shown = str(value)[:40]
            self._note(f"{option.title or option.key}: {shown} cannot be used; it is {legal} now.")
        return legal

    def _note(self, sentence: str) -> None:
        log.warning("%s", sentence)
        if sentence not in self.notes:
            self.notes.append(sentence)
