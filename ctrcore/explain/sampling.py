"""Samples of rows, the same for the same seed."""

from __future__ import annotations

import numpy as np

from ctrcore.data.encoded import Encoded


def sample_rows(rows: Encoded, size: int, seed: int) -> Encoded:
    """At most `size` rows, drawn without replacement, in their order."""
    if len(rows) <= size:
        return rows
    return rows.take(np.sort(np.random.default_rng(seed).choice(len(rows), size, replace=False)))
