"""The meaning of chunked cross-attention, tested through gradients and masks on a tiny seeded model."""

import math

import pytest
import torch

from training.retro.model import MASKED, Memory, Retro, RetroConfig, copied_shares, going_on, mixture, mixture_log

CONFIG = RetroConfig(
    vocabulary=61, layers=4, width=24, heads=3, kv_heads=1, head_dim=8, ffn=40, cca_layers=(1, 3), encoder_width=16, copy_dim=8
)
B, P, A, M = 2, 5, 4, 7


@pytest.fixture
def retro() -> Retro:
    generator = torch.Generator().manual_seed(7)
    model = Retro(CONFIG)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
        for cca in model.cca:
            cca.null_key.copy_(0.2 * torch.randn(cca.null_key.shape, generator=generator))
    return model


def memory(generator: torch.Generator, positions: int = M, masked: int = 0) -> Memory:
    shape = (len(CONFIG.cca_layers), B, CONFIG.kv_heads, positions, CONFIG.head_dim)
    bias = torch.zeros(B, 1, positions)
    bias[..., positions - masked :] = MASKED
    return Memory(
        keys=torch.randn(shape, generator=generator),
        values=torch.randn(shape, generator=generator),
        copy_keys=torch.randn(B, positions, CONFIG.copy_dim, generator=generator),
        tokens=torch.randint(0, CONFIG.vocabulary, (B, positions), generator=generator),
        start=-torch.rand(B, 1, positions, generator=generator),
        previous_end=-torch.rand(B, 1, positions, generator=generator),
        bias=bias,
        first=torch.arange(positions).expand(B, positions) % 4 == 0,
    )


def run(model: Retro, ids: torch.Tensor, rows: torch.Tensor, seen: Memory | None):
    """ids [B, P] prompt before its last token, rows [B, A] → final states and outputs."""
    past = model.prefix(ids)
    offsets = torch.full((B,), ids.shape[1])
    states, _ = model.attending(rows, offsets, past, torch.ones(B, ids.shape[1], dtype=torch.bool), seen)
    return states, model.head(states, rows, seen)


def sample(seed: int = 3):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, CONFIG.vocabulary, (B, P), generator=generator)
    rows = torch.randint(0, CONFIG.vocabulary, (B, A), generator=generator)
    return generator, ids, rows


def test_no_row_depends_on_later_tokens(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator)
    before, _ = run(retro, ids, rows, seen)
    changed = rows.clone()
    changed[:, 2] = (changed[:, 2] + 1) % CONFIG.vocabulary
    after, _ = run(retro, ids, changed, seen)
    assert torch.equal(before[:, :2], after[:, :2])
    assert not torch.allclose(before[:, 2:], after[:, 2:])


def test_the_first_attending_row_depends_on_the_memory_by_gradient(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator)
    seen.keys.requires_grad_()
    seen.values.requires_grad_()
    states, _ = run(retro, ids, rows, seen)
    keys, values = torch.autograd.grad(states[:, 0].sum(), (seen.keys, seen.values))
    assert keys.abs().sum() > 0
    assert values.abs().sum() > 0


def test_masked_positions_have_no_gradient(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator, masked=2)
    seen.values.requires_grad_()
    states, _ = run(retro, ids, rows, seen)
    (values,) = torch.autograd.grad(states.sum(), (seen.values,))
    assert values[:, :, :, -2:].abs().max() == 0
    assert values[:, :, :, :-2].abs().max() > 0


def test_examples_of_a_batch_do_not_meet(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator)
    seen.values.requires_grad_()
    states, _ = run(retro, ids, rows, seen)
    (values,) = torch.autograd.grad(states[0].sum(), (seen.values,))
    assert values[:, 1].abs().max() == 0


def test_without_a_visible_neighbour_the_model_is_the_base_bit_for_bit(retro: Retro) -> None:
    generator, ids, rows = sample()
    base, base_out = run(retro, ids, rows, None)
    masked, masked_out = run(retro, ids, rows, memory(generator, masked=M))
    assert torch.equal(base, masked)
    assert torch.equal(base_out.logits, masked_out.logits)
    assert torch.all(masked_out.gate_log[..., 1] == -math.inf)


def test_a_closed_gate_leaves_the_base(retro: Retro) -> None:
    generator, ids, rows = sample()
    with torch.no_grad():
        for cca in retro.cca:
            cca.gate.zero_()
    base, _ = run(retro, ids, rows, None)
    closed, _ = run(retro, ids, rows, memory(generator))
    assert torch.equal(base, closed)


