"""Answers of several chunks: what the service retrieves again after each finished one, for training.

The service asks its index with the question and the chunk that was just written, and what it finds replaces what was seen before
(Borgeaud et al. 2022, arXiv 2112.04426). Here the chunk is the gold one, so that all chunks of an answer can be trained at once.
"""

from __future__ import annotations

import numpy as np

from training.retro.batches import CHUNK, LONGEST_PARAGRAPH, covered, sentences_from
from training.retro.examples import Example, Neighbour, make_neighbour
from training.retro.lexical import LexicalIndex


def retrieved_again(example: Example, index: LexicalIndex) -> Example:
    """The example with the neighbours of every chunk that the gold paragraph goes on for; itself where an answer has one chunk.

    Each later chunk sees as many as the first, the best of the index, the one where the text goes on among them.
    """
    if example.gold < 0 or not len(example.neighbours[example.gold].spans):
        return example
    sentences = sentences_from(example)
    if sentences is None:
        return example
    first, ends = sentences
    gold, k = example.neighbours[example.gold], len(example.neighbours)
    longer = Example(example.corpus, example.question, list(example.neighbours), example.gold, [list(range(k))])
    while (reached := len(longer.entries) * CHUNK) < min(ends[-1] + 1 - first, LONGEST_PARAGRAPH) and covered(longer, first) == reached:
        written = _pieces(gold, first + reached - CHUNK, first + reached)
        query = np.concatenate((example.corpus.question_pieces[example.question], written))
        chosen = [int(c) for c in index.search(query, k)]
        following = _holding(gold, first + reached)
        if following not in chosen:
            chosen = [*chosen[: k - 1], following]
        longer.entries.append([_place(longer, c) for c in chosen])
    return longer if len(longer.entries) > 1 else example


def _pieces(gold: Neighbour, first: int, end: int) -> np.ndarray:
    """WordPieces of the paragraph's tokens first … end − 1."""
    mapping = gold.corpus.mapping[gold.paragraph]
    return gold.corpus.pieces[gold.paragraph][mapping[first] : mapping[end - 1] + 1]


def _holding(gold: Neighbour, token: int) -> int:
    """The chunk that holds a token of the gold neighbour's paragraph."""
    corpus = gold.corpus
    begin, end = np.searchsorted(corpus.chunk_paragraph, [gold.paragraph, gold.paragraph + 1])
    return int(begin + np.searchsorted(corpus.chunk_range[begin:end, 0], token, side="right") - 1)


def _place(example: Example, chunk: int) -> int:
    """Which neighbour of the example the chunk with its continuation is; a new one unless it was seen before."""
    new = make_neighbour(example.corpus, example.question, chunk)
    for j, n in enumerate(example.neighbours):
        if n.corpus is new.corpus and n.chunk == chunk and len(n.tokens) == len(new.tokens):
            return j
    example.neighbours.append(new)
    return len(example.neighbours) - 1
