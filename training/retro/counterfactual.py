"""Answers swapped for others of their kind in the text that holds them, so that a model learns to follow the document.

A year is swapped for a year, a number for a number, a name for a name that answers a question of the same words ("who",
"what city"). The paragraph is tokenised anew, so that tokens, WordPieces and spans are what its text yields. Q questions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from tokenizers import Tokenizer

from training.retro.data import Corpus, Limits, Ragged, build_corpus, ends_sentence, loose_occurrences

SMALLEST_POOL = 5  # answers of a kind; fewer would repeat one swap over and over
TRIES = 8
_ASKED = re.compile(r"\b(who|whom|whose|where|when|how many|how much|(?:what|which)(?: \w+)?)\b")
_JOINERS = frozenset("of the and de la von van for in".split())


def question_class(question: str) -> str | None:
    """The words that say what is asked for: "who", "how many", "what city"."""
    asked = _ASKED.search(question.lower())
    return asked.group(1) if asked else None


def is_name(answer: str) -> bool:
    words = answer.split()
    return (
        1 <= len(words) <= 6
        and words[0][0].isupper()
        and words[-1][0].isupper()
        and all(w[0].isupper() or w in _JOINERS for w in words)
        and re.fullmatch(r"[^\W\d_][^\W\d_.'’ -]*(?:[.'’ -]+[^\W\d_]+)*", answer) is not None
    )


def kind_of(question: str, answer: str) -> str | None:
    """What an answer may be swapped for; None for what has no kind."""
    asked = question_class(question)
    if asked is None:
        return None
    if re.fullmatch(r"(1\d|20)\d\d", answer):
        return "year"
    if re.fullmatch(r"\d[\d,]*(\.\d+)?", answer):
        return f"number, {asked}"
    return f"name, {asked}" if is_name(answer) else None


@dataclass(frozen=True)
class Swaps:
    """The answers of a corpus by kind, and the tokenizers that the swapped text needs."""

    corpus: Corpus
    decoder: Tokenizer
    encoder: Tokenizer
    limits: Limits
    kinds: list[str | None]  # [Q]
    pools: dict[str, list[str]]  # answers of a kind, each once

    @staticmethod
    def of(corpus: Corpus, decoder: Tokenizer, encoder: Tokenizer, limits: Limits) -> Swaps:
        answers = [said(corpus, q) for q in range(len(corpus.questions))]
        kinds = [kind_of(corpus.questions[q], a) if _stands_inside(corpus, q, a) else None for q, a in enumerate(answers)]
        pools: dict[str, set[str]] = defaultdict(set)
        for kind, answer in zip(kinds, answers, strict=True):
            if kind:
                pools[kind].add(answer)
        large = {kind: sorted(pool) for kind, pool in pools.items() if len(pool) >= SMALLEST_POOL}
        return Swaps(corpus, decoder, encoder, limits, [k if k in large else None for k in kinds], large)

    def swapped(self, question: int, rng: np.random.Generator) -> Corpus | None:
        """The paragraph with the answer replaced wherever it stands, and its question, as a corpus; None if that cannot be."""
        kind = self.kinds[question]
        asked, old = self.corpus.questions[question], said(self.corpus, question)
        if kind is None or loose_occurrences(asked, old):
            return None
        p = self.corpus.paragraph[question]
        text, pool = self.corpus.texts[p], self.pools[kind]
        for i in rng.permutation(len(pool))[:TRIES]:
            new = pool[i]
            if loose_occurrences(text, new) or loose_occurrences(asked, new) or loose_occurrences(new, old):
                continue  # the swapped text would say it twice, or say the old answer again
            context = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _, new=new: new, text)
            row = {"title": "", "question": asked, "answers": [new], "context": context}
            edited = build_corpus([row], self.decoder, self.encoder, self.limits)
            if edited.questions and not edited.whole.any():
                return replace(edited, titles=Ragged.of([self.corpus.titles[self.corpus.article[p]]], np.int32))
        return None


def said(corpus: Corpus, question: int) -> str:
    """The likeliest occurrence of the answer, as the text has it."""
    return corpus.span_text(int(corpus.paragraph[question]), *corpus.spans[question][0])


def _stands_inside(corpus: Corpus, question: int, answer: str) -> bool:
    """False for one word that begins a sentence: its capital says nothing."""
    if " " in answer or not answer[:1].isalpha():
        return True
    p = corpus.paragraph[question]
    text, begin = corpus.texts[p], int(corpus.offsets[p][corpus.spans[question][0, 0], 0])
    return text[begin].isspace() and not ends_sentence(text, begin)
