"""Texts that go on, as a language model sees them: one chunk is given, the next is to be said, neighbours come from other documents.

So Borgeaud et al. (2022, arXiv 2112.04426) train and measure. For a model that answers questions these are the examples of what
need not be copied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.retro.data import Corpus, Limits, Ragged
from training.retro.examples import Example, make_neighbour
from training.retro.lexical import LexicalIndex

AMONG = 400  # chunks that are looked through for some of other documents


@dataclass(frozen=True)
class Continuations:
    """The chunks of a corpus that are followed by another, as a corpus whose questions they are."""

    corpus: Corpus
    chunks: np.ndarray  # [Q]
    index: LexicalIndex

    @staticmethod
    def of(corpus: Corpus, index: LexicalIndex, limits: Limits) -> Continuations:
        """Both chunks are at least half as long as a chunk can be."""
        p, long_enough = corpus.chunk_paragraph, corpus.chunk_range[:, 1] - corpus.chunk_range[:, 0] >= limits.m // 2
        chunks = np.flatnonzero((p[:-1] == p[1:]) & long_enough[:-1] & long_enough[1:])
        ranges = [(int(p[c]), *(int(x) for x in corpus.chunk_range[c])) for c in chunks]
        asked = replace(
            corpus,
            questions=[corpus.span_text(of, begin, end - 1) for of, begin, end, _, _ in ranges],
            answers=[[] for _ in ranges],
            paragraph=p[chunks],
            question_tokens=Ragged.of([corpus.tokens[of][begin:end] for of, begin, end, _, _ in ranges], np.int32),
            question_pieces=Ragged.of([corpus.pieces[of][begin:end][: limits.question] for of, _, _, begin, end in ranges], np.int32),
            spans=Ragged.of([np.zeros((0, 2)) for _ in ranges], np.int32),
            whole=np.ones(len(ranges), dtype=bool),
        )
        return Continuations(asked, chunks, index)

    def __len__(self) -> int:
        return len(self.chunks)

    def neighbours(self, i: int, k: int) -> list[int]:
        """The k best chunks for the given one, of other documents than its own."""
        of = self.corpus.article[self.corpus.chunk_paragraph]
        p = self.corpus.chunk_paragraph[self.chunks[i]]
        _, _, begin, end = self.corpus.chunk_range[self.chunks[i]]
        found = self.index.search(self.corpus.pieces[p][begin:end], AMONG)
        return [int(c) for c in found[of[found] != self.corpus.article[p]][:k]]

    def example(self, i: int, neighbours: list[int]) -> Example:
        begin, end = self.corpus.chunk_range[self.chunks[i] + 1, :2]
        said = self.corpus.tokens[self.corpus.paragraph[i]][begin:end].astype(np.int64)
        return Example(self.corpus, i, [make_neighbour(self.corpus, i, c) for c in neighbours], -1, said=said)


class TextMixture:
    """An endless, reproducible stream of texts that go on. Example i is the same in every run."""

    def __init__(self, texts: Continuations, k: tuple[int, ...], wrong: float, seed: int) -> None:
        """wrong: share of the examples whose neighbours are those of another chunk."""
        if not len(texts):
            raise ValueError("no chunk of the given texts is followed by another")
        self.texts, self.k, self.wrong, self.seed = texts, k, wrong, seed

    def __getitem__(self, i: int) -> Example:
        rng = np.random.default_rng((self.seed, 17, i))
        which, other = rng.integers(len(self.texts), size=2)
        near = self.texts.neighbours(int(other if rng.random() < self.wrong else which), int(rng.choice(self.k)))
        return self.texts.example(int(which), near)

    def batch(self, position: int, size: int) -> list[Example]:
        return [self[i] for i in range(position, position + size)]
