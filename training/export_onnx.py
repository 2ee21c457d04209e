"""Checkpoint to the files that Java opens: graphs, weights, tokenizers, manifest, and the parity record.

python -m training.export_onnx --checkpoint training/runs/retrofit/last.pt --out data/models
python -m training.export_onnx --tiny --out generator/src/test/resources/tiny-model
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import torch

from training.retro.batches import PROMPT_PREFIX, PROMPT_SUFFIX, STYLES, Prompt, pack
from training.retro.bert import BertConfig
from training.retro.data import Limits, read_rows
from training.retro.graphs import Precision, RetroGraphs, WeightFiles, eight_bit_blocks
from training.retro.model import Retro, RetroConfig, mixture
from training.retro.reader import Reader
from training.retro.retrofit import generate, load_checkpoint, read
from training.retro.serving import ServedExample, serve
from training.retro.weights import BLOCK, MODELS, REPOSITORY, Blocks, bge_tokenizer, decoder_tokenizer, load_smollm2_blocks

MAX_POSITIONS = 2048
# Written by fit_calibration for one model; another model wants another.
CALIBRATION = REPOSITORY / "training" / "configs" / "calibration.json"
UNCALIBRATED = {"min_confidence": 0.0, "min_relevance": 0.0}
PROBED = 64  # vocabulary entries whose logits the parity record keeps, spread evenly
RETRIEVAL = {"retrieval-encoder.onnx": "retrieval_encoder", "retrieval-tokenizer.json": "retrieval_tokenizer"}


@dataclass
class Trained:
    retro: Retro
    reader: Reader
    blocks: dict[str, Blocks | np.ndarray]
    origin: dict[str, object]
    calibration: dict[str, object] = field(default_factory=lambda: dict(UNCALIBRATED))


def from_checkpoint(path: Path) -> Trained:
    retro, reader, origin = load_checkpoint(path)
    return Trained(retro.eval(), reader.eval(), load_smollm2_blocks(), origin, json.loads(CALIBRATION.read_text()))


def random_blocks(rows: int, columns: int, rng: np.random.Generator) -> Blocks:
    """Four-bit blocks as a published file holds them, uniform in about ±2/√columns; m = −8d needs no offset."""
    count = columns // 32
    d = np.full((rows, count, 1), 0.25 / np.sqrt(columns), np.float16)
    m = -8 * d
    nibbles = rng.integers(0, 256, (rows, count, 16), dtype=np.uint8)
    raw = np.concatenate([d.view(np.uint8), m.view(np.uint8), nibbles], axis=-1)
    return Blocks("Q4_1", raw.reshape(rows, -1))


def tiny(seed: int = 11) -> Trained:
    """A seeded model of the same signature, small enough for version control. It has learnt nothing."""
    torch.manual_seed(seed)  # for what the constructors draw
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    config = RetroConfig(layers=4, width=64, heads=4, kv_heads=2, head_dim=16, ffn=128, cca_layers=(1, 3), encoder_width=32, copy_dim=32)
    words = rng.integers(-6, 7, (config.vocabulary, config.width // 32, 32)).astype(np.int8)
    scale = np.full((config.vocabulary, config.width // 32, 1), 0.03, np.float16)
    raw = np.concatenate([scale.view(np.uint8), words.view(np.uint8)], axis=-1)
    blocks: dict[str, Blocks | np.ndarray] = {"embed": Blocks("Q8_0", raw.reshape(config.vocabulary, -1))}
    blocks["norm"] = np.ones(config.width, np.float32)
    kv = config.kv_heads * config.head_dim
    shapes = {"q": (config.width, config.width), "k": (kv, config.width), "v": (kv, config.width)}
    shapes |= {"o": (config.width, config.width), "down": (config.width, config.ffn)}
    shapes |= {"gate": (config.ffn, config.width), "up": (config.ffn, config.width)}
    for i in range(config.layers):
        for part, shape in shapes.items():
            blocks[f"layers.{i}.{part}"] = random_blocks(*shape, rng)
    retro, reader = Retro(config), Reader(BertConfig(layers=1, width=32, heads=2, inner=64))
    with torch.no_grad():
        retro.base_embedding.copy_(torch.from_numpy(blocks["embed"].dequantise()))
        for i, layer in enumerate(retro.base_layers):
            for part in shapes:
                getattr(layer, part).weight.copy_(torch.from_numpy(blocks[f"layers.{i}.{part}"].dequantise()))
        retro.initialise(generator)
        for cca in retro.cca:
            cca.null_key.copy_(0.3 * torch.randn(cca.null_key.shape, generator=generator))
            cca.gate.fill_(1.0)
        for linear in (retro.projection.key, retro.projection.value):
            linear.weight.copy_(0.1 * torch.randn(linear.weight.shape, generator=generator))
        # Rows repeat, so that the file packs well.
        period = 0.5 * torch.randn(64, 32, generator=generator)
        reader.encoder.word.weight.copy_(period.repeat(30522 // 64 + 1, 1)[:30522])
        reader.head.weight.copy_(0.5 * torch.randn(reader.head.weight.shape, generator=generator))
        for parameter in reader.encoder.layers.parameters():
            if parameter.dim() > 1:
                parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
        # The model holds only what its 8-bit blocks can say, so that the parity record is the truth of the files.
        for linear in (retro.projection.key, retro.projection.value, *(cca.q for cca in retro.cca)):
            linear.weight.copy_(rounded_to_blocks(linear.weight))
        for cca in retro.cca:
            gates = cca.gate.tanh().repeat_interleave(config.head_dim)[None]
            cca.o.weight.copy_(rounded_to_blocks(cca.o.weight * gates) / gates)
    return Trained(retro.eval(), reader.eval(), blocks, {"stage": "tiny", "seed": seed})


def rounded_to_blocks(weight: torch.Tensor) -> torch.Tensor:
    q, scale = eight_bit_blocks(weight.numpy())
    blocks = q.reshape(*scale.shape, BLOCK).astype(np.float32)
    return torch.from_numpy((blocks * scale[..., None]).reshape(weight.shape))


# --------------------------------------------------------------------------- parity record


@torch.no_grad()
def parity(trained: Trained, examples: list[tuple[str, str, list[tuple[str, str]]]], longest: int) -> list[dict]:
    """(question, style, [(title, text)]) → what PyTorch computes in fp32, for Java to repeat."""
    decoder, encoder, limits = decoder_tokenizer(), bge_tokenizer(), Limits()
    prompt = Prompt.of(decoder, encoder)
    probed = np.linspace(0, trained.retro.config.vocabulary - 1, PROBED).astype(int)
    records = []
    for question, style, neighbours in examples:
        served: ServedExample = serve(question, neighbours, decoder, encoder, limits)
        inputs = pack([served], prompt, style, trained.retro.config.retrieved_length)
        reading, row, valid = read(trained.reader, trained.retro, inputs), inputs.last[:, None], inputs.prompt_valid
        states, _ = trained.retro.attending(row, valid.sum(1), trained.retro.prefix(inputs.prompt), valid, reading.memory)
        outputs = trained.retro.head(states, row, reading.memory)
        answers, refused = generate(trained.retro, trained.reader, inputs, memory=reading.memory, longest=longest)
        records.append(
            {
                "question": question,
                "style": style,
                "neighbours": [{"title": title, "text": text} for title, text in neighbours],
                "prompt_tokens": prompt.ids(served.question_tokens, style),
                "memory_tokens": reading.memory.tokens[0].tolist(),
                "salience_start": _rounded(reading.memory.start[0, 0]),
                "first_logits": _rounded(outputs.logits[0, 0, probed]),
                "first_gate": round(float(outputs.gate_log[0, 0, 1].exp()), 6),
                "first_probability": round(float(mixture(outputs, reading.memory)[0, 0].max()), 6),
                "end_probability": round(float(refused[0]), 6),
                "tokens": answers[0],
            }
        )
    return records


def _rounded(values: torch.Tensor) -> list[float]:
    return [round(float(v), 5) for v in values]


def parity_examples(rows: list[dict], count: int) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Questions with two to four neighbours cut from the rows' own contexts, one of them the question's."""
    out = []
    styles = list(STYLES)
    for i in range(count):
        row = rows[i * 7 % len(rows)]
        others = [rows[(i * 7 + 3 + 5 * j) % len(rows)] for j in range(1 + i % 3)]
        neighbours = [(r["title"].replace("_", " "), r["context"][:420]) for r in (others[:1] + [row] + others[1:])]
        out.append((row["question"], styles[i % len(styles)], neighbours))
    return out