def test_the_order_of_memory_positions_and_padding_do_not_count(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator)
    order = torch.randperm(M, generator=generator)
    padded = Memory(
        *(
            torch.cat((t.index_select(axis, order), t.index_select(axis, order[:1]).fill_(fill)), axis)
            for t, axis, fill in (
                (seen.keys, 3, 5.0),
                (seen.values, 3, 5.0),
                (seen.copy_keys, 1, 5.0),
                (seen.tokens, 1, 1),
                (seen.start, 2, 0.0),
                (seen.previous_end, 2, 0.0),
                (seen.bias, 2, MASKED),
                (seen.first, 1, True),
            )
        )
    )
    _, first = run(retro, ids, rows, seen)
    _, second = run(retro, ids, rows, padded)
    torch.testing.assert_close(first.logits, second.logits, atol=1e-5, rtol=0)
    torch.testing.assert_close(mixture(first, seen), mixture(second, padded), atol=1e-5, rtol=0)


def test_step_by_step_equals_all_at_once(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator)
    whole, whole_out = run(retro, ids, rows, seen)
    past = retro.prefix(ids)
    valid = torch.ones(B, P, dtype=torch.bool)
    for step in range(A):
        one = rows[:, step : step + 1]
        states, past = retro.attending(one, torch.full((B,), P + step), past, valid, seen)
        valid = torch.cat((valid, torch.ones(B, 1, dtype=torch.bool)), 1)
        torch.testing.assert_close(states[:, 0], whole[:, step], atol=1e-4, rtol=0)
        out = retro.head(states, one, seen)
        torch.testing.assert_close(out.logits[:, 0], whole_out.logits[:, step], atol=1e-4, rtol=0)


def test_the_mixture_is_a_distribution_and_agrees_with_its_logarithm(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator, masked=2)
    _, out = run(retro, ids, rows, seen)
    whole = mixture(out, seen)
    torch.testing.assert_close(whole.sum(-1), torch.ones(B, A))
    targets = seen.tokens[:, :A]
    log, _ = mixture_log(out, seen, targets)
    torch.testing.assert_close(log.exp(), whole.gather(2, targets[..., None]).squeeze(-1))


def test_padded_prompts_do_not_count(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator)
    padded = torch.cat((ids, torch.zeros(B, 3, dtype=torch.long)), 1)
    past = retro.prefix(padded)
    valid = torch.zeros(B, P + 3, dtype=torch.bool)
    valid[:, :P] = True
    states, _ = retro.attending(rows, torch.full((B,), P), past, valid, seen)
    whole, _ = run(retro, ids, rows, seen)
    torch.testing.assert_close(states, whole, atol=1e-5, rtol=0)


def test_copying_goes_on_where_it_was() -> None:
    # "the cat … the dog": after the second "the", both words match one token of context.
    copy_log = torch.tensor([0.01, 0.49, 0.01, 0.49]).log()[None, None]
    first = torch.tensor([[True, False, False, False]])
    copied = torch.tensor([0.0, 0.0, 1.0, 0.0])[None, None]
    tilted = going_on(copy_log, copied, first, 4.0).exp()
    assert tilted[0, 0, 3] > 0.95
    torch.testing.assert_close(tilted.sum(), torch.tensor(1.0))
    nothing = going_on(copy_log, torch.zeros(1, 1, 4), first, 4.0)
    torch.testing.assert_close(nothing, copy_log)


def test_copying_does_not_go_on_into_the_next_neighbour() -> None:
    copy_log = torch.full((1, 1, 4), 0.25).log()
    first = torch.tensor([[True, False, True, False]])
    at_the_end = torch.tensor([0.0, 1.0, 0.0, 0.0])[None, None]
    torch.testing.assert_close(going_on(copy_log, at_the_end, first, 4.0), copy_log)


def test_copied_shares_are_the_mixture_s(retro: Retro) -> None:
    generator, ids, rows = sample()
    seen = memory(generator)
    _, outputs = run(retro, ids, rows, seen)
    tokens = seen.tokens[:, :1].expand(B, A)
    shares = copied_shares(outputs, seen, tokens)
    together = mixture(outputs, seen).gather(2, tokens[..., None])
    without = mixture(outputs, seen, copy=False).gather(2, tokens[..., None]) * outputs.gate_log[..., :1].exp()
    torch.testing.assert_close(shares.sum(-1, keepdim=True), 1 - without / together)
    assert (shares[seen.tokens[:, None].expand_as(shares) != tokens[..., None]] == 0).all()
