"""Figures of merit: AUROC, balanced accuracy, the refusal pair, calibration, ranking, intervals.

`labels` are truthy for the class that high `scores` should mean. A figure that the data cannot give
(one class absent, nothing measured) is NaN, never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np


def auroc(labels: Sequence[bool], scores: Sequence[float]) -> float:
    """Probability that a positive scores above a negative, ties counting half."""
    truth = np.asarray(labels, dtype=bool)
    values = np.asarray(scores, dtype=float)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return math.nan
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def balanced_accuracy(labels: Sequence[bool], guesses: Sequence[bool]) -> float:
    """Mean of the two classes' accuracies."""
    truth, said = np.asarray(labels, dtype=bool), np.asarray(guesses, dtype=bool)
    if truth.all() or not truth.any():
        return math.nan
    return float((said[truth].mean() + (~said[~truth]).mean()) / 2)


def refusal_pair(answerable: Sequence[bool], refused: Sequence[bool]) -> dict[str, float]:
    """Share refused of the unanswerable, answered of the answerable, their mean, and coverage."""
    can, no = np.asarray(answerable, dtype=bool), np.asarray(refused, dtype=bool)
    refused_rightly = float(no[~can].mean()) if (~can).any() else math.nan
    answered_rightly = float((~no[can]).mean()) if can.any() else math.nan
    return {
        "refused_unanswerable": refused_rightly,
        "answered_answerable": answered_rightly,
        "balanced": (refused_rightly + answered_rightly) / 2,
        "coverage": float((~no).mean()) if len(no) else math.nan,
    }


def brier(labels: Sequence[bool], probabilities: Sequence[float]) -> float:
    """Mean squared distance of the probabilities from what happened."""
    if not len(labels):
        return math.nan
    return float(
        np.mean((np.asarray(probabilities, dtype=float) - np.asarray(labels, dtype=float)) ** 2)
    )


def calibration_error(
    labels: Sequence[bool], probabilities: Sequence[float], bins: int = 10
) -> float:
    """Expected calibration error over equally wide bins."""
    truth, said = np.asarray(labels, dtype=float), np.asarray(probabilities, dtype=float)
    if not truth.size:
        return math.nan
    places = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [
        abs(truth[places == place].mean() - said[places == place].mean()) * (places == place).mean()
        for place in np.unique(places)
    ]
    return float(sum(gaps))


def best_threshold(labels: Sequence[bool], scores: Sequence[float]) -> tuple[float, float]:
    """(threshold, balanced accuracy) of the best `score >= threshold`, between two scores."""
    truth, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=float)
    if truth.all() or not truth.any():
        return math.nan, math.nan
    steps = np.unique(values)
    cuts = np.concatenate([steps[:1], (steps[1:] + steps[:-1]) / 2])
    positive, negative = np.sort(values[truth]), np.sort(values[~truth])
    kept = 1 - np.searchsorted(positive, cuts) / positive.size
    refused = np.searchsorted(negative, cuts) / negative.size
    balanced = (kept + refused) / 2
    best = int(np.argmax(balanced))
    return float(cuts[best]), float(balanced[best])


def ndcg(ranked: Sequence[str], grades: Mapping[str, float], k: int = 10) -> float:
    """Discounted gain of a ranking against the ideal one, at depth k; linear gains."""
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k]
    best = sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))
    got = sum(grades.get(each, 0) / math.log2(place + 2) for place, each in enumerate(ranked[:k]))
    return got / best if best else math.nan


def recall(ranked: Sequence[str], grades: Mapping[str, float], k: int = 10) -> float:
    """Share of the relevant that stand among the first k."""
    relevant = {each for each, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranked[:k])) / len(relevant) if relevant else math.nan


def bootstrap(
    figure: Callable[[np.ndarray], float], count: int, *, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of `figure(indices)` over resampled rows 0..count-1; NaN rounds are left out."""
    if not count:
        return math.nan, math.nan
    random = np.random.default_rng(seed)
    drawn = np.array([figure(random.integers(0, count, count)) for _ in range(rounds)])
    drawn = drawn[~np.isnan(drawn)]
    if not drawn.size:
        return math.nan, math.nan
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
