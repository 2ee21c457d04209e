"""Stage 2 (RETROFIT): cross-attention and copy head on the frozen decoder, started from a reader of stage 1.

python -m training.train_retrofit --reader training/runs/reader/last.pt --minutes 60
python -m training.train_retrofit --model data/models --minutes 60   # goes on from the shipped model
python -m training.train_retrofit --start training/runs/other/last.pt --out training/runs/new --minutes 60

SIGTERM ends the step, writes the checkpoint and stops; started again, the run goes on from it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path

import numpy as np
import torch
import yaml
from torch.utils.data import DataLoader, Dataset

from training.retro.batches import STYLES, TEXT, Inputs, Prompt, Wanted, pack, target_of, wanted_of
from training.retro.bert import BertConfig
from training.retro.continuation import Continuations, TextMixture
from training.retro.data import Corpus, Limits, exact, overlap_f1
from training.retro.examples import Example, Mixture, SampleConfig, make_neighbour
from training.retro.lexical import cached_index
from training.retro.model import Retro, RetroConfig
from training.retro.paragraphs import retrieved_again
from training.retro.reader import Reader
from training.retro.retrofit import (
    Losses,
    LossWeights,
    fit_projection,
    generate,
    load_base,
    load_checkpoint,
    losses,
    read,
    span_loss,
    take_weights,
)
from training.retro.shipped import load_shipped
from training.retro.weights import REPOSITORY, bge_tokenizer, decoder_tokenizer
from training.train import (
    CACHE,
    commit,
    corpora,
    dev_examples,
    indexes,
    keep_memory,
    micro_batches,
    misasked_of,
    sampling_of,
    save_checkpoint,
    schedule,
    swaps_of,
)


@dataclass(frozen=True)
class RetrofitRun:
    seed: int = 2
    batch: int = 16
    micro: int = 1400
    lr: float = 3e-4
    gate_lr: float = 5e-3
    encoder_lr: float = 4e-5
    warmup: float = 0.03
    floor: float = 0.05
    clip: float = 1.0
    frozen: int = 3
    k: tuple[int, ...] = (1, 2, 2, 3)
    no_gold: float = 0.1
    hard: float = 0.5
    alone: float = 0.25
    as_retrieved: float = 0.0
    near: float = 0.0
    counterfactual: float = 0.0
    misasked: float = 0.0
    closed_form: int = 300
    reader_share: float = 0.0
    gate_loss: float = 0.0
    styles: dict[str, float] = field(default_factory=lambda: {"short": 1.0})
    texts: str = ""  # the set of `data` whose texts go on in the batches of style "text"
    wrong: float = 0.0  # share of these whose neighbours are those of another text
    data: dict[str, float] = field(default_factory=lambda: {"squad11": 1.0})

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", tuple(self.k))
        unknown = set(self.styles) - {*STYLES, TEXT}
        if unknown:
            raise ValueError(f"unknown styles {sorted(unknown)}; known: {', '.join((*STYLES, TEXT))}")
        if (TEXT in self.styles) != (self.texts in self.data):
            raise ValueError(f"the style '{TEXT}' and `texts`, one of the sets of `data`, go together")
        if abs(sum(self.styles.values()) - 1) > 1e-6:
            raise ValueError("the shares of the styles must sum to 1")
        if not 0 <= self.reader_share < 1:
            raise ValueError("reader_share must be in [0, 1)")

    def sampling(self) -> SampleConfig:
        return sampling_of(self)

    def style(self, batch: int) -> str:
        """The style of a batch: the same in every run."""
        rng = np.random.default_rng((self.seed, 11, batch))
        return str(rng.choice(list(self.styles), p=list(self.styles.values())))

    def reads_only(self, batch: int) -> bool:
        """True for a batch of stage 1: span loss alone, at less than half the cost, since the reader limits."""
        return self.style(batch) != TEXT and bool(np.random.default_rng((self.seed, 13, batch)).random() < self.reader_share)


def trained_state(retro: Retro) -> dict[str, torch.Tensor]:
    """Everything but the published base."""
    return {name: value for name, value in retro.state_dict().items() if not name.startswith("base_")}


def load_reader(path: Path) -> Reader:
    reader = Reader(BertConfig())
    reader.load_state_dict(torch.load(path, weights_only=True)["model"])
    return reader


def products(precision: str, device: str = "cpu") -> torch.autocast:
    """What the matrix products of encoder and decoder are computed in; sums, norms and master weights are fp32 always."""
    return torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16")


def halve_frozen(retro: Retro) -> None:
    """Holds the frozen decoder's matrices in bf16: autocast would convert them again in every step."""
    for module in retro.base_layers.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16)


