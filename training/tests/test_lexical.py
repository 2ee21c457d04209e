"""The inverted index against BM25 written out, and examples as it returns them."""

import math
from pathlib import Path

import numpy as np
import pytest

from training.retro.data import Corpus, loose_occurrences
from training.retro.examples import Mixture, SampleConfig, make_neighbour, sample
from training.retro.lexical import K1, B, LexicalIndex, cached_index, terms_of
from training.train import ReaderRun
from training.train_retrofit import RetrofitRun


@pytest.fixture(scope="module")
def index(corpus: Corpus) -> LexicalIndex:
    return LexicalIndex.of(corpus)


def bm25(corpus: Corpus, query: np.ndarray) -> list[float]:
    """The formula, chunk by chunk: the slow truth."""
    texts = [terms_of(corpus, c).tolist() for c in range(len(corpus.chunk_paragraph))]
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for term in set(query.tolist()):
            df, tf = sum(term in t for t in texts), text.count(term)
            idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
            score += idf * tf / (tf + K1 * (1 - B + B * len(text) / mean))
        scores.append(score)
    return scores


def test_search_is_bm25(corpus: Corpus, index: LexicalIndex) -> None:
    for question in range(len(corpus.questions)):
        query = corpus.question_pieces[question]
        truth = np.array(bm25(corpus, query))
        found = index.search(query, 8)
        assert len(found) == len(set(found.tolist())) == min(8, (truth > 0).sum())
        assert truth[found] == pytest.approx(np.sort(truth)[::-1][: len(found)], rel=1e-5)


def test_equal_scores_go_by_chunk_and_unknown_terms_find_nothing() -> None:
    index = LexicalIndex(np.array([0, 3]), np.array([0, 2, 3]), np.ones(3, np.float32), 4)
    assert index.search(np.array([0, 0]), 2).tolist() == [0, 2]
    assert index.search(np.array([0]), 9).tolist() == [0, 2, 3]
    assert index.search(np.array([7]), 2).tolist() == []


def test_the_index_is_built_once(corpus: Corpus, index: LexicalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached_index("some", corpus, tmp_path, 64)
    monkeypatch.setattr(LexicalIndex, "of", None)
    again = cached_index("some", corpus, tmp_path, 64)
    query = corpus.question_pieces[3]
    assert again.search(query, 5).tolist() == index.search(query, 5).tolist()


def holders(corpus: Corpus, question: int) -> set[int]:
    """Chunks that hold the gold answer with their continuation."""
    return {c for c in range(len(corpus.chunk_paragraph)) if len(make_neighbour(corpus, question, c).spans)}


def test_as_retrieved_keeps_the_ranking_and_the_gold_one(corpus: Corpus, index: LexicalIndex) -> None:
    ranks, injected = set(), 0
    for question in range(len(corpus.questions)):
        for k in (1, 2, 3, 5):
            config = SampleConfig(k=(k,), no_gold=0.0, as_retrieved=1.0)
            e = sample(corpus, question, config, np.random.default_rng(0), index)
            gold = holders(corpus, question)
            ranked = index.search(corpus.question_pieces[question], len(corpus.chunk_paragraph)).tolist()
            best = next((c for c in ranked if c in gold), None)
            expected = [c for c in ranked if c == best or c not in gold][:k]
            chunks = [n.chunk for n in e.neighbours]
            assert len(e.neighbours[e.gold].spans) > 0 and e.neighbours[e.gold].chunk in gold
            assert not any(len(n.spans) for j, n in enumerate(e.neighbours) if j != e.gold)
            if best in expected:
                assert chunks == expected
                ranks.add(e.gold)
            else:
                assert chunks[:-1] == expected[: k - 1] and e.gold == len(chunks) - 1
                injected += 1
    assert len(ranks) > 1 and injected > 0  # both ways were taken


def test_without_the_gold_one_nothing_says_the_answer(corpus: Corpus, index: LexicalIndex) -> None:
    ranking = 0
    for question in range(len(corpus.questions)):
        config = SampleConfig(k=(3,), no_gold=1.0, as_retrieved=1.0)
        e = sample(corpus, question, config, np.random.default_rng(0), index)
        assert e.gold == -1 and 1 <= len(e.neighbours) <= 3
        for j, n in enumerate(e.neighbours):
            text = e.text(j, 0, len(n.tokens) - 1)
            assert not any(loose_occurrences(text, a) for a in e.answers)
        ranked = index.search(corpus.question_pieces[question], len(corpus.chunk_paragraph)).tolist()
        places = [ranked.index(n.chunk) for n in e.neighbours if n.chunk in ranked]
        if len(places) == len(e.neighbours):  # else nothing near was free, and others of the article stand in
            assert places == sorted(places)
            assert corpus.paragraph[question] not in [n.paragraph for n in e.neighbours]
            ranking += 1
    assert ranking >= 15


def test_near_distractors_come_from_any_article(corpus: Corpus, index: LexicalIndex) -> None:
    def strangers(near: float) -> int:
        config = SampleConfig(k=(4,), no_gold=0.5, near=near)
        rng = np.random.default_rng(0)
        count = 0
        for question in range(len(corpus.questions)):
            e = sample(corpus, question, config, rng, index)
            assert len({n.chunk for n in e.neighbours}) == len(e.neighbours) == 4
            assert not any(len(n.spans) for j, n in enumerate(e.neighbours) if j != e.gold)
            home = corpus.article[corpus.paragraph[question]]
            count += sum(corpus.article[n.paragraph] != home for n in e.neighbours)
        return count

    assert strangers(0.0) == 0
    assert strangers(1.0) > strangers(0.3) > 0


def test_shares_are_kept_and_the_stream_is_reproducible(corpus: Corpus, index: LexicalIndex) -> None:
    config = SampleConfig(k=(3,), no_gold=0.3, as_retrieved=0.5, near=0.3)
    mixture = Mixture([(corpus, 1.0)], config, 1, indexes=[index])
    drawn = mixture.batch(0, 600)
    assert sum(e.gold < 0 for e in drawn) / 600 == pytest.approx(0.3, abs=0.06)
    again = Mixture([(corpus, 1.0)], config, 1, indexes=[index]).batch(211, 20)
    assert [[n.chunk for n in e.neighbours] for e in again] == [[n.chunk for n in e.neighbours] for e in drawn[211:231]]


def test_a_configuration_that_retrieves_needs_an_index(corpus: Corpus, index: LexicalIndex) -> None:
    with pytest.raises(ValueError, match="1 corpora and 0 indexes"):
        Mixture([(corpus, 1.0)], SampleConfig(near=0.1), 1)
    with pytest.raises(ValueError, match="1 corpora and 1 indexes"):
        Mixture([(corpus, 1.0)], SampleConfig(), 1, indexes=[index])


@pytest.mark.parametrize("run", [ReaderRun, RetrofitRun])
def test_runs_hand_their_shares_to_the_drawing(run: type) -> None:
    config = run(k=[2], no_gold=0.3, hard=0.1, alone=0.2, as_retrieved=0.5, near=0.4, counterfactual=0.1).sampling()
    assert config == SampleConfig(k=(2,), no_gold=0.3, hard=0.1, alone=0.2, as_retrieved=0.5, near=0.4, counterfactual=0.1)
