"""Stage 2: CCA and copy head on the frozen decoder, the whole neighbour encoder training on.

Loss = NLL of the mixture + copy_weight · copy-position loss + span_weight · span loss + language_weight · NLL of the
language-model branch alone, so that cross-attention itself learns to carry the answer and not only the copy head.

Axes as in retro.model; N are the decoder tokens of all neighbours of a batch, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.retro.data import ends_sentence
from training.retro.examples import Example
from training.retro.model import MASKED, SALIENCE_FLOOR, Memory, Retro, RetroConfig, copied_shares, exactly, going_on, mixture, rms_norm
from training.retro.reader import LOWEST, Reader
from training.retro.weights import load_smollm2

STYLES = {"short": "", "sentence": "In a sentence:\n", "paragraph": "In detail:\n"}
PROMPT_PREFIX, PROMPT_SUFFIX = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
LONGEST_ANSWER = 63  # tokens; one more and the next chunk's neighbours would be needed


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


# --------------------------------------------------------------------------- reading


@dataclass
class Reading:
    """The memory of a batch and the reader's span distributions over it."""

    memory: Memory
    start_log: Tensor  # [B, M]
    end_log: Tensor  # [B, M]
    null_log: Tensor  # [B, 2] log-probability that no span starts, that none ends
    places: list[np.ndarray]  # per example: first memory position of each of its neighbours


def read(reader: Reader, retro: Retro, examples: Sequence[Example], prompt: Prompt, style: str) -> Reading:
    c = retro.config
    ids, kinds, lengths, covering, flags = [], [], [], [], []
    tokens, first_rows, positions, owner_lengths, places = [], [], [], [], []
    written = total = 0
    pieces = np.array(prompt.style_pieces[style], dtype=np.int64)
    for example in examples:
        starts, begin = [], total
        for n in example.neighbours:
            r = min(len(n.tokens), c.retrieved_length)
            ids.append(np.concatenate([n.ids[:1], pieces, n.ids[1:]]))
            kinds.append(np.concatenate([n.kinds[:1], np.zeros_like(pieces), n.kinds[1:]]))
            lengths.append(len(ids[-1]))
            covering.append(n.mapping[:r] + len(pieces) + written)
            flags.append(np.stack((n.first[:r], n.last[:r]), 1))
            tokens.append(n.tokens[:r])
            positions.append(np.arange(r))
            first_rows.append(np.arange(r) == 0)
            written += lengths[-1]
            starts.append(total - begin)
            total += r
        places.append(np.array(starts))
        owner_lengths.append(total - begin)

    def flat(parts: list[np.ndarray]) -> Tensor:
        return torch.from_numpy(np.concatenate(parts).astype(np.int64))

    states = reader.encoder(flat(ids), flat(kinds), lengths)[flat(covering)]  # [N, E]
    allowed = torch.from_numpy(np.concatenate(flags))  # [N, 2] a span may start / end here
    with exactly():
        scores = (reader.head(states) - reader.null).masked_fill(~allowed, LOWEST)  # on the scale where null is 0
    token_ids, first = flat(tokens), torch.from_numpy(np.concatenate(first_rows))
    features = retro.projection.features(states, token_ids, first, retro.base_embedding)
    keys, values, copy_keys = retro.projection(*features, flat(positions))

    b, longest = len(examples), max(owner_lengths)
    begin = torch.tensor([0, *np.cumsum(owner_lengths)[:-1].tolist()])
    column = torch.arange(longest)
    valid = column < torch.tensor(owner_lengths)[:, None]  # [B, M]
    index = torch.where(valid, begin[:, None] + column, 0)  # [B, M] into N
    padded = torch.where(valid[..., None], scores[index], MASKED)  # [B, M, 2]
    null = torch.logsumexp(torch.cat((padded.new_zeros(b, 1, 2), padded), 1), 1)  # [B, 2]
    log = padded - null[:, None]  # [B, M, 2]
    end = log[..., 1].clamp(min=SALIENCE_FLOOR)
    previous_end = torch.where(first[index], SALIENCE_FLOOR, torch.roll(end, 1, 1))
    memory = Memory(
        keys=keys[index].permute(2, 0, 3, 1, 4),
        values=values[index].permute(2, 0, 3, 1, 4),
        copy_keys=copy_keys[index].float(),
        tokens=torch.where(valid, token_ids[index], -1),
        start=log[..., 0].clamp(min=SALIENCE_FLOOR),
        previous_end=previous_end,
        bias=torch.where(valid, 0.0, MASKED),
        first=first[index],
    )
    return Reading(memory, log[..., 0], log[..., 1], -null, places)


