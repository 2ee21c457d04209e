"""The retrieval encoder's graph against the PyTorch BERT, and what its 8-bit weights must not do."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import ModelProto, numpy_helper

from training.quantise_encoder import fuse, quantise, trim
from training.retro.bert import Bert, BertConfig
from training.retro.weights import bge_onnx_path, load_bge, weights_available

pytestmark = pytest.mark.skipif(not weights_available(), reason="needs the published bge-small files")
TEXTS = [[101, 102], [101, 2339, 2003, 1996, 3712, 2630, 102], [101, *range(2000, 2090), 102]]


@pytest.fixture(scope="module")
def trimmed() -> ModelProto:
    return trim(fuse(bge_onnx_path()))


@pytest.fixture(scope="module")
def expected() -> list[np.ndarray]:
    bert = Bert(BertConfig()).eval()
    bert.load_state_dict(load_bge())
    rows = []
    for ids in TEXTS:
        with torch.no_grad():
            state = bert(torch.tensor(ids), torch.zeros(len(ids), dtype=torch.long), [len(ids)])[0].numpy()
        rows.append(state / np.linalg.norm(state))
    return rows


def embeddings(model: ModelProto, folder: Path) -> list[np.ndarray]:
    onnx.save(model, folder / "model.onnx")
    session = ort.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    return [session.run(["embedding"], {"input_ids": np.array([ids], dtype=np.int64)})[0][0] for ids in TEXTS]


def test_what_is_trimmed_away_changes_nothing(trimmed: ModelProto, expected: list[np.ndarray], tmp_path: Path) -> None:
    for found, wanted in zip(embeddings(trimmed, tmp_path), expected, strict=True):
        assert np.abs(found - wanted).max() < 1e-5


def test_quantising_keeps_the_direction(trimmed: ModelProto, expected: list[np.ndarray], tmp_path: Path) -> None:
    for found, wanted in zip(embeddings(quantise(trimmed), tmp_path), expected, strict=True):
        assert abs(np.linalg.norm(found) - 1) < 1e-4
        assert found @ wanted > 0.985


def test_two_products_fit_into_sixteen_bits(trimmed: ModelProto) -> None:
    weights = {t.name: numpy_helper.to_array(t) for t in quantise(trimmed).graph.initializer}
    matrices = [a for name, a in weights.items() if name.endswith("_quantized")]
    assert len(matrices) == 48
    for matrix in matrices:
        assert matrix.dtype == np.int8
        assert 2 * 255 * int(np.abs(matrix.astype(int)).max()) < 2**15
