"""Scores made up for a test, and scores that know the truth or nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ctrcore.explain.trust.methods import Scores
from ctrcore.explain.trust.statistics import Array, Mask


def scores(score: Array, effect: Array, mask: Mask | None = None, *, signed: bool = True) -> Scores:
    mask = np.ones(score.shape, bool) if mask is None else mask
    group = np.full(len(score), -1, np.int32)
    return Scores("contribution", "behaviour", score * mask, effect * mask, mask, signed, None, group)


def oracle(of: Scores) -> Scores:
    """Scores that are the effects."""
    return replace(of, score=of.effect, compared=None)


def clueless(of: Scores, seed: int = 0) -> Scores:
    """Random scores, which have nothing to do with the effects."""
    drawn = np.random.default_rng(seed).normal(size=of.score.shape)
    return replace(of, score=drawn * of.mask, compared=None)
