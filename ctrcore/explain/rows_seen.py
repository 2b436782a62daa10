"""In how many training rows each of a row's values occurs."""

from __future__ import annotations

import numpy as np

from ctrcore.data.encoded import Encoded

AT_ONCE = 1_000_000  # rows compared at a time, to bound the memory


def rows_with(train: Encoded, one: Encoded) -> list[int]:
    """Training rows with the same value, for each field with one value, in field order.

    A value's `Support.seen` counts past clicks, too, where histories share the field's embeddings; this counts rows.

    Args:
        train: encoded training rows.
        one: a single row, encoded alike.
    """
    found = np.zeros(train.ids.shape[1], dtype=np.int64)
    for start in range(0, len(train.ids), AT_ONCE):
        found += (train.ids[start : start + AT_ONCE] == one.ids[0]).sum(0)
    return [int(count) for count in found]
