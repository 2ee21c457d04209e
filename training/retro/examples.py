"""Corpora to training examples: neighbours with the question in front, distractors, a reproducible stream.

K neighbours of an example, R decoder tokens and S WordPieces of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from training.retro.counterfactual import Swaps
from training.retro.data import CLS, SEP, Corpus, group_flags, loose_occurrences
from training.retro.lexical import LexicalIndex
from training.retro.misasked import Misasked

NEAREST = 10  # a lexically near distractor is drawn from so many


@dataclass
class Neighbour:
    """One [N, F] as the encoder reads it. R decoder tokens, S WordPieces."""

    corpus: Corpus
    chunk: int  # of the corpus
    paragraph: int
    offset: int  # the first decoder token's position in the paragraph
    tokens: np.ndarray  # [R] decoder ids
    ids: np.ndarray  # [S] [CLS] question [SEP] title. text [SEP]
    kinds: np.ndarray  # [S] token types 0 / 1
    mapping: np.ndarray  # [R] index into ids
    first: np.ndarray  # [R] a span may start here
    last: np.ndarray  # [R] a span may end here
    spans: np.ndarray  # [n, 2] first and last token of every occurrence of the answer, counted in this neighbour


@dataclass
class Example:
    corpus: Corpus  # of the question; a neighbour may be of another
    question: int  # of the corpus
    neighbours: list[Neighbour]
    gold: int  # which neighbour holds the answer, −1 for none
    entries: list[list[int]] = field(
        default_factory=list
    )  # the neighbours each chunk of the answer sees; empty: one chunk, and it sees all
    said: np.ndarray | None = None  # decoder tokens that follow, where it is a text that goes on and not a question

    @property
    def question_text(self) -> str:
        return self.corpus.questions[self.question]

    @property
    def question_tokens(self) -> np.ndarray:
        return self.corpus.question_tokens[self.question]

    @property
    def whole(self) -> bool:
        """The gold spans are whole sentences."""
        return bool(self.corpus.whole[self.question])

    @property
    def answers(self) -> list[str]:
        return self.corpus.answers[self.question]

    def text(self, neighbour: int, first: int, last: int) -> str:
        n = self.neighbours[neighbour]
        return n.corpus.span_text(n.paragraph, n.offset + first, n.offset + last)


def make_neighbour(corpus: Corpus, question: int, chunk: int, continued: bool = True) -> Neighbour:
    """The chunk, with its continuation when there is one in the same paragraph and ``continued`` asks for it."""
    p = int(corpus.chunk_paragraph[chunk])
    begin, end, piece_begin, piece_end = corpus.chunk_range[chunk]
    if continued and chunk + 1 < len(corpus.chunk_paragraph) and corpus.chunk_paragraph[chunk + 1] == p:
        _, end, _, piece_end = corpus.chunk_range[chunk + 1]
    asked, title = corpus.question_pieces[question], corpus.titles[corpus.article[p]]
    head = len(asked) + 2
    ids = np.concatenate([[CLS], asked, [SEP], title, corpus.pieces[p][piece_begin:piece_end], [SEP]])
    mapping = np.minimum(corpus.mapping[p][begin:end], piece_end - 1) - piece_begin + head + len(title)
    first, last = group_flags(mapping)
    spans = corpus.spans[question] if corpus.paragraph[question] == p else np.zeros((0, 2), dtype=np.int32)
    inside = (spans[:, 0] >= begin) & (spans[:, 1] < end)
    return Neighbour(
        corpus=corpus,
        chunk=chunk,
        paragraph=p,
        offset=int(begin),
        tokens=corpus.tokens[p][begin:end],
        ids=ids,
        kinds=(np.arange(len(ids)) >= head).astype(np.int64),
        mapping=mapping,
        first=first,
        last=last,
        spans=spans[inside] - begin,
    )


@dataclass(frozen=True)
class SampleConfig:
    k: tuple[int, ...] = (1, 1, 2, 2, 3)  # numbers of neighbours, drawn evenly
    no_gold: float = 0.1  # share of examples whose neighbours do not hold the answer
    hard: float = 0.5  # share of distractors chosen for their words in common with the question
    alone: float = 0.25  # share of neighbours without their continuation
    as_retrieved: float = 0.0  # share of examples whose neighbours are the best of the lexical index
    near: float = 0.0  # share of distractors of the other examples that are lexically near, of whatever article
    counterfactual: float = 0.0  # share of answerable examples whose answer is swapped, where it has a kind
    misasked: float = 0.0  # share of the other answerable examples whose question is changed until nothing answers it, where a rule fits
    fixed_gold: bool = False  # the answer's own chunk first, as in an evaluation that must not vary

    def __post_init__(self) -> None:
        if not self.k or min(self.k) < 1:
            raise ValueError("every k must be at least 1")
        shares = (self.no_gold, self.hard, self.alone, self.as_retrieved, self.near, self.counterfactual, self.misasked)
        if not all(0.0 <= share <= 1.0 for share in shares):
            raise ValueError("shares must be in [0, 1]")

    @property
    def retrieves(self) -> bool:
        return self.as_retrieved > 0 or self.near > 0


def _windows_with_answer(corpus: Corpus, question: int) -> list[tuple[int, bool]]:
    """(chunk, needs its continuation) for every [N, F] in which an occurrence of the answer lies wholly."""
    p = int(corpus.paragraph[question])
    chunks = np.arange(*np.searchsorted(corpus.chunk_paragraph, [p, p + 1]))
    ranges = corpus.chunk_range[chunks]
    out: dict[int, bool] = {}
    for first, last in corpus.spans[question]:
        for i, chunk in enumerate(chunks):
            begin, end = ranges[i, :2]
            far = ranges[i + 1, 1] if i + 1 < len(chunks) else end
            if begin <= first and last < far:
                out[int(chunk)] = out.get(int(chunk), True) and bool(last >= end)
    return list(out.items())


def _says_an_answer(corpus: Corpus, question: int, chunk: int) -> bool:
    """Whether an answer's words stand in the chunk or its continuation, in whatever sense."""
    p = corpus.chunk_paragraph[chunk]
    begin, end = corpus.chunk_range[chunk, :2]
    if chunk + 1 < len(corpus.chunk_paragraph) and corpus.chunk_paragraph[chunk + 1] == p:
        end = corpus.chunk_range[chunk + 1, 1]
    text = corpus.span_text(p, begin, end - 1)
    return any(loose_occurrences(text, answer) for answer in corpus.answers[question])


