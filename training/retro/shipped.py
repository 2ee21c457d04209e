"""The trained modules read back from the files that Java opens, so that training goes on where only they are left.

Rounding stays in the weights (8 bits); optimiser moments are not in the files. Two products cannot be told apart and are
split anew without changing the function: W_o and the head gates, the span bias and the null score.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from training.retro.bert import BertConfig
from training.retro.model import EMBEDDING_SCALE, Retro, RetroConfig
from training.retro.reader import Reader
from training.retro.retrofit import load_base
from training.retro.weights import BLOCK, load_bge


class ShippedTensors:
    """Trained initialisers of both graphs by the names `retro.graphs` gives them, as fp32 in PyTorch's [out, in]."""

    def __init__(self, folder: Path) -> None:
        decoder, memory = (onnx.load(str(folder / name)).graph for name in ("decoder.onnx", "neighbour-memory.onnx"))
        self.tensors = {t.name: numpy_helper.to_array(t) for graph in (decoder, memory) for t in graph.initializer}
        # The copy gate is σ(affine − v · z): the one sigmoid of the graph leads to v, which has no name of its own.
        made_by = {out: node for node in decoder.node for out in node.output}
        (sigmoid,) = (node for node in decoder.node if node.op_type == "Sigmoid")
        self.stop_gate = self.tensors[made_by[made_by[sigmoid.input[0]].input[1]].input[1]].item()

    def plain(self, name: str) -> Tensor:
        return torch.from_numpy(np.array(self.tensors[name], dtype=np.float32))

    def dense(self, name: str) -> Tensor:
        """A matrix that stands transposed and in fp32."""
        return self.plain(name).T.contiguous()

    def blocks(self, name: str) -> Tensor:
        """A matrix in 8-bit blocks, which stand as high and low four-bit halves side by side."""
        if name in self.tensors:
            return self.dense(name)
        packed = self.tensors[name + ".q"]  # [n, 2K / 32, 16]
        nibbles = np.stack((packed & 15, packed >> 4), -1).reshape(*packed.shape[:2], BLOCK)
        wide = (nibbles.astype(np.float32) - 8) * self.tensors[name + ".scale"].reshape(*packed.shape[:2], 1)
        wide = wide.reshape(len(packed), -1)
        half = wide.shape[1] // 2
        return torch.from_numpy(wide[:, :half] + wide[:, half:])

    def per_channel(self, name: str) -> Tensor:
        """A matrix in int8 with one scale an output channel."""
        if name in self.tensors:
            return self.dense(name)
        return torch.from_numpy((self.tensors[name + ".q"].astype(np.float32) * self.tensors[name + ".scale"]).T.copy())


def gates_of(folded: Tensor, base: Tensor, heads: int) -> Tensor:
    """Head gates [heads], so that tanh of each is the ratio of its columns' norms in W_o · gate to those of the base's W_o."""
    norm = [weight.view(len(weight), heads, -1).norm(dim=(0, 2)) for weight in (folded, base)]
    return torch.atanh((norm[0] / norm[1]).clamp(0.02, 0.98))


@torch.no_grad()
def load_shipped(folder: Path) -> tuple[Retro, Reader]:
    return fill(load_base(RetroConfig()), Reader(BertConfig()), ShippedTensors(folder), load_bge())


@torch.no_grad()
def fill(retro: Retro, reader: Reader, shipped: ShippedTensors, published: dict[str, Tensor]) -> tuple[Retro, Reader]:
    """`published` are the encoder's public weights, taken for what equals them: the embeddings, which are never trained."""
    c = retro.config
    for level, (cca, layer) in enumerate(zip(retro.cca, c.cca_layers, strict=True)):
        name = f"cca.{level}"
        folded = shipped.blocks(name + ".o")
        cca.norm.copy_(shipped.plain(name + ".norm"))
        cca.q.weight.copy_(shipped.blocks(name + ".q"))
        cca.null_key.copy_(shipped.plain(name + ".null")[..., 0] * math.sqrt(c.head_dim))
        cca.gate.copy_(gates_of(folded, retro.base_layers[layer].o.weight, c.heads))
        cca.o.weight.copy_(folded / cca.gate.tanh().repeat_interleave(c.head_dim))
    for part in ("keys", "values"):
        linear = getattr(retro.projection, part.removesuffix("s"))
        linear.weight.copy_(shipped.blocks(f"memory.{part}"))
        linear.bias.copy_(shipped.plain(f"memory.{part}.bias"))
    retro.projection.copy_key.weight.copy_(shipped.dense("memory.copy"))
    retro.copy_query.weight.copy_(shipped.dense("copy.query"))
    retro.copy_previous.weight.copy_(shipped.dense("copy.previous") * EMBEDDING_SCALE)
    for name in ("salience_scale", "gate"):
        linear = getattr(retro, name if name == "salience_scale" else "copy_gate")
        linear.weight.copy_(shipped.dense(f"copy.{name}.weight"))
        linear.bias.copy_(shipped.plain(f"copy.{name}.bias"))
    retro.stop_logit.copy_(shipped.plain("copy.stop_logit")[0, c.end_token])
    retro.stop_gate.fill_(shipped.stop_gate)
    state = dict(published)
    for i in range(len(reader.encoder.layers)):
        at = f"layers.{i}."
        for part in ("qkv", "o", "up", "down"):
            state[at + part + ".weight"] = shipped.per_channel(f"bert.{at}{part}")
            state[at + part + ".bias"] = shipped.plain(f"bert.{at}{part}.bias")
        for part in ("norm1", "norm2"):
            for kind in ("weight", "bias"):
                state[f"{at}{part}.{kind}"] = shipped.plain(f"bert.{at}{part}.{kind}")
    reader.encoder.load_state_dict(state)
    reader.head.weight.copy_(shipped.dense("span.weight"))
    reader.head.bias.copy_(shipped.plain("span.bias"))
    reader.null.zero_()
    return retro, reader
