"""What the window is handed. Built by `assemble`, faked in tests."""

from __future__ import annotations

from dataclasses import dataclass

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
