"""Text to training examples: chunks, the decoder-token to WordPiece map, answer spans.

A paragraph is tokenised twice, by the decoder's BPE and by the encoder's WordPiece, both with code-point offsets.
It is cut into chunks of at most ``m`` decoder tokens that prefer sentence ends; a neighbour is a chunk and the
chunk that follows it in the same paragraph. Each decoder token takes the state of the WordPiece that covers its first
visible character; tokens that share one WordPiece form a group, and a span starts only at the first and ends only
at the last token of a group.

Everything is kept as flat numpy arrays with offsets ("ragged"), so that a cached corpus loads in a second.
"""

from __future__ import annotations

import json
import lzma
import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

CLS, SEP = 101, 102  # WordPiece ids of bge-small
CACHE_VERSION = 2


@dataclass(frozen=True)
class Limits:
    """Lengths that training and serving must agree on."""

    m: int = 64  # decoder tokens of a chunk; a neighbour has at most 2m
    question: int = 48  # WordPieces
    title: int = 24  # WordPieces, the closing full stop included

    def __post_init__(self) -> None:
        if min(self.m, self.question, self.title) < 4:
            raise ValueError("limits are too small")


# --------------------------------------------------------------------------- answers


def normalise(text: str) -> str:
    """SQuAD's normaliser: lower case, no punctuation, no articles, single spaces."""
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def exact(prediction: str, answers: Sequence[str]) -> float:
    return float(any(normalise(prediction) == normalise(a) for a in answers))


def overlap_f1(prediction: str, answers: Sequence[str]) -> float:
    """Best word F1 against any of the answers."""
    words = normalise(prediction).split()
    best = 0.0
    for answer in answers:
        gold = normalise(answer).split()
        common = sum(min(words.count(w), gold.count(w)) for w in set(words))
        if common:
            best = max(best, 2 * common / (len(words) + len(gold)))
    return best


def occurrences(text: str, answer: str) -> list[tuple[int, int]]:
    """Code-point ranges where the answer stands as whole words; anywhere if it never does."""
    answer = answer.strip()
    if not answer:
        return []
    plain = re.escape(answer)
    return [m.span() for m in re.finditer(rf"(?<!\w){plain}(?!\w)", text)] or [m.span() for m in re.finditer(plain, text)]


def loose_occurrences(text: str, answer: str) -> list[tuple[int, int]]:
    """The same for an answer someone wrote down: in either case and without its closing punctuation, as whole words only."""
    answer = answer.strip().rstrip(".,!?")
    return [m.span() for m in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)] if answer else []


# --------------------------------------------------------------------------- chunks

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr vs etc no vol fig inc ltd co corp gen col sgt capt lt rev hon gov sen rep mt ft"
    " e.g i.e cf al ca approx dept est jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k".split()
)
_CLOSERS = "\"'”’»)]"


def ends_sentence(text: str, position: int) -> bool:
    """Whether the text before ``position`` (a white-space character) ends a sentence there."""
    if "\n" in text[position : position + 1]:
        return True
    before = text[max(0, position - 40) : position].rstrip().rstrip(_CLOSERS)
    if not before or before[-1] not in ".!?…":
        return False
    following = text[position : position + 8].lstrip()
    if following and following[0].islower():
        return False
    if before[-1] != ".":
        return True
    word = before[:-1].split()[-1:] or [""]
    word = word[0].lstrip("\"'“‘«([")
    return not (word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper()))


def is_sentences(text: str, begin: int, end: int) -> bool:
    """Whether the code points begin … end − 1 are one or more whole sentences with their closing mark."""
    starts = begin == 0 or (text[begin - 1].isspace() and ends_sentence(text, begin - 1))
    stops = end == len(text) or (text[end].isspace() and ends_sentence(text, end))
    return starts and stops and text[begin:end].rstrip(_CLOSERS)[-1:] in tuple(".!?…")


