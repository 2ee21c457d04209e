"""Questions changed so that their paragraph answers them no longer, although it reads as if it did.

The unanswerable questions of SQuAD 2.0 (Rajpurkar et al. 2018, arXiv 1806.03822) are such: another name, another number, another word,
an antonym, a negation. Here rules make them from answerable ones, so that a model learns to check what a question takes for granted.
What comes in anew is taken from the same text or article as often as from anywhere, lest strangeness alone should tell.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
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
_LONG_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
_FIELD = re.compile(r"^\W*\w[^:\n]*: \S", re.MULTILINE)
_ENDINGS = ("ings", "tion", "tions", "ment", "ing", "ed", "ly", "ies", "ers", "er", "ity", "al", "ous", "ive", "s")
_FUNCTION_WORDS = frozenset(
    """
what which whom whose where when that this these those there their them they then than with without from into onto upon about after
before between during through under over were been being have does would could should will shall might must also only very much many
more most some such other another each every both either neither same kind type name called known used following according percent
percentage number year years time people person place amount
""".split()
)
SHARE_OF_TEXT = 0.4  # of the new names and numbers stand in the text, in another part
SHARE_OF_ARTICLE = 0.5  # of the other new names and words stand in questions about the same article
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


def other_number(question: str, text: str, rng: np.random.Generator, of_text: float = SHARE_OF_TEXT) -> str | None:
    """A number of the question that the text has too, moved so that the text has it no longer, or another of the text's."""
    places = [m for m in _NUMBER.finditer(question) if loose_occurrences(text, m.group())]
    if not places:
        return None
    place = places[int(rng.integers(len(places)))]
    others = sorted({m.group() for m in _NUMBER.finditer(text) if len(m.group()) == len(place.group())} - {place.group()})
    if others and rng.random() < of_text:
        return question[: place.start()] + others[int(rng.integers(len(others)))] + question[place.end() :]
    value = int(place.group().replace(",", ""))
    moved = value + int(rng.choice([-1, 1])) * int(rng.integers(1, max(2, min(40, value // 10 + 2))))
    new = f"{moved:,}" if "," in place.group() else str(moved)
    if moved <= 0 or loose_occurrences(text, new):
        return None
    return question[: place.start()] + new + question[place.end() :]


def other_name(
    question: str, text: str, names: Sequence[str], answer: str, rng: np.random.Generator, of_text: float = SHARE_OF_TEXT
) -> str | None:
    """A name of the question that the text has too, replaced by one that it has not, or by another of the text's."""
    places = [m for m in _NAME.finditer(question) if loose_occurrences(text, m.group())]
    if not places:
        return None
    place = places[int(rng.integers(len(places)))]
    length = len(place.group().split())
    if rng.random() < of_text:
        spoken = question.lower() + " " + answer.lower()
        others = sorted(
            {m.group() for m in _NAME.finditer(text) if is_name(m.group()) and not any(w in spoken for w in m.group().lower().split())}
        )
        if others:
            return question[: place.start()] + others[int(rng.integers(len(others)))] + question[place.end() :]
    if not names:
        return None
    for _ in range(8):
        new = names[int(rng.integers(len(names)))]
        if len(new.split()) == length and not loose_occurrences(text, new):
            return question[: place.start()] + new + question[place.end() :]
    return None


def ending(word: str) -> str:
    """What says of which form a word is: nouns in the plural, participles, adverbs stand for their like."""
    return next((e for e in _ENDINGS if word.endswith(e)), "")


def content_words(question: str) -> list[re.Match[str]]:
    return [m for m in _LONG_WORD.finditer(question) if m.group() not in _FUNCTION_WORDS]


def other_word(question: str, text: str, words: dict[str, list[str]], rng: np.random.Generator) -> str | None:
    """A word of the question that the text has too, replaced by one of the same form that it has not."""
    places = [m for m in content_words(question) if loose_occurrences(text, m.group())]
    if not places:
        return None
    place = places[int(rng.integers(len(places)))]
    pool = words.get(ending(place.group()), [])
    for _ in range(8 if pool else 0):
        new = pool[int(rng.integers(len(pool)))]
        if new[:4] != place.group()[:4] and not loose_occurrences(text, new) and new not in question:
            return question[: place.start()] + new + question[place.end() :]
    return None


def by_ending(words: Sequence[str]) -> dict[str, list[str]]:
    pools: dict[str, list[str]] = defaultdict(list)
    for word in words:
        pools[ending(word)].append(word)
    return dict(pools)


@dataclass(frozen=True)
class Misasked:
    """What one corpus's questions are changed with."""

    corpus: Corpus
    decoder: Tokenizer
    encoder: Tokenizer
    limits: Limits
    names: list[str]  # that stand in questions
    words: dict[str, list[str]]  # that stand in several questions, by their ending
    about: list[np.ndarray]  # questions of each article
    lists: bool  # the texts are lists of fields: what one line does not say, another may, so that nothing is taken from the text

    @staticmethod
    def of(corpus: Corpus, decoder: Tokenizer, encoder: Tokenizer, limits: Limits) -> Misasked:
        names = {m.group() for question in corpus.questions for m in _NAME.finditer(question) if is_name(m.group())}
        counted = Counter(m.group() for question in corpus.questions for m in content_words(question))
        common = sorted(word for word, times in counted.items() if times > 2)
        article = corpus.article[corpus.paragraph]  # [Q]
        about = np.split(np.argsort(article, kind="stable"), np.cumsum(np.bincount(article, minlength=len(corpus.titles)))[:-1])
        fields = sum(len(_FIELD.findall(text)) > 2 for text in corpus.texts)
        return Misasked(corpus, decoder, encoder, limits, sorted(names), by_ending(common), about, 2 * fields > len(corpus.texts))

    def nearby(self, question: int) -> list[str]:
        """Up to forty questions of the same article."""
        about = self.about[self.corpus.article[self.corpus.paragraph[question]]]
        return [self.corpus.questions[q] for q in about[:: 1 + len(about) // 40]]

    def changed(self, question: int, rng: np.random.Generator) -> Corpus | None:
        """The paragraph and the changed question as a corpus, with the answer that is none any more; None if no rule fits."""
        asked, text = self.corpus.questions[question], self.corpus.texts[self.corpus.paragraph[question]]
        names, words = self.names, self.words
        if rng.random() < SHARE_OF_ARTICLE:
            near = self.nearby(question)
            names = [m.group() for q in near for m in _NAME.finditer(q)] or names
            words = by_ending([m.group() for q in near for m in content_words(q)])
        of_text = 0.0 if self.lists else SHARE_OF_TEXT
        rules = [
            lambda: other_name(asked, text, names, said(self.corpus, question), rng, of_text),
            lambda: other_number(asked, text, rng, of_text),
            lambda: other_word(asked, text, words, rng),
        ]
        if not self.lists:
            rules += [lambda: antonym(asked, rng), lambda: negated(asked, rng)]
        for i in rng.permutation(len(rules)):
            new = rules[i]()
            if new is not None:
                row = {"title": "", "question": new, "answers": [said(self.corpus, question)], "context": text}
                edited = build_corpus([row], self.decoder, self.encoder, self.limits)
                return edited if edited.questions else None
        return None
