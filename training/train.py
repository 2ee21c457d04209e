"""Training, one readable loop a stage.

python -m training.train reader --minutes 50
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np
import torch
import yaml

from training.retro.bert import BertConfig
from training.retro.counterfactual import Swaps
from training.retro.data import Corpus, Limits, cached_corpus
from training.retro.examples import Example, Mixture, SampleConfig, sample
from training.retro.lexical import LexicalIndex, cached_index
from training.retro.misasked import Misasked
from training.retro.reader import Reader, Span, best_spans, judge, pack, span_loss
from training.retro.weights import REPOSITORY, bge_tokenizer, decoder_tokenizer, load_bge

TRAINING = REPOSITORY / "training"
CACHE = TRAINING / "runs" / "cache"
MADE = TRAINING / "runs" / "sets"


def sampling_of(run: object) -> SampleConfig:
    """The part of a run's configuration that says how examples are drawn."""
    return SampleConfig(**{f.name: getattr(run, f.name) for f in fields(SampleConfig) if hasattr(run, f.name)})


@dataclass(frozen=True)
class ReaderRun:
    seed: int = 1
    batch: int = 16
    micro: int = 1400
    lr: float = 1e-4
    head_lr: float = 1e-3
    warmup: float = 0.05
    floor: float = 0.02
    clip: float = 1.0
    weight_decay: float = 0.01
    dropout: float = 0.0
    frozen: int = 3
    k: tuple[int, ...] = (1, 1, 2, 2, 3)
    no_gold: float = 0.1
    hard: float = 0.5
    alone: float = 0.25
    as_retrieved: float = 0.0
    near: float = 0.0
    counterfactual: float = 0.0
    misasked: float = 0.0
    data: dict[str, float] = field(default_factory=lambda: {"squad11": 1.0})

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", tuple(self.k))
        if self.batch < 1 or self.micro < 1:
            raise ValueError("batch and micro must be positive")
        if not 0.0 <= self.warmup < 1.0 or not 0.0 <= self.floor <= 1.0:
            raise ValueError("warmup and floor are shares")

    def sampling(self) -> SampleConfig:
        return sampling_of(self)


def keep_memory() -> None:
    """glibc: keep freed pages. Activations come and go by the megabyte; mapping them anew each time costs a fifth."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(-4, 0)  # M_MMAP_MAX: no separate mappings
            libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: give nothing back


def schedule(share: float, warmup: float, floor: float) -> float:
    """Learning-rate factor after ``share`` of the time: linear up, linear down to ``floor``."""
    if share < warmup:
        return max(share / warmup, 0.01)
    return max(floor, floor + (1.0 - floor) * (1.0 - share) / (1.0 - warmup))


def commit() -> str:
    try:
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # a machine that only trains
        return "unknown"
    return asked.stdout.strip() or "unknown"


def source_of(data: Path, name: str) -> Path:
    """The file of a question set: one of the data's, or one that was made from them."""
    given = data / "train" / f"{name}.jsonl.xz"
    return given if given.exists() else MADE / given.name


def corpora(data: Path, shares: dict[str, float]) -> tuple[list[tuple[Corpus, float]], Corpus]:
    """The training sets with their shares, and SQuAD's dev set. Questions of the dev set are dropped from the former."""
    decoder, encoder, limits = decoder_tokenizer(), bge_tokenizer(), Limits()
    dev = cached_corpus(data / "eval" / "squad11_dev.jsonl.xz", CACHE, decoder, encoder, limits)
    held = frozenset(q.lower() for q in dev.questions)
    train = [(cached_corpus(source_of(data, name), CACHE, decoder, encoder, limits, held), share) for name, share in shares.items()]
    for name, (corpus, _) in zip(shares, train, strict=True):
        if not corpus.questions:
            raise ValueError(f"no question of {name} has its answer in its context")
    return train, dev


