"""The fit finds what made the data, and its measures are what they are named after."""

import numpy as np
import pytest

from training.fit_calibration import (
    area_under_curve,
    best_overall,
    calibration,
    calibration_error,
    confidence,
    features,
    fit,
    held_out,
    is_right,
)

RNG = np.random.default_rng(4)


def drawn(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weights = np.array([0.4, 0.5, 0.8, 1.2, 0.3])
    x = np.concatenate([np.ones((count, 1)), RNG.normal(size=(count, 4))], 1)
    return x, RNG.random(count) < confidence(x, weights), weights


def test_the_fit_finds_the_weights() -> None:
    x, right, weights = drawn(20_000)
    np.testing.assert_allclose(fit(x, right), weights, atol=0.1)


def test_fitted_confidence_is_calibrated_on_rows_it_has_not_seen() -> None:
    x, right, _ = drawn(4_000)
    assert calibration_error(held_out(x, right), right) < 0.04
    assert calibration_error(np.full(len(x), 0.99), right) > 0.2


def test_area_under_curve() -> None:
    right = np.array([True, True, False, False])
    assert area_under_curve(np.array([0.9, 0.8, 0.2, 0.1]), right) == 1
    assert area_under_curve(np.array([0.1, 0.2, 0.8, 0.9]), right) == 0
    assert area_under_curve(np.full(4, 0.5), right) == 0.5


def test_the_best_threshold_weighs_answers_against_refusals() -> None:
    f1, answerable = np.array([1.0, 0.0, 0.8, 0.0]), np.array([True, False, True, False])
    assert best_overall(np.array([0.9, 0.3, 0.5, 0.2]), f1, answerable) == pytest.approx((0.31, 3.8 / 4))
    assert best_overall(np.array([0.9, 0.6, 0.5, 0.2]), f1, answerable) == pytest.approx((0.61, 3 / 4))  # one answer is given up


def test_extreme_evidence_is_cut() -> None:
    row = {"relevance": 1.0, "answerable": 0.0, "mean_log_probability": -1e9, "lowest_log_probability": -0.5}
    assert features([row])[0].tolist() == pytest.approx([1, 12, -12, -12, -0.5])


def test_a_phrase_must_match_and_a_sentence_must_hold_the_answer() -> None:
    row = {"answers": ["1867"], "f1": 0.2, "contains": 1.0}
    assert is_right(row, "sentence") and not is_right(row, "short")
    assert not is_right({**row, "answers": []}, "sentence")


def test_the_threshold_holds_back_at_most_the_share_asked_for() -> None:
    rng = np.random.default_rng(6)
    rows = []
    for i in range(400):
        sure = rng.normal(1.5 if i % 2 else -1.5)
        p = float(1 / (1 + np.exp(-sure)))
        rows.append(
            {
                "answers": ["x"] if i % 2 else [],
                "f1": float(sure > 0),
                "contains": 0.0,
                "relevance": p,
                "answerable": p,
                "mean_log_probability": float(np.log(p)),
                "lowest_log_probability": float(np.log(p)),
            }
        )
    fitted, figures = calibration(rows, "short", 0.1)
    assert 0 < fitted["min_confidence"] < 1
    assert figures["answerable_refused"] <= 0.1
    assert figures["unanswerable_answered"] < 0.7
