"""The ONNX graphs that Java runs, built node by node (docs/formats/model-graphs.md is their contract).

They use ONNX Runtime's own operators: GroupQueryAttention with a KV cache written in place, MatMulNBits over packed
four-bit blocks, which is by far the fastest product on a CPU without VNNI. The base decoder was published in blocks of
32 four-bit weights w = d·q + m: the product with d·(q − 8), plus that of the block sums of x with m + 8d. The embedding
was published in 8 bits and trained matrices are rounded to 8 bits: two four-bit products over the same x.

Axes as in retro.model, and T decoder tokens in one call, N requested rows, S word pieces, R tokens of one neighbour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from training.retro.model import EMBEDDING_SCALE, MASKED, STOP_SHIFT, Retro
from training.retro.reader import LOWEST, Reader
from training.retro.weights import BLOCK, Blocks

OPSET, MICROSOFT, IR = 21, "com.microsoft", 10
ALIGNMENT = 4096  # of a tensor in the external file, so that it can be mapped
FINER = 15.0  # how much finer than the coarse offset nibbles the fine ones are
EMBEDDED_LIMIT = 1024  # bytes; smaller tensors stay in the graph file
FLOAT, INT64, INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32


@dataclass
class WeightFiles:
    """External files that several graphs share; a tensor of one name is written once.

    What was published and never changes lies apart from what is trained, so that a new training replaces one file.
    """

    folder: Path
    places: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    EMBEDDING, BASE, TRAINED = "decoder-embedding.bin", "decoder-base.bin", "retro-trained.bin"

    @staticmethod
    def file_of(name: str) -> str:
        if name.startswith("embed"):
            return WeightFiles.EMBEDDING
        return WeightFiles.BASE if name.startswith(("layers.", "norm", "rope_")) else WeightFiles.TRAINED

    def put(self, name: str, array: np.ndarray) -> tuple[str, int, int]:
        """Location, offset and length of the tensor."""
        if name not in self.places:
            file = self.file_of(name)
            with (self.folder / file).open("ab") as out:
                out.write(b"\0" * (-out.tell() % ALIGNMENT))
                self.places[name] = (file, out.tell(), array.nbytes)
                out.write(array.tobytes())
        return self.places[name]


class GraphBuilder:
    def __init__(self, name: str, weights: WeightFiles | None, accuracy_level: int = 4):
        self.name, self.weights, self.accuracy_level = name, weights, accuracy_level
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: dict[str, onnx.TensorProto] = {}
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: list[int | str]) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, kind: int, shape: list[int | str]) -> None:
        self.op("Identity", [value], outputs=[name])
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def tensor(self, name: str, array: np.ndarray) -> str:
        if name in self.tensors:
            return name
        array = np.ascontiguousarray(array)
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        if self.weights is None or array.nbytes <= EMBEDDED_LIMIT:
            self.tensors[name] = onnx.numpy_helper.from_array(array, name)
            return name
        location, offset, length = self.weights.put(name, array)
        proto = TensorProto(name=name, data_type=kind, dims=array.shape, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", location), ("offset", offset), ("length", length)):
            proto.external_data.add(key=key, value=str(value))
        self.tensors[name] = proto
        return name

    def ints(self, *values: int) -> str:
        return self.tensor("i" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def scalar(self, value: float) -> str:
        return self.tensor(f"f{value!r}", np.array(value, dtype=np.float32))

    def op(self, kind: str, inputs: list[str], *, outputs: list[str] | int = 1, domain: str = "", **attributes) -> str:
        if isinstance(outputs, int):
            outputs = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        attributes = {k: v for k, v in attributes.items() if v is not None}
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def ms(self, kind: str, inputs: list[str], *, outputs: list[str] | int = 1, **attributes) -> str:
        return self.op(kind, inputs, outputs=outputs, domain=MICROSOFT, **attributes)

    # -- products with weights; x [rows, K], result [rows, n]

    def dense(self, x: str, name: str, weight: np.ndarray) -> str:
        """fp32 product with weight [n, K]."""
        return self.op("MatMul", [x, self.tensor(name, weight.T)])

    def packed(self, x: str, name: str, nibbles: np.ndarray, scale: np.ndarray) -> str:
        """Product with (nibbles − 8) scaled a block: nibbles uint8 [n, K] in 0..15, scale fp32, one for 32 weights."""
        n, k = nibbles.shape
        filled = np.full((n, -(-k // BLOCK) * BLOCK), 8, np.uint8)
        filled[:, :k] = nibbles
        blocks = filled.reshape(n, -1, BLOCK)
        blocks = blocks[..., 0::2] | (blocks[..., 1::2] << 4)
        inputs = [x, self.tensor(name + ".q", blocks), self.tensor(name + ".scale", scale)]
        return self.ms("MatMulNBits", inputs, K=k, N=n, bits=4, block_size=BLOCK, accuracy_level=self.accuracy_level)

    def published(self, x: str, name: str, parts: list[Blocks]) -> str:
        """Product with matrices of published four-bit blocks, stacked by rows; see `offset_nibbles`."""
        q, d, m = (np.concatenate(rows) for rows in zip(*(part.parts() for part in parts), strict=True))
        d, m = d.astype(np.float32), m.astype(np.float32)
        coarse, fine, scale = offset_nibbles(m + 8 * d)
        count = d.shape[1]
        sums = self.op("Reshape", [x, self.ints(-1, count, BLOCK)])
        sums = self.op("ReduceSum", [sums, self.ints(2)], keepdims=0)  # [rows, K / 32]
        wide = self.op("Concat", [x, sums, self.op("Mul", [sums, self.scalar(1 / FINER)])], axis=1)
        nibbles = np.concatenate((q.astype(np.uint8), coarse, fine), 1)
        further = -(-2 * count // BLOCK)  # blocks of offsets, the last filled up with zeros
        return self.packed(wide, name, nibbles, np.concatenate((d, np.repeat(scale, further, 1)), 1))

    def eight_bit(self, x: str, name: str, q: np.ndarray, scale: np.ndarray) -> str:
        """Product with q · scale, q int8 [n, K], as two four-bit products: q = 16 · high + low."""
        nibbles, scales = split_eight_bit(q, scale)
        return self.packed(self.op("Concat", [x, x], axis=1), name, nibbles, scales)

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, list(self.tensors.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="retort")


def eight_bit_blocks(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """q int8 [n, K] and scale fp32 [n, K / 32]; weight ≈ q · scale."""
    n, k = weight.shape
    blocks = weight.reshape(n, k // BLOCK, BLOCK)
    scale = np.maximum(np.abs(blocks).max(-1), 1e-12).astype(np.float32) / 119
    q = np.rint(blocks / scale[..., None]).clip(-119, 119)
    return q.astype(np.int8).reshape(n, k), scale


def split_eight_bit(q: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """nibbles [n, 2K] and scales [n, 2K / 32] with q · scale = (16 · high + low) · scale, both nibbles in −8..7.

    The range is −136..119, so a block whose largest value exceeds 119 changes sign together with its scale. What then
    still lies above 119 (values of both signs near 127) is clipped to it.
    """
    n, k = q.shape
    blocks = q.reshape(n, k // BLOCK, BLOCK).astype(np.int16)
    flip = np.where(blocks.max(-1) > 119, -1, 1).astype(np.int16)
    blocks = np.minimum(blocks * flip[..., None], 119)
    low = ((blocks + 8) & 15) - 8
    high = (blocks - low) // 16
    scale = scale.astype(np.float32) * flip
    nibbles = np.concatenate([(part + 8).astype(np.uint8).reshape(n, k) for part in (high, low)], 1)
    return nibbles, np.concatenate((16 * scale, scale), 1)


def offset_nibbles(offset: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The per-block offsets m + 8d of published weights [n, K / 32], as four-bit weights of the block sums of x.

    offset ≈ (coarse − 8 + (fine − 8) / 15) · scale, off by at most 1/210 of the largest of its row; scale is [n, 1].
    """
    scale = np.maximum(np.abs(offset).max(1, keepdims=True), 1e-12).astype(np.float32) / 7
    coarse = np.rint(offset / scale).clip(-7, 7)
    fine = np.rint((offset / scale - coarse) * FINER).clip(-7, 7)
    return (coarse + 8).astype(np.uint8), (fine + 8).astype(np.uint8), scale


