"""Every item once, encoded, and rows that show a user these items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.stored import Table
from ctrcore.data.values import as_words
from ctrcore.errors import DataError
from ctrcore.explain.candidates import candidate_columns
from ctrcore.explain.names import Names
from ctrcore.language import say
from ctrcore.schema import Schema

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ItemTable:
    """n items, the commonest first, as one encoder sees them.

    Attributes:
        frame: the catalogue (`ctrcore.explain.candidates.catalogue`): indexed by the item's id as text, its columns
            as last seen, `seen` (rows) and `clicks` (rows with a click among the training rows).
        names: what items are called.
        encoder: of the run that reads the items.
        encoded: (n rows) of which only the item's columns mean something.
    """

    frame: pd.DataFrame
    names: Names
    encoder: Encoder
    encoded: Encoded

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """The items' ids as text, shape (n,)."""
        return np.asarray(self.frame.index, dtype=object)

    @cached_property
    def clicks(self) -> npt.NDArray[np.int64]:
        """Training rows with a click, shape (n,)."""
        return self.frame["clicks"].to_numpy(dtype=np.int64)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that change with the item."""
        columns = set(candidate_columns(self.encoder.schema))
        return frozenset(field.name for field in self.encoder.fields if field.name in columns)

    @cached_property
    def dense(self) -> Positions:
        """Where these stand among the dense fields."""
        names = [field.name for field in self.encoder.fields if not field.is_bag]
        return np.array([place for place, name in enumerate(names) if name in self.fields], dtype=np.int64)

    def position(self, item: str) -> int:
        """Where the item stands in the table. Raises DataError if there is none of that id."""
        found = int(self.frame.index.get_indexer(pd.Index([item]))[0])
        if found < 0:
            raise DataError(
                say("There is no item '{item}'.", item=item),
                say("Use the id of an item of the table, as it stands there."),
            )
        return found

    def positions(self, items: Sequence[str]) -> Positions:
        """Where the items stand; those that are not in the table are left out."""
        found = self.frame.index.get_indexer(pd.Index(list(items), dtype=object)).astype(np.int64)
        return found[found >= 0]

    def name(self, position: int) -> str:
        """What the item is called."""
        return self.names.item(str(self.ids[position]))


def with_clicks(catalogue: pd.DataFrame, rows: Table, schema: Schema, train: Encoded) -> pd.DataFrame:
    """The catalogue with `clicks`: how many of the training rows with a click show the item.

    Args:
        catalogue: of `ctrcore.explain.candidates.catalogue`.
        rows: the table, indexed by source row.
        schema: which column names the item.
        train: the training rows.
    """
    found = as_words(rows[str(schema.item)])
    places = pd.Index(rows.index).get_indexer(pd.Index(train.row[np.asarray(train.label) == 1]))
    codes = found.codes[places[places >= 0]]
    counts = np.bincount(codes[codes >= 0], minlength=len(found.words))
    clicks = pd.Series(counts, index=pd.Index(found.words, dtype=object))
    return catalogue.assign(clicks=clicks.reindex(catalogue.index).to_numpy(dtype=np.int64))


def item_table(catalogue: pd.DataFrame, encoder: Encoder, names: Names) -> ItemTable:
    """Encode every item once.

    Args:
        catalogue: of `ctrcore.explain.candidates.catalogue`, with the columns of this encoder's items.
        encoder: of the run.
        names: what items are called.
    """
    columns = [name for name in candidate_columns(encoder.schema) if name in catalogue.columns]
    return ItemTable(catalogue, names, encoder, encoder.transform(catalogue[columns].reset_index(drop=True)))


def candidates(one: Encoded, items: ItemTable, which: npt.ArrayLike) -> Encoded:
    """The user's row once for each of these items, with everything of the item replaced.

    Args:
        one: a single row: the user, the situation and the history.
        items: as the same encoder sees them.
        which: positions of the items.
    """
    chosen = np.asarray(which, dtype=np.int64)
    return shown(one, np.zeros(len(chosen), dtype=np.int64), items, chosen)


def shown(users: Encoded, who: Positions, items: ItemTable, which: Positions) -> Encoded:
    """Row r shows the user `users[who[r]]` the item `which[r]`: the user's row with everything of the item replaced."""
    rows = users.take(who)
    rows.ids[:, items.dense] = items.encoded.ids[which][:, items.dense]  # `take` made these arrays anew
    of_item = np.isin(rows.numeric, items.dense)
    rows.numbers[:, of_item] = items.encoded.numbers[which][:, of_item]
    bags = {name: items.encoded.bags[name].take(which) for name in rows.bags if name in items.fields}
    return replace(rows, bags=rows.bags | bags, label=np.full(len(rows), np.nan, np.float32))