def _near(corpus: Corpus, question: int, count: int, index: LexicalIndex) -> list[int]:
    """The best chunks of the index that cannot support the answer: what a retriever returns without the gold paragraph.

    Other paragraphs may support it too, so that all which say it are left out.
    """
    p = corpus.paragraph[question]
    ranked = index.search(corpus.question_pieces[question], 3 * count + int((corpus.chunk_paragraph == p).sum()))
    free = (int(c) for c in ranked if corpus.chunk_paragraph[c] != p and not _says_an_answer(corpus, question, int(c)))
    return list(islice(free, count))


def _distractors(
    corpus: Corpus, question: int, count: int, config: SampleConfig, rng: np.random.Generator, index: LexicalIndex | None
) -> list[int]:
    """Chunks that do not hold the answer: of the same article while it has any, else of any article; or near ones."""
    p = int(corpus.paragraph[question])
    taboo = {c for c, _ in _windows_with_answer(corpus, question)}
    pool = corpus.article_chunks[corpus.article[p]]
    asked = np.unique(corpus.question_pieces[question])
    near = _near(corpus, question, NEAREST, index) if index and config.near and count else []
    chosen: list[int] = []
    for _ in range(count):
        if near and rng.random() < config.near:
            pick = near.pop(int(rng.integers(len(near))))
            if pick not in taboo:
                chosen.append(pick)
                taboo.add(pick)
                continue
        free = [int(c) for c in rng.permutation(pool)[: count + len(taboo) + 8] if c not in taboo]
        if not free:
            free = [int(c) for c in rng.integers(len(corpus.chunk_paragraph), size=16) if corpus.chunk_paragraph[c] != p]
        if not free:
            break
        pick = free[0]
        if rng.random() < config.hard:
            shared = [asked[np.isin(asked, _chunk_pieces(corpus, c))] for c in free[:8]]
            pick = free[int(np.argmax([corpus.rarity[s[s < len(corpus.rarity)]].sum() for s in shared]))]
        chosen.append(pick)
        taboo.add(pick)
    return chosen


