"""What the window is handed. Built by `assemble`, faked in tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.ports import Conversations, Engine, Library, ModelShelf, Turns
from desktop_app.settings.store import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of the window, each used through its port."""

    conversations: Conversations
    library: Library
    engine: Engine
    shelf: ModelShelf
    turns: Turns
    settings: Settings
    data_folder: Path | None = None
    """Where everything is kept, for showing it; None in tests."""
