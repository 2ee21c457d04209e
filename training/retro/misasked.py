"""Questions changed so that their paragraph answers them no longer, although it reads as if it did.

The unanswerable questions of SQuAD 2.0 (Rajpurkar et al. 2018, arXiv 1806.03822) are such: another name, another number, an antonym,
a negation. Here rules make them from answerable ones, so that a model learns to check what a question takes for granted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from training.retro.counterfactual import is_name, said
from training.retro.data import Corpus, Limits, build_corpus, loose_occurrences

_OPPOSITES = """
first last; largest smallest; biggest smallest; highest lowest; most least; more less; more fewer; oldest newest; oldest youngest;
longest shortest; best worst; earliest latest; before after; above below; over under; increase decrease; increased decreased;
rise fall; rose fell; began ended; begin end; start end; started ended; opened closed; won lost; win lose; gained lost; north south;
northern southern; east west; eastern western; inside outside; male female; men women; father mother; brother sister; husband wife;
major minor; maximum minimum; majority minority; public private; rural urban; early late; winter summer; import export; imports exports;
accepted rejected; allowed forbidden; supported opposed; strong weak; high low; hot cold; upper lower; left right;
cause prevent; causes prevents; caused prevented; buy sell; bought sold; joined left; arrived departed; internal external
""".replace("\n", " ")
ANTONYMS: dict[str, list[str]] = {}
for _pair in _OPPOSITES.split(";"):
    _one, _other = _pair.split()
    ANTONYMS.setdefault(_one, []).append(_other)
    ANTONYMS.setdefault(_other, []).append(_one)

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’.-]*[\w](?: (?:of |the |de |van |von )?[A-Z][\w'’.-]*[\w])*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*\d(?![\w.,]\d)")
_VERB = re.compile(r"\b(is|are|was|were|did|does|do|has|have|had|can|could|will|would|should)\b(?! not\b)", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+")
SHARE_NEGATED = 0.1  # of the questions that could be negated; more, and "not" alone would tell


def antonym(question: str, rng: np.random.Generator) -> str | None:
    places = [m for m in _WORD.finditer(question) if m.group() in ANTONYMS]
    if not places:
        return None
    place = places[int(rng.integers(len(places)))]
    others = ANTONYMS[place.group()]
    return question[: place.start()] + others[int(rng.integers(len(others)))] + question[place.end() :]


def negated(question: str, rng: np.random.Generator) -> str | None:
    """ "What did he eat?" to "What did he not eat?": the word goes after the verb's subject, or after the verb without one."""
    verb = _VERB.search(question)
    if verb is None or rng.random() >= SHARE_NEGATED:
        return None
    words = question[verb.end() :].split(" ")
    after = 2 if verb.group().lower() in ("did", "does", "do") and len(words) > 2 else 1
    return question[: verb.end()] + " ".join([*words[:after], "not", *words[after:]])


def other_number(question: str, text: str, rng: np.random.Generator) -> str | None:
    """A number of the question that the text has too, moved so that the text has it no longer."""
    places = [m for m in _NUMBER.finditer(question) if loose_occurrences(text, m.group())]
    if not places:
        return None
    place = places[int(rng.integers(len(places)))]
    value = int(place.group().replace(",", ""))
    moved = value + int(rng.choice([-1, 1])) * int(rng.integers(1, max(2, min(40, value // 10 + 2))))
    new = f"{moved:,}" if "," in place.group() else str(moved)
    if moved <= 0 or loose_occurrences(text, new):
        return None
    return question[: place.start()] + new + question[place.end() :]


def other_name(question: str, text: str, names: list[str], rng: np.random.Generator) -> str | None:
    """A name of the question that the text has too, replaced by one that it has not."""
    places = [m for m in _NAME.finditer(question) if loose_occurrences(text, m.group())]
    if not places or not names:
        return None
    place = places[int(rng.integers(len(places)))]
    length = len(place.group().split())
    for _ in range(8):
        new = names[int(rng.integers(len(names)))]
        if len(new.split()) == length and not loose_occurrences(text, new):
            return question[: place.start()] + new + question[place.end() :]
    return None


@dataclass(frozen=True)
class Misasked:
    """What one corpus's questions are changed with."""

    corpus: Corpus
    decoder: Tokenizer
    encoder: Tokenizer
    limits: Limits
    names: list[str]  # that stand in questions

    @staticmethod
    def of(corpus: Corpus, decoder: Tokenizer, encoder: Tokenizer, limits: Limits) -> Misasked:
        names = {m.group() for question in corpus.questions for m in _NAME.finditer(question) if is_name(m.group())}
        return Misasked(corpus, decoder, encoder, limits, sorted(names))

    def changed(self, question: int, rng: np.random.Generator) -> Corpus | None:
        """The paragraph and the changed question as a corpus, with the answer that is none any more; None if no rule fits."""
        asked, text = self.corpus.questions[question], self.corpus.texts[self.corpus.paragraph[question]]
        rules = [
            lambda: other_name(asked, text, self.names, rng),
            lambda: other_number(asked, text, rng),
            lambda: antonym(asked, rng),
            lambda: negated(asked, rng),
        ]
        for i in rng.permutation(len(rules)):
            new = rules[i]()
            if new is not None:
                row = {"title": "", "question": new, "answers": [said(self.corpus, question)], "context": text}
                edited = build_corpus([row], self.decoder, self.encoder, self.limits)
                return edited if edited.questions else None
        return None