def chunk_starts(text: str, offsets: Sequence[tuple[int, int]], m: int) -> list[int]:
    """First token of every chunk. Chunks partition the tokens and have at most ``m`` of them.

    A chunk ends at the last sentence end that leaves it at least m/4 tokens, else at the last white space, else
    after m tokens. White space belongs to the token after it, so a chunk starts with its leading space.
    """
    n = len(offsets)
    starts = [0]
    while n - starts[-1] > m:
        first = starts[-1]
        word = sentence = 0
        for i in range(first + m, first, -1):
            begin = offsets[i][0]
            if not text[begin].isspace() or text[offsets[i - 1][0] : offsets[i - 1][1]].isspace():
                continue
            word = word or i
            if i - first < m // 4:
                break
            if ends_sentence(text, begin):
                sentence = i
                break
        starts.append(sentence or word or first + m)
    return starts


# --------------------------------------------------------------------------- alignment


def wordpiece_map(text: str, tokens: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """For each decoder token the index of the WordPiece that covers its first visible character.

    tokens [R, 2] and pieces [S, 2] are code-point ranges; a token of white space alone looks ahead. Non-decreasing.
    """
    visible = np.flatnonzero([not c.isspace() for c in text])  # positions of visible characters
    if len(visible) == 0 or len(pieces) == 0:
        return np.zeros(len(tokens), dtype=np.int64)
    at = np.minimum(np.searchsorted(visible, tokens[:, 0]), len(visible) - 1)  # [R]
    return np.minimum(np.searchsorted(pieces[:, 1], visible[at], side="right"), len(pieces) - 1)  # [R]


def group_flags(mapping: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """first [R], last [R]: whether a token is the first / last of those that share its WordPiece."""
    change = np.diff(mapping) != 0
    return np.r_[True, change], np.r_[change, True]


def token_span(begin: int, end: int, tokens: np.ndarray, mapping: np.ndarray) -> tuple[int, int]:
    """Tokens (first, last) that cover the code points begin … end − 1, widened to whole groups."""
    first = int(np.searchsorted(tokens[:, 1], begin, side="right"))
    last = int(np.searchsorted(tokens[:, 0], end - 1, side="right")) - 1
    return (
        int(np.searchsorted(mapping, mapping[first], side="left")),
        int(np.searchsorted(mapping, mapping[last], side="right")) - 1,
    )


# --------------------------------------------------------------------------- corpus


@dataclass
class Ragged:
    """Rows of different lengths in one array: row i is values[starts[i] : starts[i + 1]]."""

    values: np.ndarray
    starts: np.ndarray

    @staticmethod
    def of(rows: Sequence[np.ndarray], dtype: type) -> Ragged:
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(r) for r in rows], out=starts[1:])
        values = np.concatenate([np.asarray(r, dtype=dtype) for r in rows]) if rows else np.zeros(0, dtype=dtype)
        return Ragged(values, starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, i: int) -> np.ndarray:
        return self.values[self.starts[i] : self.starts[i + 1]]


