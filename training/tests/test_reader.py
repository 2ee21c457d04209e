"""The encoder against an independent implementation, the loss against its definition, and whether it learns."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from training.retro.bert import Bert, BertConfig
from training.retro.data import Corpus
from training.retro.examples import Example, SampleConfig, sample
from training.retro.reader import LOWEST, Reader, best_spans, judge, pack, span_loss
from training.retro.weights import bge_onnx_path, load_bge, weights_available
from training.train import micro_batches, save_checkpoint, schedule

TINY = BertConfig(layers=2, width=32, heads=4, inner=64, positions=256)


@pytest.fixture
def examples(corpus: Corpus) -> list[Example]:
    rng = np.random.default_rng(2)
    return [sample(corpus, q, SampleConfig(k=(1, 2, 3), no_gold=0.2), rng) for q in range(8)]


def tiny_reader() -> Reader:
    torch.manual_seed(0)
    return Reader(TINY)


def test_bert_equals_torch_transformer_encoder() -> None:
    torch.manual_seed(1)
    bert = Bert(TINY)
    layers = [
        nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, activation="gelu", layer_norm_eps=TINY.eps, batch_first=True)
        for _ in range(TINY.layers)
    ]
    names = {"self_attn.in_proj_": "qkv.", "self_attn.out_proj.": "o.", "linear1.": "up.", "linear2.": "down."}
    for ours, theirs in zip(bert.layers, layers, strict=True):
        weights = ours.state_dict()
        theirs.load_state_dict(
            {
                name: weights[next((new + name.removeprefix(old) for old, new in names.items() if name.startswith(old)), name)]
                for name in theirs.state_dict()
            }
        )
    ids, kinds = torch.randint(1000, (11,)), torch.tensor([0] * 5 + [1] * 6)
    with torch.no_grad():
        x = bert.norm(bert.word(ids) + bert.position.weight[:11] + bert.kind(kinds))[None]
        for layer in layers:
            x = layer(x)
        assert torch.allclose(bert(ids, kinds, [11]), x[0], atol=1e-5)


def test_packing_changes_nothing() -> None:
    torch.manual_seed(1)
    bert = Bert(TINY)
    ids, kinds, lengths = torch.randint(1000, (20,)), torch.randint(2, (20,)), [7, 9, 4]
    with torch.no_grad():
        packed = bert(ids, kinds, lengths)
        alone = [bert(i, k, [len(i)]) for i, k in zip(ids.split(lengths), kinds.split(lengths), strict=True)]
    assert torch.allclose(packed, torch.cat(alone), atol=1e-5)


@pytest.mark.skipif(not weights_available(), reason="needs the published bge-small files")
def test_published_weights_equal_onnx_runtime() -> None:
    import onnxruntime

    bert = Bert(BertConfig())
    bert.load_state_dict(load_bge())
    session = onnxruntime.InferenceSession(str(bge_onnx_path()), providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(0).integers(1000, 30000, size=60)
    kinds = (np.arange(60) > 20).astype(np.int64)
    feed = {"input_ids": ids[None], "attention_mask": np.ones((1, 60), dtype=np.int64), "token_type_ids": kinds[None]}
    expected = session.run(None, feed)[0][0]
    with torch.no_grad():
        states = bert(torch.from_numpy(ids), torch.from_numpy(kinds), [60])
    assert np.abs(states.numpy() - expected).max() < 1e-4


def test_loss_is_its_definition(examples: list[Example]) -> None:
    reader = tiny_reader()
    batch = pack(examples)
    with torch.no_grad():
        table = reader(batch)
        losses = span_loss(table, batch)
    for i, example in enumerate(examples):
        wanted = 0.0
        for side in (0, 1):
            scores = torch.softmax(table[i, :, side].double(), dim=0)
            if example.gold < 0:
                right = [0]
            else:
                before = 1 + sum(len(n.tokens) for n in example.neighbours[: example.gold])
                right = sorted({before + int(s[side]) for s in example.neighbours[example.gold].spans})
            wanted -= math.log(float(scores[right].sum()))
        assert float(losses[i]) == pytest.approx(wanted, rel=1e-4)


def test_only_group_edges_can_be_chosen(examples: list[Example]) -> None:
    batch = pack(examples)
    with torch.no_grad():
        table = tiny_reader()(batch)
    for i, example in enumerate(examples):
        first = np.concatenate([n.first for n in example.neighbours])
        scores = table[i, 1 : 1 + len(first), 0].numpy()
        assert ((scores > LOWEST / 2) == first).all()
        assert (table[i, 1 + len(first) :] == LOWEST).all()
    for example, span in zip(examples, best_spans(table, batch, null=False), strict=True):
        n = example.neighbours[span.neighbour]
        assert n.first[span.first] and n.last[span.last]
        assert 0 <= span.last - span.first < 30 and span.last < len(n.tokens)


def test_the_order_of_neighbours_does_not_matter(examples: list[Example]) -> None:
    reader = tiny_reader()
    turned = [Example(e.corpus, e.question, e.neighbours[::-1], len(e.neighbours) - 1 - e.gold if e.gold >= 0 else -1) for e in examples]
    with torch.no_grad():
        here, there = pack(examples), pack(turned)
        assert torch.allclose(span_loss(reader(here), here), span_loss(reader(there), there), atol=1e-4)


def test_held_layers_get_no_gradient(examples: list[Example]) -> None:
    reader = tiny_reader()
    reader.encoder.freeze(1)
    batch = pack(examples)
    span_loss(reader(batch), batch).mean().backward()
    held = {name for name, p in reader.named_parameters() if p.grad is None}
    assert all(name.startswith(("encoder.word", "encoder.position", "encoder.kind", "encoder.norm", "encoder.layers.0.")) for name in held)
    assert any(name.startswith("encoder.layers.0.") for name in held)
    assert not any(name.startswith("encoder.layers.1.") for name in held)


def test_one_batch_can_be_learnt_by_heart(examples: list[Example]) -> None:
    reader = tiny_reader()
    optimizer = torch.optim.AdamW(reader.parameters(), lr=3e-3)
    batch = pack(examples)
    first = last = 0.0
    for step in range(120):
        loss = span_loss(reader(batch), batch).mean()
        first = first if step else float(loss.detach())
        last = float(loss.detach())
        if last < 0.05:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert first > 5.0 and last < 0.1
    figures = judge(examples, best_spans(reader(batch), batch))
    assert figures["em"] == figures["hit"] == 100.0


def test_micro_batches_keep_every_example(examples: list[Example]) -> None:
    groups = list(micro_batches(examples, 400))
    assert [e for g in groups for e in g] == examples
    assert len(groups) > 1
    assert all(len(g) == 1 or sum(len(n.ids) for e in g for n in e.neighbours) <= 400 for g in groups)


def test_schedule() -> None:
    assert schedule(0.0, 0.05, 0.02) == pytest.approx(0.01)
    assert schedule(0.025, 0.05, 0.02) == pytest.approx(0.5)
    assert schedule(0.05, 0.05, 0.02) == pytest.approx(1.0)
    assert schedule(1.0, 0.05, 0.02) == pytest.approx(0.02)
    assert schedule(1.2, 0.05, 0.02) == pytest.approx(0.02)


def test_a_checkpoint_replaces_the_former_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    for step in (1, 2):
        save_checkpoint(path, step=step, model=tiny_reader().state_dict())
    assert [p.name for p in tmp_path.iterdir()] == ["last.pt"]
    assert torch.load(path, weights_only=True)["step"] == 2
