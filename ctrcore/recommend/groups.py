"""Past behaviours that have a value in common: three clicks on comedies say more than three clicks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.items import ItemTable, Positions
from ctrcore.recommend.moments import history_fields

COLUMNS = ("by", "value", "behaviours", "contribution", "lead", "own", "backs")
FEWEST = 2


def group_behaviours(trace: Trace, place: int) -> pd.DataFrame:
    """Behaviours by each value that at least two of them share.

    Their values are those of the histories, and where one of them holds items, those of these items' columns.

    Args:
        trace: the list.
        place: of the candidate that is explained, from 0.

    Returns:
        by (column of the item), value, behaviours, contribution (sum of theirs to the item's logit), lead (sum of
        theirs, see `ctrcore.recommend.contrast`), own (the item has the value, too), backs (list: which ones, 1 is the
        most recent), the largest lead first. Empty where the model does not tell behaviours apart.
    """
    worth, lead = trace.contrast.behaviours(place), trace.contrast.leads(place).behaviours
    if not len(worth):
        return pd.DataFrame(columns=list(COLUMNS))
    own = _values_of(trace.items, trace.positions[place : place + 1])
    found = []
    for by, values in _behaviour_values(trace).items():
        backs_of: dict[str, list[int]] = {}
        for back, held in enumerate(values, start=1):
            for value in held:
                backs_of.setdefault(value, []).append(back)
        for value, backs in backs_of.items():
            if len(backs) >= FEWEST:
                inside = np.array(backs) - 1
                sums = float(worth[inside].sum()), float(lead[inside].sum())
                found.append((by, value, len(backs), *sums, value in own.get(by, [[]])[0], backs))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    order = table["lead"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _behaviour_values(trace: Trace) -> dict[str, list[list[str]]]:
    """For each column of items the values of every behaviour, the most recent first."""
    encoder, one = trace.recommender.encoder, trace.moment.ranker
    shown = encoder.inverse(one).iloc[0]
    found: dict[str, list[list[str]]] = {}
    for name in history_fields(encoder):
        values = [str(value) for value in shown[name]][::-1]
        of = encoder.field(name).of
        if of == encoder.schema.item:
            places = trace.items.frame.index.get_indexer(pd.Index(values, dtype=object)).astype(np.int64)
            found |= _values_of(trace.items, places)
        elif of is not None:
            found[of] = [[value] for value in values]
    return found


def _values_of(items: ItemTable, places: Positions) -> dict[str, list[list[str]]]:
    """For each category of items the values of these items; none for an item that is not in the table (-1)."""
    found: dict[str, list[list[str]]] = {}
    dense = [field.name for field in items.encoder.fields if not field.is_bag]
    for field in items.encoder.fields:
        if field.name not in items.fields or field.kind == "numeric" or field.name == items.encoder.schema.item:
            continue
        if field.is_bag:
            bag = items.encoded.bags[field.name].take(np.maximum(places, 0))
            ids = [bag.ids[a:b] for a, b in pairwise(bag.offsets.tolist())]
        else:
            ids = list(items.encoded.ids[np.maximum(places, 0), dense.index(field.name)][:, None])
        found[field.name] = [
            _words(items, field.name, held) if place >= 0 else []
            for held, place in zip(ids, places.tolist(), strict=True)
        ]
    return found


def _words(items: ItemTable, field: str, ids: npt.NDArray[np.int32]) -> list[str]:
    """The known values behind some ids."""
    start = items.encoder.field(field).start
    return [items.encoder.label_of(field, id_) for id_ in ids.tolist() if id_ != start]
