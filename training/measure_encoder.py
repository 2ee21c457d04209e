"""Speed and recall of the retrieval encoder's variants, side by side.

    python -m training.measure_encoder speed
    python -m training.measure_encoder cosine
    python -m training.measure_encoder recall --variants "trimmed fp32" "int8, 7-bit weights"

Pool: the paragraphs of the question set in chunks of at most 64 decoder tokens; embedded is the title, a line feed
and the chunk. A hit is a chunk of the gold paragraph among the nearest whose text, or whose continuation's, holds an
answer string. Speed is taken round by round over all variants on the same chunks, so that whatever else the machine
does falls on all of them; figures are the median of the rounds, with the least and the greatest. Where the machine is
not idle, processor time says more than the clock.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

from training.quantise_encoder import VARIANTS
from training.retro.data import chunk_starts, read_rows
from training.retro.weights import REPOSITORY, bge_onnx_path, bge_tokenizer, decoder_tokenizer

INSTRUCTION = "Represent this sentence for searching relevant passages: "
CHUNK_LENGTH = 64
LONGEST = 512
KEPT = REPOSITORY / "training" / "runs" / "encoder"


class Pool:
    """Chunks and questions of a question set."""

    def __init__(self, data: Path, questions: int, seed: int) -> None:
        rows = read_rows(data)
        order = np.random.default_rng(seed).permutation(len(rows))[:questions]
        self.rows = [rows[i] for i in sorted(order)]
        self.paragraph: list[int] = []  # of each chunk
        self.text: list[str] = []
        self.title: list[str] = []
        self.paragraphs: dict[tuple[str, str], int] = {}
        decoder = decoder_tokenizer()
        for row in rows:
            key = (row["title"], row["context"])
            if key in self.paragraphs:
                continue
            self.paragraphs[key] = number = len(self.paragraphs)
            offsets = decoder.encode(row["context"], add_special_tokens=False).offsets
            starts = chunk_starts(row["context"], offsets, CHUNK_LENGTH)
            edges = [offsets[s][0] for s in starts] + [len(row["context"])]
            for begin, end in zip(edges, edges[1:], strict=False):
                self.paragraph.append(number)
                self.text.append(row["context"][begin:end])
                self.title.append(row["title"].replace("_", " "))

    def passages(self) -> list[str]:
        return [f"{title}\n{text.strip()}" for title, text in zip(self.title, self.text, strict=True)]

    def queries(self) -> list[str]:
        return [INSTRUCTION + row["question"].strip() for row in self.rows]

    def hits(self, q: int) -> set[int]:
        """Chunks whose [N, F] holds an answer of question ``q``."""
        row = self.rows[q]
        gold = self.paragraphs[row["title"], row["context"]]
        found = set()
        for c, number in enumerate(self.paragraph):
            if number != gold:
                continue
            follows = c + 1 < len(self.paragraph) and self.paragraph[c + 1] == gold
            neighbour = self.text[c] + (self.text[c + 1] if follows else "")
            if any(answer in neighbour for answer in row["answers"]):
                found.add(c)
        return found


def token_ids(texts: list[str]) -> list[np.ndarray]:
    tokenizer = bge_tokenizer()
    rows = []
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        rows.append(np.array([[101, *encoding.ids[: LONGEST - 2], 102]], dtype=np.int64))  # [1, S]
    return rows


class Encoder:
    """One variant, one thread a call."""

    def __init__(self, file: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self.trimmed = len(self.session.get_inputs()) == 1

    def __call__(self, ids: np.ndarray) -> np.ndarray:
        if self.trimmed:
            return self.session.run(None, {"input_ids": ids})[0][0]  # [H]
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        state = self.session.run(None, feed)[0][0, 0]  # [H]
        return state / np.linalg.norm(state)


def variant_file(name: str) -> Path:
    file = KEPT / (name.replace(" ", "-").replace(",", "") + ".onnx")
    if not file.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        onnx.save(VARIANTS[name](bge_onnx_path()), file)
    return file


def spread(values: list[float], digits: int) -> str:
    least, middle, most = (f"{v:.{digits}f}" for v in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({least}–{most})"


def speed(pool: Pool, variants: list[str], rounds: int, count: int) -> None:
    rng = np.random.default_rng(1)
    passages = pool.passages()
    chunks = token_ids([passages[i] for i in rng.permutation(len(passages))[:count]])
    mean = statistics.mean(c.shape[1] for c in chunks)
    print(f"{count} chunks a measurement, {mean:.1f} word pieces each on average, {rounds} rounds")
    encoders = {name: Encoder(variant_file(name)) for name in variants}
    for encode in encoders.values():
        for ids in chunks[:10]:
            encode(ids)
    rates: dict[tuple[str, int], list[float]] = {(name, n): [] for name in variants for n in (1, 2)}
    spent: dict[tuple[str, int], list[float]] = {(name, n): [] for name in variants for n in (1, 2)}  # ms a chunk
    for _ in range(rounds):
        for threads in (1, 2):
            for name, encode in encoders.items():
                with ThreadPoolExecutor(threads) as workers:
                    begin, used = time.perf_counter(), time.process_time()
                    list(workers.map(encode, chunks))
                    rates[name, threads].append(count / (time.perf_counter() - begin))
                    spent[name, threads].append(1000 * (time.process_time() - used) / count)
    one = "chunks/s | ratio | CPU ms a chunk | ratio"
    print(f"| variant | MB | 1 thread: {one} | 2 threads: {one} |")
    print("|---|---|" + "---|" * 8)
    for name in variants:
        cells = [name, f"{variant_file(name).stat().st_size / 1e6:.1f}"]
        for threads in (1, 2):
            own, base = rates[name, threads], rates[variants[0], threads]
            cells += [spread(own, 1), spread([a / b for a, b in zip(own, base, strict=True)], 2)]
            own, base = spent[name, threads], spent[variants[0], threads]
            cells += [spread(own, 1), spread([b / a for a, b in zip(own, base, strict=True)], 2)]
        print("| " + " | ".join(cells) + " |")


def kept_vectors(name: str, what: str, texts: list[np.ndarray]) -> np.ndarray:
    """[N, H]; kept beside the variants, in blocks, so that a run that was stopped goes on where it was."""
    encode = Encoder(variant_file(name))
    blocks = []
    for begin in range(0, len(texts), 500):
        block = texts[begin : begin + 500]
        content = hashlib.sha256(b"".join(ids.tobytes() for ids in block)).hexdigest()[:16]
        file = variant_file(name).with_suffix("") / f"{what}-{begin}-{content}.npy"
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            with ThreadPoolExecutor(2) as workers:
                np.save(file, np.stack(list(workers.map(encode, block))))
        blocks.append(np.load(file))
    return np.concatenate(blocks)


def cosine(pool: Pool, variants: list[str], count: int) -> None:
    rng = np.random.default_rng(1)
    passages = pool.passages()
    chunks = token_ids([passages[i] for i in rng.permutation(len(passages))[:count]])
    base: np.ndarray | None = None
    print(f"{count} chunks\n| variant | cosine to the first: mean | 1st percentile | least |\n|---|---|---|---|")
    for name in variants:
        encode = Encoder(variant_file(name))
        vectors = np.stack([encode(ids) for ids in chunks])  # [N, H]
        base = vectors if base is None else base
        values = (vectors * base).sum(axis=1)
        print(f"| {name} | {values.mean():.4f} | {np.percentile(values, 1):.4f} | {values.min():.4f} |", flush=True)


def recall(pool: Pool, variants: list[str]) -> None:
    passages, queries = token_ids(pool.passages()), token_ids(pool.queries())
    print(f"{len(passages)} chunks of {len(pool.paragraphs)} paragraphs, {len(queries)} questions")
    hits = [pool.hits(q) for q in range(len(queries))]
    base_top: np.ndarray | None = None
    base_vectors: np.ndarray | None = None
    found_by: dict[str, np.ndarray] = {}
    print("| variant | recall@1 | @4 | @10 | @20 | top-10 in common with fp32 | cosine to fp32: mean, least |")
    print("|---|---|---|---|---|---|---|")
    for name in variants:
        vectors, asked = kept_vectors(name, "passages", passages), kept_vectors(name, "queries", queries)
        top = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :20]  # [Q, 20]
        if base_top is None or base_vectors is None:
            base_top, base_vectors = top, vectors
        first = np.array([next((r for r, c in enumerate(top[q]) if c in hits[q]), 99) for q in range(len(queries))])
        found_by[name] = first
        common = np.mean([len(set(a[:10]) & set(b[:10])) / 10 for a, b in zip(top, base_top, strict=True)])
        cosine = (vectors * base_vectors).sum(axis=1)
        at = " | ".join(f"{(first < k).mean():.4f}" for k in (1, 4, 10, 20))
        print(f"| {name} | {at} | {common:.3f} | {cosine.mean():.4f}, {cosine.min():.4f} |", flush=True)
    base = found_by[variants[0]] < 10
    for name in variants[1:]:
        own = found_by[name] < 10
        print(f"{name}: {int((own & ~base).sum())} questions won at 10, {int((base & ~own).sum())} lost")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["speed", "cosine", "recall"])
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared/data/eval/squad11_dev.jsonl.xz")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    arguments = parser.parse_args()
    print(json.dumps({"machine": platform.processor() or platform.machine(), "onnxruntime": ort.__version__}))
    pool = Pool(arguments.data, arguments.questions, arguments.seed)
    if arguments.what == "speed":
        speed(pool, arguments.variants, arguments.rounds, arguments.count)
    elif arguments.what == "cosine":
        cosine(pool, arguments.variants, arguments.count)
    else:
        recall(pool, arguments.variants)


if __name__ == "__main__":
    main()
