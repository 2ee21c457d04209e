"""Which of ONNX Runtime's products with quantised weights is fastest here: weights a second, one row and thirty rows.

    python -m training.measure_products

Six different matrices a run, one thread, best of eight; compare the columns of one run, not figures of two.
"""

from __future__ import annotations

import time

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

K, N, MATRICES, BLOCK = 576, 3072, 6, 32
ROWS = (1, 30)


def session(kind: str) -> ort.InferenceSession:
    rng = np.random.default_rng(0)
    nodes, tensors, outputs = [], [], []
    for i in range(MATRICES):
        name = f"y{i}"
        if kind == "fp32":
            tensors.append(numpy_helper.from_array(rng.random((K, N)).astype(np.float32), f"b{i}"))
            nodes.append(helper.make_node("MatMul", ["x", f"b{i}"], [name]))
        elif kind == "int8 a column":
            tensors.append(numpy_helper.from_array(rng.integers(-63, 64, (K, N)).astype(np.int8), f"b{i}"))
            tensors.append(numpy_helper.from_array(rng.random(N).astype(np.float32), f"s{i}"))
            nodes.append(helper.make_node("DynamicQuantizeMatMul", ["x", f"b{i}", f"s{i}"], [name], domain="com.microsoft"))
        else:
            bits, level = (int(word) for word in kind.split() if word.isdigit())
            packed = rng.integers(0, 256, (N, K // BLOCK, BLOCK * bits // 8), dtype=np.uint8)
            tensors.append(numpy_helper.from_array(packed, f"b{i}"))
            tensors.append(numpy_helper.from_array(rng.random(N * K // BLOCK).astype(np.float32), f"s{i}"))
            attributes = {"K": K, "N": N, "bits": bits, "block_size": BLOCK, "accuracy_level": level}
            nodes.append(helper.make_node("MatMulNBits", ["x", f"b{i}", f"s{i}"], [name], domain="com.microsoft", **attributes))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["T", N]))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["T", K])
    graph = helper.make_graph(nodes, "products", [x], outputs, tensors)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString()
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def main() -> None:
    kinds = ("fp32", "int8 a column", "bits 4 level 1", "bits 4 level 4", "bits 8 level 4")
    print(f"{'product':<16}" + "".join(f"{f'{rows} rows':>10}" for rows in ROWS) + "   10^9 weights a second")
    for kind in kinds:
        products, line = session(kind), f"{kind:<16}"
        for rows in ROWS:
            x = np.random.default_rng(1).standard_normal((rows, K)).astype(np.float32)
            products.run(None, {"x": x})
            best = float("inf")
            for _ in range(8):
                began = time.perf_counter()
                products.run(None, {"x": x})
                best = min(best, time.perf_counter() - began)
            line += f"{MATRICES * K * N / best / 1e9:>10.2f}"
        print(line)


if __name__ == "__main__":
    main()
