"""Stage 2: CCA and copy head on the frozen decoder, the whole neighbour encoder training on.

Loss = NLL of the mixture + copy_weight · copy-position loss + gate_weight · −log g of the rows that copy + span_weight · span loss +
language_weight · NLL of the language-model branch alone, so that cross-attention itself learns to carry the answer and not only the
copy head. The mixture does not care whether a word that both branches know was copied; citations do, hence the gate's own loss.

Axes as in retro.model; N are the decoder tokens of all neighbours of a batch, one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.retro.batches import Inputs, Wanted
from training.retro.bert import BertConfig
from training.retro.examples import Example
from training.retro.model import (
    MASKED,
    SALIENCE_FLOOR,
    Memory,
    Retro,
    RetroConfig,
    Rotation,
    copied_shares,
    exactly,
    going_on,
    mixture,
    rms_norm,
)
from training.retro.reader import LOWEST, Reader
from training.retro.weights import load_smollm2


def load_base(config: RetroConfig) -> Retro:
    """A Retro over the published decoder weights; the trained parts are as the constructor leaves them."""
    retro = Retro(config)
    weights = load_smollm2()
    names = {"attn_norm": "attention_norm", "ffn_norm": "ffn_norm"}
    with torch.no_grad():
        retro.base_embedding.copy_(weights["embed"])
        retro.base_norm.copy_(weights["norm"])
        for i, layer in enumerate(retro.base_layers):
            for part in ("attn_norm", "ffn_norm"):
                getattr(layer, names[part]).copy_(weights[f"layers.{i}.{part}"])
            for part in ("q", "k", "v", "o", "gate", "up", "down"):
                getattr(layer, part).weight.copy_(weights[f"layers.{i}.{part}"])
    return retro


def take_weights(retro: Retro, reader: Reader, state: dict) -> None:
    """Of a checkpoint of this stage, which holds everything but the published base."""
    missing, unexpected = retro.load_state_dict(state["retro"], strict=False)
    if unexpected or any(not name.startswith("base_") for name in missing):
        raise ValueError(f"the checkpoint does not fit the model: missing {missing[:3]}, unexpected {unexpected[:3]}")
    reader.load_state_dict(state["reader"])


def load_checkpoint(path: Path) -> tuple[Retro, Reader, dict]:
    """The model of a checkpoint of this stage, and where it comes from."""
    state = torch.load(path, weights_only=True, map_location="cpu")
    retro, reader = load_base(RetroConfig()), Reader(BertConfig())
    take_weights(retro, reader, state)
    return retro, reader, {**state["manifest"], "step": state["step"], "examples": state["position"]}


# --------------------------------------------------------------------------- reading


@dataclass
class Reading:
    """The memory of a batch and the reader's span distributions over it."""

    memory: Memory
    log: Tensor  # [B, U, M, 2] log-probabilities that a supporting span starts, that one ends, among what the chunk sees
    null_log: Tensor  # [B, 2] log-probability that no span starts, that none ends, among what the first chunk sees


def read(reader: Reader, retro: Retro, inputs: Inputs) -> Reading:
    states = reader.encoder(inputs.ids, inputs.kinds, inputs.lengths).index_select(0, inputs.covering)  # [N, E]
    with exactly(states.device):
        scores = (reader.head(states) - reader.null).masked_fill(~inputs.allowed, LOWEST)  # on the scale where null is 0
    first = inputs.positions == 0  # [N]
    features = retro.projection.features(states, inputs.tokens, first, retro.base_embedding)
    keys, values, copy_keys = retro.projection(*features, inputs.positions)

    padded = inputs.in_memory(scores, MASKED)[:, None]  # [B, 1, M, 2]
    seen = torch.where(inputs.seen[..., None], padded, MASKED)  # [B, U, M, 2]
    null = torch.logsumexp(torch.cat((torch.zeros_like(seen[:, :, :1]), seen), 2), 2)  # [B, U, 2]
    log = seen - null[:, :, None]  # [B, U, M, 2]
    end = log[..., 1].clamp(min=SALIENCE_FLOOR)
    begins = inputs.in_memory(first)  # [B, M]
    memory = Memory(
        keys=inputs.in_memory(keys).permute(2, 0, 3, 1, 4),
        values=inputs.in_memory(values).permute(2, 0, 3, 1, 4),
        copy_keys=inputs.in_memory(copy_keys).float(),
        tokens=inputs.in_memory(inputs.tokens, -1),
        start=log[..., 0].clamp(min=SALIENCE_FLOOR),
        previous_end=torch.where(begins[:, None], SALIENCE_FLOOR, torch.roll(end, 1, 2)),
        bias=torch.where(inputs.seen, 0.0, MASKED),
        first=begins,
    )
    return Reading(memory, log, -null[:, 0])