def evaluate(
    retro: Retro, reader: Reader, examples: list[Example], prompt: Prompt, pieces: int, *, use_memory: bool = True, copy: bool = True
) -> dict[str, float]:
    """Generated greedy answers: exact match and F1 in per cent."""
    tokenizer = decoder_tokenizer()
    em, f1 = [], []
    for group in micro_batches(examples, pieces):
        inputs = pack(group, prompt, "short", retro.config.retrieved_length).to(retro.base_norm.device)
        answers, _ = generate(retro, reader, inputs, use_memory=use_memory, copy=copy)
        for example, ids in zip(group, answers, strict=True):
            said = tokenizer.decode(ids).strip()
            em.append(exact(said, example.answers))
            f1.append(overlap_f1(said, example.answers))
    return {"em": round(100 * float(np.mean(em)), 1), "f1": round(100 * float(np.mean(f1)), 1)}


def shuffled(examples: list[Example]) -> list[Example]:
    """Each question with the neighbours of the next one; the questions inside the neighbours' inputs stay their own."""
    out = []
    for example, other in zip(examples, [*examples[1:], examples[0]], strict=True):
        neighbours = [make_neighbour(example.corpus, example.question, n.chunk) for n in other.neighbours]
        out.append(Example(example.corpus, example.question, neighbours, -1))
    return out


@dataclass
class Step:
    """One step's batch, ready to be computed. The parts hold whole examples, so many WordPieces together at most."""

    reads_only: bool
    style: str
    parts: list[tuple[Inputs, Wanted]]

    def pin_memory(self) -> Step:
        return replace(self, parts=[(inputs.pin_memory(), wanted.pin_memory()) for inputs, wanted in self.parts])


class Steps(Dataset):
    """Step i of a run, the same in every process: what the loader's workers make, in order."""

    def __init__(
        self, run: RetrofitRun, mixtures: dict[str, Mixture | TextMixture], prompt: Prompt, config: RetroConfig, first: int, position: int
    ):
        """``position``: the first example of step ``first``."""
        self.run, self.mixtures, self.prompt, self.config = run, mixtures, prompt, config
        self.first, self.position = first, position

    def __getitem__(self, step: int) -> Step:
        run, style = self.run, self.run.style(step)
        mixture = self.mixtures[style]
        drawn = mixture.batch(self.position + (step - self.first) * run.batch, run.batch)
        if style == "paragraph":
            drawn = [e if (index := mixture.index_of(e)) is None else retrieved_again(e, index) for e in drawn]
        targets = {id(e): t for e in drawn if (t := target_of(e, style)) is not None}
        parts = []
        for group in micro_batches([e for e in drawn if id(e) in targets], run.micro):
            inputs = pack(group, self.prompt, style, self.config.retrieved_length)
            parts.append((inputs, wanted_of(group, [targets[id(e)] for e in group], inputs, self.config.end_token)))
        return Step(run.reads_only(step), style, parts)

    def from_step(self, step: int, workers: int, pin: bool) -> Iterator[Step]:
        """All steps from one on, made ahead by so many processes; by this one if by none."""
        return iter(
            DataLoader(self, None, sampler=count(step), num_workers=workers, pin_memory=pin, prefetch_factor=4 if workers else None)
        )


def texts_of(run: RetrofitRun, train_sets: list[tuple[Corpus, float]]) -> Continuations:
    corpus = train_sets[list(run.data).index(run.texts)][0]
    return Continuations.of(corpus, cached_index(run.texts, corpus, CACHE, Limits().m), Limits())


