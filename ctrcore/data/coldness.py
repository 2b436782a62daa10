"""Users and items that training never saw: of them a model knows nothing but what they share with others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]
Cold = dict[str, dict[str, dict[str, float]]]


def cold_report(parts: Mapping[str, npt.ArrayLike], keys: Mapping[str, npt.NDArray[np.integer] | None]) -> Cold:
    """How much of validation and test is about users or items without a training row.

    Args:
        parts: row positions of 'train', 'valid' and 'test'.
        keys: (n,) codes of each row by what they stand for, such as 'user' and 'item'; -1 for none. None if the table
            has no such column: then it is left out.

    Returns:
        By part ('valid', 'test') and key, as plain JSON values: `rows`, the rows of the part that have the key;
        `cold_rows`, those whose value no training row has; `share`, the one by the other (0 if there are no rows);
        `distinct`, different values in the part; and `cold`, those of them that no training row has.
    """
    report: Cold = {}
    for part, rows in parts.items():
        if part != "train":
            report[part] = {
                key: _cold(codes, np.asarray(parts["train"], dtype=np.int64), np.asarray(rows, dtype=np.int64))
                for key, codes in keys.items()
                if codes is not None
            }
    return report


def _cold(codes: npt.NDArray[np.integer], train: Index, rows: Index) -> dict[str, float]:
    seen = np.zeros(int(codes.max(initial=-1)) + 1, dtype=bool)
    learned = codes[train]
    seen[learned[learned >= 0]] = True
    own = codes[rows]
    own = own[own >= 0]
    here = np.zeros(len(seen), dtype=bool)
    here[own] = True
    cold = int((~seen[own]).sum())
    return {
        "rows": len(own),
        "cold_rows": cold,
        "share": cold / len(own) if len(own) else 0.0,
        "distinct": int(here.sum()),
        "cold": int((here & ~seen).sum()),
    }
