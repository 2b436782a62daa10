"""Which column names an item for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.data.guesses.facts import Facts, determined_by, sample
from ctrcore.data.guesses.names import words_of

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

NAMING = ("title", "name", "headline", "caption", "itemname", "productname", "movietitle")
OWN = 0.8  # of the items have a name that is theirs alone: a brand's name is shared by many


def guess_item_name(table: Table, item: str) -> str | None:
    """The column with the item's title or name; None if there is none.

    It is called so, holds texts, and has one value per item and nearly as many values as there are items.

    Args:
        table: the rows.
        item: the column with the item's id.
    """
    named = [str(name) for name in table.columns if not set(NAMING).isdisjoint(words_of(str(name))) and name != item]
    if not named or item not in table.columns:
        return None
    rows = sample(table)
    facts = {name: Facts(name, rows[name]) for name in [item, *named]}
    return name_among(facts, item, determined_by(table, item, facts))


def name_among(facts: dict[str, Facts], item: str, of_item: set[str]) -> str | None:
    """The same from what is known of the columns already; `of_item` are those with one value per item."""
    found = [
        name
        for name in of_item
        if not set(NAMING).isdisjoint(words_of(name))
        and facts[name].is_text
        and not facts[name].is_list
        and facts[name].distinct >= OWN * facts[item].distinct
    ]
    order = {word: place for place, word in enumerate(NAMING)}
    return min(found, key=lambda name: (min(order.get(word, 99) for word in words_of(name)), name), default=None)
