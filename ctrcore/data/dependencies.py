"""Columns that determine each other: what the item id says of the category, what one spelling says of another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ctrcore.data.profiles import Determined

NEARLY = 0.98
FEWEST_ROWS = 20
MOST_COLUMNS = 60  # pairs grow with the square

Codes = npt.NDArray[np.int64]


def determined(columns: dict[str, Codes]) -> list[Determined]:
    """Pairs of columns of which the first says what the second is, in nearly every row.

    Only rows whose `a` is seen at least twice are counted, for one seen once cannot contradict. What `b` nearly always
    is anyway does not count either: the exceptions left must be a tenth of those without `a`, at most. A pair that
    holds both ways is given once.

    Args:
        columns: (n,) values of each column as numbers from 0, -1 for missing ones. At most 60 columns are compared.
    """
    dense = {name: _renumber(codes) for name, codes in list(columns.items())[:MOST_COLUMNS]}
    sizes = {name: int(codes.max(initial=-1)) + 1 for name, codes in dense.items()}
    found: dict[tuple[str, str], tuple[float, int]] = {}
    for a, codes in dense.items():
        for b, others in dense.items():
            # What has many more values than `a` cannot be said by it.
            if a == b or sizes[b] < 2 or sizes[b] > 1.05 * sizes[a]:
                continue
            share = _share(codes, others, sizes[b])
            if share is not None:
                found[a, b] = share
    pairs = []
    for (a, b), (part, rows) in found.items():
        both = (b, a) in found
        if not both or list(dense).index(a) < list(dense).index(b):
            pairs.append(Determined(a=a, b=b, share=part, both=both, rows=rows))
    return sorted(pairs, key=lambda pair: not pair.both)


def _renumber(codes: Codes) -> Codes:
    """The values that occur, from 0 without gaps."""
    used, dense = np.unique(codes, return_inverse=True)
    return dense.astype(np.int64) - int(len(used) > 0 and used[0] < 0)


def _share(codes: Codes, others: Codes, size: int) -> tuple[float, int] | None:
    """Share of rows with the commonest `b` of their `a`, and the rows; None if `a` does not determine `b`."""
    both = (codes >= 0) & (others >= 0)
    pairs, counts = np.unique(codes[both] * size + others[both], return_counts=True)
    a, b = pairs // size, pairs % size
    total = np.bincount(a, weights=counts)
    most = np.zeros(len(total))
    np.maximum.at(most, a, counts)
    repeated = total >= 2
    rows = int(total[repeated].sum())
    if rows < FEWEST_ROWS or repeated.sum() < 2:
        return None
    inside = repeated[a]
    usual = np.bincount(b[inside], weights=counts[inside]).max() / rows
    share = float(most[repeated].sum() / rows)
    return (share, rows) if share >= NEARLY and usual < 1 and 1 - share <= 0.1 * (1 - usual) else None
