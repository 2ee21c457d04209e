"""Writes retrieval-encoder.json: what the retrieval encoder must give, computed without ONNX Runtime.

    python data/golden/retrieval_encoder.py

Two vectors a text. ``fp32``: the published weights through the BERT of training/retro/bert.py (PyTorch).
``quantised``: the shipped 8-bit weights through the numpy code below, which follows the ONNX definitions of
DynamicQuantizeLinear and MatMulInteger. Most agree to the sixth digit; where an activation lies on the edge between
two steps of the 8-bit scale, float rounding decides, and the cosine falls to 0.998.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import tokenizers
import torch
from onnx import numpy_helper

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from training.retro.bert import Bert, BertConfig  # noqa: E402
from training.retro.weights import bge_tokenizer, load_bge  # noqa: E402

LONGEST, HEADS, EPS = 512, 12, 1e-12
INSTRUCTION = "Represent this sentence for searching relevant passages: "
TEXTS = [
    INSTRUCTION + "Who was the first person to walk on the Moon?",
    "Apollo 11\nArmstrong became the first person to step onto the lunar surface on July 21, 1969.",
    "Retort\nA retort is a vessel in which substances are distilled. It is heated over a flame, and vapour leaves it "
    "through a long neck that bends down, where it cools.",
    "€ 1,234.56 – naïve café, Zürich; 東京 and Владивосток 🚀 (v2.0)",
    "a",
    "",
    "the cat sat on the mat and looked at the rain " * 80,
]


def attend(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """q, k, v [S, D] to [S, D]; H heads."""
    length, width = q.shape
    split = [part.reshape(length, HEADS, width // HEADS).transpose(1, 0, 2) for part in (q, k, v)]  # [H, S, D/H]
    scores = split[0] @ split[1].transpose(0, 2, 1) / math.sqrt(width // HEADS)  # [H, S, S]
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return (weights @ split[2]).transpose(1, 0, 2).reshape(length, width)


def norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPS) * gamma + beta


def gelu(x: np.ndarray) -> np.ndarray:
    return x * 0.5 * (1 + torch.erf(torch.from_numpy(x) / math.sqrt(2)).numpy())


class Quantised:
    """The shipped file's weights, found by their place in the graph."""

    def __init__(self, file: Path) -> None:
        graph = onnx.load(file).graph
        self.array = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.products = [n for n in graph.node if n.op_type in ("QAttention", "MatMulInteger")]  # in order
        self.norms = [n for n in graph.node if n.op_type == "SkipLayerNormalization"]
        self.gelus = [n for n in graph.node if n.op_type == "BiasGelu"]

    def product(self, i: int, x: np.ndarray) -> np.ndarray:
        """x [S, in] times the i-th matrix [in, out], the activations quantised over the whole of x."""
        node = self.products[i]
        weight = self.array[node.input[1]].astype(np.float64)  # exact: sums stay below 2^53
        at = 4 if node.op_type == "QAttention" else None
        scales = self.array[node.input[at]] if at else self.array[node.input[1].replace("_quantized", "_scale")]
        least, most = min(0.0, float(x.min())), max(0.0, float(x.max()))
        scale = np.float32((most - least) / 255)
        zero = int(np.clip(np.rint(-least / scale), 0, 255))
        q = np.clip(np.rint(x / scale) + zero, 0, 255).astype(np.float64)
        return ((q - zero) @ weight).astype(np.float32) * (scale * scales)

    def __call__(self, ids: list[int]) -> np.ndarray:
        a = self.array
        words = a["word_rows"][ids].astype(np.float32) * a["word_scales"][ids]  # [S, D]
        x = norm(words + a["places"][: len(ids)], *(a[name] for name in self.norms[0].input[2:4]))
        for layer in range(12):
            qkv = self.product(4 * layer, x) + a[self.products[4 * layer].input[2]]  # [S, 3D]
            mixed = attend(*np.split(qkv, 3, axis=1))
            if layer == 11:  # only the first token goes on
                mixed, x = mixed[:1], x[:1]
            gamma, beta, bias = (a[name] for name in self.norms[1 + 2 * layer].input[2:5])
            x = norm(self.product(4 * layer + 1, mixed) + bias + x, gamma, beta)
            inner = gelu(self.product(4 * layer + 2, x) + a[self.gelus[layer].input[1]])  # [S, 4D]
            gamma, beta, bias = (a[name] for name in self.norms[2 + 2 * layer].input[2:5])
            x = norm(self.product(4 * layer + 3, inner) + bias + x, gamma, beta)
        return x[0] / np.linalg.norm(x[0])


def main() -> None:
    tokenizer = bge_tokenizer()
    bert = Bert(BertConfig()).eval()
    bert.load_state_dict(load_bge())
    quantised = Quantised(HERE.parent / "models" / "retrieval-encoder.onnx")
    rows = []
    for text in TEXTS:
        ids = [101, *tokenizer.encode(text, add_special_tokens=False).ids[: LONGEST - 2], 102]
        with torch.no_grad():
            state = bert(torch.tensor(ids), torch.zeros(len(ids), dtype=torch.long), [len(ids)])[0].numpy()
        rows.append(
            {
                "text": text,
                "ids": ids,
                "fp32": [round(float(v), 6) for v in state / np.linalg.norm(state)],
                "quantised": [round(float(v), 6) for v in quantised(ids)],
            }
        )
    golden = {
        "made_by": "data/golden/retrieval_encoder.py",
        "versions": {
            "torch": torch.__version__,
            "numpy": np.__version__,
            "tokenizers": tokenizers.__version__,
        },
        "least_cosine": {"fp32": 0.985, "quantised": 0.995},
        "texts": rows,
    }
    target = HERE / "retrieval-encoder.json"
    target.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