def mixtures_of(run: RetrofitRun, train_sets: list[tuple[Corpus, float]]) -> dict[str, Mixture | TextMixture]:
    """Every style has its stream, since not every set serves every style; a step takes its batch at the common position."""
    sampling = run.sampling()
    helpers = indexes(run.data, train_sets, sampling), swaps_of(train_sets, sampling), misasked_of(train_sets, sampling)
    mixtures: dict[str, Mixture | TextMixture] = {
        style: Mixture(train_sets, sampling, run.seed, style, *helpers) for style in run.styles if style != TEXT
    }
    if TEXT in run.styles:
        mixtures[TEXT] = TextMixture(texts_of(run, train_sets), run.k, run.wrong, run.seed)
    return mixtures


def means(parts: list[tuple[int, Losses]], names: tuple[str, ...]) -> dict[str, float]:
    """Of the named losses over the examples of all parts."""
    weight = sum(size for size, _ in parts)
    return {name: round(sum(size * getattr(part, name).item() for size, part in parts) / weight, 3) for name in names}


def parameter_groups(run: RetrofitRun, retro: Retro, reader: Reader) -> list[dict]:
    gates = [cca.gate for cca in retro.cca] + [retro.stop_logit, retro.stop_gate]
    taken = {id(p) for p in gates}
    rest = [p for p in retro.parameters() if p.requires_grad and id(p) not in taken]
    encoder = [p for p in reader.parameters() if p.requires_grad]
    return [
        {"params": rest, "lr": run.lr},
        {"params": gates, "lr": run.gate_lr},
        {"params": encoder, "lr": run.encoder_lr},
    ]


