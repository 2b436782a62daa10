"""How many draws a bootstrap needs before it can tell anything apart."""

from __future__ import annotations

import math

from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.testing import Comparison
from ctrcore.language import say_count


def draws_needed(pairs: int) -> int:
    """The fewest draws with which a difference can be told among so many pairs tested together.

    The smallest p-value of n draws is 2 / (n + 1), and Holm's correction multiplies it by the number of pairs.
    """
    return math.ceil(2 * pairs / LEVEL)


def too_few_draws(comparison: Comparison) -> str:
    """That a bootstrap had too few draws to tell any of its pairs apart, as a sentence; '' if it had enough."""
    pairs = sum(not math.isnan(test.p) for test in comparison.tests)  # the others are told nothing by any number
    drawn = comparison.replicates
    needed = draws_needed(pairs)
    if not 0 < drawn < needed:
        return ""
    return say_count(
        "{drawn:,} draws are too few to tell a pair apart after the correction: {needed:,} are needed.",
        "{drawn:,} draws are too few to tell any of {count:,} pairs apart after the correction: {needed:,} are needed.",
        pairs,
        drawn=drawn,
        needed=needed,
    )
