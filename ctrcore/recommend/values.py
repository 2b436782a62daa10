"""Values of items, and through them of past behaviours: the categories that behaviours can share."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.recommend.items import ItemTable, Positions
from ctrcore.recommend.moments import history_fields

Values = dict[str, list[list[str]]]  # by column of items: the values of each item or behaviour


def behaviour_values(items: ItemTable, one: Encoded) -> Values:
    """The values of a single row's behaviours, the most recent first: those of its histories, and where one of them
    holds items, those of these items' columns."""
    encoder = items.encoder
    shown = encoder.inverse(one).iloc[0]
    found: Values = {}
    for name in history_fields(encoder):
        values = [str(value) for value in shown[name]][::-1]
        of = encoder.field(name).of
        if of == encoder.schema.item:
            places = items.frame.index.get_indexer(pd.Index(values, dtype=object)).astype(np.int64)
            found |= item_values(items, places)
        elif of is not None:
            found[of] = [[value] for value in values]
    return found


def item_values(items: ItemTable, places: Positions) -> Values:
    """For each category of items the known values of these items; none for an item that is not in the table (-1)."""
    found: Values = {}
    dense = [field.name for field in items.encoder.fields if not field.is_bag]
    for field in items.encoder.fields:
        if field.name not in items.fields or field.kind == "numeric" or field.name == items.encoder.schema.item:
            continue
        if field.is_bag:
            bag = items.encoded.bags[field.name].take(np.maximum(places, 0))
            ids = [bag.ids[a:b].tolist() for a, b in pairwise(bag.offsets.tolist())]
        else:
            ids = items.encoded.ids[np.maximum(places, 0), dense.index(field.name)][:, None].tolist()
        words = {id_: items.encoder.label_of(field.name, id_) for held in ids for id_ in held if id_ != field.start}
        found[field.name] = [
            [words[id_] for id_ in held if id_ in words] if place >= 0 else []
            for held, place in zip(ids, places.tolist(), strict=True)
        ]
    return found
