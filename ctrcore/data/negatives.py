"""Fewer training rows without a click."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def keep_rows(label: npt.NDArray[np.floating], share: float, seed: int) -> npt.NDArray[np.int64]:
    """Positions of every clicked row and a random share of the others, in the order of the rows.

    A model trained on them scores too high by -log(share kept); the trainer adds the logarithm back (He et al. 2014,
    section 6.3). At least one row without a click stays.

    Args:
        label: (n,) of 0 and 1.
        share: share of the rows without a click that stays, in (0, 1].
        seed: of the random choice.
    """
    negatives = np.flatnonzero(label == 0)
    count = min(len(negatives), max(1, round(share * len(negatives))))
    chosen = np.random.default_rng(seed).choice(negatives, size=count, replace=False) if count else negatives
    return np.sort(np.concatenate([np.flatnonzero(label != 0), chosen])).astype(np.int64)
