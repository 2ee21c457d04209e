"""The exported graphs in ONNX Runtime against the parity record that PyTorch wrote beside them.

    python -m training.check_parity data/models

Runs exactly what Java runs: memory one neighbour at a time, prefill, steps with the KV cache written in place.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime as ort

from training.export_onnx import PROBED
from training.retro.batches import STYLES
from training.retro.data import Limits
from training.retro.model import MASKED, SALIENCE_FLOOR
from training.retro.serving import serve
from training.retro.weights import bge_tokenizer, decoder_tokenizer

MEMORY_OUTPUTS = ["keys", "values", "copy_keys", "span_scores"]


def log_sum_exp_with_null(scores: np.ndarray) -> float:
    top = max(0.0, float(scores.max(initial=0.0)))
    return top + float(np.log(np.exp(-top) + np.exp(scores - top).sum()))


@dataclass
class Memory:
    """One retrieval's slabs. L layers, G key-value heads, M positions, D head width."""

    keys: np.ndarray  # [L, G, M, D]
    values: np.ndarray
    copy_keys: np.ndarray  # [M, C]
    tokens: np.ndarray  # [M]
    salience: np.ndarray  # [M, 2]
    first: np.ndarray  # [M] a neighbour starts here


@dataclass
class Runner:
    folder: Path
    capacity: int = 256
    threads: int = 1
    past: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config = json.loads((self.folder / "manifest.json").read_text())
        options = ort.SessionOptions()
        options.intra_op_num_threads = self.threads
        self.memory_session, self.decoder = (
            ort.InferenceSession(str(self.folder / name), options, providers=["CPUExecutionProvider"])
            for name in ("neighbour-memory.onnx", "decoder.onnx")
        )

    def memory(self, neighbours) -> Memory:
        outs = []
        for n in neighbours:
            feeds = {"input_ids": n.ids[None].astype(np.int64), "token_type_ids": n.kinds[None].astype(np.int64)}
            feeds |= {"map": n.mapping.astype(np.int64), "token_ids": n.tokens.astype(np.int64)}
            outs.append(dict(zip(MEMORY_OUTPUTS, self.memory_session.run(MEMORY_OUTPUTS, feeds), strict=True)))
        scores = np.concatenate([o["span_scores"] for o in outs])
        start, end = (scores[:, i] - log_sum_exp_with_null(scores[:, i]) for i in (0, 1))
        start, end = np.maximum(start, SALIENCE_FLOOR), np.maximum(end, SALIENCE_FLOOR)
        first = np.zeros(len(scores), bool)
        first[np.cumsum([0, *(len(n.tokens) for n in neighbours[:-1])])] = True
        previous = np.where(first, SALIENCE_FLOOR, np.r_[SALIENCE_FLOOR, end[:-1]])
        joined = {part: np.ascontiguousarray(np.concatenate([o[part] for o in outs], 2)) for part in ("keys", "values")}
        return Memory(
            **joined,
            copy_keys=np.concatenate([o["copy_keys"] for o in outs]),
            tokens=np.concatenate([n.tokens for n in neighbours]).astype(np.int64),
            salience=np.stack((start, previous), 1).astype(np.float32),
            first=first,
        )

    def start(self) -> None:
        d = self.config["decoder"]
        shape = (1, d["kv_heads"], self.capacity, d["head_dim"])
        self.past = {f"{part}_{i}": np.zeros(shape, np.float32) for i in range(d["layers"]) for part in ("keys", "values")}
        self.written = 0

    def run(self, ids: list[int], attends: int, memory: Memory) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Appends the tokens; the last `attends` rows see the memory; outputs of the last row."""
        t, m = len(ids), len(memory.tokens)
        binding = self.decoder.io_binding()
        bias = np.full((t, m), MASKED, np.float32)
        bias[t - attends :] = 0
        feeds = {
            "input_ids": np.array([ids], np.int64),
            "positions": np.arange(self.written, self.written + t, dtype=np.int64),
            "rows": np.array([t - 1], np.int64),
            "seqlens_k": np.array([self.written + t - 1], np.int32),
            "total_sequence_length": np.array(self.written + t, np.int32),
            "copy_keys": memory.copy_keys,
            "salience": memory.salience,
            "memory_bias": bias,
        }
        for i in range(len(memory.keys)):
            feeds |= {f"memory_keys_{i}": memory.keys[i], f"memory_values_{i}": memory.values[i]}
        values = {name: ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(a)) for name, a in feeds.items()}
        for name, value in values.items():
            binding.bind_ortvalue_input(name, value)
        for name in ("logits", "copy_log_probabilities", "gates"):
            binding.bind_output(name, "cpu")
        for name, buffer in self.past.items():  # past and present are one buffer
            for bind, end in ((binding.bind_input, "past_"), (binding.bind_output, "present_")):
                bind(end + name, "cpu", 0, np.float32, buffer.shape, buffer.ctypes.data)
        self.decoder.run_with_iobinding(binding)
        self.written += t
        return tuple(value.numpy() for value in binding.get_outputs()[:3])


@dataclass
class Mixing:
    """The mixture of one answer, step by step; remembers where the last token was copied from."""

    memory: Memory
    continuation: float  # nats

    def __post_init__(self) -> None:
        self.copied = np.zeros(len(self.memory.tokens))

    def distribution(self, logits: np.ndarray, copy_log: np.ndarray, gate: float) -> np.ndarray:
        e = np.exp(logits - logits.max())
        gains = self.continuation * np.where(self.memory.first, 0.0, np.r_[0.0, self.copied[:-1]])
        attention = np.exp(copy_log + gains)
        self.masses = gate * attention / attention.sum()
        self.probabilities = (1 - gate) * e / e.sum()
        np.add.at(self.probabilities, self.memory.tokens, self.masses)
        return self.probabilities

    def take(self, token: int) -> None:
        self.copied = self.masses * (self.memory.tokens == token) / self.probabilities[token]


def compare(runner: Runner, records: list[dict], longest: int = 48) -> dict[str, float]:
    """How far the graphs are from the records: worst differences, and how many greedy answers are identical."""
    end = runner.config["decoder"]["end_token"]
    vocabulary = runner.config["decoder"]["vocabulary"]
    probed = np.linspace(0, vocabulary - 1, PROBED).astype(int)
    worst = {"logit": 0.0, "end_probability": 0.0, "salience": 0.0}
    same = steps = 0
    decoding = 0.0

    def note(name: str, found: np.ndarray | float, expected: list[float] | float) -> None:
        worst[name] = max(worst[name], float(np.abs(np.asarray(found) - np.asarray(expected)).max()))

    for record in records:
        neighbours = [(n["title"], n["text"]) for n in record["neighbours"]]
        asked = STYLES[record["style"]] + record["question"]
        served = serve(asked, neighbours, decoder_tokenizer(), bge_tokenizer(), Limits())
        memory = runner.memory(served.neighbours)
        if memory.tokens.tolist() != record["memory_tokens"]:
            raise ValueError(f"the neighbours of {record['question']!r} are tokenised differently")
        note("salience", memory.salience[:, 0], record["salience_start"])
        runner.start()
        logits, copy_log, gate = runner.run(record["prompt_tokens"], 1, memory)
        note("logit", logits[0, probed], record["first_logits"])
        mixing = Mixing(memory, runner.config["decoder"]["copy_continuation"])
        p = mixing.distribution(logits[0], copy_log[0], float(gate[0]))
        note("end_probability", p[end], record["end_probability"])
        p[end] = 0.0  # no answer ends before it has begun
        tokens: list[int] = []
        began = time.perf_counter()
        while int(p.argmax()) != end and len(tokens) < longest:
            tokens.append(int(p.argmax()))
            mixing.take(tokens[-1])
            logits, copy_log, gate = runner.run(tokens[-1:], 1, memory)
            p = mixing.distribution(logits[0], copy_log[0], float(gate[0]))
            steps += 1
        decoding += time.perf_counter() - began
        same += tokens == record["tokens"]
    figures = {f"worst_{name}": round(value, 6) for name, value in worst.items()}
    return {"records": len(records), "identical_greedy": same, **figures, "steps_per_second": round(steps / max(decoding, 1e-9), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--record", type=Path, help="default: parity.json in the folder")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    record = args.record or args.folder / "parity.json"
    print(json.dumps(compare(Runner(args.folder, threads=args.threads), json.loads(record.read_text())["records"])))


if __name__ == "__main__":
    main()