def span_loss(reading: Reading, examples: Sequence[Example], targets: Sequence[Target]) -> Tensor:
    """Mean of −log P(a gold start) and −log P(a gold end); of the null span when there is no answer."""
    losses = []
    for i, (example, target) in enumerate(zip(examples, targets, strict=True)):
        if example.gold < 0:
            losses.append(-reading.null_log[i].mean())
        else:
            at = torch.from_numpy(target.spans + reading.places[i][example.gold])
            losses.append(-(reading.start_log[i, at[:, 0]].logsumexp(0) + reading.end_log[i, at[:, 1]].logsumexp(0)) / 2)
    return torch.stack(losses).mean()


# --------------------------------------------------------------------------- training loss


@dataclass(frozen=True)
class LossWeights:
    copy: float = 0.3
    span: float = 0.3
    language: float = 0.5


@dataclass
class Losses:
    total: Tensor
    mixture: float
    language: float
    copy: float
    span: float
    first_token: float  # share of first tokens whose mixture probability exceeds one half
    later_tokens: float  # the same of all later ones, the end token included


def prompt_rows(examples: Sequence[Example], prompt: Prompt, style: str) -> tuple[Tensor, Tensor, Tensor]:
    """ids [B, P] of the prompts without their last token, padded; valid [B, P]; last prompt token [B]."""
    rows = [prompt.ids(e.question_tokens, style) for e in examples]
    longest = max(len(r) for r in rows) - 1
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    valid = torch.zeros(len(rows), longest, dtype=torch.bool)
    for i, r in enumerate(rows):
        ids[i, : len(r) - 1] = torch.tensor(r[:-1])
        valid[i, : len(r) - 1] = True
    return ids, valid, torch.tensor([r[-1] for r in rows])


