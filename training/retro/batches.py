"""Examples to the tensors of a training step, made on the CPU: nothing after it looks at an example again.

B examples, T WordPieces and N decoder tokens of all their neighbours one after the other, M memory positions an example,
P prompt rows, A attending rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.retro.data import ends_sentence
from training.retro.examples import Example

STYLES = {"short": "", "sentence": "In a sentence:\n", "paragraph": "In detail:\n"}
PROMPT_PREFIX, PROMPT_SUFFIX = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
LONGEST_ANSWER = 63  # tokens; one more and the next chunk's neighbours would be needed


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
        return [*self.prefix, *self.styles[style], *question.tolist(), *self.suffix]


# --------------------------------------------------------------------------- targets


@dataclass
class Target:
    """What is to be generated: decoder tokens of the gold neighbour, without the end token; empty when unanswerable."""

    tokens: np.ndarray  # [n]
    spans: np.ndarray  # [s, 2] first and last position in the gold neighbour of every run of exactly these tokens


def sentence_bounds(example: Example, first: int, last: int) -> list[tuple[int, int]]:
    """Token ranges of the gold neighbour's sentences from the one that holds `first` on: [(first, last), …]."""
    neighbour = example.neighbours[example.gold]
    corpus, p, n = neighbour.corpus, neighbour.paragraph, len(neighbour.tokens)
    offsets = corpus.offsets[p][neighbour.offset : neighbour.offset + n]
    text = corpus.texts[p]
    starts = [0]
    for j in range(1, n):
        begin = int(offsets[j, 0])
        if text[begin].isspace() and neighbour.first[j] and ends_sentence(text, begin):
            starts.append(j)
    bounds = list(zip(starts, [*(s - 1 for s in starts[1:]), n - 1], strict=True))
    return [b for b in bounds if b[1] >= first and (b[0] > first or b[1] >= last)]


def target_of(example: Example, style: str) -> Target | None:
    """None when the example cannot serve the style (a sentence that is cut off, an answer that is too long)."""
    if example.gold < 0:
        return Target(np.zeros(0, np.int64), np.zeros((0, 2), np.int64))
    neighbour = example.neighbours[example.gold]
    if len(neighbour.spans) == 0:
        return None
    first, last = (int(x) for x in neighbour.spans[0])
    if style == "short":
        if example.whole:
            return None
    else:
        bounds = sentence_bounds(example, first, last)
        if not example.whole:
            if not bounds or bounds[0][0] > first:
                return None
            first, last = bounds[0]
        if style == "paragraph":
            for _, end in [b for b in bounds if b[0] > last]:
                if end - first >= LONGEST_ANSWER:
                    break
                last = end
    if last - first >= LONGEST_ANSWER:
        return None
    tokens = neighbour.tokens[first : last + 1].astype(np.int64)
    spans = [(first, last)]
    if style == "short":
        for a, b in neighbour.spans[1:]:
            if np.array_equal(neighbour.tokens[a : b + 1], tokens):
                spans.append((int(a), int(b)))
    return Target(tokens, np.array(spans, np.int64))


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
    valid: Tensor  # [B, M]
    prompt: Tensor  # [B, P] decoder ids of the prompts without their last token, padded on the right
    prompt_valid: Tensor  # [B, P]
    last: Tensor  # [B] the prompts' last token
    places: list[np.ndarray]  # per example: first memory position of each of its neighbours

    @property
    def size(self) -> int:
        return len(self.last)

    def in_memory(self, x: Tensor, empty: float = 0.0) -> Tensor:
        """[N, …] → [B, M, …]. A copy to its own slot: on a GPU the gradient of a gather would take longer than all products."""
        table = x.new_full((self.valid.numel(), *x.shape[1:]), empty)
        return table.index_copy(0, self.slots, x).view(*self.valid.shape, *x.shape[1:])


@dataclass
class Wanted(Movable):
    """What the model is to say. n are the attending rows with a token to be said, c those that copy it from the memory."""

    rows: Tensor  # [B, A] input ids: the prompt's last token, then the answer
    said: Tensor  # [B, A] the token after each row, −1 where there is none
    spoken: Tensor  # [n] rows with a token, as indices into B · A
    copying: Tensor  # [c] rows that copy, as indices into B · A
    source: Tensor  # [B, A, M] where each row's token may be copied from
    weight: Tensor  # [n] of each row in the loss; they sum to 1
    marks: Tensor  # [B, M, 2] an occurrence of the answer starts / ends here
    answerable: Tensor  # [B]


def pack(examples: Sequence[Example], prompt: Prompt, style: str, retrieved_length: int) -> Inputs:
    """retrieved_length: decoder tokens of a neighbour that the memory holds at most."""
    ids, kinds, lengths, covering, allowed, tokens, positions, owned, places = [], [], [], [], [], [], [], [], []
    written = 0
    pieces = np.array(prompt.style_pieces[style], dtype=np.int64)
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

    column = np.arange(max(owned))
    valid = column < np.array(owned)[:, None]  # [B, M]
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
        valid=torch.from_numpy(valid),
        prompt=torch.from_numpy(rows),
        prompt_valid=torch.from_numpy(asked),
        last=torch.tensor([q[-1] for q in questions]),
        places=places,
    )


def wanted_of(examples: Sequence[Example], targets: Sequence[Target], inputs: Inputs, end_token: int) -> Wanted:
    b, m = inputs.valid.shape
    longest = max(len(t.tokens) for t in targets) + 1
    rows = torch.zeros(b, longest, dtype=torch.long)
    said = torch.full((b, longest), -1)
    source = torch.zeros(b, longest, m, dtype=torch.bool)
    marks = torch.zeros(b, m, 2, dtype=torch.bool)
    for i, (example, target) in enumerate(zip(examples, targets, strict=True)):
        n = len(target.tokens)
        rows[i, 0] = inputs.last[i]
        rows[i, 1 : n + 1] = said[i, :n] = torch.from_numpy(target.tokens)
        said[i, n] = end_token
        for first, final in target.spans + (inputs.places[i][example.gold] if n else 0):
            source[i, torch.arange(n), torch.arange(first, final + 1)] = True
            marks[i, first, 0] = marks[i, final, 1] = True
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