@dataclass
class Corpus:
    """Paragraphs, their chunks, and the questions asked about them. P paragraphs, Q questions, C chunks, A articles."""

    texts: list[str]  # [P]
    article: np.ndarray  # [P] article of a paragraph
    titles: Ragged  # [A] WordPieces of "title."
    tokens: Ragged  # [P] decoder ids
    offsets: Ragged  # [P] rows of [R, 2]: code-point range of each decoder token
    mapping: Ragged  # [P] WordPiece of each decoder token, counted from the paragraph's first
    pieces: Ragged  # [P] WordPiece ids
    chunk_paragraph: np.ndarray  # [C]
    chunk_range: np.ndarray  # [C, 4]: first token, end token, first WordPiece, end WordPiece (in the paragraph)
    questions: list[str]  # [Q]
    answers: list[list[str]]  # [Q]
    paragraph: np.ndarray  # [Q] paragraph a question was asked about
    question_tokens: Ragged  # [Q] decoder ids
    question_pieces: Ragged  # [Q] WordPieces
    spans: Ragged  # [Q] rows of [n, 2]: first and last token of every occurrence, the likeliest first
    whole: np.ndarray  # [Q] the spans are whole sentences: no short answer is known

    def __post_init__(self) -> None:
        of_chunk = self.article[self.chunk_paragraph]  # [C]
        by_article = np.argsort(of_chunk, kind="stable")
        self.article_chunks = Ragged(by_article, np.searchsorted(of_chunk[by_article], np.arange(len(self.titles) + 1)))
        frequency = np.ones(int(self.pieces.values.max(initial=0)) + 1)
        for p, (_, _, begin, end) in zip(self.chunk_paragraph, self.chunk_range, strict=True):
            frequency[np.unique(self.pieces[p][begin:end])] += 1
        self.rarity = np.log(len(self.chunk_paragraph) / frequency).clip(0)  # [V] inverse document frequency

    def save(self, path: Path) -> None:
        arrays, texts = {}, {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Ragged):
                arrays[field.name + ".values"], arrays[field.name + ".starts"] = value.values, value.starts
            elif isinstance(value, np.ndarray):
                arrays[field.name] = value
            else:
                texts[field.name] = value
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, texts=np.frombuffer(json.dumps(texts).encode(), dtype=np.uint8), **arrays)
        partial.rename(path)

    @staticmethod
    def load(path: Path) -> Corpus:
        with np.load(path) as stored:
            values = json.loads(stored["texts"].tobytes())
            for name in stored.files:
                if name.endswith(".values"):
                    key = name.removesuffix(".values")
                    values[key] = Ragged(stored[name], stored[key + ".starts"])
                elif name != "texts" and not name.endswith(".starts"):
                    values[name] = stored[name]
        return Corpus(**values)

    def serving(self, style: str) -> np.ndarray:
        """Questions that can be answered in a style. A sentence holds every answer; a short one must be known as such."""
        return np.flatnonzero(~self.whole) if style == "short" else np.arange(len(self.questions))

    def span_text(self, paragraph: int, first: int, last: int) -> str:
        """What the tokens first … last say, without surrounding white space."""
        offsets = self.offsets[paragraph]
        return self.texts[paragraph][offsets[first, 0] : offsets[last, 1]].strip()


def read_rows(path: Path) -> list[dict]:
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _ranges(encoding: Encoding) -> np.ndarray:
    return np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)


