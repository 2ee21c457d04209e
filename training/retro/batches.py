"""Examples to the tensors of a training step, made on the CPU: nothing after it looks at an example again.

B examples, T WordPieces and N decoder tokens of all their neighbours one after the other, M memory positions an example,
U chunks of an answer, P prompt rows, A attending rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.retro.data import Limits, ends_sentence
from training.retro.examples import Example, Neighbour

STYLES = {"short": "", "sentence": "In a sentence:\n", "paragraph": "In detail:\n"}
PROMPT_PREFIX, PROMPT_SUFFIX = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
TEXT = "text"  # no style of an answer: a text that goes on, as a language model sees it
CHUNK = Limits().m  # tokens of an answer that see the same neighbours, the end token among them
LONGEST_PARAGRAPH = 3 * CHUNK - 1  # tokens


@dataclass(frozen=True)
class Prompt:
    """`<|im_start|>user\\n{style}{question}<|im_end|>\\n<|im_start|>assistant\\n` as token ids."""

    prefix: list[int]
    suffix: list[int]
    styles: dict[str, list[int]]
    style_pieces: dict[str, list[int]]

    @staticmethod
    def of(decoder: Tokenizer, encoder: Tokenizer) -> Prompt:
        def ids(tokenizer: Tokenizer, text: str) -> list[int]:
            return tokenizer.encode(text, add_special_tokens=False).ids

        return Prompt(
            ids(decoder, PROMPT_PREFIX),
            ids(decoder, PROMPT_SUFFIX),
            {name: ids(decoder, text) for name, text in STYLES.items()},
            {name: ids(encoder, text) for name, text in STYLES.items()},
        )

    def ids(self, question: np.ndarray, style: str) -> list[int]:
        if style == TEXT:
            return question.tolist()
        return [*self.prefix, *self.styles[style], *question.tolist(), *self.suffix]

    def asking(self, style: str) -> np.ndarray:
        """The WordPieces of the style, which stand before the question's."""
        return np.array([] if style == TEXT else self.style_pieces[style], dtype=np.int64)


# --------------------------------------------------------------------------- targets


@dataclass
class Target:
    """What is to be generated: decoder tokens without the end token; of the gold neighbour's paragraph, none when unanswerable."""

    tokens: np.ndarray  # [n]
    spans: np.ndarray  # [s, 2] first and last position in the gold neighbour's paragraph of every run of exactly these tokens
    ends: bool = True  # the end token follows


NOTHING = np.zeros((0, 2), np.int64)


def sentences_of(neighbour: Neighbour) -> list[tuple[int, int]]:
    """First and last token, in the paragraph, of the sentences from the neighbour's first token on, which counts as a start.

    As many as an answer that begins in the neighbour can reach.
    """
    corpus, p = neighbour.corpus, neighbour.paragraph
    offsets, text, mapping = corpus.offsets[p], corpus.texts[p], corpus.mapping[p]
    reach = min(len(offsets), neighbour.offset + len(neighbour.tokens) + LONGEST_PARAGRAPH)
    starts = [neighbour.offset]
    for j in range(neighbour.offset + 1, reach):
        begin = int(offsets[j, 0])
        if text[begin].isspace() and mapping[j] != mapping[j - 1] and ends_sentence(text, begin):
            starts.append(j)
    ends = [s - 1 for s in starts[1:]] + ([reach - 1] if reach == len(offsets) else [])
    return list(zip(starts, ends, strict=False))


