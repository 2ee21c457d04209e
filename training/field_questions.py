"""Questions about lists of fields, "Coastline: 998 km", which no question set holds: forms, tables and records read so.

    python -m training.field_questions --out training/runs/sets/factbook_fields.jsonl.xz

The lines of the Factbook's sections are asked for by rules, in the schema of the other sets; a configuration then names the set like
them. Countries of the sample collection are left out, since the product is tried on it.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from training.retro.data import read_rows
from training.retro.weights import REPOSITORY

SAMPLES = REPOSITORY / "data" / "samples" / "documents" / "factbook"
BLOCK = 900  # characters of a text, about
LONGEST_VALUE = 90  # characters of what is asked for
_FIELD = re.compile(r"(?P<key>[^:\n]{3,70}): (?P<value>\S.*)")
_YEAR = re.compile(r"(?P<what>.+) (?P<year>(?:19|20)\d\d)")
_NOTE = re.compile(r"\s+\(.*|\s*;.*")
PLAIN = (
    "What is the {key} of {of}?",
    "What is {of}'s {key}?",
    "{key} of {of}?",
    "What does it say about the {key} of {of}?",
    "Please give the {key} of {of}.",
    "For {of}, what is the {key}?",
)
PART = (
    "What is the {key} of {of}, {part}?",
    "What is the {key} ({part}) of {of}?",
    "{of}: {key}, {part}?",
    "For {of}, what is the {part} under {key}?",
    "What is given as {part} for the {key} of {of}?",
)
OF_YEAR = ("What was the {what} of {of} in {year}?", "{what} of {of} in {year}?", "In {year}, what was {of}'s {what}?")


def in_a_sentence(words: str) -> str:
    """As it stands inside a question: "Government type" → "government type", "GDP" and "FAX" as they are."""
    first, *rest = words.replace(" - ", ", ").split(" ")
    return " ".join([first if first[1:] != first[1:].lower() else first.lower(), *rest])


def asked(key: str, of: str, rng: np.random.Generator) -> str:
    def one(forms: Sequence[str], **parts: str) -> str:
        return (text := forms[int(rng.integers(len(forms)))].format(of=of, **parts))[0].upper() + text[1:]

    whole, _, part = key.partition(" – ")
    dated = _YEAR.fullmatch(part or whole)
    if dated:
        return one(OF_YEAR, what=in_a_sentence(dated["what"]), year=dated["year"])
    if part and part.lower() not in ("name", whole.lower()):
        return one(PART, key=in_a_sentence(whole), part=in_a_sentence(part))
    return one(PLAIN, key=in_a_sentence(whole))


def blocks(text: str) -> Iterator[list[str]]:
    """Lines together, up to about BLOCK characters."""
    group: list[str] = []
    for line in text.split("\n"):
        if group and sum(map(len, group)) + len(line) > BLOCK:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def rows_of(sections: Sequence[dict], per_block: int, seed: int) -> Iterator[dict]:
    rng = np.random.default_rng(seed)
    for section in sections:
        for block in blocks(section["text"]):
            mark = ("", "", "- ", "* ")[int(rng.integers(4))]
            context = "\n".join(mark + line for line in block)
            fields = [m for line in block if (m := _FIELD.fullmatch(line))]
            for i in rng.permutation(len(fields))[:per_block]:
                value = _NOTE.sub("", fields[i]["value"]).strip(" .,")
                if value and len(value) <= LONGEST_VALUE and ": " not in value:
                    yield {
                        "source": "factbook",
                        "title": section["country"],
                        "question": asked(fields[i]["key"], section["country"], rng),
                        "answers": [value],
                        "answer_sentence": (mark + fields[i].group()).strip(),
                        "context": context,
                    }


def sampled_countries() -> frozenset[str]:
    """Names as in the sample collection's files: "new-zealand" for New Zealand."""
    return frozenset(path.stem for path in SAMPLES.glob("*.html"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--per-block", type=int, default=4, help="questions about one text at most")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    left_out = sampled_countries()
    sections = read_rows(args.data / "corpus" / "factbook.jsonl.xz")
    # Two letters are a file's code, where the source gives no name.
    kept = [s for s in sections if len(s["country"]) > 2 and s["country"].lower().replace(" ", "-") not in left_out]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(args.out, "wt", encoding="utf-8") as lines:
        for row in rows_of(kept, args.per_block, args.seed):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
