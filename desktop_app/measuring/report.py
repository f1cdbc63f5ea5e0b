"""What a measurement came to: figures by set, as JSON and as a table for a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, float | int | tuple[float, float]]
"""Name to number; a pair is a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one kind of measurement. NaN, for what the rows cannot tell, becomes null in JSON."""

    kind: str
    sets: Mapping[str, Figures]
    model: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and null."""
        return {
            "kind": self.kind,
            "model": self.model,
            "sets": {
                name: {key: _plain(value) for key, value in figures.items()}
                for name, figures in self.sets.items()
            },
        }

    def __str__(self) -> str:
        blocks = []
        for name, figures in self.sets.items():
            lines = [f"{name}"]
            lines += [
                f"  {key.replace('_', ' '):<28} {_said(value)}" for key, value in figures.items()
            ]
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)


def _plain(value: float | int | tuple[float, float]) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _said(value: float | int | tuple[float, float]) -> str:
    if isinstance(value, tuple):
        return f"{_said(value[0])} to {_said(value[1])}"
    if isinstance(value, float):
        return f"{value:.3f}" if math.isfinite(value) else "not known"
    return f"{value:,}"
