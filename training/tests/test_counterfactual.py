"""A swapped answer: of the same kind, everywhere in its paragraph, with tokens and spans of the new text."""

import numpy as np
import pytest
from tokenizers import Tokenizer

from training.retro.batches import target_of
from training.retro.counterfactual import Swaps, kind_of, said
from training.retro.data import CLS, SEP, Corpus, Limits, build_corpus, loose_occurrences, wordpiece_map
from training.retro.examples import Example, Mixture, SampleConfig, sample

NAMES = ["Ada Byron", "Grace Hopper", "Alan Turing", "Kurt Gödel", "Emmy Noether", "Max Born", "Lise Meitner"]
ALWAYS = SampleConfig(k=(3,), no_gold=0.0, counterfactual=1.0)


@pytest.fixture(scope="module")
def people(tokenizers: tuple[Tokenizer, Tokenizer]) -> Corpus:
    """Seven paragraphs of one article; of each a name, a year, and something without a kind is asked."""
    rows = []
    for i, name in enumerate(NAMES):
        year = str(1901 + 13 * i)
        context = (
            f"The prize of {year} went to {name}, after long debate. Nobody had expected it. "
            f"Later {name} gave the money away, with great joy. " + "The city was quiet then, and the river went on its way. " * 4
        )
        asked = {f"Who won prize number {i}?": name, f"When was prize number {i} given?": year, f"How was gift {i} made?": "with great joy"}
        rows += [{"title": "Prize", "question": q, "answers": [a], "context": context} for q, a in asked.items()]
    return build_corpus(rows, *tokenizers, Limits())


@pytest.fixture(scope="module")
def swaps(people: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]) -> Swaps:
    return Swaps.of(people, *tokenizers, Limits())


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("When was it built?", "1898", "year"),
        ("How many came?", "1,200", "number, how many"),
        ("How many came?", "2.5", "number, how many"),
        ("Who came?", "Vincent van Gogh", "name, who"),
        ("In what city is it?", "St. John's", "name, what city"),
        ("Who came?", "the people", None),
        ("Who came?", "Smith and", None),
        ("Who came?", "Apollo 11", None),
        ("Name the town.", "Paris", None),
        ("Why?", "because", None),
    ],
)
def test_kinds(question: str, answer: str, kind: str | None) -> None:
    assert kind_of(question, answer) == kind


def test_the_answer_is_swapped_for_another_of_its_kind(people: Corpus, swaps: Swaps) -> None:
    for question in range(len(people.questions)):
        e = sample(people, question, ALWAYS, np.random.default_rng(question), swaps=swaps)
        old = said(people, question)
        if old == "with great joy":
            assert e.corpus is people
            continue
        assert len(e.answers) == 1 and e.answers[0] != old
        assert kind_of(e.question_text, e.answers[0]) == kind_of(e.question_text, old)
        assert target_said(e, "short") == e.answers[0]
        assert target_said(e, "sentence").startswith("The prize of") or e.answers[0] in target_said(e, "sentence")
        text = e.corpus.texts[0]
        assert not loose_occurrences(text, old)
        assert text.replace(e.answers[0], old) == people.texts[people.paragraph[question]]
        for j, n in enumerate(e.neighbours):
            assert (len(n.spans) > 0) is (j == e.gold)
            assert not loose_occurrences(e.text(j, 0, len(n.tokens) - 1), old)


def target_said(example: Example, style: str) -> str:
    n = example.neighbours[example.gold]
    return n.corpus.span_text(n.paragraph, *target_of(example, style).spans[0])


def test_tokens_and_pieces_are_those_of_the_new_text(people: Corpus, swaps: Swaps, tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    decoder, encoder = tokenizers
    for question in range(0, len(people.questions), 3):
        e = sample(people, question, ALWAYS, np.random.default_rng(question), swaps=swaps)
        n = e.neighbours[e.gold]
        offsets = n.corpus.offsets[n.paragraph]
        text = n.corpus.texts[n.paragraph][offsets[n.offset, 0] : offsets[n.offset + len(n.tokens) - 1, 1]]
        alone, pieces = decoder.encode(text, add_special_tokens=False), encoder.encode(text, add_special_tokens=False)
        head = [CLS, *people.question_pieces[question], SEP, *people.titles[0]]
        assert len(people.titles[0]) > 0
        assert alone.ids == n.tokens.tolist()
        assert [*head, *pieces.ids, SEP] == n.ids.tolist()
        assert (wordpiece_map(text, np.array(alone.offsets), np.array(pieces.offsets)) + len(head) == n.mapping).all()
        assert e.question_text == people.questions[question]
        assert e.question_tokens.tolist() == people.question_tokens[question].tolist()
        assert len(n.spans) > 0 and all(n.first[a] and n.last[b] for a, b in n.spans)


def test_other_neighbours_that_say_the_old_answer_go(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    """Every person has a second paragraph, which is a neighbour of the first one's question."""
    rows = []
    for name in NAMES:
        rows.append({"title": name, "question": "Who was it?", "answers": [name], "context": f"It was {name} at last."})
        rows.append({"title": name, "question": "Who else?", "answers": ["nobody"], "context": f"After {name} came nobody."})
    corpus = build_corpus(rows, *tokenizers, Limits())
    swaps = Swaps.of(corpus, *tokenizers, Limits())
    for question in range(0, len(rows), 2):
        old = said(corpus, question)
        kept, swapped = (
            sample(corpus, question, SampleConfig(k=(2,), no_gold=0.0, counterfactual=share), np.random.default_rng(1), swaps=swaps)
            for share in (0.0, 1.0)
        )
        assert all(loose_occurrences(kept.text(j, 0, len(n.tokens) - 1), old) for j, n in enumerate(kept.neighbours))
        assert [n.corpus is swapped.corpus for n in swapped.neighbours] == [True] and swapped.gold == 0


def test_an_answer_in_the_question_is_left_alone(tokenizers: tuple[Tokenizer, Tokenizer], people: Corpus) -> None:
    rows = [
        {"title": "T", "question": f"Who was {name} or another?", "answers": [name], "context": f"It was {name} at last."} for name in NAMES
    ]
    corpus = build_corpus(rows, *tokenizers, Limits())
    swaps = Swaps.of(corpus, *tokenizers, Limits())
    assert swaps.kinds[0] == "name, who"
    assert swaps.swapped(0, np.random.default_rng(0)) is None


def test_too_few_of_a_kind_are_not_swapped(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    rows = [{"title": "T", "question": "Who was it?", "answers": [name], "context": f"It was {name} at last."} for name in NAMES[:4]]
    assert Swaps.of(build_corpus(rows, *tokenizers, Limits()), *tokenizers, Limits()).kinds == [None] * 4


def test_the_share_is_kept_and_the_stream_is_reproducible(people: Corpus, swaps: Swaps) -> None:
    config = SampleConfig(k=(2,), no_gold=0.0, counterfactual=0.3)
    drawn = Mixture([(people, 1.0)], config, 1, swaps=[swaps]).batch(0, 420)
    assert sum(e.corpus is not people for e in drawn) / 420 == pytest.approx(0.2, abs=0.06)  # two of three questions have a kind
    again = Mixture([(people, 1.0)], config, 1, swaps=[swaps]).batch(200, 30)
    assert [(e.answers, [n.ids.tolist() for n in e.neighbours]) for e in again] == [
        (e.answers, [n.ids.tolist() for n in e.neighbours]) for e in drawn[200:230]
    ]
    with pytest.raises(ValueError, match="1 corpora and 0 swaps"):
        Mixture([(people, 1.0)], config, 1)