def span_loss(reading: Reading, wanted: Wanted) -> Tensor:
    """Mean of −log P(a gold start) and −log P(a gold end); of the null span when there is no answer."""
    gold = torch.where(wanted.marks, reading.log, MASKED).logsumexp((1, 2))  # [B, 2]
    return -torch.where(wanted.answerable[:, None], gold, reading.null_log).mean()


# --------------------------------------------------------------------------- training loss


@dataclass(frozen=True)
class LossWeights:
    copy: float = 0.3
    gate: float = 0.0
    span: float = 0.3
    language: float = 0.5


@dataclass
class Losses:
    """Scalars that stay where they were computed; all but the first without a gradient."""

    total: Tensor
    mixture: Tensor
    language: Tensor
    copy: Tensor
    span: Tensor
    first_token: Tensor  # share of first tokens whose mixture probability exceeds one half
    later_tokens: Tensor  # the same of all later ones, the end token included


def losses(retro: Retro, reader: Reader, inputs: Inputs, wanted: Wanted, weights: LossWeights) -> Losses:
    c = retro.config
    reading = read(reader, retro, inputs)
    memory = reading.memory
    past = retro.prefix(inputs.prompt)
    states, _ = retro.attending(wanted.rows, inputs.prompt_valid.sum(1), past, inputs.prompt_valid, memory)
    copy_log, lift, gate_log = retro.copy_head(states, wanted.rows, memory)
    pointed = wanted.source / wanted.source.sum(-1, keepdim=True).clamp(min=1)  # [B, A, M]
    copied = torch.cat((torch.zeros_like(pointed[:, :1]), pointed[:, :-1]), 1)  # of each row's input
    copy_log = going_on(copy_log, copied, memory.first, c.copy_continuation)

    gold = wanted.said.flatten()[wanted.spoken]  # [n]
    logits = retro.logits(states.flatten(0, 1).index_select(0, wanted.spoken))  # [n, V]
    logits[:, c.end_token] += lift.flatten().index_select(0, wanted.spoken)
    language = logits.log_softmax(-1).gather(1, gold[:, None]).squeeze(1)
    same = memory.tokens[:, None] == wanted.said[..., None]  # [B, A, M]
    copies = torch.where(same, copy_log, MASKED).logsumexp(-1).flatten().index_select(0, wanted.spoken)
    gates = gate_log.flatten(0, 1).index_select(0, wanted.spoken)
    mixed = torch.logaddexp(gates[:, 0] + language, gates[:, 1] + copies)
    copying = torch.zeros_like(wanted.weight, dtype=torch.bool).index_fill(0, torch.searchsorted(wanted.spoken, wanted.copying), True)
    closed = -(torch.where(copying, gates[:, 1], 0.0) * wanted.weight).sum()
    to_source = torch.where(wanted.source, copy_log, MASKED).logsumexp(-1).flatten().index_select(0, wanted.copying)  # [c]
    copy_loss = -to_source.mean() if len(to_source) else copy_log.sum() * 0
    span = span_loss(reading, wanted)
    nll, language_nll = -(mixed * wanted.weight).sum(), -(language * wanted.weight).sum()
    likely = (mixed.detach() > math.log(0.5)).float()
    first = (wanted.spoken % wanted.rows.shape[1] == 0).float()
    return Losses(
        nll + weights.copy * copy_loss + weights.gate * closed + weights.span * span + weights.language * language_nll,
        nll.detach(),
        language_nll.detach(),
        copy_loss.detach(),
        span.detach(),
        (likely * first).sum() / first.sum(),
        (likely * (1 - first)).sum() / (1 - first).sum().clamp(min=1),
    )


# --------------------------------------------------------------------------- closed-form start


