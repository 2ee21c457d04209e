"""Bits per byte of continuing a text: with neighbours from other documents of its collection, with none, and with wrong ones.

    python -m training.measure_language --collection openstax --limit 200

A chunk of 64 tokens stands in the prompt, the next one is predicted. Its neighbours are the best of a lexical index over the
collection for the first chunk, those of the same document left out; wrong ones are those of another chunk. So Borgeaud et al.
(2022, arXiv 2112.04426) measure language models, here on texts that no training stage has seen: of the Factbook the countries
of the sample collection only. PyTorch, fp32.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.field_questions import sampled_countries
from training.retro.batches import TEXT, Prompt, pack
from training.retro.continuation import Continuations
from training.retro.data import Corpus, Limits, build_corpus, read_rows
from training.retro.lexical import LexicalIndex
from training.retro.model import Memory, Outputs, Retro, copied_shares, going_on, mixture_log
from training.retro.retrofit import read
from training.retro.shipped import load_shipped
from training.retro.weights import MODELS, REPOSITORY, bge_tokenizer, decoder_tokenizer


def collection(name: str, data: Path) -> Corpus:
    """Texts as a corpus whose questions, one a text, are its beginning: they are not asked."""
    rows = read_rows(data / "corpus" / f"{name}.jsonl.xz")
    if name == "factbook":
        unseen = sampled_countries()
        rows = [{**r, "title": r["country"]} for r in rows if r["country"].lower().replace(" ", "-") in unseen]
    else:
        rows = [{**r, "title": f"{r['title']} {i}"} for i, r in enumerate(rows)]  # many are called "Introduction"
    asked = [{"title": r["title"], "question": r["text"][:60], "answers": [r["text"].split()[0]], "context": r["text"]} for r in rows]
    return build_corpus(asked, decoder_tokenizer(), bge_tokenizer(), Limits())


def bits(retro: Retro, before: Tensor, after: Tensor, memory: Memory | None) -> float:
    """−log₂ P(after | before), both [1, T]."""
    past = retro.prefix(before[:, :-1])
    rows = torch.cat((before[:, -1:], after[:, :-1]), 1)
    valid = torch.ones(1, before.shape[1] - 1, dtype=torch.bool)
    states, _ = retro.attending(rows, valid.sum(1), past, valid, memory)
    outputs = retro.head(states, rows, memory)
    if memory is None:
        log = outputs.logits.log_softmax(-1).gather(2, after[..., None])
        return -log.sum().item() / math.log(2)
    # Copying goes on from where each token may have come from, one after the other.
    copied, logs = torch.zeros_like(memory.start), []
    for t in range(after.shape[1]):
        copy_log = going_on(outputs.copy_log[:, t : t + 1], copied, memory.first, retro.config.copy_continuation)
        at = Outputs(outputs.logits[:, t : t + 1], copy_log, outputs.gate_log[:, t : t + 1])
        logs.append(mixture_log(at, memory, after[:, t : t + 1])[0])
        copied = copied_shares(at, memory, after[:, t : t + 1])
    return -torch.cat(logs, 1).sum().item() / math.log(2)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--collection", choices=("openstax", "factbook"), required=True)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--k", type=int, default=2)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    corpus = collection(args.collection, args.data)
    texts = Continuations.of(corpus, LexicalIndex.of(corpus), Limits())
    retro, reader = load_shipped(args.models)
    retro.eval(), reader.eval()
    prompt = Prompt.of(decoder_tokenizer(), bge_tokenizer())
    chosen = np.random.default_rng(args.seed).permutation(len(texts))[: args.limit].tolist()
    found = [texts.neighbours(i, args.k) for i in chosen]
    spent = {"on": [], "off": [], "shuffled": []}
    size = []
    for n, i in enumerate(chosen):
        other = found[(n + len(chosen) // 2) % len(chosen)]
        before = torch.from_numpy(texts.corpus.question_tokens[i].astype(np.int64))[None]
        for name, neighbours in (("on", found[n]), ("shuffled", other)):
            example = texts.example(i, neighbours)
            after = torch.from_numpy(example.said)[None]
            memory = read(reader, retro, pack([example], prompt, TEXT, retro.config.retrieved_length)).memory
            spent[name].append(bits(retro, before, after, memory))
        spent["off"].append(bits(retro, before, after, None))
        size.append(len(decoder_tokenizer().decode(after[0].tolist()).encode()))
    whole, off = np.array(size), np.array(spent["off"])
    rng = np.random.default_rng(args.seed)
    for name, values in spent.items():
        each = np.array(values)
        drawn = rng.integers(len(each), size=(1000, len(each)))
        low, high = np.percentile((each[drawn].sum(1) / off[drawn].sum(1) - 1) * 100, [2.5, 97.5])
        against = f", {100 * (each.sum() / off.sum() - 1):+.1f} % of off ({low:+.1f}..{high:+.1f})" if name != "off" else ""
        print(f"{args.collection} {name:9} {each.sum() / whole.sum():.3f} bits per byte{against}, n = {len(each)} chunks")


if __name__ == "__main__":
    main()