def rotary_tables(positions: int, head_dim: int, theta: float) -> tuple[np.ndarray, np.ndarray]:
    half = head_dim // 2
    angle = np.arange(positions)[:, None] * theta ** (-np.arange(half, dtype=np.float64) / half)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


@dataclass(frozen=True)
class Precision:
    """How weights stand in the graphs; activations between operators are always fp32.

    `exact` writes fp32 matrices, the truth to compare with. Otherwise the base stands exactly as published and trained
    matrices in 8-bit blocks. `int8_encoder` rounds the neighbour encoder to int8. `accuracy_level` is MatMulNBits': 1
    computes in fp32, 4 rounds activations to int8.
    """

    exact: bool = False
    int8_encoder: bool = True
    accuracy_level: int = 4


class RetroGraphs:
    """Builds `decoder` and `neighbour_memory` from trained modules; `base` are the decoder's published blocks."""

    def __init__(self, retro: Retro, reader: Reader, base: dict, precision: Precision):
        self.retro, self.reader, self.bert = retro, reader, reader.encoder
        self.base, self.precision, self.config = base, precision, retro.config

    # -- shared pieces

    def trained(self, g: GraphBuilder, x: str, name: str, weight) -> str:
        array = weight.detach().numpy()
        return g.dense(x, name, array) if self.precision.exact else g.eight_bit(x, name, *eight_bit_blocks(array))

    def embedding(self, g: GraphBuilder, ids: str) -> str:
        """ids [n] → rows of the decoder's embedding [n, H]."""
        if self.precision.exact:
            return g.op("Gather", [g.tensor("embed", self.retro.base_embedding.numpy()), ids])
        q, d, _ = self.base["embed"].parts()
        nibbles, scales = split_eight_bit(q, d)
        v, wide = nibbles.shape
        blocks = nibbles.reshape(v, wide // BLOCK, BLOCK)
        packed = g.tensor("embed.q", blocks[..., 0::2] | (blocks[..., 1::2] << 4))
        pairs = g.op("Gather", [packed, ids])  # [n, 2H / 32, 16]
        fours = g.tensor("u4", np.array(4, dtype=np.uint8))
        even = g.op("BitwiseAnd", [pairs, g.tensor("u15", np.array(15, dtype=np.uint8))])
        odd = g.op("BitShift", [pairs, fours], direction="RIGHT")
        rows = g.op("Concat", [g.op("Unsqueeze", [part, g.ints(3)]) for part in (even, odd)], axis=3)
        rows = g.op("Sub", [g.op("Cast", [rows], to=FLOAT), g.scalar(8.0)])
        rows = g.op("Reshape", [rows, g.ints(-1, wide // BLOCK, BLOCK)])
        scale = g.op("Unsqueeze", [g.op("Gather", [g.tensor("embed.scale", scales), ids]), g.ints(2)])
        halves = g.op("Reshape", [g.op("Mul", [rows, scale]), g.ints(-1, 2, wide // 2)])
        return g.op("ReduceSum", [halves, g.ints(1)], keepdims=0)

    # -- decoder

    def decoder(self, weights: WeightFiles, max_positions: int) -> onnx.ModelProto:
        c, g = self.config, GraphBuilder("retort_decoder", weights, self.precision.accuracy_level)
        g_heads, d = c.kv_heads, c.head_dim
        ids = g.input("input_ids", INT64, [1, "T"])
        positions = g.input("positions", INT64, ["T"])
        rows = g.input("rows", INT64, ["N"])
        lengths = g.input("seqlens_k", INT32, [1])
        total = g.input("total_sequence_length", INT32, [])
        cache = [tuple(g.input(f"past_{part}_{i}", FLOAT, [1, g_heads, "MAX", d]) for part in ("keys", "values")) for i in range(c.layers)]
        memory = [
            tuple(g.input(f"memory_{part}_{i}", FLOAT, [g_heads, "M", d]) for part in ("keys", "values")) for i in range(len(c.cca_layers))
        ]
        copy_keys = g.input("copy_keys", FLOAT, ["M", c.copy_dim])
        salience = g.input("salience", FLOAT, ["M", 2])
        bias = g.input("memory_bias", FLOAT, ["T", "M"])

        cos, sin = rotary_tables(max_positions + c.retrieved_length, d, c.rope_theta)
        cos, sin = g.tensor("rope_cos", cos), g.tensor("rope_sin", sin)
        query_positions = g.op("Unsqueeze", [g.op("Add", [positions, g.ints(c.retrieved_length)]), g.ints(0)])  # [1, T]
        group_bias = g.op("Tile", [bias, g.ints(c.heads // g_heads, 1)])  # [(Q/G)·T, M], head-major

        embedded = x = self.embedding(g, g.op("Reshape", [ids, g.ints(-1)]))  # [T, H]
        normed = self.norm(g, x, "layers.0.attention_norm", self.retro.base_layers[0].attention_norm)
        presents = []
        for i, layer in enumerate(self.retro.base_layers):
            qkv = self.base_product(g, normed, f"layers.{i}.qkv", i, ("q", "k", "v"))
            packed = g.op("Unsqueeze", [qkv, g.ints(0)])  # [1, T, (Q + 2G)·D]
            outputs = [f"attention_{i}", f"present_keys_{i}", f"present_values_{i}"]
            g.ms(
                "GroupQueryAttention",
                [packed, "", "", *cache[i], lengths, total, cos, sin],
                outputs=outputs,
                num_heads=c.heads,
                kv_num_heads=g_heads,
                do_rotary=1,
            )
            presents.append(outputs[1:])
            attended = g.op("Squeeze", [outputs[0], g.ints(0)])
            attended = self.base_product(g, attended, f"layers.{i}.o", i, ("o",))
            if i in c.cca_layers:
                x = g.op("Add", [x, attended])
                attended = self.cross_attention(g, x, c.cca_layers.index(i), memory, group_bias, query_positions, cos, sin)
            normed, x = self.skip_norm(g, attended, x, f"layers.{i}.ffn_norm", layer.ffn_norm)
            both = self.base_product(g, normed, f"layers.{i}.gate_up", i, ("gate", "up"))  # [T, 2·F]
            gate, up = f"gate_{i}", f"up_{i}"
            g.op("Split", [both], outputs=[gate, up], axis=1, num_outputs=2)
            hidden = g.op("Mul", [g.ms("QuickGelu", [gate], alpha=1.0), up])
            fed = self.base_product(g, hidden, f"layers.{i}.down", i, ("down",))
            if i + 1 < c.layers:
                following = self.retro.base_layers[i + 1].attention_norm
                normed, x = self.skip_norm(g, fed, x, f"layers.{i + 1}.attention_norm", following)
            else:
                x = g.op("Add", [fed, x])
        states = self.norm(g, g.op("Gather", [x, rows]), "norm", self.retro.base_norm)  # [N, H]
        self.decoder_head(g, states, g.op("Gather", [embedded, rows]), copy_keys, salience, g.op("Gather", [bias, rows]))
        for names in presents:
            for name in names:
                g.outputs.append(helper.make_tensor_value_info(name, FLOAT, [1, g_heads, "MAX", d]))
        return g.model()

    def norm(self, g: GraphBuilder, x: str, name: str, weight) -> str:
        inputs = [x, g.tensor(name, weight.detach().numpy())]
        return g.op("SimplifiedLayerNormalization", inputs, axis=-1, epsilon=self.config.rms_eps, stash_type=1)

    def skip_norm(self, g: GraphBuilder, x: str, skip: str, name: str, weight) -> tuple[str, str]:
        """(norm(x + skip), x + skip)."""
        outputs = [f"{name}.out", "", "", f"{name}.sum"]
        inputs = [x, skip, g.tensor(name, weight.detach().numpy())]
        g.ms("SkipSimplifiedLayerNormalization", inputs, outputs=outputs, epsilon=self.config.rms_eps)
        return outputs[0], outputs[3]

    def base_product(self, g: GraphBuilder, x: str, name: str, layer: int, parts: tuple[str, ...]) -> str:
        if self.precision.exact:
            module = self.retro.base_layers[layer]
            return g.dense(x, name, np.concatenate([getattr(module, part).weight.numpy() for part in parts]))
        return g.published(x, name, [self.base[f"layers.{layer}.{part}"] for part in parts])

    def cross_attention(self, g, x, level, memory, group_bias, query_positions, cos, sin) -> str:
        """What CCA adds to x: [T, H]. The head gates are folded into W_o."""
        c, cca = self.config, self.retro.cca[level]
        name, share, scale = f"cca.{level}", c.heads // c.kv_heads, 1 / math.sqrt(c.head_dim)
        keys, values = memory[level]
        query = self.trained(g, self.norm(g, x, name + ".norm", cca.norm), name + ".q", cca.q.weight)
        query = g.op("Unsqueeze", [query, g.ints(0)])
        query = g.ms("RotaryEmbedding", [query, query_positions, cos, sin], num_heads=c.heads)  # [1, T, Q·D]
        query = g.op("Reshape", [query, g.ints(-1, c.heads, c.head_dim)])
        query = g.op("Transpose", [query], perm=[1, 0, 2])
        query = g.op("Reshape", [query, g.ints(c.kv_heads, -1, c.head_dim)])  # [G, share·T, D]
        scores = g.ms("FusedMatMul", [query, keys], alpha=scale, transB=1)  # [G, share·T, M]
        scores = g.op("Add", [scores, group_bias])
        null = cca.null_key.detach().numpy()[:, :, None] * np.float32(scale)
        null = g.op("MatMul", [query, g.tensor(name + ".null", null)])  # [G, share·T, 1]
        mix = g.op("Softmax", [g.op("Concat", [null, scores], axis=-1)], axis=-1)
        mix = g.op("Slice", [mix, g.ints(1), g.ints(2**31), g.ints(2)])
        heads = g.op("Reshape", [g.op("MatMul", [mix, values]), g.ints(c.heads, -1, c.head_dim)])
        heads = g.op("Reshape", [g.op("Transpose", [heads], perm=[1, 0, 2]), g.ints(-1, share * c.kv_heads * c.head_dim)])
        gated = cca.o.weight * cca.gate.tanh().repeat_interleave(c.head_dim)[None]
        return self.trained(g, heads, name + ".o", gated)

    def decoder_head(self, g, states, embedded, copy_keys, salience, bias) -> None:
        """states, embedded [N, H], bias [N, M] → the three outputs."""
        c, r = self.config, self.retro
        if self.precision.exact:
            logits = g.dense(states, "embed.transposed", r.base_embedding.numpy())
        else:
            q, d, _ = self.base["embed"].parts()
            logits = g.eight_bit(states, "embed", q, d)
        query = g.op(
            "Add",
            [
                g.dense(states, "copy.query", r.copy_query.weight.detach().numpy()),
                g.dense(embedded, "copy.previous", r.copy_previous.weight.detach().numpy() / EMBEDDING_SCALE),
            ],
        )
        scores = g.ms("FusedMatMul", [query, copy_keys], alpha=1 / math.sqrt(c.copy_dim), transB=1)  # [N, M]
        start = g.op("Transpose", [g.op("Slice", [salience, g.ints(0), g.ints(1), g.ints(1)])], perm=[1, 0])  # [1, M]
        previous_end = g.op("Transpose", [g.op("Slice", [salience, g.ints(1), g.ints(2), g.ints(1)])], perm=[1, 0])
        scale = g.op("Softplus", [self.affine(g, states, "copy.salience_scale", r.salience_scale)])  # [N, 1]
        scores = g.op("Add", [g.op("Add", [scores, g.op("Mul", [scale, start])]), bias])
        copy_log = g.op("LogSoftmax", [scores], axis=-1)
        last = g.ints(-1)
        attends = g.op("ReduceMax", [bias, last], keepdims=1)  # [N, 1]
        attends = g.op("Cast", [g.op("Greater", [attends, g.scalar(MASKED / 2)])], to=FLOAT)
        z = g.op("ReduceLogSumExp", [g.op("Add", [copy_log, previous_end]), last], keepdims=1)
        z = g.op("Add", [z, g.scalar(STOP_SHIFT)])  # [N, 1]
        end = np.zeros((1, c.vocabulary), dtype=np.float32)
        end[0, c.end_token] = r.stop_logit.item()
        lift = g.op("MatMul", [g.op("Mul", [z, attends]), g.tensor("copy.stop_logit", end)])
        g.output(g.op("Add", [logits, lift]), "logits", FLOAT, ["N", c.vocabulary])
        g.output(copy_log, "copy_log_probabilities", FLOAT, ["N", "M"])
        gate = g.op("Sub", [self.affine(g, states, "copy.gate", r.copy_gate), g.op("Mul", [z, g.scalar(r.stop_gate.item())])])
        gate = g.op("Mul", [g.op("Sigmoid", [gate]), attends])
        g.output(g.op("Squeeze", [gate, last]), "gates", FLOAT, ["N"])

    def affine(self, g: GraphBuilder, x: str, name: str, linear) -> str:
        product = g.dense(x, name + ".weight", linear.weight.detach().numpy())
        return g.op("Add", [product, g.tensor(name + ".bias", linear.bias.detach().numpy())])

    # -- neighbour memory

    def neighbour_memory(self, weights: WeightFiles | None) -> onnx.ModelProto:
        c, r = self.config, self.retro
        g = GraphBuilder("retort_neighbour_memory", weights, self.precision.accuracy_level)
        ids = g.input("input_ids", INT64, [1, "S"])
        kinds = g.input("token_type_ids", INT64, [1, "S"])
        covering = g.input("map", INT64, ["R"])
        tokens = g.input("token_ids", INT64, ["R"])
        states = g.op("Squeeze", [self.bert_states(g, ids, kinds), g.ints(0)])
        states = g.op("Gather", [states, covering])  # [R, E]

        width = c.encoder_width
        ones, zeros = g.tensor("ln.one", np.ones(width, np.float32)), g.tensor("ln.zero", np.zeros(width, np.float32))
        h = g.op("LayerNormalization", [states, ones, zeros], axis=-1, epsilon=1e-5)
        e = g.op("Mul", [self.embedding(g, tokens), g.scalar(1 / EMBEDDING_SCALE)])  # [R, H]
        key_features = g.op("Concat", [h, self.shifted(g, e, c.width)], axis=1)
        value_features = g.op("Concat", [h, self.shifted(g, h, width), e], axis=1)
        cos, sin = rotary_tables(c.retrieved_length, c.head_dim, c.rope_theta)
        for name, features, linear in (
            ("keys", key_features, r.projection.key),
            ("values", value_features, r.projection.value),
        ):
            flat = self.trained(g, features, f"memory.{name}", linear.weight)
            flat = g.op("Add", [flat, g.tensor(f"memory.{name}.bias", linear.bias.detach().numpy())])
            slab = g.op("Reshape", [flat, g.ints(-1, len(c.cca_layers), c.kv_heads, c.head_dim)])
            slab = g.op("Transpose", [slab], perm=[1, 2, 0, 3])  # [L, G, R, D]
            if name == "keys":
                tables = [g.tensor("memory.cos", cos), g.tensor("memory.sin", sin)]
                slab = g.ms("RotaryEmbedding", [slab, g.ints(0), *tables])
            g.output(slab, name, FLOAT, [len(c.cca_layers), c.kv_heads, "R", c.head_dim])
        copy_keys = g.dense(key_features, "memory.copy", r.projection.copy_key.weight.detach().numpy())
        g.output(copy_keys, "copy_keys", FLOAT, ["R", c.copy_dim])
        self.span_scores(g, states, covering)
        return g.model()

    def shifted(self, g: GraphBuilder, x: str, width: int) -> str:
        """Row j gets row j − 1, the first gets zeros: [R, width]."""
        before = g.op("Slice", [x, g.ints(0), g.ints(-1), g.ints(0)])
        return g.op("Concat", [g.tensor(f"row_of_zeros_{width}", np.zeros((1, width), np.float32)), before], axis=0)

    def span_scores(self, g: GraphBuilder, states: str, covering: str) -> None:
        """Starts only at the first, ends only at the last token of those that share a word piece; null scores 0."""
        raw = g.dense(states, "span.weight", self.reader.head.weight.detach().numpy())
        bias = (self.reader.head.bias - self.reader.null).detach().numpy()
        raw = g.op("Add", [raw, g.tensor("span.bias", bias)])  # [R, 2]
        earlier = g.op("Slice", [covering, g.ints(0), g.ints(-1), g.ints(0)])
        later = g.op("Slice", [covering, g.ints(1), g.ints(2**31), g.ints(0)])
        same = g.op("Cast", [g.op("Equal", [earlier, later])], to=FLOAT)  # [R − 1]
        zero = g.tensor("zero_1", np.zeros(1, np.float32))
        inside = [g.op("Concat", pair, axis=0) for pair in ([zero, same], [same, zero])]
        inside = g.op("Concat", [g.op("Unsqueeze", [column, g.ints(1)]) for column in inside], axis=1)
        masked = g.op("Where", [g.op("Greater", [inside, g.scalar(0.5)]), g.scalar(LOWEST), raw])
        g.output(masked, "span_scores", FLOAT, ["R", 2])

    def bert_states(self, g: GraphBuilder, ids: str, kinds: str) -> str:
        """BERT over one sequence at its exact length: [1, S] → [1, S, E]."""
        state = {name: value.detach().numpy() for name, value in self.bert.state_dict().items()}
        length = g.op("Slice", [g.op("Shape", [ids]), g.ints(1), g.ints(2), g.ints(0)])
        places = g.op("Slice", [g.tensor("bert.position", state["position.weight"]), g.ints(0), length, g.ints(0)])
        x = g.op("Add", [self.encoder_words(g, state["word.weight"], ids), places])
        x = g.op("Add", [x, g.op("Gather", [g.tensor("bert.kind", state["kind.weight"]), kinds])])
        norm = [g.tensor("bert.norm.weight", state["norm.weight"]), g.tensor("bert.norm.bias", state["norm.bias"])]
        x = g.op("LayerNormalization", [x, *norm], axis=-1, epsilon=1e-12)
        for i in range(len(self.bert.layers)):
            at = f"layers.{i}."

            def named(part: str, at: str = at) -> str:
                return g.tensor("bert." + at + part, state[at + part])

            def product(y: str, part: str, at: str = at) -> str:
                return self.encoder_product(g, y, "bert." + at + part, state[at + part + ".weight"])

            qkv = g.op("Add", [product(x, "qkv"), named("qkv.bias")])
            heads = [f"bert.{at}{part}" for part in ("query", "key", "value")]
            g.op("Split", [qkv], outputs=heads, axis=2, num_outputs=3)
            y = product(g.ms("MultiHeadAttention", heads, num_heads=self.bert.config.heads), "o")
            norm = [named("norm1.weight"), named("norm1.bias"), named("o.bias")]
            x = g.ms("SkipLayerNormalization", [y, x, *norm], epsilon=1e-12)
            y = g.ms("BiasGelu", [product(x, "up"), named("up.bias")])
            norm = [named("norm2.weight"), named("norm2.bias"), named("down.bias")]
            x = g.ms("SkipLayerNormalization", [product(y, "down"), x, *norm], epsilon=1e-12)
        return x

    def encoder_product(self, g: GraphBuilder, x: str, name: str, weight: np.ndarray) -> str:
        """x [1, S, K] times weight [n, K]; int8 per output channel, or fp32.

        Weights stay within ±63: without VNNI, pairs of u8 · s8 products are summed in 16 bits and would saturate.
        """
        if not self.precision.int8_encoder:
            return g.dense(x, name, weight)
        scale = np.maximum(np.abs(weight).max(1), 1e-12) / 63
        q = np.rint(weight / scale[:, None]).astype(np.int8)
        tensors = [g.tensor(name + ".q", q.T), g.tensor(name + ".scale", scale.astype(np.float32))]
        return g.ms("DynamicQuantizeMatMul", [x, *tensors])

    def encoder_words(self, g: GraphBuilder, table: np.ndarray, ids: str) -> str:
        if not self.precision.int8_encoder:
            return g.op("Gather", [g.tensor("bert.word", table), ids])
        scale = np.maximum(np.abs(table).max(1, keepdims=True), 1e-12) / 127
        q = np.rint(table / scale).astype(np.int8)
        rows = g.op("Cast", [g.op("Gather", [g.tensor("bert.word.q", q), ids])], to=FLOAT)
        return g.op("Mul", [rows, g.op("Gather", [g.tensor("bert.word.scale", scale.astype(np.float32)), ids])])
