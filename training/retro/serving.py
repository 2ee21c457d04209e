"""Neighbours from plain text, as the service sees them: the same tensors as in training, without a corpus.

The text of a neighbour is its chunk followed directly by its continuation; it is tokenised as one string.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from tokenizers import Encoding, Tokenizer

from training.retro.data import CLS, SEP, Limits, group_flags, wordpiece_map


@dataclass
class ServedNeighbour:
    tokens: np.ndarray  # [R] decoder ids
    ids: np.ndarray  # [S]
    kinds: np.ndarray  # [S]
    mapping: np.ndarray  # [R] index into ids
    first: np.ndarray  # [R]
    last: np.ndarray  # [R]


@dataclass
class ServedExample:
    question_tokens: np.ndarray
    neighbours: list[ServedNeighbour]
    answers: list[str]
    entries: list[list[int]] = field(default_factory=list)  # one retrieval: a served example has one chunk


def _offsets(encoding: Encoding) -> np.ndarray:
    return np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)


def serve(
    question: str,
    neighbours: Sequence[tuple[str, str]],
    decoder: Tokenizer,
    encoder: Tokenizer,
    limits: Limits,
    answers: Sequence[str] = (),
) -> ServedExample:
    """neighbours: (title, text) each."""
    asked = encoder.encode(question, add_special_tokens=False).ids[: limits.question]
    head = len(asked) + 2
    out = []
    for title, text in neighbours:
        named = encoder.encode(title + ".", add_special_tokens=False).ids[: limits.title] if title else []
        by_decoder, by_encoder = (t.encode(text, add_special_tokens=False) for t in (decoder, encoder))
        tokens = _offsets(by_decoder)[: 2 * limits.m]
        room = 512 - head - len(named) - 1
        pieces = _offsets(by_encoder)[:room]
        ids = np.array([CLS, *asked, SEP, *named, *by_encoder.ids[:room], SEP])
        mapping = wordpiece_map(text, tokens, pieces) + head + len(named)
        first, last = group_flags(mapping)
        kinds = (np.arange(len(ids)) >= head).astype(np.int64)
        out.append(ServedNeighbour(np.array(by_decoder.ids[: 2 * limits.m]), ids, kinds, mapping, first, last))
    question_tokens = np.array(decoder.encode(question, add_special_tokens=False).ids, dtype=np.int64)
    return ServedExample(question_tokens, out, list(answers))