def indexes(shares: dict[str, float], train: Sequence[tuple[Corpus, float]], config: SampleConfig) -> list[LexicalIndex]:
    """One lexical index a training set when the configuration retrieves."""
    if not config.retrieves:
        return []
    return [cached_index(name, corpus, CACHE, Limits().m) for name, (corpus, _) in zip(shares, train, strict=True)]


def swaps_of(train: Sequence[tuple[Corpus, float]], config: SampleConfig) -> list[Swaps]:
    """The answers of each training set by kind when the configuration swaps them."""
    if not config.counterfactual:
        return []
    return [Swaps.of(corpus, decoder_tokenizer(), bge_tokenizer(), Limits()) for corpus, _ in train]


def misasked_of(train: Sequence[tuple[Corpus, float]], config: SampleConfig) -> list[Misasked]:
    """What changes the questions of each training set when the configuration asks for it."""
    if not config.misasked:
        return []
    return [Misasked.of(corpus, decoder_tokenizer(), bge_tokenizer(), Limits()) for corpus, _ in train]


def micro_batches(examples: Sequence[Example], pieces: int) -> Iterator[list[Example]]:
    """Whole examples, at most ``pieces`` WordPieces together (or one example)."""
    group: list[Example] = []
    size = 0
    for example in examples:
        length = sum(len(n.ids) for n in example.neighbours)
        if group and size + length > pieces:
            yield group
            group, size = [], 0
        group.append(example)
        size += length
    if group:
        yield group


def dev_examples(dev: Corpus, count: int, k: int, seed: int = 5) -> list[Example]:
    """The same questions always: the gold neighbour and k − 1 others of the same article."""
    rng = np.random.default_rng(seed)
    config = SampleConfig(k=(k,), no_gold=0.0, hard=0.0, alone=0.0, fixed_gold=True)
    return [sample(dev, int(q), config, rng) for q in rng.permutation(len(dev.questions))[:count]]


@torch.inference_mode()
def evaluate_reader(reader: Reader, examples: Sequence[Example], pieces: int) -> dict[str, float]:
    reader.eval()
    spans = []
    for group in micro_batches(examples, pieces):
        batch = pack(group)
        spans += best_spans(reader(batch), batch, null=False)
    reader.train()
    return judge(examples, spans)


