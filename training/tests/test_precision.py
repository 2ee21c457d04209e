"""A training step with bf16 products is nearly the fp32 step, and its heads are exact."""

import torch

from training.export_onnx import tiny
from training.retro.model import MASKED, Memory, Retro, exactly
from training.train_retrofit import halve_frozen, products

B, P, A, M = 2, 5, 4, 7


def gradients(retro: Retro, precision: str) -> torch.Tensor:
    generator = torch.Generator().manual_seed(5)
    c = retro.config
    shape = (len(c.cca_layers), B, c.kv_heads, M, c.head_dim)
    memory = Memory(
        keys=torch.randn(shape, generator=generator),
        values=torch.randn(shape, generator=generator),
        copy_keys=torch.randn(B, M, c.copy_dim, generator=generator),
        tokens=torch.randint(0, c.vocabulary, (B, M), generator=generator),
        start=-torch.rand(B, 1, M, generator=generator),
        previous_end=-torch.rand(B, 1, M, generator=generator),
        bias=torch.where(torch.arange(M) < M - 2, 0.0, MASKED).expand(B, 1, M),
        first=(torch.arange(M) % 4 == 0).expand(B, M),
    )
    ids = torch.randint(0, c.vocabulary, (B, P), generator=generator)
    rows = torch.randint(0, c.vocabulary, (B, A), generator=generator)
    retro.zero_grad()
    with products(precision):
        states, _ = retro.attending(rows, torch.full((B,), P), retro.prefix(ids), torch.ones(B, P, dtype=torch.bool), memory)
        outputs = retro.head(states, rows, memory)
    assert states.dtype == outputs.logits.dtype == outputs.copy_log.dtype == torch.float32
    (outputs.logits.log_softmax(-1)[..., 3].sum() + outputs.copy_log[..., 1].sum() + outputs.gate_log.sum()).backward()
    return torch.cat([p.grad.flatten() for p in retro.parameters() if p.grad is not None])


def test_gradients_in_bf16_point_where_those_in_fp32_do() -> None:
    torch.manual_seed(1)
    retro = tiny().retro
    exact = gradients(retro, "fp32")
    halve_frozen(retro)
    half = gradients(retro, "bf16")
    assert not torch.equal(exact, half)
    assert torch.cosine_similarity(exact.double(), half.double(), 0) > 0.995


def test_only_the_frozen_matrices_are_held_in_bf16() -> None:
    retro = tiny().retro
    halve_frozen(retro)
    half = {name for name, value in retro.named_parameters() if value.dtype == torch.bfloat16}
    assert half
    assert all(name.startswith("base_layers.") and "norm" not in name for name in half)
    assert all(p.dtype == torch.float32 for p in retro.parameters() if p.requires_grad)


def test_scores_are_exact_inside_a_bf16_step() -> None:
    a = torch.randn(64, 64, generator=torch.Generator().manual_seed(2))
    product = a @ a
    with products("bf16"):
        assert (a @ a).dtype == torch.bfloat16
        with exactly(a.device):
            assert torch.equal(a @ a, product)
