"""BM25 over the chunks of a corpus: an inverted index in numpy.

It imitates what a retriever returns, for training only; the service searches with Lucene. Terms are WordPieces, a chunk's
title among them. C chunks, V WordPieces, P postings.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.retro.data import CACHE_VERSION, Corpus

K1, B = 1.2, 0.75  # Lucene's values


@dataclass(frozen=True)
class LexicalIndex:
    """Postings of term v are the entries starts[v] … starts[v + 1] − 1 of ``chunks`` and ``weights``."""

    starts: np.ndarray  # [V + 1]
    chunks: np.ndarray  # [P]
    weights: np.ndarray  # [P] what the term adds to the chunk's score
    size: int  # C

    @staticmethod
    def of(corpus: Corpus) -> LexicalIndex:
        texts = [terms_of(corpus, c) for c in range(len(corpus.chunk_paragraph))]
        lengths = np.array([len(t) for t in texts])  # [C]
        terms = np.concatenate(texts).astype(np.int64)
        owner = np.repeat(np.arange(len(texts)), lengths)
        pairs, counts = np.unique(terms * len(texts) + owner, return_counts=True)  # [P], by term, then by chunk
        term, chunk = np.divmod(pairs, len(texts))
        starts = np.searchsorted(term, np.arange(term[-1] + 2))
        frequency = np.diff(starts)[term]  # [P] chunks that hold the posting's term
        rarity = np.log1p((len(texts) - frequency + 0.5) / (frequency + 0.5))
        damping = K1 * (1 - B + B * lengths[chunk] / lengths.mean())
        weights = rarity * counts / (counts + damping)
        return LexicalIndex(starts, chunk.astype(np.int32), weights.astype(np.float32), len(texts))

    def search(self, query: np.ndarray, count: int) -> np.ndarray:
        """The best chunks for a question's WordPieces, best first, at most ``count``; equal scores by chunk."""
        scores = np.zeros(self.size, dtype=np.float32)
        for term in np.unique(query[query < len(self.starts) - 1]):
            postings = slice(self.starts[term], self.starts[term + 1])
            scores[self.chunks[postings]] += self.weights[postings]  # a chunk stands once in a term's postings
        count = min(count, self.size)
        lowest = np.partition(scores, self.size - count)[self.size - count]
        found = np.flatnonzero((scores >= lowest) & (scores > 0))
        return found[np.argsort(-scores[found], kind="stable")[:count]]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, starts=self.starts, chunks=self.chunks, weights=self.weights, size=self.size)
        partial.rename(path)

    @staticmethod
    def load(path: Path) -> LexicalIndex:
        with np.load(path) as stored:
            return LexicalIndex(stored["starts"], stored["chunks"], stored["weights"], int(stored["size"]))


def terms_of(corpus: Corpus, chunk: int) -> np.ndarray:
    """WordPieces of a chunk's title and text."""
    p = corpus.chunk_paragraph[chunk]
    _, _, begin, end = corpus.chunk_range[chunk]
    return np.concatenate([corpus.titles[corpus.article[p]], corpus.pieces[p][begin:end]])


def cached_index(name: str, corpus: Corpus, cache: Path, m: int) -> LexicalIndex:
    """The index of one training set, from the cache when it is there."""
    stored = cache / f"{name}-v{CACHE_VERSION}-m{m}-bm25.npz"
    if not stored.exists():
        LexicalIndex.of(corpus).save(stored)
    return LexicalIndex.load(stored)
