"""The gate's own fit opens it where words are copied and touches nothing else."""

import torch
from tokenizers import Tokenizer

from training.export_onnx import tiny
from training.fit_gate import fit, loss_of
from training.retro.batches import Prompt, pack, target_of, wanted_of
from training.retro.data import Corpus
from training.retro.examples import Mixture, SampleConfig
from training.retro.retrofit import GateRows, LossWeights, answer_rows, gate_rows, losses


def batch_of(corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]):
    model = tiny()
    drawn = [(e, t) for e in Mixture([(corpus, 1.0)], SampleConfig(no_gold=0.3), 4).batch(0, 6) if (t := target_of(e, "short")) is not None]
    inputs = pack([e for e, _ in drawn], Prompt.of(*tokenizers), "short", model.retro.config.retrieved_length)
    return model, inputs, wanted_of([e for e, _ in drawn], [t for _, t in drawn], inputs, model.retro.config.end_token)


def test_recorded_rows_hold_what_the_loss_is_made_of(corpus: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    model, inputs, wanted = batch_of(corpus, tokenizers)
    retro = model.retro
    with torch.no_grad():
        retro.stop_gate.fill_(0.4)
        rows = gate_rows(retro, model.reader, inputs, wanted, asked=True)
        logit = rows.states @ retro.copy_gate.weight[0] + retro.copy_gate.bias - retro.stop_gate * rows.stop
        gates = answer_rows(retro, model.reader, inputs, wanted).gates
        torch.testing.assert_close(logit.sigmoid(), gates[:, 1].exp(), atol=1e-5, rtol=1e-4)
        mixed = torch.logaddexp(gates[:, 0] + rows.language, gates[:, 1] + rows.copies)
        torch.testing.assert_close(loss_of(rows, logit, 0.0), -mixed.mean(), atol=1e-5, rtol=1e-5)
        whole = losses(retro, model.reader, inputs, wanted, LossWeights())
    torch.testing.assert_close(-(mixed * wanted.weight).sum(), whole.mixture, atol=1e-5, rtol=1e-5)
    assert rows.copying.sum() == len(wanted.copying) and 0 < rows.copying.mean() < 1


def test_the_gate_opens_where_words_are_copied_although_both_branches_know_them() -> None:
    generator = torch.Generator().manual_seed(2)
    retro = tiny().retro
    copying = (torch.arange(600) % 3 == 0).float()
    states = torch.randn(600, retro.config.width, generator=generator)
    states[:, 0] += 4 * copying
    rows = GateRows(
        states=states,
        stop=torch.randn(600, generator=generator),
        language=torch.where(copying > 0, -0.01, -2.0),  # the language model says the copied words as well
        copies=torch.where(copying > 0, -0.01, -9.0),
        copying=copying,
        asked=(torch.arange(600) % 2).float(),
    )
    others = {name: value.clone() for name, value in retro.state_dict().items()}
    with torch.no_grad():
        retro.copy_gate.bias.fill_(-1.0)
    figures = fit(retro, rows, open_weight=0.5)
    assert figures["copied_after"] > 0.9 > figures["copied_before"] and figures["texts_after"] < 0.5
    changed = {name for name, value in retro.state_dict().items() if not torch.equal(value, others[name])}
    assert changed <= {"copy_gate.weight", "copy_gate.bias", "stop_gate"} and changed
