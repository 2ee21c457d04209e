"""Alignment first: what the tokens of a span say must be the answer."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from training.retro.data import (
    CLS,
    SEP,
    Corpus,
    Limits,
    build_corpus,
    chunk_starts,
    ends_sentence,
    exact,
    group_flags,
    normalise,
    overlap_f1,
    read_rows,
    token_span,
    wordpiece_map,
)
from training.retro.examples import Mixture, SampleConfig, make_neighbour, sample
from training.retro.weights import REPOSITORY

SHARED = REPOSITORY.parent / "shared" / "data" / "train" / "squad11.jsonl.xz"


def ranges(tokenizer: Tokenizer, text: str) -> np.ndarray:
    return np.array(tokenizer.encode(text, add_special_tokens=False).offsets)


def test_every_fixture_question_is_kept(corpus: Corpus, rows: list[dict]) -> None:
    assert len(rows) == 20
    assert corpus.questions == [r["question"].strip() for r in rows]


def test_spans_read_back_as_the_answer(tokenizers: tuple[Tokenizer, Tokenizer], rows: list[dict]) -> None:
    """500 random questions of the shared data where it is; the committed rows everywhere."""
    check_spans(build_corpus(rows, *tokenizers, Limits()))
    if SHARED.exists():
        every = read_rows(SHARED)
        picked = np.random.default_rng(3).permutation(len(every))[:500]
        corpus = build_corpus([every[i] for i in picked], *tokenizers, Limits())
        assert len(corpus.questions) >= 490
        check_spans(corpus)


def check_spans(corpus: Corpus) -> None:
    rng = np.random.default_rng(0)
    gold_seen = 0
    for question in range(len(corpus.questions)):
        example = sample(corpus, question, SampleConfig(k=(2,), no_gold=0.0), rng)
        for j, n in enumerate(example.neighbours):
            assert len(n.tokens) <= 128
            assert len(n.spans) > 0 if j == example.gold else len(n.spans) == 0
            for first, last in n.spans:
                gold_seen += 1
                assert n.first[first] and n.last[last]
                assert normalise(example.text(j, first, last)) in map(normalise, example.answers)
    assert gold_seen >= 0.95 * len(corpus.questions)


def test_neighbours_are_what_their_text_alone_tokenises_to(tokenizers: tuple[Tokenizer, Tokenizer], corpus: Corpus) -> None:
    """The server sees a neighbour's text, not its paragraph's tokens: both must agree."""
    decoder, encoder = tokenizers
    for chunk, p in enumerate(corpus.chunk_paragraph):
        n = make_neighbour(corpus, question=0, chunk=chunk)
        offsets = corpus.offsets[p]
        text = corpus.texts[p][offsets[n.offset, 0] : offsets[n.offset + len(n.tokens) - 1, 1]]
        alone, pieces = decoder.encode(text, add_special_tokens=False), encoder.encode(text, add_special_tokens=False)
        head = [CLS, *corpus.question_pieces[0], SEP, *corpus.titles[corpus.article[p]]]
        assert alone.ids == n.tokens.tolist()
        assert [*head, *pieces.ids, SEP] == n.ids.tolist()
        assert n.kinds.tolist() == [0] * (len(corpus.question_pieces[0]) + 2) + [1] * (n.kinds == 1).sum()
        mapped = wordpiece_map(text, np.array(alone.offsets), np.array(pieces.offsets))
        assert (mapped + len(head) == n.mapping).all()


def test_chunks_partition_the_tokens_and_read_back_the_text(tokenizers: tuple[Tokenizer, Tokenizer], corpus: Corpus) -> None:
    for text in corpus.texts:
        offsets = tokenizers[0].encode(text).offsets
        starts = chunk_starts(text, offsets, 64)
        bounds = [*starts, len(offsets)]
        assert starts[0] == 0
        assert all(0 < b - a <= 64 for a, b in pairwise(bounds))
        assert "".join(text[offsets[a][0] : offsets[b - 1][1]] for a, b in pairwise(bounds)) == text


def test_chunks_prefer_sentence_ends(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    text = " ".join(["Mr. Smith went to the U.S. in May. He came back on 2.5 legs!"] * 12)
    offsets = tokenizers[0].encode(text).offsets
    starts = chunk_starts(text, offsets, 64)
    assert len(starts) > 2
    for start in starts[1:]:
        assert text[: offsets[start][0]].endswith((".", "!"))
        assert text[offsets[start][0] :].startswith((" Mr. Smith", " He came"))


def test_chunks_of_text_without_white_space_are_cut_hard(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    text = "xq7" * 200
    offsets = tokenizers[0].encode(text).offsets
    bounds = [*chunk_starts(text, offsets, 64), len(offsets)]
    assert {b - a for a, b in pairwise(bounds[:-1])} == {64}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. Then", True),
        ('"It rained." Then', True),
        ("It rained. then", False),
        ("by Mr. Smith", False),
        ("by J. Smith", False),
        ("by St. Paul", False),
        ("Is it? Yes", True),
        ("the end Then", False),
    ],
)
def test_sentence_ends(text: str, expected: bool) -> None:
    assert ends_sentence(text, text.rindex(" ")) is expected


def test_a_token_takes_the_piece_of_its_first_visible_character(tokenizers: tuple[Tokenizer, Tokenizer], corpus: Corpus) -> None:
    text = " ".join(corpus.texts[0].split()[:60])
    tokens, pieces = (ranges(t, text) for t in tokenizers)
    mapping = wordpiece_map(text, tokens, pieces)
    assert (np.diff(mapping) >= 0).all()
    for (begin, _), piece in zip(tokens, mapping, strict=True):
        visible = next(i for i in range(begin, len(text)) if not text[i].isspace())
        assert pieces[piece][0] <= visible < pieces[piece][1]


def test_tokens_that_share_a_piece_form_one_group(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    text = "born in 1898 there"
    tokens, pieces = (ranges(t, text) for t in tokenizers)
    mapping = wordpiece_map(text, tokens, pieces)
    first, last = group_flags(mapping)
    begin = text.index("1898")
    start, end = token_span(begin, begin + 4, tokens, mapping)
    assert end - start + 1 == 5  # a space and four single digits against one WordPiece
    assert first[start : end + 1].tolist() == [True, False, False, False, False]
    assert last[start : end + 1].tolist() == [False, False, False, False, True]
    assert token_span(begin + 1, begin + 3, tokens, mapping) == (start, end)  # widened to the group


def test_a_continuation_stays_in_its_paragraph(corpus: Corpus) -> None:
    for chunk, p in enumerate(corpus.chunk_paragraph):
        n = make_neighbour(corpus, 0, chunk)
        follows = chunk + 1 < len(corpus.chunk_paragraph) and corpus.chunk_paragraph[chunk + 1] == p
        assert n.offset + len(n.tokens) == corpus.chunk_range[chunk + follows, 1]
        assert n.offset + len(n.tokens) <= len(corpus.tokens[p])


def test_sampling_follows_its_configuration(corpus: Corpus) -> None:
    rng = np.random.default_rng(1)
    for question in range(len(corpus.questions)):
        none = sample(corpus, question, SampleConfig(k=(3,), no_gold=1.0), rng)
        assert none.gold == -1 and len(none.neighbours) == 3
        some = sample(corpus, question, SampleConfig(k=(4,), no_gold=0.0), rng)
        assert len({n.chunk for n in some.neighbours}) == len(some.neighbours) == 4
        assert some.gold >= 0
        title = corpus.article[corpus.paragraph[question]]
        assert {corpus.article[n.paragraph] for n in some.neighbours} == {title}


def test_the_stream_is_reproducible_and_can_be_entered_anywhere(corpus: Corpus) -> None:
    def drawn(position: int, count: int) -> list[tuple]:
        mixture = Mixture([(corpus, 1.0), (corpus, 0.5)], SampleConfig(), seed=4)
        batch = next(mixture.batches(position, count))
        return [(e.question, e.gold, [n.chunk for n in e.neighbours], [len(n.tokens) for n in e.neighbours]) for e in batch]

    whole = drawn(0, 70)  # more than two epochs
    assert whole[33:53] == drawn(33, 20)
    assert sorted(q for q, *_ in whole[:30])[-1] == 19
    assert whole[:30] != whole[30:60]


def test_a_saved_corpus_is_the_same(corpus: Corpus, tmp_path: Path) -> None:
    corpus.save(tmp_path / "c.npz")
    loaded = Corpus.load(tmp_path / "c.npz")
    assert loaded.texts == corpus.texts and loaded.answers == corpus.answers
    assert (loaded.chunk_range == corpus.chunk_range).all()
    assert (loaded.spans.values == corpus.spans.values).all()
    for i in range(len(corpus.questions)):
        assert loaded.spans[i].tolist() == corpus.spans[i].tolist()


def test_dropped_questions_are_gone(rows: list[dict], tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    held = frozenset({rows[3]["question"].strip().lower()})
    assert rows[3]["question"].strip() not in build_corpus(rows, *tokenizers, Limits(), held).questions


def test_scores() -> None:
    assert exact("The  Capitol Records.", ["capitol records"]) == 1.0
    assert overlap_f1("the big dog", ["a dog"]) == pytest.approx(2 / 3)
    assert overlap_f1("cat", ["dog"]) == 0.0