def _likeliest_first(text: str, question: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Occurrences ordered by how many words of the question stand within 120 characters."""
    words = {w for w in re.findall(r"\w+", question.lower()) if len(w) > 3}
    near = [sum(w in text[max(0, b - 120) : e + 120].lower() for w in words) for b, e in found]
    return [found[i] for i in sorted(range(len(found)), key=lambda i: -near[i])]


def _spans(text: str, question: str, answers: Sequence[str], offsets: np.ndarray, mapping: np.ndarray) -> np.ndarray:
    """First and last token [n, 2] of every occurrence that is a run of whole groups."""
    found: dict[tuple[int, int], None] = {}
    for answer in answers:
        places = occurrences(text, answer) or loose_occurrences(text, answer)
        for begin, end in _likeliest_first(text, question, places):
            first, last = token_span(begin, end, offsets, mapping)
            if normalise(text[offsets[first, 0] : offsets[last, 1]]) == normalise(answer):
                found[first, last] = None
    return np.array(list(found), dtype=np.int64).reshape(-1, 2)


@dataclass
class _Answer:
    """Where a row's answer stands in its paragraph."""

    row: dict
    paragraph: int
    spans: np.ndarray  # [n, 2]
    whole: bool  # the spans are the sentence with the answer, no short answer was found
    sentences: bool  # the likeliest span is nothing but whole sentences


def _sentence_set(found: Sequence[_Answer], longest: int) -> list[_Answer]:
    """A set whose answers mostly are sentences has no short answers; sentences over ``longest`` tokens serve no style.

    One rule for a set, not for a question: a short-answer set has a few answers that happen to be sentences, and a set of
    sentences has a few that were cut from lists, which are neither.
    """
    if 2 * sum(a.sentences for a in found if not a.whole) > len(found):
        for answer in found:
            answer.whole = answer.whole or answer.sentences
        found = [a for a in found if a.whole]
    return [a for a in found if not a.whole or a.spans[0, 1] - a.spans[0, 0] < longest]


def build_corpus(
    rows: Iterable[dict], decoder: Tokenizer, encoder: Tokenizer, limits: Limits, drop: frozenset[str] = frozenset()
) -> Corpus:
    """Tokenise and align. Questions whose answer is not a span of whole groups are left out, as are those in ``drop``.

    Where no answer is one, a row's ``answer_sentence`` may be, and serves the longer styles.
    """
    rows = [r for r in rows if r["question"].strip().lower() not in drop]
    paragraph_of: dict[tuple[str, str], int] = {}
    article_of: dict[str, int] = {}
    texts: list[str] = []
    article: list[int] = []
    for row in rows:
        key = (row["title"], row["context"])
        if key not in paragraph_of:
            paragraph_of[key] = len(texts)
            texts.append(row["context"])
            # Sets without titles: every text is an article of its own.
            article.append(article_of.setdefault(row["title"] or f"\0{len(texts)}", len(article_of)))
    by_decoder = decoder.encode_batch(texts, add_special_tokens=False)
    by_encoder = encoder.encode_batch(texts, add_special_tokens=False)
    tokens, offsets, mapping, pieces, chunk_paragraph, chunk_range = [], [], [], [], [], []
    for p, text in enumerate(texts):
        token_ranges, piece_ranges = _ranges(by_decoder[p]), _ranges(by_encoder[p])
        tokens.append(np.array(by_decoder[p].ids))
        offsets.append(token_ranges)
        pieces.append(np.array(by_encoder[p].ids))
        mapping.append(wordpiece_map(text, token_ranges, piece_ranges))
        starts = chunk_starts(text, by_decoder[p].offsets, limits.m) if len(piece_ranges) else []
        for begin, end in zip(starts, [*starts[1:], len(token_ranges)], strict=True):
            piece_end = mapping[p][end] if end < len(token_ranges) else len(piece_ranges)
            chunk_paragraph.append(p)
            chunk_range.append((begin, end, mapping[p][begin] if begin else 0, piece_end))

    found = []
    for row in rows:
        p = paragraph_of[row["title"], row["context"]]
        spans = _spans(texts[p], row["question"], row["answers"], offsets[p], mapping[p])
        whole = len(spans) == 0
        if whole and row.get("answer_sentence"):
            spans = _spans(texts[p], row["question"], [row["answer_sentence"]], offsets[p], mapping[p])
        if len(spans):
            begin, end = offsets[p][spans[0, 0], 0], offsets[p][spans[0, 1], 1]
            begin += len(texts[p][begin:end]) - len(texts[p][begin:end].lstrip())  # white space belongs to the token after it
            found.append(_Answer(row, p, spans, whole, is_sentences(texts[p], begin, end)))
    kept = _sentence_set(found, limits.m - 1)
    questions = [a.row["question"].strip() for a in kept]
    titles = ["" if name.startswith("\0") else name + "." for name in article_of]
    return Corpus(
        texts=texts,
        article=np.array(article, dtype=np.int64),
        titles=Ragged.of([e.ids[: limits.title] for e in encoder.encode_batch(titles, add_special_tokens=False)], np.int32),
        tokens=Ragged.of(tokens, np.int32),
        offsets=Ragged.of(offsets, np.int32),
        mapping=Ragged.of(mapping, np.int32),
        pieces=Ragged.of(pieces, np.int32),
        chunk_paragraph=np.array(chunk_paragraph, dtype=np.int64),
        chunk_range=np.array(chunk_range, dtype=np.int64).reshape(-1, 4),
        questions=questions,
        answers=[a.row["answers"] for a in kept],
        paragraph=np.array([a.paragraph for a in kept], dtype=np.int64),
        question_tokens=Ragged.of([e.ids for e in decoder.encode_batch(questions, add_special_tokens=False)], np.int32),
        question_pieces=Ragged.of([e.ids[: limits.question] for e in encoder.encode_batch(questions, add_special_tokens=False)], np.int32),
        spans=Ragged.of([a.spans for a in kept], np.int32),
        whole=np.array([a.whole for a in kept], dtype=bool),
    )


def cached_corpus(
    source: Path, cache: Path, decoder: Tokenizer, encoder: Tokenizer, limits: Limits, drop: frozenset[str] = frozenset()
) -> Corpus:
    """The corpus of one data file, from the cache when it is there."""
    stored = cache / f"{source.name.split('.')[0]}-v{CACHE_VERSION}-m{limits.m}.npz"
    if not stored.exists():
        build_corpus(read_rows(source), decoder, encoder, limits, drop).save(stored)
    return Corpus.load(stored)