def save_checkpoint(path: Path, **state: object) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def train_reader(run: ReaderRun, args: argparse.Namespace) -> None:
    torch.manual_seed(run.seed)
    folder = Path(args.out)
    folder.mkdir(parents=True, exist_ok=True)
    train, dev = corpora(Path(args.data), run.data)
    sampling = run.sampling()
    found, swaps, misasked = indexes(run.data, train, sampling), swaps_of(train, sampling), misasked_of(train, sampling)
    mixture = Mixture(train, sampling, run.seed, indexes=found, swaps=swaps, misasked=misasked)
    quick = dev_examples(dev, args.dev, k=4)

    reader = Reader(BertConfig(dropout=run.dropout))
    reader.encoder.load_state_dict(load_bge())
    reader.encoder.freeze(run.frozen)
    decayed, plain, head = [], [], [*reader.head.parameters(), reader.null]
    for parameter in reader.encoder.parameters():
        if parameter.requires_grad:
            (decayed if parameter.ndim > 1 else plain).append(parameter)
    groups = [
        {"params": decayed, "lr": run.lr, "weight_decay": run.weight_decay},
        {"params": plain, "lr": run.lr, "weight_decay": 0.0},
        {"params": head, "lr": run.head_lr, "weight_decay": 0.0},
    ]
    highest = [group["lr"] for group in groups]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=True)

    step, position, elapsed = 0, 0, 0.0
    checkpoint = folder / "last.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        reader.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, position, elapsed = state["step"], state["position"], state["elapsed"]
    budget = 60.0 * args.minutes
    manifest = {"stage": "reader", "commit": commit(), "run": asdict(run), "limits": asdict(Limits()), "minutes": args.minutes}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")

    def store() -> None:
        progress = {"step": step, "position": position, "elapsed": elapsed}
        save_checkpoint(checkpoint, model=reader.state_dict(), optimizer=optimizer.state_dict(), manifest=manifest, **progress)

    def say(**figures: object) -> None:
        print(json.dumps({"step": step, "minutes": round(elapsed / 60, 2), **figures}), flush=True)

    say(questions=mixture.per_epoch, threads=torch.get_num_threads(), parameters=sum(p.numel() for p in reader.parameters()))
    flops_per_piece = 2 * sum(p.numel() for p in reader.encoder.layers.parameters())
    backward = 3.0 - 2.0 * run.frozen / reader.encoder.config.layers  # held layers have no backward pass
    window: dict[str, float] = {}
    judged: list[tuple[Example, Span]] = []
    saved = evaluated = elapsed
    for examples in mixture.batches(position, run.batch):
        began = time.perf_counter()
        factor = schedule(elapsed / budget, run.warmup, run.floor)
        for group, rate in zip(optimizer.param_groups, highest, strict=True):
            group["lr"] = rate * factor
        for group in micro_batches(examples, run.micro):
            batch = pack(group)
            table = reader(batch)
            loss = span_loss(table, batch).sum()
            (loss / len(examples)).backward()
            window["loss"] = window.get("loss", 0.0) + float(loss.detach())
            window["pieces"] = window.get("pieces", 0.0) + len(batch.ids)
            judged += zip(group, best_spans(table, batch), strict=True)
        norm = float(torch.nn.utils.clip_grad_norm_([p for g in groups for p in g["params"]], run.clip))
        if not math.isfinite(norm):
            raise FloatingPointError(f"gradient norm {norm} at step {step}")
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        position += len(examples)
        took = time.perf_counter() - began
        elapsed += took
        window["seconds"] = window.get("seconds", 0.0) + took

        if step % args.log_every == 0:
            say(
                loss=round(window["loss"] / len(judged), 3),
                **{name: round(value, 1) for name, value in judge([e for e, _ in judged], [s for _, s in judged]).items()},
                lr=round(run.lr * factor, 7),
                norm=round(norm, 2),
                null_score=round(float(reader.null.detach().mean()), 2),
                examples_per_second=round(len(judged) / window["seconds"], 2),
                gflops=round(window["pieces"] * flops_per_piece * backward / window["seconds"] / 1e9, 1),
            )
            window, judged = {}, []
        done = elapsed >= budget or (args.steps and step >= args.steps)
        if done or elapsed - evaluated > 60.0 * args.evaluate_minutes:
            evaluated = elapsed
            say(dev={name: round(value, 1) for name, value in evaluate_reader(reader, quick, run.micro).items()})
        if done or elapsed - saved > 60.0 * args.save_minutes:
            saved = elapsed
            store()
        if done:
            break


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=["reader"])
    parser.add_argument("--config", default=None, help="YAML file, default training/configs/STAGE.yaml")
    parser.add_argument("--data", default=str(REPOSITORY.parent / "shared" / "data"))
    parser.add_argument("--out", default=None, help="folder of the run, default training/runs/STAGE; resumes from last.pt")
    parser.add_argument("--minutes", type=float, default=45.0, help="training time that the learning rate decays over")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dev", type=int, default=200, help="questions of the quick evaluation")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--save-minutes", type=float, default=10.0)
    parser.add_argument("--evaluate-minutes", type=float, default=15.0)
    args = parser.parse_args()
    args.config = args.config or str(TRAINING / "configs" / f"{args.stage}.yaml")
    args.out = args.out or str(TRAINING / "runs" / args.stage)
    return args


def main() -> None:
    args = arguments()
    keep_memory()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    run = ReaderRun(**yaml.safe_load(Path(args.config).read_text()))
    train_reader(run, args)


if __name__ == "__main__":
    main()
