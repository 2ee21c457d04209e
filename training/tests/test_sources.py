"""Which answers a set holds, and that a style draws only from sets that can serve it."""

import hashlib
import json
import lzma
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

import training.train
from training.retro.batches import target_of
from training.retro.data import Corpus, Limits, build_corpus, is_sentences, loose_occurrences
from training.retro.examples import Mixture, SampleConfig, sample
from training.retro.weights import bge_tokenizer, decoder_tokenizer, weights_available

ALONE = SampleConfig(k=(1,), no_gold=0.0, alone=0.0)
FIRST = "Fever is a sign of many diseases."
SECOND = "Rest helps most people. See a doctor after a week."


def row(question: str, answer: str, context: str, **more: str) -> dict:
    return {"title": "Fever", "question": question, "answers": [answer], "context": context, **more}


@pytest.fixture(scope="module")
def sentence_set(tokenizers: tuple[Tokenizer, Tokenizer]) -> Corpus:
    """Two questions whose answer is the first sentence, and one whose answer is the head of a list."""
    rows = [
        row("What is fever?", FIRST, f"{FIRST} {SECOND}"),
        row("How is fever treated?", "Rest helps most people.", SECOND),
        row("What are the signs of fever?", "Signs include heat Sweat", "Signs include heat Sweat Chills. Call early."),
    ]
    return build_corpus(rows, *tokenizers, Limits())


def said(corpus: Corpus, question: int, style: str) -> str | None:
    example = sample(corpus, question, ALONE, np.random.default_rng(0))
    target = target_of(example, style)
    return None if target is None else corpus.span_text(example.neighbours[example.gold].paragraph, *target.spans[0])


def test_a_set_of_sentences_has_no_short_answers(sentence_set: Corpus) -> None:
    assert sentence_set.questions == ["What is fever?", "How is fever treated?"]  # the list is neither
    assert sentence_set.whole.all()
    assert said(sentence_set, 0, "short") is None
    assert said(sentence_set, 0, "sentence") == FIRST
    assert said(sentence_set, 0, "paragraph") == f"{FIRST} {SECOND}"


def test_a_few_sentences_among_short_answers_stay_short(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    context = f"{FIRST} {SECOND}"
    rows = [row("What is it?", FIRST, context), row("Who?", "many diseases", context), row("What helps?", "Rest", context)]
    corpus = build_corpus(rows, *tokenizers, Limits())
    assert len(corpus.questions) == 3 and not corpus.whole.any()
    assert said(corpus, 0, "short") == FIRST


def test_the_answer_sentence_stands_in_for_an_answer_that_is_no_span(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    context = f"{FIRST} {SECOND}"
    rows = [
        row("Of what is fever a sign?", "illness", context, answer_sentence=FIRST),
        row("What helps?", "Rest", context, answer_sentence="Rest helps most people."),
        row("Whom to see?", "a physician", context, answer_sentence="See a physician."),
    ]
    corpus = build_corpus(rows, *tokenizers, Limits())
    assert corpus.questions == ["Of what is fever a sign?", "What helps?"]
    assert corpus.whole.tolist() == [True, False]
    assert said(corpus, 0, "short") is None and said(corpus, 0, "sentence") == FIRST
    assert said(corpus, 1, "short") == "Rest" and said(corpus, 1, "sentence") == "Rest helps most people."


def test_sentences_longer_than_an_answer_may_be_are_left_out(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    long = "Fever " + "rises and " * 60 + "falls."
    rows = [row("What is it?", FIRST, f"{FIRST} {SECOND}"), row("How does it go?", long, f"{long} {SECOND}")]
    assert build_corpus(rows, *tokenizers, Limits()).questions == ["What is it?"]


@pytest.mark.parametrize(("said", "expected"), [(FIRST, True), ("Rest helps most people.", True), ("Rest", False), ("most people.", False)])
def test_whole_sentences(said: str, expected: bool) -> None:
    text = f"{FIRST} {SECOND}"
    begin = text.index(said)
    assert is_sentences(text, begin, begin + len(said)) is expected


def test_written_answers_are_found_in_either_case_as_whole_words() -> None:
    assert loose_occurrences("He saw The Sun there.", "the sun.") == [(7, 14)]
    assert loose_occurrences("the sunshine", "The sun.") == []
    assert loose_occurrences("anything", " .") == []


def test_a_style_draws_only_from_sets_that_serve_it(corpus: Corpus, sentence_set: Corpus) -> None:
    sets = [(corpus, 1.0), (sentence_set, 1.0)]
    short = Mixture(sets, ALONE, 1).batch(0, 60)
    assert all(e.corpus is corpus for e in short)
    sentences = Mixture(sets, ALONE, 1, "sentence").batch(0, 22)
    assert sum(e.corpus is sentence_set for e in sentences) == 2
    with pytest.raises(ValueError, match="style 'short'"):
        Mixture([(sentence_set, 1.0)], ALONE, 1)


@pytest.mark.skipif(not weights_available(), reason="needs the published tokenizers")
def test_a_set_without_usable_answers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[dict]) -> None:
    monkeypatch.setattr(training.train, "CACHE", tmp_path / "cache")
    conclusions = [{**r, "answers": ["nothing of the kind"]} for r in rows]
    for name, content in {"eval/squad11_dev": rows[:2], "train/good": rows, "train/conclusions": conclusions}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        with lzma.open(tmp_path / f"{name}.jsonl.xz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(r) + "\n" for r in content)
    train, dev = training.train.corpora(tmp_path, {"good": 0.5})
    assert train[0][1] == 0.5 and not set(train[0][0].questions) & set(dev.questions)
    with pytest.raises(ValueError, match="no question of conclusions"):
        training.train.corpora(tmp_path, {"conclusions": 1.0})


@pytest.mark.skipif(not weights_available(), reason="needs the published tokenizers")
def test_the_default_stream_is_what_earlier_runs_drew(rows: list[dict]) -> None:
    """Checkpoints go on at an example's number: a change of this digest breaks them."""
    corpus = build_corpus(rows, decoder_tokenizer(), bge_tokenizer(), Limits())
    digest = hashlib.sha256()
    for e in Mixture([(corpus, 1.0), (corpus, 0.5)], SampleConfig(), seed=4).batch(0, 70):
        target = target_of(e, "sentence")
        drawn = (e.question, e.gold, [(n.chunk, len(n.tokens), n.spans.tolist()) for n in e.neighbours])
        digest.update(repr((drawn, None if target is None else target.tokens.tolist())).encode())
    assert digest.hexdigest()[:16] == "feabf370371d1f64"
