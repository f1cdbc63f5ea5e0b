"""Every option of Candor, declared once: its default, its bounds and the words that explain it.

To add one, declare it below and append it to `ALL`. To rename one, give it the new key and note
the old one in `RENAMED`. To take one away, delete it and put its key into `DELETED`. The end of this
file checks all of that when it is imported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T", bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One option. `restart` says that a change shows after the next start only.

    minimum and maximum bound numbers, both included; choices bound texts; an empty title keeps it
    off the settings page.
    """

    key: str
    default: T
    title: str = ""
    help: str = ""
    minimum: T | None = None
    maximum: T | None = None
    choices: tuple[T, ...] = ()
    restart: bool = False

    def clamp(self, value: object) -> T:
        """The legal value nearest to `value`; the default where there is no nearest one."""
        kind = type(self.default)
        if kind is float and type(value) is int:
            value = _as_float(value)
        if type(value) is not kind:
            return self.default
        legal: T = value
        if isinstance(legal, float) and math.isnan(legal):
            return self.default
        if self.choices and legal not in self.choices:
            return self.default
        if self.minimum is not None and legal < self.minimum:
            return self.minimum
        if self.maximum is not None and legal > self.maximum:
            return self.maximum
        return legal


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


ADMIT_IGNORANCE = Option(
    "trust.admit_ignorance",
    True,
    "Admit ignorance",
    "Say so instead of guessing when your documents do not hold the answer.",
)
SELF_CHECK = Option(
    "trust.self_check",
    True,
    "Self-check",
    "Hold every sentence of an answer against your documents and mark those they do not support.",
)
ANSWERABLE_THRESHOLD = Option(
    "trust.answerable_threshold",
    0.491,
    "Evidence needed to answer",
    "The least probability, from 0 to 1, that a passage holds the answer. Higher declines more often.",
    0.0,
    1.0,
)
SUPPORTED_THRESHOLD = Option(
    "trust.supported_threshold",
    0.457,
    "Evidence needed to call a sentence supported",
    "The least probability, from 0 to 1, that a passage supports a sentence. Higher marks more of them.",
    0.0,
    1.0,
)
MODEL = Option(
    "engine.model",
    "",
    "Model",
    "The model that answers. GGUF files of yours are added in the model menu (Ctrl+M).",
)
CONTEXT = Option(
    "engine.context",
    4096,
    "Context length",
    "How many tokens the model sees at once. More takes more memory.",
    256,
    131_072,
)
THREADS = Option(
    "engine.threads",
    0,
    "Threads",
    "How many processor threads the model uses. 0 chooses for this machine.",
    0,
    256,
)
GPU_LAYERS = Option(
    "engine.gpu_layers",
    0,
    "Layers on the graphics card",
    "How many layers of the model run on the graphics card, where the engine was built for one.",
    0,
    1000,
)
MAX_TOKENS = Option(
    "answer.max_tokens",
    512,
    "Longest answer",
    "How many tokens an answer may have.",
    16,
    32_768,
)
TEMPERATURE = Option(
    "answer.temperature",
    0.0,
    "Temperature",
    "0 gives the same answer each time; higher values vary the wording.",
    0.0,
    2.0,
)
SEED = Option(
    "answer.seed",
    0,
    "Seed",
    "Where the dice start when the temperature is above 0.",
    0,
    2**31 - 1,
)
PASSAGES = Option(
    "answer.passages",
    4,
    "Passages",
    "How many passages of your documents are put before the model.",
    1,
    20,
)
SYSTEM_PROMPT = Option(
    "answer.system_prompt",
    "",
    "Instructions",
    "What the model is told before every question. Empty means Candor's own instructions.",
)
THEME = Option(
    "window.theme",
    "system",
    "Appearance",
    "Light, dark, or as the system says.",
    choices=("system", "light", "dark"),
)
WINDOW_GEOMETRY = Option("window.geometry", "")
DOCUMENT_PANEL = Option("window.document_panel", True)
KNOWN_CONVERSATIONS = Option("storage.known_conversations", 0, minimum=0)
"""How many conversations there were: an empty file must not pass for a new one."""

ALL: tuple[Option[Any], ...] = (
    ADMIT_IGNORANCE,
    SELF_CHECK,
    ANSWERABLE_THRESHOLD,
    SUPPORTED_THRESHOLD,
    MODEL,
    CONTEXT,
    THREADS,
    GPU_LAYERS,
    MAX_TOKENS,
    TEMPERATURE,
    SEED,
    PASSAGES,
    SYSTEM_PROMPT,
    THEME,
    WINDOW_GEOMETRY,
    DOCUMENT_PANEL,
    KNOWN_CONVERSATIONS,
)

RENAMED: dict[str, str] = {}
"""Old key to new key. The value moves over when the file is read."""

DELETED: frozenset[str] = frozenset()
"""Keys of options that are gone. They are dropped without a word when the file is read."""


def check_declarations(
    options: Sequence[Option[Any]], renamed: Mapping[str, str], deleted: frozenset[str]
) -> None:
    """Raise ValueError for a key declared twice, a tombstone that is alive, or a default out of bounds."""
    keys = {option.key for option in options}
    if len(keys) != len(options):
        raise ValueError("two options share a key")
    for option in options:
        if option.clamp(option.default) != option.default:
            raise ValueError(f"{option.key}: its default is out of its bounds")
    for old, new in renamed.items():
        if old in keys or old in deleted:
            raise ValueError(f"{old}: renamed, and yet in use or deleted")
        if new not in keys:
            raise ValueError(f"{old}: renamed to {new}, which does not exist")
    if alive := keys & deleted:
        raise ValueError(f"{', '.join(sorted(alive))}: deleted, and yet in use")


check_declarations(ALL, RENAMED, DELETED)
