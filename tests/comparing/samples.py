"""Rows with scores of every awkward kind: random, tied, tiny, of one class."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from ctrcore.comparing.sheet import Sheet

Rows = tuple[np.ndarray, np.ndarray]


@st.composite
def scored_rows(draw: st.DrawFn, most: int = 30) -> Rows:
    """(label, logit) of 1 to `most` rows; few different scores, so that ties and perfect orders are common."""
    size = draw(st.integers(1, most))
    kinds = st.sampled_from([st.integers(-2, 2), st.floats(-12, 12, width=32, allow_subnormal=False)])
    label = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    logit = draw(st.lists(draw(kinds), min_size=size, max_size=size))
    return np.array(label), np.array(logit, np.float64)


def rows(n: int, tied: bool, seed: int, share: float = 0.3) -> Rows:
    """(label, logit) of n rows; `share` of them clicked, a share of 0 or 1 gives one class."""
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < share).astype(np.uint8)
    logit = rng.normal(size=n) + label
    return label, np.round(logit, 1) if tied else logit


def a_sheet(n: int, models: int, seed: int, *, tied: bool = False, users: int = 0) -> Sheet:
    """Several noisy scores of the same clicks."""
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < 0.3).astype(np.uint8)
    truth = rng.normal(size=n) + label
    group = rng.integers(0, users, n) if users else np.full(n, -1)
    scores = [truth + (1 + number) * 0.3 * rng.normal(size=n) for number in range(models)]
    logit = {f"m{number}": np.round(score, 1) if tied else score for number, score in enumerate(scores)}
    return Sheet(
        np.arange(n), label, group.astype(np.int32), {name: score.astype(np.float32) for name, score in logit.items()}
    )