def losses(
    retro: Retro,
    reader: Reader,
    examples: Sequence[Example],
    targets: Sequence[Target],
    prompt: Prompt,
    style: str,
    weights: LossWeights,
) -> Losses:
    c = retro.config
    reading = read(reader, retro, examples, prompt, style)
    memory = reading.memory
    ids, valid, last = prompt_rows(examples, prompt, style)
    past = retro.prefix(ids)
    rows = max(len(t.tokens) for t in targets) + 1
    inputs = torch.zeros(len(examples), rows, dtype=torch.long)
    outputs = torch.full((len(examples), rows), -1)
    source = torch.zeros(len(examples), rows, memory.tokens.shape[1], dtype=torch.bool)
    for i, (example, target) in enumerate(zip(examples, targets, strict=True)):
        n = len(target.tokens)
        inputs[i, 0] = last[i]
        inputs[i, 1 : n + 1] = torch.from_numpy(target.tokens)
        outputs[i, :n] = torch.from_numpy(target.tokens)
        outputs[i, n] = c.end_token
        for first, final in target.spans + (reading.places[i][example.gold] if n else 0):
            source[i, torch.arange(n), torch.arange(first, final + 1)] = True
    states, _ = retro.attending(inputs, valid.sum(1), past, valid, memory)
    copy_log, lift, gate_log = retro.copy_head(states, inputs, memory)
    pointed = source / source.sum(-1, keepdim=True).clamp(min=1)  # [B, A, M]
    copied = torch.cat((torch.zeros_like(pointed[:, :1]), pointed[:, :-1]), 1)  # of each row's input
    copy_log = going_on(copy_log, copied, memory.first, c.copy_continuation)

    wanted = outputs >= 0  # [B, A]
    gold = outputs[wanted]  # [n]
    logits = retro.logits(states[wanted])  # [n, V]
    logits[:, c.end_token] += lift[wanted]
    language = logits.log_softmax(-1).gather(1, gold[:, None]).squeeze(1)
    same = memory.tokens[:, None] == outputs[..., None]  # [B, A, M]
    copied = torch.where(same, copy_log, MASKED).logsumexp(-1)[wanted]
    gates = gate_log[wanted]
    mixed = torch.logaddexp(gates[:, 0] + language, gates[:, 1] + copied)
    copy = -torch.where(source, copy_log, MASKED).logsumexp(-1)[source.any(-1)]
    per_example = 1 / wanted.sum(1, keepdim=True).expand_as(wanted)[wanted].sqrt()  # long answers count, but not linearly
    scale = per_example / per_example.sum()
    copy_loss = copy.mean() if len(copy) else copy_log.sum() * 0
    span = span_loss(reading, examples, targets)
    nll, language_nll = -(mixed * scale).sum(), -(language * scale).sum()
    likely = mixed.detach() > np.log(0.5)
    first = torch.zeros_like(wanted)
    first[:, 0] = True
    first = first[wanted]
    return Losses(
        nll + weights.copy * copy_loss + weights.span * span + weights.language * language_nll,
        nll.item(),
        language_nll.item(),
        copy_loss.item(),
        span.item(),
        likely[first].float().mean().item(),
        likely[~first].float().mean().item() if (~first).any() else 0.0,
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
    positions, bias = torch.arange(n)[None], torch.where(torch.ones(n, n, dtype=torch.bool).tril(), 0.0, MASKED)[None, None]
    x = retro.embed(tokens)[None]
    out = []
    for i, layer in enumerate(retro.base_layers[: max(c.cca_layers) + 1]):
        if i in c.cca_layers:
            y = rms_norm(x, layer.attention_norm, c.rms_eps)[0]
            out.append(torch.stack((layer.k(y), layer.v(y)), 1))
        x = layer.feed(layer.attend(x, positions, bias, None)[0])
    return torch.stack(out, 1)


# --------------------------------------------------------------------------- generation


@torch.no_grad()
def generate(
    retro: Retro,
    reader: Reader,
    examples: Sequence[Example],
    prompt: Prompt,
    style: str = "short",
    *,
    memory: Memory | None = None,
    use_memory: bool = True,
    copy: bool = True,
    longest: int = 32,
) -> tuple[list[list[int]], Tensor]:
    """Greedy answers as token ids, and P(end at the first step) [B]. `memory` replaces the examples' own."""
    c = retro.config
    if use_memory and memory is None:
        memory = read(reader, retro, examples, prompt, style).memory
    ids, valid, last = prompt_rows(examples, prompt, style)
    past, offsets, rows = retro.prefix(ids), valid.sum(1), last[:, None]
    answers: list[list[int]] = [[] for _ in examples]
    done = torch.zeros(len(examples), dtype=torch.bool)
    refused = torch.zeros(len(examples))
    copied = torch.zeros(len(examples), 1, memory.tokens.shape[1]) if use_memory and copy else None
    for step in range(longest):
        states, past = retro.attending(rows, offsets + step, past, valid, memory if use_memory else None)
        valid = torch.cat((valid, torch.ones(len(examples), 1, dtype=torch.bool)), 1)
        outputs = retro.head(states, rows, memory if use_memory else None)
        if copied is not None:
            outputs.copy_log = going_on(outputs.copy_log, copied, memory.first, c.copy_continuation)
        probability = mixture(outputs, _without_padding(memory) if use_memory else None, copy)[:, 0]  # [B, V]
        if step == 0:
            refused = probability[:, c.end_token]
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
