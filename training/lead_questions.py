"""Questions that a text's beginning answers, "What is a fly-by-wire system?", "Tell me about …": answers of one or several sentences.

    python -m training.lead_questions --out training/runs/sets/lead_questions.jsonl.xz

The other sets ask for one fact of a passage; people also ask what something is. The first paragraphs of Wikipedia articles say it, so
that rules make such questions of them, in the schema of the other sets. Articles that hold evaluation text are left out.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from training.retro.data import ends_sentence, read_rows
from training.retro.weights import REPOSITORY

SHORTEST_TEXT = 500  # characters, so that an answer can have several sentences
_BRACKETS = re.compile(r"\s*\([^)]*\)$")
_DEFINED = re.compile(r" (is|was|are|were) (?=an? |the |one |any |two |three )")
_BORN = re.compile(r"\((?:[^()]*\b)?(?:born\b|(?:1[0-9]|20)\d\d\)|(?:1[0-9]|20)?\d\d ?[–—-] ?[^()]*\d\d\d\))|\bborn \d")
_LEFTOVER = re.compile(r"\]\]|\[\[|\.(?:jpg|png|svg)|_|thumb\||__")
PERSON = (
    "Who {verb} {name}?",
    "Who {verb} {name}?",
    "Tell me about {name}.",
    "Tell me who {name} {verb}.",
    "What do you know about {name}?",
)
THING = (
    "What {verb} {name}?",
    "What {verb} {name}?",
    "What {verb} the {name}?",
    "Tell me about {name}.",
    "Describe {name}.",
    "Explain {name}.",
    "What do the documents say about {name}?",
    "Give me an overview of {name}.",
)


def first_sentence(text: str) -> str:
    for match in re.finditer(r"\s", text):
        if ends_sentence(text, match.start()):
            return text[: match.start()]
    return text


def row_of(title: str, text: str, rng: np.random.Generator) -> dict | None:
    """None where the text does not begin by saying what its title is."""
    name = _BRACKETS.sub("", title)
    if len(text) < SHORTEST_TEXT or _LEFTOVER.search(text) or not name:
        return None
    sentence = first_sentence(text)
    verb = _DEFINED.search(sentence)
    if verb is None or name.split()[-1].lower() not in sentence[: verb.start()].lower():
        return None
    person = _BORN.search(sentence[: verb.start()]) is not None
    forms = PERSON if person else THING
    form = forms[int(rng.integers(len(forms)))]
    if text.startswith("The " + name):
        form = form.replace("the {name}", "{name}").replace("{name}", "the {name}")
    elif " the {name}" in form:
        form = THING[0]
    question = form.format(verb=verb[1], name=name)
    return {"source": "wikipedia", "title": title, "question": question, "answers": [sentence], "context": text}


def rows_of(articles: Sequence[dict], left_out: frozenset[str], count: int, seed: int) -> Iterator[dict]:
    rng = np.random.default_rng(seed)
    for i in rng.permutation(len(articles)):
        row = None if articles[i]["title"] in left_out else row_of(articles[i]["title"], articles[i]["text"], rng)
        if row is not None:
            yield row
            count -= 1
        if count == 0:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=15000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    corpus = args.data / "corpus"
    left_out = frozenset(line.split("\t")[0] for line in (corpus / "wikipedia_exclude_titles.txt").read_text().splitlines())
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(args.out, "wt", encoding="utf-8") as lines:
        for row in rows_of(read_rows(corpus / "wikipedia_leads.jsonl.xz"), left_out, args.count, args.seed):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
