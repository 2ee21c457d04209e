"""Answers of several chunks see what each finished chunk retrieved; texts that go on see other documents."""

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from training.export_onnx import tiny
from training.lead_questions import row_of
from training.retro.batches import CHUNK, LONGEST_PARAGRAPH, TEXT, Prompt, Target, covered, pack, target_of, wanted_of
from training.retro.continuation import Continuations, TextMixture
from training.retro.data import Corpus, Limits
from training.retro.examples import Example, Mixture, SampleConfig, make_neighbour, sample
from training.retro.lexical import LexicalIndex
from training.retro.paragraphs import retrieved_again
from training.retro.retrofit import LossWeights, losses, read

GOLD = SampleConfig(k=(2,), no_gold=0.0, alone=0.0)


@pytest.fixture(scope="module")
def index(corpus: Corpus) -> LexicalIndex:
    return LexicalIndex.of(corpus)


@pytest.fixture(scope="module")
def long_answers(corpus: Corpus, index: LexicalIndex) -> list[tuple[Example, Target]]:
    """Every question's example whose paragraph answer has more than one chunk."""
    rng = np.random.default_rng(2)
    examples = (retrieved_again(sample(corpus, q, GOLD, rng), index) for q in range(len(corpus.questions)))
    pairs = [(e, t) for e in examples if (t := target_of(e, "paragraph")) is not None and len(t.tokens) >= CHUNK]
    assert pairs
    return pairs


