"""Taobao's UserBehavior: what a million users of a shop did in nine days.

Source: the description of the data set 'User Behavior Data from Taobao for Recommendation' (Tianchi, 649).
"""

from __future__ import annotations

import re

import pandas as pd

from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import ITEM_ID, USER_ID, Layout, given_parts, left_out, list_names, timestamp
from ctrcore.data.layouts.plan import Hints, Part, Plan, TextFormat
from ctrcore.data.logs.choices import LogChoices
from ctrcore.schema import Column

NAMES = ("user_id", "item_id", "category_id", "behavior", "timestamp")
LINE = re.compile(r"\d+,\d+,\d+,(pv|buy|cart|fav),\d+")
LOG = LogChoices(
    user="user_id", item="item_id", time="timestamp", action="behavior", positive_actions=["pv"],
    history_columns=["category_id"],
)  # fmt: skip
NOTES = (
    "Page views (pv) count as clicks and fill the histories: they are nine behaviours in ten, and a purchase, a cart "
    "or a favourite nearly always follows a view of the same item, so that counting it too would count one interest "
    "twice. Choose 'buy' instead to predict purchases, which are rare.",
    "The file does not say what was shown and not clicked, so the rows without a click are drawn.",
)
COLUMNS = (
    USER_ID,
    ITEM_ID,
    Column(name="category_id", kind="categorical", role="item", reason="It names the category of the item."),
    Column(
        name="behavior", kind="ignore",
        reason="It says what the user did: pv is a page view, then there are buy, cart and fav (a favourite).",
    ),
    timestamp(),
)  # fmt: skip


def recognise(files: Files) -> Plan | None:
    """Five cells a line, the fourth one of pv, buy, cart and fav, with or without a line of names."""
    heads = files.all(_fits)
    if not heads:
        return None
    rows = given_parts(heads)["train"]
    notes = (*NOTES, *left_out(heads, [rows]))
    bare = LINE.fullmatch(rows.lines[0]) is not None
    return Plan(
        layout="taobao",
        title="Taobao user behaviour",
        why=f"{list_names([rows])} holds a user, an item, a category, one of pv, buy, cart and fav, and a time.",
        rows=Part(rows.path, TextFormat(",", NAMES)) if bare else Part(rows.path, TextFormat(","), tidy=rename),
        user_key="user_id",
        item_key="item_id",
        hints=Hints(user="user_id", item="item_id", time="timestamp", columns=COLUMNS, log=LOG, notes=notes),
    )


def rename(frame: pd.DataFrame) -> pd.DataFrame:
    """The five columns by the names that all layouts give them."""
    return frame.set_axis(pd.Index(NAMES), axis=1)


def _fits(head: Head) -> bool:
    first, *rest = head.lines
    named = len(first.split(",")) == len(NAMES) and not any(character.isdigit() for character in first)
    return all(LINE.fullmatch(line) for line in rest) and (LINE.fullmatch(first) is not None or (named and bool(rest)))


LAYOUTS = {
    "taobao": Layout(
        "Taobao user behaviour",
        "A shop's log of page views, carts, favourites and purchases with users, items and categories.",
        recognise,
    )
}
