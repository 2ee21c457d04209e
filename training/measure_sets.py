"""How much of each question set can be trained on, as a Markdown table.

python -m training.measure_sets squad11 qed_nq medquad
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.retro.batches import STYLES, target_of
from training.retro.data import Corpus, loose_occurrences, occurrences, read_rows
from training.retro.examples import SampleConfig, sample
from training.retro.weights import REPOSITORY
from training.train import corpora, source_of

ALONE = SampleConfig(k=(1,), no_gold=0.0, hard=0.0, alone=0.0, fixed_gold=True)


def served(corpus: Corpus, style: str, count: int, rng: np.random.Generator) -> int:
    """Questions with a target in the style, estimated from ``count`` of those that can serve it."""
    serving = corpus.serving(style)
    drawn = rng.permutation(serving)[:count]
    targets = [target_of(sample(corpus, int(q), ALONE, rng), style) for q in drawn]
    return round(len(serving) * sum(t is not None for t in targets) / max(1, len(drawn)))


def in_context(rows: Sequence[dict]) -> int:
    """Rows with an answer that stands in the context."""
    return sum(any(occurrences(r["context"], a) or loose_occurrences(r["context"], a) for a in r["answers"]) for r in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--count", type=int, default=3000, help="questions of a set whose targets are looked at")
    args = parser.parse_args()
    print("| set | rows | answer in context | kept |", " | ".join(STYLES), "|")
    for name in args.sets:
        rows = read_rows(source_of(args.data, name))
        corpus = corpora(args.data, {name: 1.0})[0][0][0]
        counts = [served(corpus, style, args.count, np.random.default_rng(0)) for style in STYLES]
        print("|", " | ".join(str(x) for x in (name, len(rows), in_context(rows), len(corpus.questions), *counts)), "|", flush=True)


if __name__ == "__main__":
    main()
