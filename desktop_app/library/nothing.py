"""A retriever without documents: for questions that bring their own passages, or none."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.values import ScoredPassage


class NothingToSearch:
    """Implements `Retriever` over an empty library."""

    def search(
        self,
        query: str,
        limit: int,
        documents: Sequence[int] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[ScoredPassage]:
        """Nothing."""
        return []

    def searchable(self, documents: Sequence[int] | None = None) -> tuple[int, int]:
        """No passages of no documents."""
        return 0, 0

    def unreadable(self, documents: Sequence[int] | None = None) -> tuple[str, ...]:
        """No names."""
        return ()
