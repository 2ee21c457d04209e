"""Tokenizers for the tests: small ones trained on the fixture, of the same kinds as the published ones."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from training.retro.data import Corpus, Limits, build_corpus, read_rows
from training.retro.weights import bge_tokenizer, decoder_pre_tokenizer, decoder_tokenizer, weights_available

FIXTURE = Path(__file__).parent / "fixture.jsonl"


def small_decoder(texts: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = decoder_pre_tokenizer()
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=900, initial_alphabet=alphabet, show_progress=False))
    return tokenizer


def small_encoder(texts: list[str]) -> Tokenizer:
    """WordPiece with digits only inside whole numbers, as bge has: "1898" is one piece there."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    # The padding keeps the ids of [CLS] and [SEP] where bge has them.
    special = ["[PAD]", *(f"[unused{i}]" for i in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=1500, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([*texts, *["1898 1969 2008"] * 50], trainer)
    return tokenizer


@pytest.fixture(scope="session")
def rows() -> list[dict]:
    return read_rows(FIXTURE)


@pytest.fixture(scope="session", params=["small", "published"] if weights_available() else ["small"])
def tokenizers(request: pytest.FixtureRequest, rows: list[dict]) -> tuple[Tokenizer, Tokenizer]:
    """(decoder, encoder): always the small pair; the published pair too where its files are installed."""
    if request.param == "published":
        return decoder_tokenizer(), bge_tokenizer()
    texts = [r["context"] for r in rows] + [r["question"] for r in rows]
    return small_decoder(texts), small_encoder(texts)


@pytest.fixture(scope="session")
def corpus(rows: list[dict], tokenizers: tuple[Tokenizer, Tokenizer]) -> Corpus:
    return build_corpus(rows, *tokenizers, Limits())
