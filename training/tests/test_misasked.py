"""A changed question: still a question about its paragraph, answered nowhere in it, read behind the same neighbours."""

import numpy as np
import pytest
from tokenizers import Tokenizer

from training.retro.batches import target_of
from training.retro.data import SEP, Corpus, Limits, build_corpus
from training.retro.examples import Mixture, SampleConfig, sample
from training.retro.misasked import ANTONYMS, Misasked, antonym, by_ending, negated, other_name, other_number, other_word

TEXT = "In 1867 the lens of the northern tower was ground in Dublin by Grubb, after the fire of 1862. The keeper was Ada Berg. " * 2
ASKED = {
    "Who ground the lens of the northern tower for Ada Berg?": "Grubb",
    "In which town was the lens ground in 1867?": "Dublin",
    "What happened to the tower before Ada Berg came?": "fire",
    "Who lit it?": "keeper",
}
ALWAYS = SampleConfig(k=(3,), no_gold=0.0, misasked=1.0)


@pytest.fixture(scope="module")
def towers(tokenizers: tuple[Tokenizer, Tokenizer]) -> Corpus:
    rows = [{"title": "Tower", "question": q, "answers": [a], "context": TEXT} for q, a in ASKED.items()]
    rows += [
        {"title": "Tower", "question": f"Where did Emmy Noether {i} see it?", "answers": ["sea"], "context": f"The sea {i}. " * 30}
        for i in range(4)
    ]
    return build_corpus(rows, *tokenizers, Limits())


@pytest.fixture(scope="module")
def misasked(towers: Corpus, tokenizers: tuple[Tokenizer, Tokenizer]) -> Misasked:
    return Misasked.of(towers, *tokenizers, Limits())


def test_a_name_of_the_text_is_replaced_by_one_that_it_lacks() -> None:
    rng = np.random.default_rng(1)
    asked = "When did Ada Berg meet Emmy Noether?"
    assert other_name(asked, TEXT, ["Ada Berg", "Max Born"], "1867", rng, 0.0) == "When did Max Born meet Emmy Noether?"
    assert other_name(asked, TEXT, ["Ada Berg", "Born"], "1867", rng, 0.0) is None, "of as many words"
    assert other_name("Ada Berg did what?", TEXT, ["Max Born"], "1867", rng, 0.0) is None, "a first word is a capital for its place"


def test_a_name_or_number_may_be_another_one_of_the_text_but_never_the_answer() -> None:
    asked = "What was done for Ada Berg in 1867?"
    names = {other_name(asked, TEXT, [], "Grubb", np.random.default_rng(seed), 1.0) for seed in range(20)}
    assert names == {"What was done for Dublin in 1867?"}
    assert other_number(asked, TEXT, np.random.default_rng(3), 1.0) == "What was done for Ada Berg in 1862?"


def test_a_word_of_the_text_is_replaced_by_one_of_its_form() -> None:
    words = by_ending(["sailed", "painted", "northern", "windows", "ground"])
    asked = "Who lighted the northern tower?"
    rngs = [np.random.default_rng(seed) for seed in range(40)]
    found = {other_word(asked, "It was lighted. " + TEXT, {"ed": ["painted"]}, rng) for rng in rngs}
    assert found == {None, "Who painted the northern tower?"}
    assert {other_word(asked, TEXT, words, rng) for rng in rngs} == {None}, (
        "nothing has the form of northern or tower and is not of the text"
    )
    assert other_word("Which of these people was it?", "which of these people", words, np.random.default_rng(1)) is None


def test_lists_of_fields_are_asked_for_what_they_lack(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    text = "Exports 2022: 5 tons\nExports 2023: 6 tons\nHighest point: Mount Ada\nLowest point: Lake Berg"
    rows = [{"title": "Island", "question": "What is the highest point in 2023?", "answers": ["Mount Ada"], "context": text}]
    corpus = build_corpus(rows, *tokenizers, Limits())
    made = Misasked.of(corpus, *tokenizers, Limits())
    assert made.lists
    asked = {e.questions[0] for seed in range(60) if (e := made.changed(0, np.random.default_rng(seed)))}
    assert asked and not any("lowest" in question or "2022" in question for question in asked)


def test_a_number_of_the_text_is_moved_to_one_that_it_lacks() -> None:
    for seed in range(20):
        new = other_number("What was done in 1867?", TEXT, np.random.default_rng(seed), 0.0)
        if new is not None:
            year = int(new.split()[-1].rstrip("?"))
            assert year not in (1867, 1862) and abs(year - 1867) <= 40
    assert other_number("What was done in 1900?", TEXT, np.random.default_rng(1)) is None
    assert other_number("Which version is 1.5?", "It is 1.5 now", np.random.default_rng(1)) is None


def test_antonyms_go_both_ways() -> None:
    rng = np.random.default_rng(2)
    assert antonym("Who was the first keeper?", rng) == "Who was the last keeper?"
    assert antonym("Who was the keeper?", rng) is None
    assert all(word in ANTONYMS[other] for word, others in ANTONYMS.items() for other in others)


def test_negation_goes_behind_the_subject() -> None:
    found = {negated("What did he eat at noon?", np.random.default_rng(seed)) for seed in range(60)}
    assert found == {None, "What did he not eat at noon?"}
    assert negated("Where is not a keeper?", np.random.default_rng(0)) is None


def test_no_neighbour_answers_and_all_are_read_behind_the_new_question(towers: Corpus, misasked: Misasked) -> None:
    changed = 0
    for seed in range(12):
        for question in range(len(ASKED)):
            e = sample(towers, question, ALWAYS, np.random.default_rng(seed), misasked=misasked)
            if e.gold >= 0:
                assert e.question_text == towers.questions[question]
                continue
            changed += 1
            assert e.question_text != towers.questions[question]
            assert len(target_of(e, "short").tokens) == 0
            old = sample(towers, question, SampleConfig(k=(3,), no_gold=0.0), np.random.default_rng(seed))
            pieces = e.corpus.question_pieces[0]
            for n, before in zip(e.neighbours, old.neighbours, strict=True):
                assert n.chunk == before.chunk and len(n.spans) == 0
                assert np.array_equal(n.tokens, before.tokens)
                assert np.array_equal(n.ids[1 : 1 + len(pieces)], pieces) and n.ids[1 + len(pieces)] == SEP
                assert np.array_equal(n.ids[n.mapping], before.ids[before.mapping])
                assert n.kinds.sum() == before.kinds.sum() and len(n.kinds) == len(n.ids)
    assert changed > 10


def test_the_share_needs_its_means(towers: Corpus, misasked: Misasked) -> None:
    with pytest.raises(ValueError, match="misasked"):
        Mixture([(towers, 1.0)], ALWAYS, 1)
    drawn = [Mixture([(towers, 1.0)], ALWAYS, 1, misasked=[misasked])[i] for i in range(8)]
    assert any(e.gold < 0 for e in drawn)
