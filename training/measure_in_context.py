"""The retrofit beside its own base decoder that reads the same passages in its prompt: answers and time to the first token.

    python -m training.reader_questions --count 1000 --out training/runs/reader-questions.jsonl
    python -m training.measure_in_context --questions training/runs/reader-questions.jsonl --limit 200

Both run in PyTorch, fp32, one question at a time and by turns, so that the times compare; they are not the service's.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from training.retro.batches import Inputs, Prompt, pack
from training.retro.data import Limits, exact, overlap_f1
from training.retro.retrofit import generate
from training.retro.serving import ServedExample, serve
from training.retro.shipped import load_shipped
from training.retro.weights import MODELS, bge_tokenizer, decoder_tokenizer

ASKED = {
    "after": "{passages}\n\nAnswer the question with a few words from the text.\n{question}",
    "before": "Answer the question with a few words from the text, nothing else.\nQuestion: {question}\n\nText:\n{passages}",
}


def passages_of(row: dict) -> list[tuple[str, str]]:
    return [(n["title"], n["text"] + n.get("continuation", "")) for n in row["neighbours"]]


def in_prompt(row: dict, form: str) -> str:
    return ASKED[form].format(
        question=row["question"], passages="\n\n".join(f"{title}: {text.strip()}" for title, text in passages_of(row))
    )


def said(ids: list[int]) -> str:
    """The answer's first line without the sentence around it that a chat model likes to add."""
    return decoder_tokenizer().decode(ids).strip().split("\n")[0].rstrip(".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True, help="rows of reader_questions")
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--form", choices=tuple(ASKED), default="after", help="where the question stands")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    retro, reader = load_shipped(args.models)
    retro.eval(), reader.eval()
    decoder, encoder = decoder_tokenizer(), bge_tokenizer()
    prompt = Prompt.of(decoder, encoder)

    def packed(example: ServedExample) -> Inputs:
        return pack([example], prompt, "short", retro.config.retrieved_length)

    def timed(answer: Callable[[int], list[int]]) -> tuple[str, float]:
        began = time.perf_counter()
        answer(1)
        first = time.perf_counter() - began
        return said(answer(32)), 1000 * first

    figures: dict[str, list[tuple[float, float, float]]] = {"retrofit": [], "in the prompt": []}
    for line in args.questions.read_text().splitlines()[: args.limit]:
        row = json.loads(line)
        ours = serve(row["question"], passages_of(row), decoder, encoder, Limits())
        prompted = ServedExample(np.array(decoder.encode(in_prompt(row, args.form)).ids), ours.neighbours[:1], [])
        answers = {
            "retrofit": lambda n, e=ours: generate(retro, reader, packed(e), longest=n)[0][0],
            "in the prompt": lambda n, e=prompted: generate(retro, reader, packed(e), use_memory=False, longest=n)[0][0],
        }
        for name, answer in answers.items():
            text, first = timed(answer)
            figures[name].append((exact(text, row["answers"]), overlap_f1(text, row["answers"]), first))
    for name, rows in figures.items():
        em, f1, first = (np.array(column) for column in zip(*rows, strict=True))
        error = em.std() / np.sqrt(len(em))
        low, middle, high = np.percentile(first, [5, 50, 95])
        print(
            f"{name:14} EM {100 * em.mean():5.1f} ± {100 * error:.1f}  F1 {100 * f1.mean():5.1f}  "
            f"first token {middle:.0f} ms ({low:.0f}..{high:.0f}), n = {len(em)}"
        )


if __name__ == "__main__":
    main()
