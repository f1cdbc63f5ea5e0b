"""Measures the self-check: tells answers that their passages support from those that they do not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from desktop_app.domain.ports import EvidenceScorer
from desktop_app.measuring.batch import check_row
from desktop_app.measuring.metrics import (
    auroc,
    balanced_accuracy,
    bootstrap,
    brier,
    calibration_error,
)
from desktop_app.measuring.report import Figures, Report
from desktop_app.measuring.sets import flag, read_rows, set_files, set_name


def measure_checks(
    paths: Sequence[Path], scorer: EvidenceScorer, threshold: float, *, limit: int = 0
) -> Report:
    """Check every row `{question, passages, answer, supported}`; `limit` rows of each set.

    `threshold` is the probability of support from which a sentence counts as supported.
    """
    sets: dict[str, Figures] = {}
    for path in (file for each in paths for file in set_files(each)):
        rows = list(read_rows(path, limit))
        unsupported = [not flag(row, "supported") for row in rows]
        scores = [float(check_row(row, scorer, threshold)["score"]) for row in rows]
        sets[set_name(path)] = figures(unsupported, scores, threshold)
    return Report("checks", sets)


def figures(unsupported: Sequence[bool], scores: Sequence[float], threshold: float) -> Figures:
    """AUROC of “not supported” with its interval, accuracy at the threshold, calibration."""
    truth, values = np.array(unsupported, dtype=bool), np.array(scores, dtype=float)
    return {
        "rows": len(scores),
        "auroc": auroc(unsupported, scores),
        "auroc_interval": bootstrap(
            lambda drawn: auroc(truth[drawn].tolist(), values[drawn].tolist()),
            len(scores),
            rounds=200,
        ),
        "balanced": balanced_accuracy(unsupported, (values > 1.0 - threshold).tolist()),
        "calibration_error": calibration_error(unsupported, scores),
        "brier": brier(unsupported, scores),
    }
