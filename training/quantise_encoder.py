"""The retrieval encoder's graph: bge-small fused, cut down to what one text needs, and quantised to 8 bits.

    python -m training.quantise_encoder

Reads the published fp32 ONNX file of bge-small-en-v1.5 and writes ``data/models/retrieval-encoder.onnx`` and
``data/models/retrieval-tokenizer.json``. docs/adr/0012 says why the steps are what they are, and
``training/measure_encoder.py`` measures each of them.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from training.retro.weights import BGE_TOKENIZER, MODELS, bge_onnx_path

HEADS, WIDTH = 12, 384
MICROSOFT = "com.microsoft"


def fuse(source: Path) -> ModelProto:
    """Attention, layer norms and GELU as single operators; same inputs and output as the published graph."""
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    fused = optimizer.optimize_model(
        str(source),
        model_type="bert",
        num_heads=HEADS,
        hidden_size=WIDTH,
        optimization_options=FusionOptions("bert"),
        opt_level=0,
    )
    return fused.model


def _array(model: ModelProto, name: str) -> np.ndarray:
    return numpy_helper.to_array(next(t for t in model.graph.initializer if t.name == name))


def _consumers(model: ModelProto, value: str) -> list[NodeProto]:
    return [node for node in model.graph.node if value in node.input]


def trim(fused: ModelProto) -> ModelProto:
    """One text at its exact length to one vector: ``input_ids`` int64 [1, S] to ``embedding`` fp32 [1, H].

    No mask (nothing is padded), no token types (always 0: their row is added to the positions), and only the first
    token's state after the last attention, since nothing else is pooled. The vector has unit length.
    """
    model = ModelProto()
    model.CopyFrom(fused)
    graph = model.graph
    nodes = list(graph.node)
    embed = next(n for n in nodes if n.op_type == "EmbedLayerNormalization")
    word, position, kind, gamma, beta = embed.input[2:7]
    epsilon = next(a.f for a in embed.attribute if a.name == "epsilon")
    places = _array(model, position) + _array(model, kind)[0]  # [512, H]

    constants = {
        "places": places,
        "zero": np.array([0], dtype=np.int64),
        "one": np.array([1], dtype=np.int64),
    }
    head = [
        helper.make_node("Gather", [word, "input_ids"], ["words"], name="words"),  # [1, S, H]
        helper.make_node("Shape", ["input_ids"], ["shape"], name="shape"),  # [2]
        helper.make_node("Slice", ["shape", "one", "two", "zero"], ["length"], name="length"),  # [1]
        helper.make_node("Slice", ["places", "zero", "length", "zero"], ["placed"], name="placed"),  # [S, H]
        helper.make_node("Unsqueeze", ["placed"], ["placed_once"], name="placed_once", axes=[0]),  # [1, S, H]
        helper.make_node(
            "SkipLayerNormalization",
            ["words", "placed_once", gamma, beta],
            [embed.output[0]],
            name="embeddings",
            domain=MICROSOFT,
            epsilon=epsilon,
        ),
    ]
    constants["two"] = np.array([2], dtype=np.int64)

    attentions = [n for n in nodes if n.op_type == "Attention"]
    for attention in attentions:
        del attention.input[3:]  # the mask
        kept = [a for a in attention.attribute if a.name != "mask_filter_value"]
        del attention.attribute[:]
        attention.attribute.extend(kept)
    last = attentions[-1]
    first_token = []
    for value in (last.output[0], last.input[0]):  # what was attended, and the residual beside it: [1, S, H]
        cut = value + "/first"
        for node in _consumers(model, value):
            if node is not last:
                node.input[:] = [cut if name == value else name for name in node.input]
        first_token.append(
            helper.make_node("Slice", [value, "zero", "one", "one"], [cut], name=cut)  # [1, 1, H]
        )
    body = [n for n in nodes if n is not embed and n.op_type != "Cast"]
    at = body.index(last) + 1
    tail = [
        helper.make_node("Squeeze", [graph.output[0].name], ["cls"], name="cls", axes=[1]),  # [1, H]
        helper.make_node("LpNormalization", ["cls"], ["embedding"], name="embedding", axis=1, p=2),
    ]
    used = {name for node in [*head, *body, *tail] for name in node.input}
    weights = [t for t in graph.initializer if t.name in used]
    trimmed = helper.make_graph(
        [*head, *body[:at], *first_token, *body[at:], *tail],
        "retrieval_encoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "S"])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, WIDTH])],
        [*weights, *(numpy_helper.from_array(a, name) for name, a in constants.items())],
    )
    return _model(trimmed, model)


def _model(graph: onnx.GraphProto, like: ModelProto) -> ModelProto:
    versions = {o.domain: o.version for o in like.opset_import} | {MICROSOFT: 1}
    opsets = [helper.make_opsetid(domain, version) for domain, version in sorted(versions.items())]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="retort")
    model.ir_version = like.ir_version
    return model


def quantise(trimmed: ModelProto, weight: str = "int8", reduce_range: bool = True) -> ModelProto:
    """Matrices to 8 bits per output channel, activations when they are seen; the word table per row.

    ``reduce_range`` keeps weights to 7 bits: processors without VNNI add pairs of products in 16 bits, which 8-bit
    weights overflow, so that one file would give two different vectors on two machines.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = _table_by_rows(trimmed)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.onnx", Path(folder) / "out.onnx"
        onnx.save(model, source)
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul", "Attention"],
            per_channel=True,
            reduce_range=reduce_range,
            weight_type={"int8": QuantType.QInt8, "uint8": QuantType.QUInt8}[weight],
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
        )
        quantised = onnx.load(target)
    quantised.producer_name = "retort"
    del quantised.metadata_props[:]
    return quantised


