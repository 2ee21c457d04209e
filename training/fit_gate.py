"""The copy gate fitted again, all else as it is: open where an answer is copied, closed where it ends or where a text goes on.

    python -m training.fit_gate --checkpoint training/runs/long/last.pt --out training/runs/long/gated.pt

The mixture's likelihood alone does not care whether a word that both branches know was copied; what a reader sees does, since
citations are the copy head's own pointing. The gate is a logistic function of the decoder's state and of the stop evidence; with all
else held it is fitted to what one pass over some thousand examples recorded.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
import yaml
from torch import Tensor

from training.retro.batches import TEXT, Prompt
from training.retro.model import Retro
from training.retro.reader import Reader
from training.retro.retrofit import GateRows, gate_rows
from training.retro.weights import REPOSITORY, bge_tokenizer, decoder_tokenizer
from training.train import corpora, save_checkpoint
from training.train_retrofit import RetrofitRun, Steps, halve_frozen, load_weights, mixtures_of, products, trained_state


def recorded(retro: Retro, reader: Reader, steps: Steps, count: int, precision: str) -> GateRows:
    """The rows of so many steps, those of stage 1 left out."""
    parts = []
    for i in range(count):
        step = steps[i]
        if not step.reads_only:
            with torch.no_grad(), products(precision):
                parts += [gate_rows(retro, reader, inputs, wanted, step.style != TEXT) for inputs, wanted in step.parts]
    return GateRows(*(torch.cat(columns) for columns in zip(*(vars(p).values() for p in parts), strict=True)))


def loss_of(rows: GateRows, logit: Tensor, open_weight: float) -> Tensor:
    """Mean of −log P(token) of the mixture, and of −log g where the token was copied by whoever wrote the example."""
    mixed = torch.logaddexp(F.logsigmoid(-logit) + rows.language, F.logsigmoid(logit) + rows.copies)
    return -(mixed + open_weight * F.logsigmoid(logit) * rows.copying).mean()


def fit(retro: Retro, rows: GateRows, open_weight: float, ridge: float = 1e-4) -> dict[str, float]:
    """Replaces gate and stop slope; returns the mean gate of copied and other rows before and after."""
    weight, bias = retro.copy_gate.weight, retro.copy_gate.bias
    start = [p.detach().clone() for p in (weight, bias, retro.stop_gate)]
    free = [p.detach().clone().requires_grad_() for p in start]

    def logit(parameters: list[Tensor]) -> Tensor:
        w, b, slope = parameters
        return rows.states @ w[0] + b - slope * rows.stop

    def gates(parameters: list[Tensor], name: str) -> dict[str, float]:
        with torch.no_grad():
            g = logit(parameters).sigmoid()
        chosen = {"copied": rows.copying > 0, "ends": (rows.copying == 0) & (rows.asked > 0), "texts": rows.asked == 0}
        return {f"{kind}_{name}": round(float(g[mask].mean()), 4) for kind, mask in chosen.items()}

    optimizer = torch.optim.LBFGS(free, lr=1.0, max_iter=200, history_size=20, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = loss_of(rows, logit(free), open_weight) + ridge * (free[0] - start[0]).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        for parameter, value in zip((weight, bias, retro.stop_gate), free, strict=True):
            parameter.copy_(value)
    return gates(start, "before") | gates(free, "after") | {"rows": len(rows.stop)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True, help="of the retrofit stage")
    parser.add_argument("--config", type=Path, default=REPOSITORY / "training" / "configs" / "retrofit-long.yaml")
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--open", type=float, default=0.5, help="weight of the gate's own loss where a token was copied")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    run = RetrofitRun(**yaml.safe_load(args.config.read_text()))
    run = replace(run, seed=run.seed + 1000)  # examples that the run did not draw
    train_sets, _ = corpora(args.data, run.data)
    state = torch.load(args.checkpoint, weights_only=True, map_location="cpu")
    retro, reader = load_weights(args.checkpoint)
    if args.precision == "bf16":
        halve_frozen(retro)
    steps = Steps(run, mixtures_of(run, train_sets), Prompt.of(decoder_tokenizer(), bge_tokenizer()), retro.config, 0, 0)
    figures = fit(retro, recorded(retro, reader, steps, args.steps, args.precision), args.open)
    print(json.dumps(figures))
    manifest = state["manifest"] | {"gate": {"open": args.open, "steps": args.steps, **figures}}
    save_checkpoint(
        args.out,
        retro=trained_state(retro),
        reader=reader.state_dict(),
        manifest=manifest,
        **{key: state[key] for key in ("step", "position", "elapsed")},
    )


if __name__ == "__main__":
    main()