def _chunk_pieces(corpus: Corpus, chunk: int) -> np.ndarray:
    _, _, begin, end = corpus.chunk_range[chunk]
    return corpus.pieces[corpus.chunk_paragraph[chunk]][begin:end]


def _retrieved(corpus: Corpus, question: int, k: int, config: SampleConfig, rng: np.random.Generator, index: LexicalIndex) -> Example:
    """The k best of the index in their order. The gold one stands where it ranks, or last if it is not among them.

    Of several that hold the gold answer only the best stays, since an example has one gold neighbour.
    """
    windows = dict(_windows_with_answer(corpus, question))
    if not windows or rng.random() < config.no_gold:
        chosen = _near(corpus, question, k, index) or _distractors(corpus, question, k, config, rng, None)
        return Example(corpus, question, [make_neighbour(corpus, question, c, rng.random() >= config.alone) for c in chosen], -1)
    ranked = [int(c) for c in index.search(corpus.question_pieces[question], k + len(windows))]
    gold = next((c for c in ranked if c in windows), list(windows)[int(rng.integers(len(windows)))])
    chosen = [c for c in ranked if c == gold or c not in windows][:k]
    if gold not in chosen:
        chosen = [*chosen[: k - 1], gold]
    neighbours = [make_neighbour(corpus, question, c, windows.get(c, False) or rng.random() >= config.alone) for c in chosen]
    return Example(corpus, question, neighbours, chosen.index(gold))


def sample(
    corpus: Corpus,
    question: int,
    config: SampleConfig,
    rng: np.random.Generator,
    index: LexicalIndex | None = None,
    swaps: Swaps | None = None,
    misasked: Misasked | None = None,
) -> Example:
    """One example. With an index, some are as it returns them, and some distractors come from it; with swaps, some answers are others;
    with misasked, some questions."""
    example = _drawn(corpus, question, config, rng, index)
    if swaps and example.gold >= 0 and config.counterfactual and rng.random() < config.counterfactual:
        return _counterfactual(example, config, rng, swaps)
    if misasked and example.gold >= 0 and config.misasked and rng.random() < config.misasked:
        return _misasked(example, rng, misasked)
    return example


def _drawn(corpus: Corpus, question: int, config: SampleConfig, rng: np.random.Generator, index: LexicalIndex | None) -> Example:
    """k neighbours in random order, one of them with the answer unless left out on purpose, or as retrieved."""
    k = int(rng.choice(config.k))
    if index and config.as_retrieved and rng.random() < config.as_retrieved:
        return _retrieved(corpus, question, k, config, rng, index)
    windows = _windows_with_answer(corpus, question)
    gold = None
    if windows and rng.random() >= config.no_gold:
        chunk, needed = windows[0] if config.fixed_gold else windows[int(rng.integers(len(windows)))]
        gold = make_neighbour(corpus, question, chunk, needed or rng.random() >= config.alone)
    others = _distractors(corpus, question, k - (gold is not None), config, rng, index)
    neighbours = [make_neighbour(corpus, question, c, rng.random() >= config.alone) for c in others]
    place = -1
    if gold is not None:
        place = int(rng.integers(len(neighbours) + 1))
        neighbours.insert(place, gold)
    return Example(corpus, question, neighbours, place)


def _counterfactual(example: Example, config: SampleConfig, rng: np.random.Generator, swaps: Swaps) -> Example:
    """The example with its answer swapped in the gold neighbour; neighbours that say the old one go, lest two texts disagree."""
    edited = swaps.swapped(example.question, rng)
    windows = _windows_with_answer(edited, 0) if edited else []
    if not windows:
        return example
    chunk, needed = windows[int(rng.integers(len(windows)))]
    gold = make_neighbour(edited, 0, chunk, needed or rng.random() >= config.alone)
    kept = [
        gold if j == example.gold else n
        for j, n in enumerate(example.neighbours)
        if j == example.gold or not _says_an_answer(example.corpus, example.question, n.chunk)
    ]
    return Example(edited, 0, kept, next(j for j, n in enumerate(kept) if n is gold))