def _table_by_rows(trimmed: ModelProto) -> ModelProto:
    """The word embeddings as int8 with a scale a row, looked up before they are scaled."""
    model = ModelProto()
    model.CopyFrom(trimmed)
    graph = model.graph
    lookup = next(n for n in graph.node if n.name == "words")
    table = _array(model, lookup.input[0])  # [V, H]
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-9).astype(np.float32) / 127  # [V, 1]
    rows = np.clip(np.rint(table / scale), -127, 127).astype(np.int8)
    nodes = [
        helper.make_node("Gather", ["word_rows", "input_ids"], ["row"], name="row"),  # int8 [1, S, H]
        helper.make_node("Cast", ["row"], ["row_float"], name="row_float", to=TensorProto.FLOAT),
        helper.make_node("Gather", ["word_scales", "input_ids"], ["row_scale"], name="row_scale"),  # [1, S, 1]
        helper.make_node("Mul", ["row_float", "row_scale"], ["words"], name="words"),  # [1, S, H]
    ]
    weights = [t for t in graph.initializer if t.name != lookup.input[0]]
    weights += [numpy_helper.from_array(rows, "word_rows"), numpy_helper.from_array(scale, "word_scales")]
    rest = [n for n in graph.node if n.name != "words"]
    by_rows = helper.make_graph([*nodes, *rest], graph.name, graph.input, graph.output, weights)
    return _model(by_rows, model)


# What measure_encoder.py compares: a name and how that file is made from the published one.
VARIANTS: dict[str, Callable[[Path], ModelProto]] = {
    "published fp32": lambda source: onnx.load(source),
    "fused fp32": fuse,
    "trimmed fp32": lambda source: trim(fuse(source)),
    "int8, 7-bit weights": lambda source: quantise(trim(fuse(source))),
    "int8, 8-bit weights": lambda source: quantise(trim(fuse(source)), reduce_range=False),
    "uint8 weights": lambda source: quantise(trim(fuse(source)), weight="uint8", reduce_range=False),
}
SHIPPED = "int8, 7-bit weights"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variant", choices=VARIANTS, default=SHIPPED)
    parser.add_argument("--out", type=Path, default=MODELS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    source = bge_onnx_path()
    target = arguments.out / "retrieval-encoder.onnx"
    onnx.save(VARIANTS[arguments.variant](source), target)
    shutil.copyfile(source.with_name(BGE_TOKENIZER), arguments.out / "retrieval-tokenizer.json")
    print(f"{target}: {target.stat().st_size:,} bytes, {arguments.variant}")


if __name__ == "__main__":
    main()
