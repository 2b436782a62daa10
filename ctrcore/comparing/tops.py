"""What the best part of a list holds: all that a reader of a long list sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctrcore.comparing.ranked import Ranked


@dataclass(frozen=True)
class Top:
    """The best rows of a list.

    Attributes:
        share: how much of the list they are.
        rows: how many rows that is.
        recall: share of all clicks that are among them; NaN where there are no clicks.
        precision: share of them that was clicked; NaN without rows.
        lift: precision over the click rate of the whole list.
    """

    share: float
    rows: float
    recall: float
    precision: float
    lift: float


def tops(ranked: Ranked, shares: Sequence[float]) -> list[Top]:
    """The best rows for each share of the list. Of rows with the same score as many count as there is room for, each
    with the click rate of them all: what a random order of them gives on average."""
    rows = len(ranked)
    ends, hits = np.append(0, ranked.ends), np.append(0, ranked.hits)
    found = []
    for share in shares:
        size = share * rows
        clicks = float(np.interp(size, ends, hits))
        recall = clicks / ranked.positives if ranked.positives else float("nan")
        precision = clicks / size if size else float("nan")
        found.append(Top(share, size, recall, precision, recall / share if share else float("nan")))
    return found
