"""Every configuration names only what its run knows."""

from pathlib import Path

import pytest
import yaml

from training.train import TRAINING, ReaderRun
from training.train_retrofit import RetrofitRun

CONFIGS = sorted((TRAINING / "configs").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.stem)
def test_a_configuration_starts(path: Path) -> None:
    run = (ReaderRun if path.stem.startswith("reader") else RetrofitRun)(**yaml.safe_load(path.read_text()))
    sampling = run.sampling()
    assert (sampling.k, sampling.no_gold) == (run.k, run.no_gold)
    full = path.stem in ("retrofit-full", "retrofit-long")
    assert sampling.retrieves is full and (sampling.counterfactual > 0) is full
    # An eighth of the answerable is swapped instead, and a rule fits nearly all.
    unanswerable = sampling.no_gold + (1 - sampling.no_gold) * 7 / 8 * 0.95 * sampling.misasked
    assert 0.25 <= unanswerable <= 0.45 or not full


def test_texts_that_go_on_need_their_set() -> None:
    with pytest.raises(ValueError, match="go together"):
        RetrofitRun(styles={"short": 0.9, "text": 0.1})
    with pytest.raises(ValueError, match="go together"):
        RetrofitRun(texts="squad11")
