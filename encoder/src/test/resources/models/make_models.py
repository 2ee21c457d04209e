"""Writes the ONNX files beside this script: each as small as the point it makes. Needs the onnx package.

python make_models.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, external_data_helper, helper, numpy_helper

HERE = Path(__file__).resolve().parent
WIDTH = 384


def save(name: str, nodes: list, inputs: list, outputs: list, weights: list) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="retort-test")
    model.ir_version = 8
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def value(name: str, kind: int, *shape: int | str) -> object:
    return helper.make_tensor_value_info(name, kind, list(shape))


def outside(name: str, location: str) -> TensorProto:
    """Four floats that lie in another file."""
    tensor = numpy_helper.from_array(np.arange(4, dtype=np.float32), name)
    external_data_helper.set_external_data(tensor, location, offset=0, length=16)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    return tensor


def encoders() -> None:
    """The retrieval encoder's signature, right and wrong: the mean of the ids times a fixed direction."""
    ids = value("input_ids", TensorProto.INT64, 1, "S")
    mask = value("attention_mask", TensorProto.INT64, 1, "S")
    direction = numpy_helper.from_array(np.linspace(-1, 1, WIDTH, dtype=np.float32)[None], "direction")
    mean = [
        helper.make_node("Cast", ["input_ids"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["mean", "direction"], ["along"]),
    ]
    unit = helper.make_node("LpNormalization", ["along"], ["embedding"], axis=1, p=2)
    embedding = value("embedding", TensorProto.FLOAT, 1, WIDTH)
    save("encoder", [*mean, unit], [ids], [embedding], [direction])
    zero = helper.make_node("Sub", ["along", "along"], ["nothing"])
    save(
        "encoder-nan",
        [*mean, zero, helper.make_node("Div", ["nothing", "nothing"], ["embedding"])],
        [ids],
        [embedding],
        [direction],
    )
    save(
        "encoder-other-output",
        [*mean, helper.make_node("LpNormalization", ["along"], ["output_0"], axis=1, p=2)],
        [ids],
        [value("output_0", TensorProto.FLOAT, 1, WIDTH)],
        [direction],
    )
    save(
        "encoder-more-inputs",
        [*mean, unit, helper.make_node("Identity", ["attention_mask"], ["seen"])],
        [ids, mask],
        [embedding, value("seen", TensorProto.INT64, 1, "S")],
        [direction],
    )
    save(
        "encoder-unknown-operator",
        [helper.make_node("Transmute", ["input_ids"], ["embedding"], domain="retort.test")],
        [ids],
        [embedding],
        [],
    )


def external() -> None:
    x, y = value("x", TensorProto.FLOAT, 4), value("y", TensorProto.FLOAT, 4)
    add = helper.make_node("Add", ["x", "w"], ["y"])
    (HERE / "external.bin").write_bytes(np.arange(4, dtype=np.float32).tobytes())
    save("external", [add], [x], [y], [outside("w", "external.bin")])
    save("escaping", [add], [x], [y], [outside("w", "../outside.bin")])
    constant = helper.make_node("Constant", [], ["w"], value=outside("w", "../outside.bin"))
    save("escaping-attribute", [constant, add], [x], [y], [])
    branch = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["z"])],
        "branch",
        [],
        [value("z", TensorProto.FLOAT, 4)],
        [outside("w", "../outside.bin")],
    )
    choose = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    save("escaping-subgraph", [choose], [x, value("c", TensorProto.BOOL)], [y], [])


if __name__ == "__main__":
    encoders()
    external()
