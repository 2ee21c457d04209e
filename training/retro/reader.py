"""Stage 1: the neighbour encoder as an extractive reader.

Start and end scores for every decoder token of all k neighbours of a question, one softmax over all of them and a
null slot. N examples in a batch, T WordPieces and R decoder tokens of all their neighbours together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.retro.bert import Bert, BertConfig
from training.retro.data import exact, overlap_f1
from training.retro.examples import Example

LOWEST = -1e4  # the score of a position that may not be chosen


@dataclass
class Packed:
    """A batch without padding: all sequences one after the other."""

    ids: Tensor  # [T] WordPieces
    kinds: Tensor  # [T] token types
    lengths: list[int]  # of the sequences; they sum to T
    mapping: Tensor  # [R] index into the T states
    allowed: Tensor  # [R, 2] a span may start / end here
    gold: Tensor  # [R, 2] an occurrence of the answer starts / ends here
    slot: Tensor  # [R] place in an [N, longest] table; column 0 of the table is the null slot
    neighbour: Tensor  # [N, longest] which neighbour of its example a place belongs to, −1 for null and unused
    answerable: Tensor  # [N] some neighbour holds the answer


def pack(examples: Sequence[Example]) -> Packed:
    ids, kinds, lengths, mapping, allowed, gold, slot = [], [], [], [], [], [], []
    longest = 1 + max(sum(len(n.tokens) for n in e.neighbours) for e in examples)
    owner = np.full((len(examples), longest), -1, dtype=np.int64)
    pieces = 0
    for row, example in enumerate(examples):
        column = 1
        for j, n in enumerate(example.neighbours):
            right = np.zeros((len(n.tokens), 2), dtype=bool)
            if j == example.gold:
                right[n.spans[:, 0], 0] = True
                right[n.spans[:, 1], 1] = True
            ids.append(n.ids)
            kinds.append(n.kinds)
            lengths.append(len(n.ids))
            mapping.append(n.mapping + pieces)
            allowed.append(np.stack([n.first, n.last], axis=1))
            gold.append(right)
            slot.append(np.arange(len(n.tokens)) + row * longest + column)
            owner[row, column : column + len(n.tokens)] = j
            pieces += len(n.ids)
            column += len(n.tokens)

    def joined(parts: list[np.ndarray], dtype: type) -> Tensor:
        return torch.from_numpy(np.concatenate(parts).astype(dtype))

    return Packed(
        ids=joined(ids, np.int64),
        kinds=joined(kinds, np.int64),
        lengths=lengths,
        mapping=joined(mapping, np.int64),
        allowed=joined(allowed, bool),
        gold=joined(gold, bool),
        slot=joined(slot, np.int64),
        neighbour=torch.from_numpy(owner),
        answerable=torch.tensor([e.gold >= 0 for e in examples]),
    )


class Reader(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.encoder = Bert(config)
        self.head = nn.Linear(config.width, 2)
        self.null = nn.Parameter(torch.zeros(2))  # start and end score of "no neighbour answers this"
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, batch: Packed) -> Tensor:
        """Scores [N, longest, 2] over all neighbours' decoder tokens, column 0 being null."""
        states = self.encoder(batch.ids, batch.kinds, batch.lengths)  # [T, D]
        scores = self.head(states[batch.mapping])  # [R, 2]
        scores = scores.masked_fill(~batch.allowed, LOWEST)
        return self.table(scores, batch)

    def table(self, scores: Tensor, batch: Packed) -> Tensor:
        n, longest = batch.neighbour.shape
        flat = torch.full((n * longest, 2), LOWEST).index_put((batch.slot,), scores)  # [N · longest, 2]
        return torch.cat([self.null.expand(n, 1, 2), flat.view(n, longest, 2)[:, 1:]], dim=1)  # [N, longest, 2]


def span_loss(table: Tensor, batch: Packed) -> Tensor:
    """Per example [N]: −log of the probability of any right start and any right end (null where there is none)."""
    n, longest, _ = table.shape
    right = torch.zeros(n * longest, 2, dtype=torch.bool).index_put((batch.slot,), batch.gold).view(n, longest, 2)
    right[:, 0] = ~batch.answerable[:, None]
    chosen = table.masked_fill(~right, float("-inf")).logsumexp(dim=1)  # [N, 2]
    return (table.logsumexp(dim=1) - chosen).sum(dim=-1)  # [N]


@dataclass(frozen=True)
class Span:
    neighbour: int  # −1: null
    first: int  # tokens within the neighbour
    last: int
    score: float  # log-probability of the start plus that of the end


def best_spans(table: Tensor, batch: Packed, longest_span: int = 30, null: bool = True) -> list[Span]:
    """The best span of each example: both ends in one neighbour, at most ``longest_span`` tokens."""
    logs = F.log_softmax(table.detach(), dim=1)  # [N, longest, 2]
    out = []
    for row, owner in zip(logs, batch.neighbour, strict=True):
        n = len(owner)
        pair = row[:, None, 0] + row[None, :, 1]  # [start, end]
        distance = torch.arange(n)[None, :] - torch.arange(n)[:, None]
        valid = (distance >= 0) & (distance < longest_span) & (owner[:, None] == owner[None, :]) & (owner[:, None] >= 0)
        pair = pair.masked_fill(~valid, float("-inf"))
        place = int(pair.argmax())
        start, end = divmod(place, n)
        score, nothing = float(pair[start, end]), float(row[0].sum())
        if null and nothing > score:
            out.append(Span(-1, 0, 0, nothing))
        else:
            j = int(owner[start])
            base = int((owner == j).nonzero()[0])
            out.append(Span(j, start - base, end - base, score))
    return out


def judge(examples: Sequence[Example], spans: Sequence[Span]) -> dict[str, float]:
    """Exact match, F1 and right neighbour over the answerable examples; null recall over the others, in per cent."""
    em, f1, hit, null = [], [], [], []
    for example, span in zip(examples, spans, strict=True):
        if example.gold < 0:
            null.append(span.neighbour < 0)
            continue
        said = example.text(span.neighbour, span.first, span.last) if span.neighbour >= 0 else ""
        em.append(exact(said, example.answers))
        f1.append(overlap_f1(said, example.answers))
        hit.append(span.neighbour == example.gold)
    figures = {"em": em, "f1": f1, "hit": hit, "null": null}
    return {name: 100.0 * float(np.mean(values)) for name, values in figures.items() if values}