@torch.no_grad()
def fit_projection(retro: Retro, reader: Reader, examples: Sequence[Example], ridge: float = 1e-2) -> dict[str, float]:
    """Ridge regression of A^K and A^V: memory keys and values that resemble the decoder's own cache of the text.

    Returns the mean R² over layers of keys and values.
    """
    c = retro.config
    levels, width = len(c.cca_layers), c.kv_heads * c.head_dim
    sums: dict[str, list[Tensor]] = {}
    for example in examples:
        n = example.neighbours[0]
        r = min(len(n.tokens), c.retrieved_length)
        tokens = torch.from_numpy(n.tokens[:r].astype(np.int64))
        states = reader.encoder(torch.from_numpy(n.ids.astype(np.int64)), torch.from_numpy(n.kinds), [len(n.ids)])
        states = states[torch.from_numpy(n.mapping[:r])]
        key_features, value_features = retro.projection.features(states, tokens, torch.arange(r) == 0, retro.base_embedding)
        cache = own_cache(retro, tokens)  # [R, L, 2, G·D]
        for part, features, wanted in (("key", key_features, cache[:, :, 0]), ("value", value_features, cache[:, :, 1])):
            x = torch.cat((features, torch.ones(r, 1)), 1).double()
            y = wanted.reshape(r, levels * width).double()
            new = [x.T @ x, x.T @ y, (y * y).sum(0), y.sum(0), torch.tensor(float(r), dtype=torch.double)]
            sums[part] = [a + b for a, b in zip(sums[part], new, strict=True)] if part in sums else new
    fit = {}
    for part, (xx, xy, yy, y, count) in sums.items():
        weight = torch.linalg.solve(xx + ridge * count * torch.eye(len(xx), dtype=torch.double), xy)  # [features + 1, L·G·D]
        linear = getattr(retro.projection, part)
        linear.weight.copy_(weight[:-1].T)
        linear.bias.copy_(weight[-1])
        residual = yy - 2 * (weight * xy).sum(0) + (weight * (xx @ weight)).sum(0)
        fit[part] = float(1 - (residual.sum() / (yy - y * y / count).sum()))
    return fit


def own_cache(retro: Retro, tokens: Tensor) -> Tensor:
    """The base decoder's keys (before rotation) and values of its own reading of tokens [R]: [R, L, 2, G·D]."""
    c = retro.config
    n = len(tokens)
    rotation = Rotation.of(torch.arange(n), c.head_dim, c.rope_theta)
    bias = torch.where(torch.ones(n, n, dtype=torch.bool).tril(), 0.0, MASKED)[None, None]
    x = retro.embed(tokens)[None]
    out = []
    for i, layer in enumerate(retro.base_layers[: max(c.cca_layers) + 1]):
        if i in c.cca_layers:
            y = rms_norm(x, layer.attention_norm, c.rms_eps)[0]
            out.append(torch.stack((layer.k(y), layer.v(y)), 1))
        x = layer.feed(layer.attend(x, rotation, bias, None)[0])
    return torch.stack(out, 1)


# --------------------------------------------------------------------------- generation


@torch.no_grad()
def generate(
    retro: Retro,
    reader: Reader,
    inputs: Inputs,
    *,
    memory: Memory | None = None,
    use_memory: bool = True,
    copy: bool = True,
    longest: int = 32,
) -> tuple[list[list[int]], Tensor]:
    """Greedy answers of one chunk as token ids, and P(end at the first step) [B]. `memory` replaces the examples' own.

    No answer ends before it has begun, as in the service: whether it is shown is for the confidence to decide.
    """
    c = retro.config
    if use_memory and memory is None:
        memory = read(reader, retro, inputs).memory
    valid, rows = inputs.prompt_valid, inputs.last[:, None]
    past, offsets = retro.prefix(inputs.prompt), valid.sum(1)
    answers: list[list[int]] = [[] for _ in range(inputs.size)]
    done = torch.zeros_like(inputs.last, dtype=torch.bool)
    refused = torch.zeros(inputs.size)
    copied = torch.zeros_like(memory.start) if use_memory and copy else None
    for step in range(longest):
        states, past = retro.attending(rows, offsets + step, past, valid, memory if use_memory else None)
        valid = torch.cat((valid, torch.ones_like(valid[:, :1])), 1)
        outputs = retro.head(states, rows, memory if use_memory else None)
        if copied is not None:
            outputs.copy_log = going_on(outputs.copy_log, copied, memory.first, c.copy_continuation)
        probability = mixture(outputs, _without_padding(memory) if use_memory else None, copy)[:, 0]  # [B, V]
        if step == 0:
            refused = probability[:, c.end_token].clone()
            probability[:, c.end_token] = 0.0
        following = probability.argmax(-1)
        done |= following == c.end_token
        for i in (~done).nonzero().flatten().tolist():
            answers[i].append(int(following[i]))
        if done.all():
            break
        rows = following[:, None]
        copied = None if copied is None else copied_shares(outputs, memory, rows)
    return answers, refused


def _without_padding(memory: Memory) -> Memory:
    """Padding has token −1 and copy probability zero; scatter needs a real index."""
    return Memory(**{**vars(memory), "tokens": memory.tokens.clamp(min=0)})