def _misasked(example: Example, rng: np.random.Generator, misasked: Misasked) -> Example:
    """The same neighbours behind a question that none of them answers."""
    edited = misasked.changed(example.question, rng)
    if edited is None:
        return example
    pieces, before = edited.question_pieces[0], len(example.corpus.question_pieces[example.question])
    return Example(edited, 0, [_asked(n, pieces, before) for n in example.neighbours], -1)


def _asked(neighbour: Neighbour, pieces: np.ndarray, before: int) -> Neighbour:
    """The neighbour behind another question, where it stood behind one of so many WordPieces."""
    ids = np.concatenate([[CLS], pieces, neighbour.ids[1 + before :]])
    return replace(
        neighbour,
        ids=ids,
        kinds=(np.arange(len(ids)) >= len(pieces) + 2).astype(np.int64),
        mapping=neighbour.mapping + len(pieces) - before,
        spans=np.zeros((0, 2), dtype=np.int32),
    )


class Mixture:
    """An endless, reproducible stream of examples of one style over several corpora. Example i is the same in every run."""

    def __init__(
        self,
        corpora: Sequence[tuple[Corpus, float]],
        config: SampleConfig,
        seed: int,
        style: str = "short",
        indexes: Sequence[LexicalIndex] = (),
        swaps: Sequence[Swaps] = (),
        misasked: Sequence[Misasked] = (),
    ) -> None:
        """corpora: with each the share of its questions that one epoch uses, of those that can serve the style.

        indexes, swaps, misasked: one of every corpus where the configuration retrieves, swaps or misasks, none otherwise.
        """
        if len(indexes) != (len(corpora) if config.retrieves else 0):
            raise ValueError(f"{len(corpora)} corpora and {len(indexes)} indexes: as_retrieved and near need one for each, others none")
        if len(swaps) != (len(corpora) if config.counterfactual else 0):
            raise ValueError(f"{len(corpora)} corpora and {len(swaps)} swaps: counterfactual needs them for each, others none")
        if len(misasked) != (len(corpora) if config.misasked else 0):
            raise ValueError(f"{len(corpora)} corpora and {len(misasked)} misasked: the share needs them for each, others none")
        self.indexes, self.swaps, self.misasked = list(indexes), list(swaps), list(misasked)
        self.corpora = list(corpora)
        self.config = config
        self.seed = seed
        self.serving = [corpus.serving(style) for corpus, _ in self.corpora]
        self.per_epoch = sum(int(len(s) * share) for s, (_, share) in zip(self.serving, self.corpora, strict=True))
        if self.per_epoch == 0:
            raise ValueError(f"no question of the given sets can be answered in the style '{style}'")
        self._epoch = -1
        self._order = np.zeros((0, 2), dtype=np.int64)

    def _ordered(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            rng = np.random.default_rng((self.seed, epoch))
            parts = []
            for i, (serving, (_, share)) in enumerate(zip(self.serving, self.corpora, strict=True)):
                picked = rng.permutation(serving)[: int(len(serving) * share)]
                parts.append(np.stack([np.full(len(picked), i), picked], axis=1))
            self._order, self._epoch = rng.permutation(np.concatenate(parts)), epoch
        return self._order

    def __getitem__(self, i: int) -> Example:
        which, question = self._ordered(i // self.per_epoch)[i % self.per_epoch]
        rng = np.random.default_rng((self.seed, 7, i))
        index = self.indexes[which] if self.indexes else None
        swaps = self.swaps[which] if self.swaps else None
        misasked = self.misasked[which] if self.misasked else None
        return sample(self.corpora[which][0], int(question), self.config, rng, index, swaps, misasked)

    def index_of(self, example: Example) -> LexicalIndex | None:
        """The index that an example's question can be asked again of; None without one and for a text that was changed."""
        found = (i for i, (corpus, _) in enumerate(self.corpora) if corpus is example.corpus)
        which = next(found, None) if self.indexes else None
        return None if which is None else self.indexes[which]

    def batch(self, position: int, size: int) -> list[Example]:
        return [self[i] for i in range(position, position + size)]

    def batches(self, position: int, size: int) -> Iterator[list[Example]]:
        """Batches from example ``position`` on."""
        while True:
            yield self.batch(position, size)
            position += size
