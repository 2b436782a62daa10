"""Cells of a column at given places, some of which may be no place at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.data.values import Words

Index = npt.NDArray[np.int64]


def at_places(cells: pd.Series[Any], places: Index) -> pd.Series[Any]:
    """The cells (n,) at n positions, missing where the position is -1; indexed from 0.

    Whole numbers with gaps become numbers with NaN. Those that float64 cannot hold exactly become text, for they are
    ids, and two of them that differ must not be rounded to one.
    """
    kind = cells.dtype
    gaps = places < 0
    if isinstance(kind, np.dtype) and kind.kind in "iu" and gaps.any() and len(cells):
        numbers = cells.to_numpy()
        if max(abs(int(numbers.min())), abs(int(numbers.max()))) > LARGEST_EXACT:
            return pd.Series(pc.cast(pa.array(numbers[places], mask=gaps), pa.string()), dtype="str")
        return pd.Series(np.where(gaps, np.nan, numbers[places].astype(np.float64)))
    # By label, as taking the cell at -1 would give the last one.
    return cells.reset_index(drop=True).reindex(places).reset_index(drop=True)


def places_of(ids: Words, place_of_id: Index, wanted: Words) -> Index:
    """The place (n,) of each of n wanted ids, -1 for one that is missing or unknown.

    Args:
        ids: whose words are the ids that are known.
        place_of_id: place of each of these words, -1 for none.
        wanted: the ids to look up.
    """
    word = pd.Index(ids.words, dtype=object).get_indexer(pd.Index(wanted.words, dtype=object))
    places: Index = np.append(place_of_id, -1)[np.append(word, -1)][wanted.codes]
    return places
