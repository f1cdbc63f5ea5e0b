"""Passages for a question: nearest by meaning and by shared words, fused, no document crowding out the rest.

The fused score of a passage is a weighted mean of its cosine and of its BM25 score beside the query's best,
both from 0 to 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.language import words
from desktop_app.domain.ports import DocumentStore, Embedder
from desktop_app.domain.terms import is_english
from desktop_app.domain.values import Passage, ScoredPassage
from desktop_app.library.index import PassageIndex

POOL = 50
"""Candidates taken from each of the two searches, at the least."""

DENSE_WEIGHT = 0.7
"""Share of the cosine in the fused score; better than ranks fused on SciFact and on German XQuAD alike."""

UNKNOWN_WEIGHT = 0.1
"""Its share among passages that are not English, the one language that the embedder knows."""

LOOKED_AT = 10
"""Passages, the best by keywords, whose language decides between the two shares."""

PER_DOCUMENT = 3
OF = 8
"""At most PER_DOCUMENT of OF passages, or of fewer, come from one document while others have any."""

ALIKE = 0.9
"""Share of common words beyond which two passages count as the same one."""


class HybridRetriever:
    """Implements the search of `Retriever` over the store, the index and an embedder."""

    def __init__(self, store: DocumentStore, index: PassageIndex, embedder: Embedder) -> None:
        self._store = store
        self._index = index
        self._embedder = embedder

    def search(
        self,
        query: str,
        limit: int,
        documents: Sequence[int] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[ScoredPassage]:
        """See the port. With nothing to search the embedder is not asked."""
        only = None if documents is None else self._store.passage_ids(documents)
        if limit < 1 or not query.strip() or not self._store.counts(documents)[0]:
            return []
        pool = max(POOL, 4 * limit)
        [vector] = self._embedder.embed([query], cancel)
        dense = dict(self._index.search(vector, pool, only))
        keyword = dict(self._store.search_words(query, pool, documents))
        if cancel is not None:
            cancel.raise_if_cancelled()
        # a passage that one search found and the other cut off still has its cosine
        if missing := [number for number in keyword if number not in dense]:
            dense |= dict(self._index.search(vector, len(missing), missing))
        passages = self._store.passages(sorted(dense.keys() | keyword.keys()))
        ranked = fuse(dense, keyword, _dense_weight(keyword, passages))
        best = max(keyword.values(), default=0.0) or 1.0
        found = [
            ScoredPassage(
                passages[number],
                score,
                dense.get(number),
                keyword[number] / best if number in keyword else None,
            )
            for number, score in ranked
            if number in passages
        ]
        return select(found, limit, one_document=documents is not None and len(documents) == 1)


def fuse(
    dense: dict[int, float], keyword: dict[int, float], weight: float = DENSE_WEIGHT
) -> list[tuple[int, float]]:
    """(passage id, score from 0 to 1), best first, of cosines, which weigh `weight`, and BM25 scores."""
    best = max(keyword.values(), default=0.0) or 1.0
    scores = {
        number: weight * min(1.0, max(0.0, dense.get(number, 0.0)))
        + (1 - weight) * keyword.get(number, 0.0) / best
        for number in dense.keys() | keyword.keys()
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _dense_weight(keyword: dict[int, float], passages: dict[int, Passage]) -> float:
    """The more of the best passages by keywords are English, the more the cosine weighs."""
    best = sorted(keyword, key=lambda number: -keyword[number])[:LOOKED_AT]
    texts = [passages[number].text for number in best if number in passages]
    known = sum(map(is_english, texts)) / len(texts) if texts else 1.0
    return UNKNOWN_WEIGHT + (DENSE_WEIGHT - UNKNOWN_WEIGHT) * known


def select(
    found: Sequence[ScoredPassage], limit: int, one_document: bool = False
) -> list[ScoredPassage]:
    """The first `limit` without near copies and with a bound a document; those held back fill up."""
    most = limit if one_document else max(PER_DOCUMENT, -(-limit * PER_DOCUMENT // OF))
    taken: list[ScoredPassage] = []
    held: list[ScoredPassage] = []
    counts: Counter[tuple[int, str]] = Counter()
    seen: list[frozenset[str]] = []
    for scored in found:
        if len(taken) == limit:
            break
        signature = frozenset(words(scored.passage.text))
        if any(_alike(signature, other) for other in seen):
            continue
        seen.append(signature)
        source = _source(scored.passage)
        if counts[source] >= most:
            held.append(scored)
            continue
        counts[source] += 1
        taken.append(scored)
    taken.extend(held[: limit - len(taken)])
    return sorted(taken, key=lambda scored: -scored.score)


def _source(passage: Passage) -> tuple[int, str]:
    return passage.document_id, passage.document


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    common = len(one & other)
    return common >= ALIKE * max(len(one), len(other), 1)