def train(run: RetrofitRun, args: argparse.Namespace) -> None:
    torch.manual_seed(run.seed)
    folder = Path(args.out)
    folder.mkdir(parents=True, exist_ok=True)
    train_sets, dev = corpora(Path(args.data), run.data)
    mixtures = mixtures_of(run, train_sets)
    quick = dev_examples(dev, args.dev, k=4)
    prompt = Prompt.of(decoder_tokenizer(), bge_tokenizer())
    if args.model:
        retro, reader = load_shipped(Path(args.model))
    elif args.start:
        retro, reader, origin = load_checkpoint(Path(args.start))
    else:
        retro, reader = load_base(RetroConfig()), load_reader(Path(args.reader))
    reader.encoder.freeze(run.frozen)
    device = torch.device(args.device)

    def judged(examples: list[Example], *, copy: bool = True) -> dict[str, float]:
        with products(args.precision, device.type):
            return evaluate(retro, reader, examples, prompt, run.micro, copy=copy)

    def say(**figures: object) -> None:
        print(json.dumps({"step": step, "minutes": round(elapsed / 60, 2), **figures}), flush=True)

    step, position, elapsed = 0, 0, 0.0
    checkpoint = folder / "last.pt"
    state = torch.load(checkpoint, weights_only=True, map_location="cpu") if checkpoint.exists() else None
    if state:
        take_weights(retro, reader, state)
        step, position, elapsed = state["step"], state["position"], state["elapsed"]
    elif not args.model and not args.start:
        retro.initialise(torch.Generator().manual_seed(run.seed))
        passages = Mixture(train_sets, SampleConfig(k=(1,), no_gold=0.0, alone=0.0), run.seed + 1, next(iter(run.styles)))
        fit = fit_projection(retro, reader, [passages[i] for i in range(run.closed_form)])
        say(closed_form_r2={part: round(value, 3) for part, value in fit.items()})
    if args.precision == "bf16":
        halve_frozen(retro)
    retro.to(device)
    reader.to(device)
    groups = parameter_groups(run, retro, reader)
    highest = [group["lr"] for group in groups]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    if state and "optimizer" in state:  # a compact checkpoint holds no moments
        optimizer.load_state_dict(state["optimizer"])
    budget = 60.0 * args.minutes
    manifest = {"stage": "retrofit", "commit": commit(), "run": asdict(run), "limits": asdict(Limits()), "minutes": args.minutes}
    manifest |= {"precision": args.precision, "device": device.type}
    if args.start:
        manifest["continues"] = origin
    if args.model:
        manifest["continues"] = json.loads((Path(args.model) / "manifest.json").read_text())["training"]
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")

    def store() -> None:
        progress = {"step": step, "position": position, "elapsed": elapsed}
        save_checkpoint(
            checkpoint,
            retro=trained_state(retro),
            reader=reader.state_dict(),
            optimizer=optimizer.state_dict(),
            manifest=manifest,
            **progress,
        )

    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    weights = LossWeights(gate=run.gate_loss)
    window: dict[str, list[tuple[int, Losses]]] = {style: [] for style in run.styles}
    spans: list[torch.Tensor] = []
    seconds, seen = 0.0, 0
    saved = evaluated = elapsed
    steps = Steps(run, mixtures, prompt, retro.config, step, position).from_step(step, args.workers, device.type == "cuda")
    while True:
        began = time.perf_counter()
        batch = next(steps)
        factor = schedule(elapsed / budget, run.warmup, run.floor)
        for group, rate in zip(optimizer.param_groups, highest, strict=True):
            group["lr"] = rate * factor
        usable = sum(inputs.size for inputs, _ in batch.parts)
        for inputs, wanted in ((i.to(device), w.to(device)) for i, w in batch.parts):
            with products(args.precision, device.type):
                if batch.reads_only:
                    loss = span_loss(read(reader, retro, inputs), wanted)
                    spans.append(loss.detach())
                else:
                    part = losses(retro, reader, inputs, wanted, weights)
                    loss = part.total
                    window[batch.style].append((inputs.size, replace(part, total=loss.detach())))
            (loss * (inputs.size / usable)).backward()
        norm = float(torch.nn.utils.clip_grad_norm_([p for g in groups for p in g["params"]], run.clip))
        if not math.isfinite(norm):
            raise FloatingPointError(f"gradient norm {norm} at step {step}")
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        position += run.batch
        elapsed += time.perf_counter() - began
        seconds += time.perf_counter() - began
        seen += run.batch

        if step % args.log_every == 0:
            names = ("total", "mixture", "language", "copy", "span", "first_token", "later_tokens")
            say(
                **{style: means(parts, names) for style, parts in window.items() if parts},
                gates=[round(float(cca.gate.tanh().mean()), 2) for cca in retro.cca],
                norm=round(norm, 2),
                reader_span=round(float(torch.stack(spans).mean()), 3) if spans else None,
                examples_per_second=round(seen / seconds, 2),
            )
            window, spans, seconds, seen = {style: [] for style in run.styles}, [], 0.0, 0
        done = elapsed >= budget or (args.steps and step >= args.steps)
        if done or elapsed - evaluated > 60.0 * args.evaluate_minutes:
            evaluated = elapsed
            say(dev=judged(quick))
        if done or stopping or elapsed - saved > 60.0 * args.save_minutes:
            saved = elapsed
            store()
        if stopping:
            break
        if done:
            say(dev_copy_off=judged(quick, copy=False))
            say(dev_shuffled=judged(shuffled(quick)))
            break


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", default=str(REPOSITORY / "training" / "configs" / "retrofit.yaml"))
    parser.add_argument("--data", default=str(REPOSITORY.parent / "shared" / "data"))
    parser.add_argument("--reader", default=str(REPOSITORY / "training" / "runs" / "reader" / "last.pt"), help="checkpoint of stage 1")
    parser.add_argument("--model", help="folder of a shipped model to start from instead")
    parser.add_argument("--start", help="checkpoint of another run of this stage to start from instead, with its weights alone")
    parser.add_argument("--out", default=str(REPOSITORY / "training" / "runs" / "retrofit"), help="resumes from last.pt")
    parser.add_argument("--minutes", type=float, default=60.0, help="training time that the learning rate decays over")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps")
    parser.add_argument(
        "--precision", choices=("fp32", "bf16"), default="fp32", help="of the products; bf16 needs AVX-512 BF16, AMX or a GPU"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0, help="processes that make the batches ahead; 0: made between the steps")
    parser.add_argument("--dev", type=int, default=150, help="questions of the quick evaluation")
    parser.add_argument("--log-every", type=int, default=25)
    parser.add_argument("--save-minutes", type=float, default=8.0)
    parser.add_argument("--evaluate-minutes", type=float, default=15.0)
    return parser.parse_args()


def main() -> None:
    args = arguments()
    if args.workers:
        os.environ["TOKENIZERS_PARALLELISM"] = "false"  # their threads do not live on in forked processes
    keep_memory()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    train(RetrofitRun(**yaml.safe_load(Path(args.config).read_text())), args)


if __name__ == "__main__":
    main()
