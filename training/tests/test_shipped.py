"""What the exported files hold comes back as the modules that were exported."""

from pathlib import Path

import pytest
import torch

from training.export_onnx import export, tiny
from training.retro.graphs import Precision
from training.retro.model import Retro
from training.retro.reader import Reader
from training.retro.shipped import ShippedTensors, fill


@pytest.mark.parametrize(
    ("precision", "error"),
    [(Precision(exact=True, int8_encoder=False), 1e-5), (Precision(int8_encoder=False), 2e-2), (Precision(), 3e-2)],
    ids=["fp32", "8-bit blocks", "int8 encoder"],
)
def test_trained_weights_come_back(precision: Precision, error: float, tmp_path: Path) -> None:
    told = tiny()
    export(told, tmp_path, precision)
    retro = Retro(told.retro.config)
    retro.base_layers.load_state_dict(told.retro.base_layers.state_dict())
    published = {name: value for name, value in told.reader.encoder.state_dict().items() if not name.startswith("layers.")}
    retro, reader = fill(retro, Reader(told.reader.encoder.config), ShippedTensors(tmp_path), published)

    wanted, found = dict(told.retro.named_parameters()), dict(retro.named_parameters())
    for name, value in found.items():
        if name.startswith("base_") or name.endswith((".gate", ".o.weight")):
            continue
        assert relative(value, wanted[name]) < error, name
    for mine, theirs in zip(retro.cca, told.retro.cca, strict=True):
        assert relative(gated(mine), gated(theirs)) < error
    for name, value in reader.encoder.named_parameters():
        assert relative(value, told.reader.encoder.get_parameter(name)) < error, name
    assert relative(reader.head.weight, told.reader.head.weight) < error
    assert relative(reader.head.bias - reader.null, told.reader.head.bias - told.reader.null) < 1e-5


def gated(cca: torch.nn.Module) -> torch.Tensor:
    return cca.o.weight * cca.gate.tanh().repeat_interleave(cca.config.head_dim)


def relative(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).norm() / b.norm().clamp(min=1e-6))
