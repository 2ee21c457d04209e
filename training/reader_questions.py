"""Question sets with given neighbours: the gold one among k, or left out on purpose.

    python -m training.reader_questions --count 1000 --out training/runs/reader-questions.jsonl
    python -m training.reader_questions --source train/squad11 --count 600 --no-gold 0.4 --out training/runs/calibration.jsonl

The first is the set of the reader's bars, the first questions of SQuAD dev in order; the second, drawn at random from a training
set, is for fixing thresholds.

A row is `{"question", "answers", "neighbours": [{"title", "text", "continuation"}], "gold"}`; distractors are other chunks of
the same article, drawn with a fixed seed. `io.retort.benchmarks.ReaderEvaluation` reads it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.retro.data import Corpus, Limits, cached_corpus, read_rows
from training.retro.examples import SampleConfig, sample
from training.retro.weights import REPOSITORY, bge_tokenizer, decoder_tokenizer
from training.train import CACHE


def text_of(corpus: Corpus, paragraph: int, begin: int, end: int) -> str:
    """The text of the tokens begin … end − 1, white space before them included."""
    offsets = corpus.offsets[paragraph]
    return corpus.texts[paragraph][offsets[begin, 0] : offsets[end - 1, 1]]


def rows(dev: Corpus, titles: list[str], questions: Sequence[int], k: int, no_gold: float, seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    config = SampleConfig(k=(k,), no_gold=no_gold, hard=0.0, alone=0.0, fixed_gold=True)
    out = []
    for q in questions:
        example = sample(dev, int(q), config, rng)
        neighbours = []
        for n in example.neighbours:
            begin, end = dev.chunk_range[n.chunk, :2]
            continued = int(begin) + len(n.tokens)
            neighbours.append(
                {
                    "title": titles[dev.article[n.paragraph]],
                    "text": text_of(dev, n.paragraph, begin, end),
                    "continuation": text_of(dev, n.paragraph, end, continued) if continued > end else "",
                }
            )
        row = {
            "question": example.question_text,
            "answers": example.answers if example.gold >= 0 else [],
            "neighbours": neighbours,
            "gold": example.gold,
        }
        out.append(row)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--source", default="eval/squad11_dev", help="file below the data folder, without .jsonl.xz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument("--no-gold", type=float, default=0.0, help="share of the questions whose gold neighbour is left out")
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    source = args.data / f"{args.source}.jsonl.xz"
    corpus = cached_corpus(source, CACHE, decoder_tokenizer(), bge_tokenizer(), Limits())
    # Articles are numbered in order of appearance; their names are not kept in the corpus.
    titles = list(dict.fromkeys(r["title"] for r in read_rows(source)))
    total = len(corpus.questions)
    questions = range(total) if args.source.startswith("eval/") else np.random.default_rng(args.seed).permutation(total)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("w", encoding="utf-8") as lines:
        for row in rows(corpus, titles, questions[: args.count], args.k, args.no_gold, args.seed):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
