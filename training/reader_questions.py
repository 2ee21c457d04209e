"""Question sets with given neighbours: the gold one among k, or left out on purpose.

    python -m training.reader_questions --count 1000 --out training/runs/reader-questions.jsonl
    python -m training.reader_questions --source train/squad11 --random --count 600 --no-gold 0.25 --misasked 0.3 --as-retrieved 0.5 \\
        --seed 23 --out training/runs/calibration.jsonl

    python -m training.reader_questions --source eval/squad20_dev --own-chunks --random --count 2000 --out training/runs/squad20.jsonl
    python -m training.reader_questions --counterfactual --random --count 300 --out training/runs/counterfactual.jsonl

The first is the set of the reader's bars, the first questions of SQuAD dev in order; the second, drawn at random from a training
set, is for fixing thresholds: the neighbours of half of them are the best of a lexical index over the set, the gold paragraph left out
where the question is to have no answer; others are changed until nothing answers them (`retro/misasked.py`).

The third gives each question the chunks of its own paragraph, whether they answer it or not, as SQuAD 2.0 asks (with `--source
train/squad11 --misasked 0.5` it is a set for fixing that test's threshold); the fourth swaps the answer in the text for another of
its kind (`retro/counterfactual.py`): who answers from memory gives the old one.

    python -m training.reader_questions --among wikipedia_leads --random --count 1000 --out training/runs/open.jsonl

The fifth gives each question the best of a lexical index over its set's paragraphs and a corpus beside them, whether they answer it
or not; the service searches by meaning too, so that it finds more.

A row is `{"question", "answers", "neighbours": [{"title", "text", "continuation"}], "gold"}`; the other half's distractors are other
chunks of the same article, drawn with a fixed seed. `io.retort.benchmarks.ReaderEvaluation` reads it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from training.retro.counterfactual import Swaps
from training.retro.data import Corpus, Limits, build_corpus, cached_corpus, read_rows
from training.retro.examples import SampleConfig, make_neighbour, sample
from training.retro.lexical import LexicalIndex, cached_index
from training.retro.misasked import Misasked
from training.retro.weights import REPOSITORY, bge_tokenizer, decoder_tokenizer
from training.train import CACHE


def text_of(corpus: Corpus, paragraph: int, begin: int, end: int) -> str:
    """The text of the tokens begin … end − 1, white space before them included."""
    offsets = corpus.offsets[paragraph]
    return corpus.texts[paragraph][offsets[begin, 0] : offsets[end - 1, 1]]


def neighbour_of(corpus: Corpus, title: str, chunk: int, tokens: int) -> dict:
    """The chunk and as much of what follows it as makes so many tokens."""
    begin, end = (int(x) for x in corpus.chunk_range[chunk, :2])
    p, last = int(corpus.chunk_paragraph[chunk]), begin + tokens
    return {
        "title": title,
        "text": text_of(corpus, p, begin, end),
        "continuation": text_of(corpus, p, end, last) if last > end else "",
    }


def sampled(
    corpus: Corpus,
    titles: list[str],
    questions: Sequence[int],
    config: SampleConfig,
    seed: int,
    index: LexicalIndex | None = None,
    swaps: Swaps | None = None,
    misasked: Misasked | None = None,
) -> Iterator[dict]:
    """A row a question, with swaps only of those whose answer could be swapped."""
    rng = np.random.default_rng(seed)
    for q in questions:
        example = sample(corpus, int(q), config, rng, index, swaps, misasked)
        if swaps and example.corpus is corpus:
            continue
        of_question = titles[corpus.article[corpus.paragraph[q]]]
        yield {
            "question": example.question_text,
            "answers": example.answers if example.gold >= 0 else [],
            "neighbours": [
                neighbour_of(n.corpus, titles[corpus.article[n.paragraph]] if n.corpus is corpus else of_question, n.chunk, len(n.tokens))
                for n in example.neighbours
            ],
            "gold": example.gold,
        }


def own_chunks(corpus: Corpus, rows: Sequence[dict], misasked: Misasked | None, share: float, seed: int) -> Iterator[dict]:
    """Each question, or a changed one, with the chunks of its own paragraph.

    Paragraphs without any answerable question are not in a corpus: left out.
    """
    rng = np.random.default_rng(seed)
    paragraphs = {text: p for p, text in enumerate(corpus.texts)}
    asked = {(corpus.texts[p], question): q for q, (question, p) in enumerate(zip(corpus.questions, corpus.paragraph, strict=True))}
    for row in rows:
        p, q = paragraphs.get(row["context"]), asked.get((row["context"], row["question"].strip()))
        if p is None:
            continue
        if misasked and q is not None and rng.random() < share and (edited := misasked.changed(q, rng)) is not None:
            row = {**row, "question": edited.questions[0], "answers": []}
        chunks = np.arange(*np.searchsorted(corpus.chunk_paragraph, [p, p + 1]))
        ends = [int(corpus.chunk_range[min(c + 1, chunks[-1]), 1]) for c in chunks]
        neighbours = [
            neighbour_of(corpus, row["title"], int(c), end - int(corpus.chunk_range[c, 0])) for c, end in zip(chunks, ends, strict=True)
        ]
        yield {"question": row["question"], "answers": row["answers"], "neighbours": neighbours, "gold": -1}


def open_retrieval(rows: Sequence[dict], beside: Sequence[dict], questions: Sequence[int], k: int) -> Iterator[dict]:
    """The question sets' rows with what an index over all their paragraphs and the texts beside them returns."""
    texts = [{"title": r["title"], "question": r["title"], "answers": [r["text"].split()[0]], "context": r["text"]} for r in beside]
    corpus = build_corpus([*rows, *texts], decoder_tokenizer(), bge_tokenizer(), Limits())
    titles = list(dict.fromkeys(r["title"] for r in [*rows, *texts]))
    index = LexicalIndex.of(corpus)
    asked = {row["question"].strip(): row for row in rows}
    paragraphs = {text: p for p, text in enumerate(corpus.texts)}
    for i in questions:
        row = asked[rows[i]["question"].strip()]
        pieces = np.array(bge_tokenizer().encode(row["question"], add_special_tokens=False).ids)
        found = [int(c) for c in index.search(pieces, k)]
        lengths = [len(make_neighbour(corpus, 0, c).tokens) for c in found]
        of = [int(corpus.chunk_paragraph[c]) for c in found]
        neighbours = [neighbour_of(corpus, titles[corpus.article[p]], c, length) for c, p, length in zip(found, of, lengths, strict=True)]
        own = paragraphs[row["context"]]
        yield {"question": row["question"], "answers": row["answers"], "neighbours": neighbours, "gold": of.index(own) if own in of else -1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--source", default="eval/squad11_dev", help="file below the data folder, without .jsonl.xz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument("--no-gold", type=float, default=0.0, help="share of the questions whose gold neighbour is left out")
    parser.add_argument("--as-retrieved", type=float, default=0.0, help="share whose neighbours are the best of a lexical index")
    parser.add_argument(
        "--misasked", type=float, default=0.0, help="share of the others whose question is changed until nothing answers it"
    )
    parser.add_argument("--random", action="store_true", help="questions drawn at random; in order otherwise")
    parser.add_argument("--own-chunks", action="store_true", help="the chunks of the question's paragraph as neighbours")
    parser.add_argument("--counterfactual", action="store_true", help="only questions whose answer could be swapped in the text")
    parser.add_argument("--among", help="corpus whose texts stand beside the set's paragraphs in one index: wikipedia_leads")
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    source = args.data / f"{args.source}.jsonl.xz"
    every = read_rows(source)
    tokenizers = decoder_tokenizer(), bge_tokenizer()
    corpus = cached_corpus(source, CACHE, *tokenizers, Limits())

    def order(total: int) -> np.ndarray:
        return np.random.default_rng(args.seed).permutation(total) if args.random else np.arange(total)

    if args.among:
        beside = read_rows(args.data / "corpus" / f"{args.among}.jsonl.xz")
        made = open_retrieval(every, beside, order(len(every))[: args.count].tolist(), args.k)
    elif args.own_chunks:
        misasked = Misasked.of(corpus, *tokenizers, Limits()) if args.misasked else None
        made = own_chunks(corpus, [every[i] for i in order(len(every))], misasked, args.misasked, args.seed)
    else:
        config = SampleConfig(
            k=(args.k,),
            no_gold=args.no_gold,
            hard=0.0,
            alone=0.0,
            as_retrieved=args.as_retrieved,
            counterfactual=float(args.counterfactual),
            misasked=args.misasked,
            fixed_gold=True,
        )
        index = cached_index(Path(args.source).name, corpus, CACHE, Limits().m) if config.retrieves else None
        swaps = Swaps.of(corpus, *tokenizers, Limits()) if args.counterfactual else None
        misasked = Misasked.of(corpus, *tokenizers, Limits()) if args.misasked else None
        # Articles are numbered in order of appearance; their names are not kept in the corpus.
        titles = list(dict.fromkeys(r["title"] for r in every))
        made = sampled(corpus, titles, order(len(corpus.questions)), config, args.seed, index, swaps, misasked)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("w", encoding="utf-8") as lines:
        for row in islice(made, args.count):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
