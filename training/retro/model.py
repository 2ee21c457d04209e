"""RETRO on a frozen decoder: neighbour memory, chunked cross-attention (CCA) and copy head.

Borgeaud et al. 2022 (arXiv 2112.04426), with the departures named in the model card: the question sits in the
neighbour encoder's input, a learned null slot, a copy head, and a first chunk that is the prompt.

Axes: B examples, P prompt rows before the last prompt token, A attending rows (last prompt token and answer),
M memory positions of one example (its neighbours side by side), U chunks of an answer, R tokens of one neighbour, N flat memory tokens,
H decoder width 576, E encoder width 384, L CCA layers, Q query heads 9, G key-value heads 3, D head width 64,
C copy width 128, V vocabulary 49,152.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MASKED = -1e9  # additive bias of a position that must not be attended
EMBEDDING_SCALE = 0.12  # standard deviation of the decoder's embedding: e(tok) = embedding / 0.12
SALIENCE_FLOOR = -12.0  # log-probabilities of span starts and ends are clamped here
STOP_SHIFT = 3.0  # stop evidence z is used as z + 3


@dataclass(frozen=True)
class RetroConfig:
    vocabulary: int = 49152
    layers: int = 30
    width: int = 576
    heads: int = 9
    kv_heads: int = 3
    head_dim: int = 64
    ffn: int = 1536
    rope_theta: float = 100_000.0
    rms_eps: float = 1e-5
    cca_layers: tuple[int, ...] = (5, 8, 11, 14, 17, 20, 23, 26)  # from 0; the sixth, ninth, … layer
    encoder_width: int = 384
    copy_dim: int = 128
    copy_continuation: float = 4.0  # see `going_on`
    chunk_length: int = 64
    end_token: int = 2

    def __post_init__(self) -> None:
        if self.heads * self.head_dim != self.width:
            raise ValueError(f"heads {self.heads} × head_dim {self.head_dim} must be width {self.width}")
        if self.heads % self.kv_heads:
            raise ValueError(f"kv_heads {self.kv_heads} must divide heads {self.heads}")
        if not all(0 <= layer < self.layers for layer in self.cca_layers):
            raise ValueError(f"cca_layers {self.cca_layers} must lie in 0..{self.layers - 1}")

    @property
    def retrieved_length(self) -> int:
        """r = 2m: the tokens of a chunk and its continuation."""
        return 2 * self.chunk_length

    @property
    def key_features(self) -> int:
        return self.encoder_width + self.width

    @property
    def value_features(self) -> int:
        return 2 * self.encoder_width + self.width


def exactly(device: torch.device) -> torch.autocast:
    """Products in fp32 inside a bf16 training step: the scores that a softmax over positions or words is taken of."""
    return torch.autocast(device.type, enabled=False)


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return F.rms_norm(x, weight.shape, weight, eps)


@dataclass(frozen=True)
class Rotation:
    """Cosines and sines [..., T, D/2] of rotary positions, computed once for all layers."""

    cos: Tensor
    sin: Tensor

    @staticmethod
    def of(positions: Tensor, head_dim: int, theta: float) -> Rotation:
        """positions [..., T], broadcastable to what is rotated."""
        half = head_dim // 2
        frequency = theta ** (-torch.arange(half, dtype=torch.float32, device=positions.device) / half)  # [D/2]
        angle = positions[..., None].float() * frequency
        return Rotation(angle.cos(), angle.sin())

    def __call__(self, x: Tensor) -> Tensor:
        """Rotates halves: x [..., T, D]."""
        first, second = x.chunk(2, -1)
        return torch.cat((first * self.cos - second * self.sin, second * self.cos + first * self.sin), -1)


class BaseLayer(nn.Module):
    """One frozen Llama block; `attend` is self-attention, `feed` the feed-forward part."""

    def __init__(self, config: RetroConfig):
        super().__init__()
        self.config = config
        h, kv = config.width, config.kv_heads * config.head_dim
        self.attention_norm = nn.Parameter(torch.ones(h))
        self.q, self.k, self.v, self.o = (nn.Linear(h, n, bias=False) for n in (h, kv, kv, h))
        self.ffn_norm = nn.Parameter(torch.ones(h))
        self.gate, self.up = (nn.Linear(h, config.ffn, bias=False) for _ in range(2))
        self.down = nn.Linear(config.ffn, h, bias=False)

    def heads(self, x: Tensor, count: int) -> Tensor:
        """[B, T, count·D] to [B, count, T, D]."""
        return x.view(x.shape[0], x.shape[1], count, self.config.head_dim).transpose(1, 2)

    def normed(self, x: Tensor, weight: Tensor) -> Tensor:
        """In the type of the matrices that read it: autocast would convert it for each."""
        return rms_norm(x, weight, self.config.rms_eps).to(self.q.weight.dtype)

    def attend(
        self, x: Tensor, rotation: Rotation, bias: Tensor, past: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """x [B, T, H], rotation [B, 1, T, ·], bias [B, 1, T, S] → x, (keys, values) [B, G, S, D] with S = past + T."""
        c = self.config
        y = self.normed(x, self.attention_norm)
        q = rotation(self.heads(self.q(y), c.heads))
        k = rotation(self.heads(self.k(y), c.kv_heads))
        v = self.heads(self.v(y), c.kv_heads)
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias, enable_gqa=True)  # [B, Q, T, D]
        return x + self.o(y.transpose(1, 2).flatten(2)), (k, v)

    def feed(self, x: Tensor) -> Tensor:
        y = self.normed(x, self.ffn_norm)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class CrossAttention(nn.Module):
    """CCA of one layer: query rows over {null} ∪ memory, every head scaled by its own tanh gate."""

    def __init__(self, config: RetroConfig, gate: float = 0.3):
        super().__init__()
        self.config = config
        self.norm = nn.Parameter(torch.ones(config.width))
        self.q = nn.Linear(config.width, config.width, bias=False)
        self.o = nn.Linear(config.width, config.width, bias=False)
        self.null_key = nn.Parameter(torch.zeros(config.kv_heads, config.head_dim))
        self.gate = nn.Parameter(torch.full((config.heads,), gate))

    def forward(self, x: Tensor, rotation: Rotation, keys: Tensor, values: Tensor, bias: Tensor) -> Tensor:
        """x [B, A, H], rotation [B, 1, A, ·], keys and values [B, G, M, D], bias [B, A, M] → x [B, A, H].

        The rows stand behind the neighbour: their rotation is that of their position + r.

        The null slot has value zero, so a row whose memory is all masked adds exactly zero.
        """
        c = self.config
        b, rows, _ = x.shape
        q = self.q(rms_norm(x, self.norm, c.rms_eps)).view(b, rows, c.heads, c.head_dim).transpose(1, 2)
        q = rotation(q) / math.sqrt(c.head_dim)
        q = q.reshape(b, c.kv_heads, -1, c.head_dim)  # [B, G, (Q/G)·A, D], head-major
        scores = q @ keys.transpose(2, 3)  # [B, G, (Q/G)·A, M]
        scores = scores + bias.repeat(1, c.heads // c.kv_heads, 1)[:, None]
        null = (q * self.null_key[None, :, None]).sum(-1, keepdim=True)  # [B, G, (Q/G)·A, 1]
        weights = torch.cat((null, scores), -1).softmax(-1)[..., 1:]
        heads = (weights @ values).view(b, c.heads, rows, c.head_dim) * self.gate.tanh()[None, :, None, None]
        return x + self.o(heads.transpose(1, 2).flatten(2))


@dataclass
class Memory:
    """What the attending rows of a batch see: M positions an example, padded and masked by `bias`.

    Every chunk of an answer may see other neighbours, by which its salience is normalised. With U = 1 all chunks see the same.
    """

    keys: Tensor  # [L, B, G, M, D], rotated at the position inside the neighbour
    values: Tensor  # [L, B, G, M, D]
    copy_keys: Tensor  # [B, M, C]
    tokens: Tensor  # [B, M] decoder token ids
    start: Tensor  # [B, U, M] log-probability that a supporting span starts here
    previous_end: Tensor  # [B, U, M] log-probability that one ended at the position before
    bias: Tensor  # [B, U, M] 0 or MASKED
    first: Tensor  # [B, M] a neighbour starts here


class NeighbourProjection(nn.Module):
    """From the states of the neighbour encoder to the keys, values and copy keys of the memory."""

    def __init__(self, config: RetroConfig):
        super().__init__()
        self.config = config
        out = len(config.cca_layers) * config.kv_heads * config.head_dim
        self.key = nn.Linear(config.key_features, out, bias=True)
        self.value = nn.Linear(config.value_features, out, bias=True)
        self.copy_key = nn.Linear(config.key_features, config.copy_dim, bias=False)

    def features(self, states: Tensor, tokens: Tensor, first: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """states [N, E] one per decoder token, tokens [N], first [N] true at a neighbour's first token.

        f^K_j = [LN(h_j); e(tok_{j-1})], f^V_j = [LN(h_j); LN(h_{j-1}); e(tok_j)], zeros before the first token.
        """
        h = F.layer_norm(states, states.shape[-1:])  # [N, E]
        e = embedding[tokens] / EMBEDDING_SCALE  # [N, H]
        keep = (~first).unsqueeze(1)
        before_h = torch.roll(h, 1, 0) * keep
        before_e = torch.roll(e, 1, 0) * keep
        return torch.cat((h, before_e), 1), torch.cat((h, before_h, e), 1)

    def forward(self, key_features: Tensor, value_features: Tensor, positions: Tensor) -> tuple[Tensor, ...]:
        """features [N, ·], positions [N] inside the neighbour → keys, values [N, L, G, D], copy keys [N, C]."""
        c = self.config
        shape = (-1, len(c.cca_layers), c.kv_heads, c.head_dim)
        keys = self.key(key_features).view(shape)
        keys = Rotation.of(positions[:, None, None], c.head_dim, c.rope_theta)(keys)
        return keys, self.value(value_features).view(shape), self.copy_key(key_features)


@dataclass
class Outputs:
    logits: Tensor  # [B, A, V], stop evidence in the end token's logit
    copy_log: Tensor  # [B, A, M] log-probabilities of the source position
    gate_log: Tensor  # [B, A, 2] log(1 − g), log g


class Retro(nn.Module):
    """The frozen base decoder with CCA and the copy head; everything but `base_*` is trained."""

    def __init__(self, config: RetroConfig):
        super().__init__()
        self.config = config
        c = config
        self.base_embedding = nn.Parameter(torch.zeros(c.vocabulary, c.width), requires_grad=False)
        self.base_layers = nn.ModuleList(BaseLayer(c) for _ in range(c.layers)).requires_grad_(False)
        self.base_norm = nn.Parameter(torch.ones(c.width), requires_grad=False)
        self.projection = NeighbourProjection(c)
        self.cca = nn.ModuleList(CrossAttention(c) for _ in c.cca_layers)
        self.copy_query = nn.Linear(c.width, c.copy_dim, bias=False)
        self.copy_previous = nn.Linear(c.width, c.copy_dim, bias=False)
        self.salience_scale = nn.Linear(c.width, 1)
        self.copy_gate = nn.Linear(c.width, 1)
        self.stop_logit = nn.Parameter(torch.tensor(0.3))
        self.stop_gate = nn.Parameter(torch.tensor(0.3))

    @torch.no_grad()
    def initialise(self, generator: torch.Generator) -> None:
        """Copies queries, outputs and norms from self-attention; the copy head matches the previous token."""
        c = self.config
        for cca, layer in zip(self.cca, c.cca_layers, strict=True):
            base = self.base_layers[layer]
            cca.norm.copy_(base.attention_norm)
            cca.q.weight.copy_(base.q.weight)
            cca.o.weight.copy_(base.o.weight)
        match = torch.randn(c.copy_dim, c.width, generator=generator) * 2 / math.sqrt(c.width)
        self.copy_previous.weight.copy_(match)
        small = 0.02 * torch.randn(c.copy_dim, c.encoder_width, generator=generator)
        self.projection.copy_key.weight.copy_(torch.cat((small, match), 1))
        self.copy_query.weight.copy_(0.002 * torch.randn(c.copy_dim, c.width, generator=generator))
        for linear, bias in ((self.salience_scale, 0.5), (self.copy_gate, 0.0)):
            linear.weight.zero_()
            linear.bias.fill_(bias)
        for linear in (self.projection.key, self.projection.value):
            linear.weight.normal_(0, 0.02, generator=generator)
            linear.bias.zero_()

    def embed(self, ids: Tensor) -> Tensor:
        return self.base_embedding[ids]

    @torch.no_grad()
    def prefix(self, ids: Tensor) -> list[tuple[Tensor, Tensor]]:
        """The unmodified base over the prompt rows before the last: ids [B, P], padded on the right → keys, values a layer."""
        b, p = ids.shape
        rotation = Rotation.of(torch.arange(p, device=ids.device), self.config.head_dim, self.config.rope_theta)
        causal = torch.ones(p, p, dtype=torch.bool, device=ids.device).tril()
        bias = torch.where(causal, 0.0, MASKED).expand(b, 1, p, p)
        x = self.embed(ids)
        cache = []
        for layer in self.base_layers:
            x, kv = layer.attend(x, rotation, bias, None)
            x = layer.feed(x)
            cache.append(kv)
        return cache

    def attending(
        self, ids: Tensor, offsets: Tensor, past: list[tuple[Tensor, Tensor]], past_valid: Tensor, memory: Memory | None
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Rows that see the memory: ids [B, A], offsets [B] position of the first row, past_valid [B, S].

        Returns final states [B, A, H] and the grown cache.
        """
        c = self.config
        b, rows = ids.shape
        positions = offsets[:, None, None] + torch.arange(rows, device=ids.device)  # [B, 1, A]
        rotation, behind = (Rotation.of(p, c.head_dim, c.rope_theta) for p in (positions, positions + c.retrieved_length))
        causal = torch.ones(rows, rows, dtype=torch.bool, device=ids.device).tril()
        visible = torch.cat((past_valid[:, None].expand(b, rows, -1), causal.expand(b, -1, -1)), 2)
        bias = torch.where(visible, 0.0, MASKED)[:, None]  # [B, 1, A, S + A]
        memory_bias = None if memory is None else of_rows(memory.bias, rows, c.chunk_length)
        x = self.embed(ids)
        cache = []
        for i, layer in enumerate(self.base_layers):
            x, kv = layer.attend(x, rotation, bias, past[i])
            if memory is not None and i in c.cca_layers:
                level = c.cca_layers.index(i)
                x = self.cca[level](x, behind, memory.keys[level], memory.values[level], memory_bias)
            x = layer.feed(x)
            cache.append(kv)
        return rms_norm(x, self.base_norm, c.rms_eps), cache

    def copy_head(self, states: Tensor, ids: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """states [B, A, H] and the rows' own input ids [B, A] (y_{t−1}).

        Returns log-probabilities of the source position [B, A, M], what stop evidence adds to the end token's logit
        [B, A], and log(1 − g), log g of the copy gate [B, A, 2]. Rows that attend to nothing have g = 0.
        """
        with exactly(states.device):
            query = self.copy_query(states) + self.copy_previous(self.embed(ids) / EMBEDDING_SCALE)  # [B, A, C]
            scores = query @ memory.copy_keys.transpose(1, 2) / math.sqrt(self.config.copy_dim)
            scale, gate = F.softplus(self.salience_scale(states)), self.copy_gate(states).squeeze(-1)  # [B, A, 1], [B, A]
        start, previous_end, bias = (
            of_rows(x, ids.shape[1], self.config.chunk_length) for x in (memory.start, memory.previous_end, memory.bias)
        )
        copy_log = (scores + scale * start + bias).log_softmax(-1)  # [B, A, M]
        attends = (bias > MASKED / 2).any(-1)  # [B, A]
        z = torch.logsumexp(copy_log + previous_end, -1) + STOP_SHIFT  # [B, A]
        gate = gate - self.stop_gate * z  # [B, A]
        gate = torch.where(attends, gate, -math.inf)
        return copy_log, self.stop_logit * z * attends, torch.stack((F.logsigmoid(-gate), F.logsigmoid(gate)), -1)

    def logits(self, states: Tensor) -> Tensor:
        """The language-model branch before the softmax: states [..., H] → [..., V]."""
        with exactly(states.device):
            return states @ self.base_embedding.T

    def head(self, states: Tensor, ids: Tensor, memory: Memory | None) -> Outputs:
        """states [B, A, H], ids [B, A] → the two distributions and the gate."""
        logits = self.logits(states)  # [B, A, V]
        if memory is None:
            zero = states.new_zeros(*ids.shape, 1)
            return Outputs(logits, zero, torch.cat((zero, zero - math.inf), -1))
        copy_log, lift, gate_log = self.copy_head(states, ids, memory)
        end = torch.zeros(self.config.vocabulary, device=states.device)
        end[self.config.end_token] = 1.0
        return Outputs(logits + lift[..., None] * end, copy_log, gate_log)


def of_rows(x: Tensor, rows: int, chunk_length: int) -> Tensor:
    """[B, U, M] to [B, A, M]: what each attending row sees, the first of them being the last prompt token's."""
    if x.shape[1] == 1:
        return x.expand(-1, rows, -1)
    return x.repeat_interleave(chunk_length, 1)[:, :rows]


def going_on(copy_log: Tensor, copied: Tensor, first: Tensor, strength: float) -> Tensor:
    """The copy distribution, tilted towards going on where the token before was copied from.

    The copy head matches one token of context, so where a word occurs twice it cannot tell which of them is being copied.
    copy_log [B, A, M] log-probabilities; copied [B, A, M] the share of each row's input token that came from each position;
    first [B, M] a neighbour starts here. Returns log-probabilities [B, A, M].
    """
    before = torch.cat((torch.zeros_like(copied[..., :1]), copied[..., :-1]), -1) * ~first[:, None]
    return (copy_log + strength * before).log_softmax(-1)


def copied_shares(outputs: Outputs, memory: Memory, tokens: Tensor) -> Tensor:
    """Which share of P(token) came from each position: tokens [B, A] → [B, A, M]."""
    same = memory.tokens[:, None] == tokens[..., None]  # [B, A, M]
    mass = outputs.gate_log[..., 1:].exp() * outputs.copy_log.exp() * same
    language = outputs.gate_log[..., :1].exp() * outputs.logits.softmax(-1).gather(2, tokens[..., None])
    return mass / (mass.sum(-1, keepdim=True) + language)


def mixture_log(outputs: Outputs, memory: Memory, targets: Tensor) -> tuple[Tensor, Tensor]:
    """log P(target) of the mixture and of the language-model branch alone: targets [B, A] → [B, A] each."""
    language = outputs.logits.log_softmax(-1).gather(2, targets[..., None]).squeeze(-1)
    same = memory.tokens[:, None] == targets[..., None]  # [B, A, M]
    copied = torch.where(same, outputs.copy_log, MASKED).logsumexp(-1)
    return torch.logaddexp(outputs.gate_log[..., 0] + language, outputs.gate_log[..., 1] + copied), language


def mixture(outputs: Outputs, memory: Memory | None, copy: bool = True) -> Tensor:
    """The full next-token distribution [B, A, V]; `copy` false leaves the language-model branch alone."""
    language = outputs.logits.softmax(-1)
    if memory is None or not copy:
        return language
    index = memory.tokens[:, None].expand(outputs.copy_log.shape)
    weight = outputs.gate_log[..., 1:].exp() * outputs.copy_log.exp()
    return (language * outputs.gate_log[..., :1].exp()).scatter_add(2, index, weight)
