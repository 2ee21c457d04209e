"""Quantised blocks and the tokenizer, checked on made-up blocks and, where they are installed, on the published files."""

import numpy as np
import pytest

from training.retro.weights import Blocks, _halves, decoder_tokenizer, load_smollm2_blocks, weights_available

published = pytest.mark.skipif(not weights_available(), reason="needs the published SmolLM2 files")


def test_q4_1_blocks() -> None:
    rng = np.random.default_rng(0)
    q = rng.integers(0, 16, size=(3, 2, 32), dtype=np.uint8)
    d = rng.normal(size=(3, 2)).astype(np.float16)
    m = rng.normal(size=(3, 2)).astype(np.float16)
    nibbles = q[..., :16] | (q[..., 16:] << 4)
    raw = np.concatenate([d[..., None].view(np.uint8), m[..., None].view(np.uint8), nibbles], axis=-1).reshape(3, -1)
    blocks = Blocks("Q4_1", raw)
    assert all((a == b).all() for a, b in zip(blocks.parts(), (q.reshape(3, 64), d, m), strict=True))
    expected = q * d[..., None].astype(np.float32) + m[..., None].astype(np.float32)
    assert np.allclose(blocks.dequantise(), expected.reshape(3, 64))


def test_q8_0_blocks() -> None:
    rng = np.random.default_rng(0)
    q = rng.integers(-128, 128, size=(3, 2, 32)).astype(np.int8)
    d = rng.normal(size=(3, 2)).astype(np.float16)
    raw = np.concatenate([d[..., None].view(np.uint8), q.view(np.uint8)], axis=-1).reshape(3, -1)
    expected = q * d[..., None].astype(np.float32)
    assert np.allclose(Blocks("Q8_0", raw).dequantise(), expected.reshape(3, 64))


def test_unknown_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="Q5_K"):
        Blocks("Q5_K", np.zeros((1, 1), dtype=np.uint8)).parts()


def test_halves_undo_the_converters_order() -> None:
    weight = np.arange(12 * 5).reshape(12, 5)  # 2 heads of 6 rows
    stored = weight.reshape(2, 2, 3, 5).swapaxes(1, 2).reshape(12, 5)  # what llama.cpp's converter writes
    assert (_halves(stored, heads=2) == weight).all()


@published
def test_published_decoder_shapes() -> None:
    blocks = load_smollm2_blocks()
    shapes = {name: (b.raw.shape[0] if isinstance(b, Blocks) else b.shape[0]) for name, b in blocks.items()}
    assert len(blocks) == 272
    assert shapes["embed"] == 49152 and shapes["layers.29.k"] == 192 and shapes["layers.0.down"] == 576
    assert blocks["embed"].kind == "Q8_0" and blocks["layers.7.q"].kind == "Q4_1"
    assert blocks["layers.0.down"].dequantise().shape == (576, 1536)


@published
def test_published_tokenizer() -> None:
    tokenizer = decoder_tokenizer()
    assert [tokenizer.token_to_id(t) for t in ("<|endoftext|>", "<|im_start|>", "<|im_end|>")] == [0, 1, 2]
    text = "<|im_start|>user\nIn 1969, Neil Armstrong’s naïve  日本語 text.<|im_end|>\n<|im_start|>assistant\n"
    encoded = tokenizer.encode(text)
    assert tokenizer.decode(encoded.ids, skip_special_tokens=False) == text
    assert encoded.tokens[0] == "<|im_start|>" and encoded.tokens.count("<|im_end|>") == 1
    assert [t for t in encoded.tokens if any(c.isdigit() for c in t)] == ["1", "9", "6", "9"]