def test_every_token_stands_in_a_neighbour_that_its_chunk_sees(long_answers: list[tuple[Example, Target]], tokenizers) -> None:
    prompt = Prompt.of(*tokenizers)
    examples, targets = [e for e, _ in long_answers], [t for _, t in long_answers]
    inputs = pack(examples, prompt, "paragraph", 2 * CHUNK)
    wanted = wanted_of(examples, targets, inputs, 2)
    assert inputs.seen.shape[1] > 1
    memory = inputs.in_memory(inputs.tokens, -1)  # [B, M]
    for i, (example, target) in enumerate(long_answers):
        n = len(target.tokens)
        assert CHUNK <= n <= LONGEST_PARAGRAPH and n // CHUNK < len(example.entries)  # the end token has neighbours too
        for t, token in enumerate(target.tokens):
            at = wanted.source[i, t].nonzero().flatten()
            assert len(at) and inputs.seen[i, t // CHUNK, at].all() and (memory[i, at] == token).all()
        assert not wanted.source[i, n].any() and wanted.said[i, n] == 2
        # An answer starts in what the question found and ends in what its last chunk found.
        starts, ends = wanted.marks[i].unbind(-1)
        assert starts[0].any() and not starts[1:].any() and ends.any(1).nonzero().flatten().tolist() == [(n - 1) // CHUNK]


def test_a_paragraph_ends_with_a_sentence(long_answers: list[tuple[Example, Target]]) -> None:
    for example, target in long_answers:
        gold = example.neighbours[example.gold]
        text = gold.corpus.span_text(gold.paragraph, *target.spans[0])
        assert text.rstrip('"”)')[-1] in ".!?" and covered(example, int(target.spans[0, 0])) >= len(target.tokens)


def test_a_chunk_reads_its_own_neighbours_only(long_answers: list[tuple[Example, Target]], tokenizers) -> None:
    """By gradients: the rows of a chunk depend on the memory it sees, and on that of earlier chunks through what they said alone."""
    model = tiny()
    chosen = next((e, t) for e, t in long_answers if set(e.entries[0]) != set(e.entries[1]))
    inputs = pack([chosen[0]], Prompt.of(*tokenizers), "paragraph", model.retro.config.retrieved_length)
    wanted = wanted_of([chosen[0]], [chosen[1]], inputs, model.retro.config.end_token)
    memory = read(model.reader, model.retro, inputs).memory
    memory.values = memory.values.detach().requires_grad_()
    past = model.retro.prefix(inputs.prompt)
    states, _ = model.retro.attending(wanted.rows, inputs.prompt_valid.sum(1), past, inputs.prompt_valid, memory)
    first, second = inputs.seen[0, 0], inputs.seen[0, 1]
    (gradient,) = torch.autograd.grad(states[0, CHUNK - 1].sum(), memory.values, retain_graph=True)
    touched = gradient.abs().sum((0, 1, 2, 4)) > 0  # [M]
    assert touched[first].any() and not touched[~first].any()
    (gradient,) = torch.autograd.grad(states[0, CHUNK].sum(), memory.values)
    touched = gradient.abs().sum((0, 1, 2, 4)) > 0
    assert touched[second & ~first].any() and not touched[~first & ~second].any()
    copy_log = model.retro.copy_head(states, wanted.rows, memory)[0].exp()
    assert copy_log[0, CHUNK - 1, ~first].sum() < 1e-6 and copy_log[0, CHUNK, ~second].sum() < 1e-6


def test_answers_of_one_and_of_several_chunks_do_not_change_each_other(
    corpus: Corpus, long_answers: list[tuple[Example, Target]], tokenizers
) -> None:
    model, prompt = tiny(), Prompt.of(*tokenizers)
    short = [(e, t) for e in Mixture([(corpus, 1.0)], GOLD, 3).batch(0, 3) if (t := target_of(e, "sentence")) is not None]

    def spans(pairs: list[tuple[Example, Target]]) -> float:
        examples = [e for e, _ in pairs]
        inputs = pack(examples, prompt, "paragraph", model.retro.config.retrieved_length)
        wanted = wanted_of(examples, [t for _, t in pairs], inputs, model.retro.config.end_token)
        return losses(model.retro, model.reader, inputs, wanted, LossWeights()).span.item()

    pairs = [*short, *long_answers[:2]]
    assert np.isclose(spans(pairs), np.mean([spans([pair]) for pair in pairs]), atol=1e-4)


def test_what_is_asked_again_comes_from_the_index_and_the_text_s_next_chunk(
    long_answers: list[tuple[Example, Target]], index: LexicalIndex
) -> None:
    example, target = long_answers[0]
    gold = example.neighbours[example.gold]
    corpus, first = gold.corpus, int(target.spans[0, 0])
    written = corpus.mapping[gold.paragraph][first : first + CHUNK]
    asked = np.concatenate((corpus.question_pieces[example.question], corpus.pieces[gold.paragraph][written[0] : written[-1] + 1]))
    seen = [example.neighbours[j].chunk for j in example.entries[1]]
    best = index.search(asked, 2).tolist()
    assert len(set(seen) - set(best)) <= 1
    begin, end = corpus.chunk_range[seen, 0], corpus.chunk_range[seen, 1]
    at_home = corpus.chunk_paragraph[seen] == gold.paragraph
    assert (at_home & (begin <= first + CHUNK) & (first + CHUNK < end)).any()


def test_a_text_goes_on_beside_other_documents(corpus: Corpus, index: LexicalIndex, tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    texts = Continuations.of(corpus, index, Limits())
    assert len(texts)
    drawn = TextMixture(texts, (1, 2), 0.0, 5).batch(0, 6)
    for example in drawn:
        p = int(example.corpus.paragraph[example.question])
        target = target_of(example, TEXT)
        given, whole = example.question_tokens, corpus.tokens[p]
        at = next(i for i in range(len(whole)) if np.array_equal(whole[i : i + len(given)], given))
        assert np.array_equal(target.tokens, whole[at + len(given) :][: len(target.tokens)]) and len(target.tokens) >= CHUNK // 2
        assert example.neighbours and all(corpus.article[n.paragraph] != corpus.article[p] for n in example.neighbours)
    prompt = Prompt.of(*tokenizers)
    inputs = pack(drawn, prompt, TEXT, 2 * CHUNK)
    assert inputs.prompt[0, : len(drawn[0].question_tokens) - 1].tolist() == drawn[0].question_tokens[:-1].tolist()
    wanted = wanted_of(drawn, [target_of(e, TEXT) for e in drawn], inputs, 2)
    assert not wanted.source.any() and not wanted.answerable.any() and not (wanted.said == 2).any()  # nothing is copied, nothing ends
    assert torch.equal(pack(TextMixture(texts, (1, 2), 0.0, 5).batch(0, 6), prompt, TEXT, 2 * CHUNK).ids, inputs.ids)


def test_without_an_answer_nothing_is_asked_again(corpus: Corpus, index: LexicalIndex) -> None:
    example = Example(corpus, 0, [make_neighbour(corpus, 0, 3)], -1)
    assert retrieved_again(example, index) is example


@pytest.mark.parametrize(
    ("title", "text", "questions"),
    [
        ("Eider Canal", "The Eider Canal (once another) was an artificial waterway. ", "the Eider Canal"),
        ("Ada Lovelace", "Ada Lovelace (1815–1852) was an English mathematician. ", "Ada Lovelace"),
        ("Mercury (planet)", "Mercury is the smallest planet. ", "Mercury"),
    ],
)
def test_a_beginning_is_asked_for(title: str, text: str, questions: str) -> None:
    rng = np.random.default_rng(1)
    rows = [row_of(title, text + "More is said of it here. " * 30, rng) for _ in range(20)]
    asked = {row["question"] for row in rows}
    assert len(asked) > 2 and all(questions in q and "the the" not in q for q in asked)
    assert any(q.startswith("Who") for q in asked) is (title == "Ada Lovelace")
    assert {row["answers"][0] for row in rows} == {text.strip()}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Lead", "It is short."),
        ("Aeroplane", "Nothing begins here with its name, but it is a machine. " + "More is said. " * 60),
        ("Lead", "Lead is a metal. [[File:x.jpg]] " + "More is said. " * 60),
    ],
)
def test_what_does_not_begin_with_its_title_is_left_out(title: str, text: str) -> None:
    assert row_of(title, text, np.random.default_rng(1)) is None