def covered(example: Example, first: int) -> int:
    """How many tokens of the gold neighbour's paragraph, from one on, can be copied one after the other.

    Each stands in a neighbour that its chunk of the answer sees.
    """
    gold = example.neighbours[example.gold]
    entries = example.entries or [[example.gold]]
    for i in range(len(entries) * CHUNK):
        at = first + i
        seen = (example.neighbours[j] for j in entries[i // CHUNK])
        if not any(n.corpus is gold.corpus and n.paragraph == gold.paragraph and 0 <= at - n.offset < len(n.tokens) for n in seen):
            return i
    return len(entries) * CHUNK


def sentences_from(example: Example) -> tuple[int, list[int]] | None:
    """First token, in the paragraph, of the sentence with the answer, or of the answer if that is whole sentences, and where that
    sentence and each later one ends. None for a sentence that is cut off."""
    neighbour = example.neighbours[example.gold]
    first, last = (int(x) + neighbour.offset for x in neighbour.spans[0])
    reached = [(start, end) for start, end in sentences_of(neighbour) if end >= first]
    if example.whole:
        return first, [last, *(end for _, end in reached if end > last)]
    return (reached[0][0], [end for _, end in reached]) if reached and reached[0][1] >= last else None


def target_of(example: Example, style: str) -> Target | None:
    """None when the example cannot serve the style (a sentence that is cut off, an answer that is too long)."""
    if style == TEXT:
        return Target(example.said, NOTHING, ends=False)
    if example.gold < 0:
        return Target(np.zeros(0, np.int64), NOTHING)
    neighbour = example.neighbours[example.gold]
    if len(neighbour.spans) == 0 or (style == "short" and example.whole):
        return None
    spans = neighbour.spans.astype(np.int64) + neighbour.offset
    first, last = (int(x) for x in spans[0])
    if style != "short":
        sentences = sentences_from(example)
        if sentences is None:
            return None
        first, ends = sentences
        last = ends[0]
    # The end token is said in the last chunk too.
    room = min(covered(example, first), max(1, len(example.entries)) * CHUNK - 1)
    if style == "paragraph":
        last = max((e for e in ends if e - first < room), default=last)
    tokens = neighbour.corpus.tokens[neighbour.paragraph][first : last + 1].astype(np.int64)
    if len(tokens) > room:
        return None
    same = spans if style == "short" else np.array([(first, last)])
    of_paragraph = neighbour.corpus.tokens[neighbour.paragraph]
    return Target(tokens, np.array([s for s in same if np.array_equal(of_paragraph[s[0] : s[1] + 1], tokens)], np.int64))


# --------------------------------------------------------------------------- tensors


class Movable:
    """A record whose tensors can stand on a device."""

    def to(self, device: torch.device) -> Movable:
        moved = {f.name: getattr(self, f.name) for f in fields(self)}
        return type(self)(**{k: v.to(device, non_blocking=True) if isinstance(v, Tensor) else v for k, v in moved.items()})

    def pin_memory(self) -> Movable:
        """What torch's DataLoader calls, so that the copy to a GPU need not be waited for."""
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        return type(self)(**{k: v.pin_memory() if isinstance(v, Tensor) else v for k, v in kept.items()})


@dataclass
class Inputs(Movable):
    """What the model is given: the neighbours as the encoder reads them, and the prompts."""

    ids: Tensor  # [T] WordPieces
    kinds: Tensor  # [T] token types
    lengths: list[int]  # of the neighbours' inputs; they sum to T
    covering: Tensor  # [N] the WordPiece of each decoder token, as an index into T
    allowed: Tensor  # [N, 2] a span may start / end here
    tokens: Tensor  # [N] decoder ids
    positions: Tensor  # [N] inside the neighbour
    slots: Tensor  # [N] memory position of each decoder token, as an index into B · M
    seen: Tensor  # [B, U, M] what each chunk of the answer sees
    prompt: Tensor  # [B, P] decoder ids of the prompts without their last token, padded on the right
    prompt_valid: Tensor  # [B, P]
    last: Tensor  # [B] the prompts' last token
    places: list[np.ndarray]  # per example: first memory position of each of its neighbours

    @property
    def size(self) -> int:
        return len(self.last)

    def in_memory(self, x: Tensor, empty: float = 0.0) -> Tensor:
        """[N, …] → [B, M, …]. A copy to its own slot: on a GPU the gradient of a gather would take longer than all products."""
        b, _, m = self.seen.shape
        return x.new_full((b * m, *x.shape[1:]), empty).index_copy(0, self.slots, x).view(b, m, *x.shape[1:])


@dataclass
class Wanted(Movable):
    """What the model is to say. n are the attending rows with a token to be said, c those that copy it from the memory."""

    rows: Tensor  # [B, A] input ids: the prompt's last token, then the answer
    said: Tensor  # [B, A] the token after each row, −1 where there is none
    spoken: Tensor  # [n] rows with a token, as indices into B · A
    copying: Tensor  # [c] rows that copy, as indices into B · A
    source: Tensor  # [B, A, M] where each row's token may be copied from
    weight: Tensor  # [n] of each row in the loss; they sum to 1
    marks: Tensor  # [B, U, M, 2] an occurrence of the answer starts here in the first chunk's neighbours / ends in the last chunk's
    answerable: Tensor  # [B]


def pack(examples: Sequence[Example], prompt: Prompt, style: str, retrieved_length: int) -> Inputs:
    """retrieved_length: decoder tokens of a neighbour that the memory holds at most."""
    ids, kinds, lengths, covering, allowed, tokens, positions, owned, places = [], [], [], [], [], [], [], [], []
    written = 0
    pieces = prompt.asking(style)
    for example in examples:
        starts, total = [], 0
        for n in example.neighbours:
            r = min(len(n.tokens), retrieved_length)
            ids.append(np.concatenate([n.ids[:1], pieces, n.ids[1:]]))
            kinds.append(np.concatenate([n.kinds[:1], np.zeros_like(pieces), n.kinds[1:]]))
            lengths.append(len(ids[-1]))
            covering.append(n.mapping[:r] + len(pieces) + written)
            allowed.append(np.stack((n.first[:r], n.last[:r]), 1))
            tokens.append(n.tokens[:r])
            positions.append(np.arange(r))
            written += lengths[-1]
            starts.append(total)
            total += r
        places.append(np.array(starts))
        owned.append(total)

    def flat(parts: list[np.ndarray]) -> Tensor:
        return torch.from_numpy(np.concatenate(parts).astype(np.int64))

    valid = np.arange(max(owned)) < np.array(owned)[:, None]  # [B, M]
    seen = np.zeros((len(examples), max(1, *(len(e.entries) for e in examples)), max(owned)), bool)  # [B, U, M]
    for i, example in enumerate(examples):
        if not example.entries:
            seen[i, 0] = valid[i]
        ends = [*places[i][1:], owned[i]]
        for u, entry in enumerate(example.entries):
            for j in entry:
                seen[i, u, places[i][j] : ends[j]] = True
    questions = [prompt.ids(e.question_tokens, style) for e in examples]
    rows = np.zeros((len(examples), max(len(q) for q in questions) - 1), np.int64)
    for row, question in zip(rows, questions, strict=True):
        row[: len(question) - 1] = question[:-1]
    asked = np.arange(rows.shape[1]) < np.array([len(q) - 1 for q in questions])[:, None]
    return Inputs(
        ids=flat(ids),
        kinds=flat(kinds),
        lengths=lengths,
        covering=flat(covering),
        allowed=torch.from_numpy(np.concatenate(allowed)),
        tokens=flat(tokens),
        positions=flat(positions),
        slots=torch.from_numpy(np.flatnonzero(valid)),
        seen=torch.from_numpy(seen),
        prompt=torch.from_numpy(rows),
        prompt_valid=torch.from_numpy(asked),
        last=torch.tensor([q[-1] for q in questions]),
        places=places,
    )


def wanted_of(examples: Sequence[Example], targets: Sequence[Target], inputs: Inputs, end_token: int) -> Wanted:
    b, chunks, m = inputs.seen.shape
    longest = max(len(t.tokens) + t.ends for t in targets)
    rows = torch.zeros(b, longest, dtype=torch.long)
    said = torch.full((b, longest), -1)
    source = torch.zeros(b, longest, m, dtype=torch.bool)
    marks = torch.zeros(b, chunks, m, 2, dtype=torch.bool)
    for i, (example, target) in enumerate(zip(examples, targets, strict=True)):
        n = len(target.tokens)
        rows[i, 0] = inputs.last[i]
        after = torch.from_numpy(target.tokens[: longest - 1])
        rows[i, 1 : len(after) + 1] = after
        said[i, :n] = torch.from_numpy(target.tokens)
        if target.ends:
            said[i, n] = end_token
        for first, last in target.spans:
            for j, start, end in _copies(example, first, last):
                at = torch.arange(start, end)  # rows
                source[i, at, inputs.places[i][j] + first - example.neighbours[j].offset + at] = True
        # In one chunk at most: a row may copy only what it sees.
        for u in range(chunks):
            source[i, u * CHUNK : (u + 1) * CHUNK] &= inputs.seen[i, u]
        if n:
            u = (n - 1) // CHUNK
            marks[i, 0, :, 0] = source[i, 0]
            marks[i, u, :, 1] = source[i, n - 1]
    spoken = said >= 0  # [B, A]
    share = 1 / spoken.sum(1, keepdim=True).expand_as(spoken)[spoken].sqrt()  # long answers count, but not linearly
    return Wanted(
        rows=rows,
        said=said,
        spoken=spoken.flatten().nonzero().squeeze(1),
        copying=source.any(-1).flatten().nonzero().squeeze(1),
        source=source,
        weight=share / share.sum(),
        marks=marks,
        answerable=torch.tensor([e.gold >= 0 for e in examples]),
    )


def _copies(example: Example, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Where the tokens first … last of the gold neighbour's paragraph stand: a neighbour, and which of them it has, from 0 on."""
    gold = example.neighbours[example.gold]
    for j, n in enumerate(example.neighbours):
        if n.corpus is gold.corpus and n.paragraph == gold.paragraph:
            start, end = max(first, n.offset), min(last + 1, n.offset + len(n.tokens))
            if start < end:
                yield j, start - first, end - first
