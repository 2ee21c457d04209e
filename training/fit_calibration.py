"""Confidence as the probability that an answer is right, and the threshold below which it is held back.

    python -m training.reader_questions --source train/squad11 --random --count 600 --no-gold 0.4 --as-retrieved 0.5 \\
        --out training/runs/calibration.jsonl
    benchmarks/run.sh ReaderEvaluation --questions training/runs/calibration.jsonl --out training/runs/short.jsonl
    benchmarks/run.sh ReaderEvaluation --questions training/runs/calibration.jsonl --style sentence --out training/runs/sentence.jsonl
    python -m training.fit_calibration short=training/runs/short.jsonl sentence=training/runs/sentence.jsonl --refuse 0.09 \\
        --out training/configs/calibration.json

A logistic function of the four values of `io.retort.generator.ConfidenceEvidence`, fitted for each style by ridge-penalised maximum
likelihood (Platt 1999) on training questions, never on an evaluation set. A phrase counts as right from F1 0.5 on, a longer answer if an
answer's words stand in it. The threshold is the highest at which at most `--refuse` of the answerable questions are held back.
`export_onnx` puts the result into the manifest.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

LIMIT = 12.0  # each value is cut to ± this, as Java does
NAMES = ("relevance", "answerable", "mean_log_probability", "lowest_log_probability")
FOLDS = 5
STYLES = ("short", "sentence", "paragraph")


def logit(p: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-p)


def features(rows: list[dict]) -> np.ndarray:
    """[N, 5]: one, then the four values in the order of NAMES."""
    columns = [np.array([row[name] for row in rows], dtype=float) for name in NAMES]
    columns[:2] = [logit(column) for column in columns[:2]]
    return np.stack([np.ones(len(rows)), *(np.clip(column, -LIMIT, LIMIT) for column in columns)], 1)


def confidence(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(x @ weights)))


def fit(x: np.ndarray, right: np.ndarray, ridge: float = 1.0, steps: int = 50) -> np.ndarray:
    """Newton's method; the intercept is not penalised."""
    penalty = ridge * np.diag([0.0, *np.ones(x.shape[1] - 1)])
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = confidence(x, weights)
        gradient = x.T @ (p - right) + penalty @ weights
        weights -= np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + penalty, gradient)
    return weights


def held_out(x: np.ndarray, right: np.ndarray) -> np.ndarray:
    """For each row the confidence by weights that were fitted without its fold."""
    out = np.zeros(len(x))
    for fold in range(FOLDS):
        test = np.arange(len(x)) % FOLDS == fold
        out[test] = confidence(x[test], fit(x[~test], right[~test]))
    return out


def area_under_curve(score: np.ndarray, right: np.ndarray) -> float:
    """How often a right answer has a higher score than a wrong one."""
    above = score[right][:, None] - score[~right][None]
    return float((above > 0).mean() + (above == 0).mean() / 2)


def calibration_error(score: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015)."""
    bin_of = np.minimum((score * bins).astype(int), bins - 1)
    parts = [(bin_of == b) for b in range(bins) if (bin_of == b).any()]
    return float(sum(part.mean() * abs(score[part].mean() - right[part].mean()) for part in parts))


def best_overall(score: np.ndarray, f1: np.ndarray, answerable: np.ndarray) -> tuple[float, float]:
    """The threshold, in hundredths, with the best mean F1 where an unanswerable question counts 1 if it is declined, and that F1."""
    thresholds = np.arange(100) / 100
    shown = score[None] >= thresholds[:, None]  # [T, N]
    overall = np.where(answerable, f1 * shown, ~shown).mean(1)
    return float(thresholds[overall.argmax()]), float(overall.max())


def is_right(row: dict, style: str) -> bool:
    return bool(row["answers"]) and (row["f1"] >= 0.5 if style == "short" else row["contains"] > 0)


def calibration(rows: list[dict], style: str, refuse: float) -> tuple[dict, dict]:
    """The manifest's fields for a style, and how good they are."""
    x, answerable = features(rows), np.array([bool(row["answers"]) for row in rows])
    right, f1 = np.array([is_right(row, style) for row in rows]), np.array([row["f1"] for row in rows])
    raw = np.array([row["answerable"] * np.exp(row["mean_log_probability"]) for row in rows])
    ours = held_out(x, right)
    threshold = float(np.floor(100 * np.quantile(ours[answerable], refuse)) / 100)
    figures = {
        "questions": len(rows),
        "answerable": int(answerable.sum()),
        "right": int(right.sum()),
        "auc": {"raw": area_under_curve(raw, right), "fitted, held out": area_under_curve(ours, right)},
        "calibration_error": {"raw": calibration_error(raw, right), "fitted, held out": calibration_error(ours, right)},
        "best_overall_f1": dict(zip(("threshold", "f1"), best_overall(ours, f1, answerable), strict=True)),
        "answerable_refused": float((ours[answerable] < threshold).mean()),
        "unanswerable_answered": float((ours[~answerable] >= threshold).mean()),
    }
    weights = dict(zip(("intercept", *NAMES), np.round(fit(x, right), 4).tolist(), strict=True))
    return {"min_confidence": threshold, "min_relevance": 0.0, "confidence": weights}, figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="+", help="STYLE=FILE, what ReaderEvaluation --style STYLE --out FILE wrote; short first")
    parser.add_argument("--refuse", type=float, default=0.1, help="share of answerable questions that may be held back")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    fitted = {}
    for argument in args.rows:
        style, _, file = argument.partition("=")
        if style not in STYLES or not file:
            parser.error(f"expected STYLE=FILE with a style of {', '.join(STYLES)}, not '{argument}'")
        rows = [json.loads(line) for line in Path(file).read_text().splitlines()]
        fitted[style], figures = calibration(rows, style, args.refuse)
        print(json.dumps({style: figures}, indent=1))
    if "short" not in fitted:
        parser.error("the calibration of short answers is the base of the others and must be there")
    result = fitted.pop("short")
    if fitted:
        result["styles"] = fitted
    args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
