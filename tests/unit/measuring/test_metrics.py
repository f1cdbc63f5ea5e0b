"""Figures of merit against values worked out by hand."""

import math

import numpy as np
import pytest

from desktop_app.measuring.metrics import (
    auroc,
    balanced_accuracy,
    best_threshold,
    bootstrap,
    brier,
    calibration_error,
    ndcg,
    recall,
    refusal_pair,
)


def test_auroc_counts_ties_half() -> None:
    # pairs: (.9>.4) (.9>.1) (.4=.4) (.4>.1) -> 3.5 of 4
    assert auroc([True, True, False, False], [0.9, 0.4, 0.4, 0.1]) == 0.875
    assert auroc([True, False], [0.1, 0.9]) == 0.0
    assert math.isnan(auroc([True, True], [0.1, 0.9]))
    assert math.isnan(auroc([], []))


def test_balanced_accuracy() -> None:
    # 1 of 2 positives, 2 of 3 negatives
    assert balanced_accuracy(
        [True, True, False, False, False], [True, False, False, False, True]
    ) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert math.isnan(balanced_accuracy([True], [True]))


def test_refusal_pair_of_always_and_never_is_a_half() -> None:
    can = [True, True, False, False]
    assert refusal_pair(can, [True] * 4) == {
        "refused_unanswerable": 1,
        "answered_answerable": 0,
        "balanced": 0.5,
        "coverage": 0,
    }
    assert refusal_pair(can, [False] * 4)["balanced"] == 0.5
    mixed = refusal_pair(can, [False, True, True, True])
    assert (mixed["refused_unanswerable"], mixed["answered_answerable"], mixed["coverage"]) == (
        1.0,
        0.5,
        0.25,
    )
    assert math.isnan(refusal_pair([], [])["coverage"])


def test_brier_and_calibration() -> None:
    assert brier([True, False], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)
    assert math.isnan(brier([], []))
    # bin of .9: said .9, was .5, weight 1/2; bin of .1: said .1, was 0, weight 1/2
    assert calibration_error([True, False, False, False], [0.9, 0.9, 0.1, 0.1]) == pytest.approx(
        0.25
    )
    assert calibration_error([True], [1.0]) == 0.0
    assert math.isnan(calibration_error([], []))


def test_best_threshold_lies_between_two_scores() -> None:
    threshold, balanced = best_threshold([False, False, True, True], [0.1, 0.2, 0.6, 0.9])
    assert threshold == pytest.approx(0.4)
    assert balanced == 1.0
    assert math.isnan(best_threshold([True], [0.1])[0])


def test_ndcg_and_recall() -> None:
    grades = {"a": 1.0, "b": 1.0, "c": 0.0}
    ideal = 1 + 1 / math.log2(3)
    assert ndcg(["a", "x", "b"], grades) == pytest.approx((1 + 1 / 2) / ideal)
    assert ndcg(["x"], grades) == 0.0
    assert math.isnan(ndcg(["a"], {}))
    assert recall(["a", "x", "b"], grades, 2) == 0.5
    assert math.isnan(recall(["a"], {"a": 0}))


def test_bootstrap_holds_the_figure_and_repeats() -> None:
    values = np.array([0.0, 1.0] * 50)
    low, high = bootstrap(lambda drawn: float(values[drawn].mean()), 100)
    assert 0.35 < low < 0.5 < high < 0.65
    assert (low, high) == bootstrap(lambda drawn: float(values[drawn].mean()), 100)
    assert math.isnan(bootstrap(lambda _: 1.0, 0)[0])
    assert math.isnan(bootstrap(lambda _: math.nan, 3)[0])
