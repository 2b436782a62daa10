"""Names of items for people: 'Fargo (1996)' instead of the id 100."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ctrcore.data.guesses.names import words_of
from ctrcore.data.stored import Table
from ctrcore.data.values import Words, as_words
from ctrcore.explain.explanation import as_written
from ctrcore.schema import Schema

YEARS = {"year", "years"}
DISTINGUISHED = 60  # columns of a table looked at for a year


@dataclass(frozen=True)
class Names:
    """What items are called.

    Attributes:
        items: name of each item by its id as text; ids without a name are not in it.
        fields: the columns whose values are item ids: the item column and the histories of it.
    """

    items: dict[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()

    def item(self, item: str) -> str:
        """The item's name, or its id if it has none."""
        return self.items.get(item, item)

    def value(self, field_name: str, value: str) -> str:
        """A field's value as people know it: the item's name where the value is an item's id."""
        return self.item(as_written(value)) if field_name in self.fields else value


def item_names(table: Table, schema: Schema) -> dict[str, str]:
    """The name of each item by its id as text, from the last row that tells one.

    A year of the item in a column of its own is added in brackets, and items of one name get their id beside it, so
    that every name means one item.

    Args:
        table: rows with the item column and the column `schema.item_name`.
        schema: what the columns mean; without an item, or without a name column in the table, nothing has a name.
    """
    if schema.item is None or schema.item_name is None or not {schema.item, schema.item_name} <= {*table.columns}:
        return {}
    items, names = as_words(table[schema.item]), as_words(table[schema.item_name])
    both = np.flatnonzero(items.known & names.known)
    last = np.full(len(items.words), -1)
    last[items.codes[both]] = both  # of equal ids the last one stays
    named = np.flatnonzero(last >= 0)
    texts = names.words[names.codes[last[named]]].tolist()
    years = _years(table, schema)
    if years is not None:
        told = years.texts()[last[named]]
        texts = [
            f"{name} ({year})" if year is not None and year not in name else name
            for name, year in zip(texts, told, strict=True)
        ]
    return _distinct(dict(zip(items.words[named].tolist(), texts, strict=True)))


def names_of(table: Table, schema: Schema) -> Names:
    """`item_names`, and which fields hold items.

    Args:
        table: rows.
        schema: what the columns mean, with built histories.
    """
    if schema.item is None:
        return Names()
    own = {column.name for column in schema.histories if column.of == schema.item}
    return Names(item_names(table, schema), frozenset({schema.item, *own}))


def _years(table: Table, schema: Schema) -> Words | None:
    for column in schema.columns[:DISTINGUISHED]:
        if column.role == "item" and not YEARS.isdisjoint(words_of(column.name)) and column.name in table.columns:
            return as_words(table[column.name])
    return None


def _distinct(names: dict[str, str]) -> dict[str, str]:
    seen: dict[str, int] = {}
    for name in names.values():
        seen[name] = seen.get(name, 0) + 1
    return {item: name if seen[name] == 1 else f"{name} · {item}" for item, name in names.items()}