# --------------------------------------------------------------------------- files


def manifest(trained: Trained, folder: Path, roles: dict[str, str]) -> dict:
    c, limits = trained.retro.config, Limits()
    files = [
        {"path": path, "role": role, "size": (folder / path).stat().st_size, "sha256": sha256(folder / path)}
        for path, role in roles.items()
    ]
    return {
        "format": 1,
        "name": "retort-135m",
        "chunk_length": c.chunk_length,
        "retrieved_length": c.retrieved_length,
        "decoder": {
            "layers": c.layers,
            "heads": c.heads,
            "kv_heads": c.kv_heads,
            "head_dim": c.head_dim,
            "vocabulary": c.vocabulary,
            "end_token": c.end_token,
            "cca_layers": [layer + 1 for layer in c.cca_layers],
            "copy_dim": c.copy_dim,
            "copy_continuation": c.copy_continuation,
            "max_positions": MAX_POSITIONS,
        },
        "neighbour_input": {"question_pieces": limits.question, "title_pieces": limits.title},
        "prompt": {"prefix": PROMPT_PREFIX, "suffix": PROMPT_SUFFIX, "styles": STYLES},
        "calibration": trained.calibration,
        "training": trained.origin,
        "files": sorted(files, key=lambda f: f["path"]),
    }


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def export(trained: Trained, folder: Path, precision: Precision) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in (WeightFiles.EMBEDDING, WeightFiles.BASE, WeightFiles.TRAINED):
        (folder / name).unlink(missing_ok=True)
    weights = WeightFiles(folder)
    graphs = RetroGraphs(trained.retro, trained.reader, trained.blocks, precision)
    onnx.save(graphs.decoder(weights, MAX_POSITIONS), folder / "decoder.onnx")
    onnx.save(graphs.neighbour_memory(weights), folder / "neighbour-memory.onnx")
    roles = {
        "decoder.onnx": "decoder",
        "neighbour-memory.onnx": "neighbour_memory",
        **{name: "decoder_weights" for name in (WeightFiles.EMBEDDING, WeightFiles.BASE, WeightFiles.TRAINED)},
        "decoder-tokenizer.json": "decoder_tokenizer",
    }
    (folder / "decoder-tokenizer.json").write_text(decoder_tokenizer().to_str())
    # Made by quantise_encoder; the encoder is absent from the tests' tiny model.
    roles |= {path: role for path, role in RETRIEVAL.items() if (folder / path).exists()}
    (folder / "manifest.json").write_text(json.dumps(manifest(trained, folder, roles), indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, help="last.pt of the retrofit stage")
    source.add_argument("--tiny", action="store_true", help="the seeded model of the tests")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--exact", action="store_true", help="fp32 matrices: the truth that others are compared with")
    parser.add_argument("--fp32-encoder", action="store_true", help="do not round the neighbour encoder to int8")
    parser.add_argument("--accuracy-level", type=int, default=4, help="MatMulNBits: 1 computes in fp32, 4 in int8")
    rows = REPOSITORY / "training" / "tests" / "fixture.jsonl"
    parser.add_argument("--rows", type=Path, default=rows, help="questions of the parity record")
    parser.add_argument("--parity", type=int, default=0, help="questions in the parity record, written to parity.json")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    trained = tiny() if args.tiny else from_checkpoint(args.checkpoint)
    if args.checkpoint:
        args.out.mkdir(parents=True, exist_ok=True)
        for path in RETRIEVAL:
            if not (args.out / path).exists() and (MODELS / path).exists():
                shutil.copyfile(MODELS / path, args.out / path)
    fp32 = args.tiny or args.exact or args.fp32_encoder
    export(trained, args.out, Precision(args.exact, not fp32, 1 if args.tiny else args.accuracy_level))
    if args.parity:
        records = parity(trained, parity_examples(read_rows(args.rows), args.parity), longest=48)
        (args.out / "parity.json").write_text(json.dumps({"format": 1, "records": records}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
