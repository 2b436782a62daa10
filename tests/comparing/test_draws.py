"""Draws of a bootstrap: with those that are needed a clear difference is told, with one less none ever is."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.comparing.draws import draws_needed, too_few_draws
from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import compare_all, holm, told


@pytest.mark.parametrize("pairs", [1, 2, 3, 7, 10, 28, 45, 190])
def test_with_one_draw_less_the_least_p_is_not_small_enough(pairs: int) -> None:
    needed = draws_needed(pairs)
    clear, rest = 2 / (1 + needed), [1.0] * (pairs - 1)
    assert holm([clear, *rest])[0] < LEVEL
    assert not holm([2 / needed, *rest])[0] < LEVEL - 1e-12


def clear(models: int) -> Sheet:
    """Models of which each ranks far better than the next."""
    rng = np.random.default_rng(1)
    label = (np.arange(400) % 2).astype(np.uint8)
    logit = {str(one): (3 * one * label + rng.normal(size=400)).astype(np.float32) for one in range(models)}
    return Sheet(np.arange(400), label, np.full(400, -1, np.int32), logit, dict.fromkeys(logit, 0))


def test_three_clear_pairs_are_told_from_the_draws_needed_on() -> None:
    few, enough = (compare_all(clear(3), "bootstrap", draws) for draws in (draws_needed(3) - 1, draws_needed(3)))
    assert not any(told(test) for test in few.tests)
    assert too_few_draws(few) == (
        "119 draws are too few to tell any of 3 pairs apart after the correction: 120 are needed."
    )
    assert any(told(test) for test in enough.tests)
    assert too_few_draws(enough) == ""
    assert "tell a pair apart" in too_few_draws(compare_all(clear(2), "bootstrap", 20))
    assert too_few_draws(compare_all(clear(2), "delong")) == ""
