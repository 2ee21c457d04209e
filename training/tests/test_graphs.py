"""The exported graphs compute what the PyTorch model computes, through ONNX Runtime and the cache written in place."""

from pathlib import Path

import numpy as np
import pytest

from training.check_parity import Runner, compare
from training.export_onnx import export, parity, parity_examples, rounded_to_blocks, tiny
from training.retro.data import read_rows
from training.retro.graphs import FINER, Precision, eight_bit_blocks, offset_nibbles, split_eight_bit

FIXTURE = Path(__file__).parent / "fixture.jsonl"


@pytest.fixture(scope="module")
def records() -> list[dict]:
    return parity(tiny(), parity_examples(read_rows(FIXTURE), 6), longest=24)


@pytest.mark.parametrize("exact", [True, False])
def test_graphs_agree_with_pytorch(exact: bool, records: list[dict], tmp_path: Path) -> None:
    export(tiny(), tmp_path, Precision(exact=exact, int8_encoder=False, accuracy_level=1))
    found = compare(Runner(tmp_path), records, longest=24)
    assert found["identical_greedy"] == len(records)
    assert found["worst_logit"] < 1e-3
    assert found["worst_salience"] < 1e-3
    assert found["worst_end_probability"] < 1e-3


def test_a_wrong_record_is_noticed(records: list[dict], tmp_path: Path) -> None:
    export(tiny(), tmp_path, Precision(int8_encoder=False, accuracy_level=1))
    wrong = [{**r, "tokens": [*r["tokens"], 7], "first_logits": [x + 0.1 for x in r["first_logits"]]} for r in records]
    found = compare(Runner(tmp_path), wrong, longest=24)
    assert found["identical_greedy"] == 0
    assert found["worst_logit"] > 0.09


def test_two_nibbles_hold_eight_bits() -> None:
    rng = np.random.default_rng(0)
    q = rng.integers(-119, 120, (40, 96)).astype(np.int8)
    scale = rng.random((40, 3)).astype(np.float32)
    nibbles, scales = split_eight_bit(q, scale)
    blocks = (nibbles.reshape(40, 6, 32).astype(np.float32) - 8) * scales[..., None]
    halves = blocks.reshape(40, 2, 96).sum(1)
    np.testing.assert_allclose(
        halves, q.reshape(40, 3, 32).astype(np.float32).reshape(40, 96) * np.repeat(scale, 32, 1), rtol=1e-5, atol=1e-5
    )


def test_a_block_with_a_large_positive_weight_changes_sign() -> None:
    q = np.zeros((1, 32), np.int8)
    q[0, :3] = (127, -60, 5)
    nibbles, scales = split_eight_bit(q, np.ones((1, 1), np.float32))
    values = ((nibbles.reshape(2, 32).astype(np.float32) - 8) * scales.reshape(2, 1)).sum(0)
    np.testing.assert_array_equal(values, q[0])


def test_offsets_are_held_to_half_a_per_cent_of_a_row() -> None:
    offset = np.random.default_rng(1).normal(size=(50, 18)).astype(np.float32)
    coarse, fine, scale = offset_nibbles(offset)
    held = ((coarse - 8.0) + (fine - 8.0) / FINER) * scale
    assert np.abs(held - offset).max() <= np.abs(offset).max() / 200


def test_rounded_weights_are_fixed_points_of_rounding() -> None:
    import torch

    weight = rounded_to_blocks(torch.randn(6, 64))
    q, scale = eight_bit_blocks(weight.numpy())
    again = (q.reshape(6, 2, 32) * scale[..., None]).reshape(6, 64)
    np.testing.assert_allclose(again, weight.numpy(), atol=1e-6)
