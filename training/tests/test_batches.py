"""What a training step is made of is the same however it is made: padded, moved, by other processes."""

import numpy as np
import torch
from tokenizers import Tokenizer

from training.export_onnx import tiny
from training.retro.batches import Prompt, pack, target_of, wanted_of
from training.retro.bert import Bert, BertConfig, Padding
from training.retro.data import Corpus
from training.retro.examples import Example, Mixture, SampleConfig
from training.retro.retrofit import LossWeights, losses
from training.train_retrofit import RetrofitRun, Step, Steps

RUN = RetrofitRun(batch=6, micro=700, k=(1, 2, 3), no_gold=0.2, styles={"short": 0.5, "sentence": 0.5}, reader_share=0.3)


def steps_of(corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer], first: int = 0, position: int = 0) -> Steps:
    mixtures = {style: Mixture([(corpus, 1.0)], RUN.sampling(), RUN.seed, style) for style in RUN.styles}
    return Steps(RUN, mixtures, Prompt.of(*tokenizers), tiny().retro.config, first, position)


def same(a: Step, b: Step) -> bool:
    def tensors(step: Step) -> list[torch.Tensor]:
        return [v for part in step.parts for record in part for v in vars(record).values() if isinstance(v, torch.Tensor)]

    return (a.reads_only, a.style, len(a.parts)) == (b.reads_only, b.style, len(b.parts)) and all(map(torch.equal, tensors(a), tensors(b)))


def test_padded_attention_is_attention() -> None:
    torch.manual_seed(3)
    bert = Bert(BertConfig(layers=1, width=48, heads=4, inner=64, vocabulary=90, positions=64))
    lengths = [5, 17, 1, 9]
    x = torch.randn(sum(lengths), 48)
    (layer,) = bert.layers
    packed, padded = layer(x, lengths), layer(x, lengths, Padding.of(lengths, x.device))
    assert torch.allclose(packed, padded, atol=1e-6)


def test_no_example_changes_another_s_loss(corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    model, prompt = tiny(), Prompt.of(*tokenizers)
    mixture = Mixture([(corpus, 1.0)], SampleConfig(k=(1, 2, 4), no_gold=0.3), 4)
    drawn = [(e, t) for e in mixture.batch(0, 7) if (t := target_of(e, "short")) is not None]
    assert any(e.gold < 0 for e, _ in drawn) and any(e.gold >= 0 for e, _ in drawn)

    def spans(pairs: list[tuple[Example, object]]) -> float:
        examples, targets = [e for e, _ in pairs], [t for _, t in pairs]
        inputs = pack(examples, prompt, "short", model.retro.config.retrieved_length)
        wanted = wanted_of(examples, targets, inputs, model.retro.config.end_token)
        return losses(model.retro, model.reader, inputs, wanted, LossWeights()).span.item()

    assert np.isclose(spans(drawn), np.mean([spans([pair]) for pair in drawn]), atol=1e-4)


def test_workers_make_the_same_steps(corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    steps = steps_of(corpus, tokenizers)
    here, there = steps.from_step(0, 0, pin=False), steps.from_step(0, 2, pin=False)
    for _ in range(5):
        assert same(next(here), next(there))


def test_a_resumed_run_goes_on_with_the_next_example(corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    assert same(steps_of(corpus, tokenizers)[4], steps_of(corpus, tokenizers, first=3, position=3 * RUN.batch)[4])
    assert not same(steps_of(corpus, tokenizers)[4], steps_of(corpus, tokenizers)[3])


def test_the_gate_s_own_loss_is_that_of_the_rows_that_copy(corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    model, prompt = tiny(), Prompt.of(*tokenizers)
    drawn = [(e, t) for e in Mixture([(corpus, 1.0)], SampleConfig(no_gold=0.4), 4).batch(0, 7) if (t := target_of(e, "short")) is not None]

    def extra(pairs: list[tuple[Example, object]]) -> float:
        inputs = pack([e for e, _ in pairs], prompt, "short", model.retro.config.retrieved_length)
        wanted = wanted_of([e for e, _ in pairs], [t for _, t in pairs], inputs, model.retro.config.end_token)
        with_it, without = (losses(model.retro, model.reader, inputs, wanted, LossWeights(gate=gate)).total for gate in (1.0, 0.0))
        return (with_it - without).item()

    assert abs(extra([pair for pair in drawn if pair[0].gold < 0])) < 1e-6  # nothing is copied where nothing is answered
    before = extra(drawn)
    with torch.no_grad():
        model.retro.copy_gate.bias += 2
    assert before > extra(drawn) > 0
