"""Amazon reviews: one JSON object a line for each review, and another file of what is known of the products.

Source: the descriptions of Amazon Review Data 2014 and 2018 and of Amazon Reviews 2023 (McAuley Lab).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ctrcore.data.layouts.amazon_reading import Products, Reviews, parse
from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import (
    ITEM_ID,
    RATING,
    TITLE,
    USER_ID,
    Layout,
    given_parts,
    left_out,
    list_names,
    side,
    timestamp,
)
from ctrcore.data.layouts.plan import Hints, Part, Plan
from ctrcore.data.logs.choices import LogChoices
from ctrcore.schema import Column

OLD = ("reviewerID", "asin", "overall", "unixReviewTime")
NEW = ("user_id", "parent_asin", "rating", "timestamp")
PRODUCT = {"title", "categories", "category", "main_category", "main_cat", "brand", "store", "price", "description"}
LOOKED_AT = 5
NOTES = (
    "Every review counts as a click, whatever its stars: who reviews a product chose it. The rows without a click are "
    "drawn from the other products.",
    "Texts, pictures and votes of reviews are not read, for they come after the click.",
)
PRODUCT_NOTE = "A product's mean rating and number of ratings are not read, for reviews of later times are in them."
COLUMNS = (
    USER_ID,
    ITEM_ID,
    RATING,
    TITLE,
    Column(name="category", kind="categorical", role="item", reason="It is the narrowest category of the product."),
    Column(
        name="categories", kind="multi_value", role="item", delimiter="|",
        reason="It holds the categories of the product from wide to narrow, with '|' between them.",
    ),
    Column(name="brand", kind="categorical", role="item", reason="It names the brand or the store of the product."),
    Column(
        name="price", kind="numeric", role="item", scale="log_standard",
        reason="It is the price; few products are very dear, so its logarithm is taken.",
    ),
)  # fmt: skip


def recognise_2018(files: Files) -> Plan | None:
    """Reviews with reviewerID, asin, overall and unixReviewTime."""
    return _plan(files, files.all(lambda head: _keys(head) >= set(OLD)), "amazon_2018", "seconds")


def recognise_2023(files: Files) -> Plan | None:
    """Reviews with user_id, parent_asin (or asin), rating and timestamp, as JSON or as CSV."""
    return _plan(files, files.all(_is_new), "amazon_2023", "milliseconds")


def _plan(files: Files, heads: list[Head], layout: str, unit: str) -> Plan | None:
    if not heads:
        return None
    rows = given_parts(heads)["train"]
    items = files.one(_is_product)
    names = OLD if layout == "amazon_2018" else NEW
    log = LogChoices(
        user="user_id",
        item="item_id",
        time="timestamp",
        rating="rating",
        history_columns=["category"] if items is not None else [],
    )
    return Plan(
        layout=layout,
        title=LAYOUTS[layout].title,
        why=f"{list_names([rows])} holds reviews with {', '.join(names)}.",
        rows=Part(rows.path, read=Reviews(names)) if rows.shape == "json_lines" else Part(rows.path, tidy=tidy_csv),
        items=side(items, read=Products(names[1])),
        user_key="user_id",
        item_key="item_id",
        hints=Hints(
            user="user_id",
            item="item_id",
            time="timestamp",
            columns=(*COLUMNS, timestamp(unit)),
            log=log,
            notes=(*NOTES, *([PRODUCT_NOTE] if items is not None else []), *left_out(heads, [rows])),
        ),
    )


def tidy_csv(frame: pd.DataFrame) -> pd.DataFrame:
    """The four columns of a log out of the tables of 2023 without texts; a history that is given is built anew."""
    item = "parent_asin" if "parent_asin" in frame.columns else "asin"
    return frame[["user_id", item, "rating", "timestamp"]].rename(columns={item: "item_id"})


def _objects(head: Head) -> list[dict[str, Any]]:
    """The first lines as objects; none if one of them is no object."""
    if head.shape != "json_lines":
        return []
    objects = [parse(line) for line in head.lines[:LOOKED_AT]]
    return [one for one in objects if one is not None] if None not in objects else []


def _keys(head: Head) -> set[str]:
    """The keys that each of the first objects has."""
    objects = _objects(head)
    return set.intersection(*(set(one) for one in objects)) if objects else set()


def _is_new(head: Head) -> bool:
    keys = _keys(head) if head.shape == "json_lines" else set(head.names)
    wanted = {"user_id", "rating", "timestamp"}
    return keys >= wanted and ("parent_asin" in keys or "asin" in keys)


def _is_product(head: Head) -> bool:
    keys = set().union(*(set(one) for one in _objects(head)))
    has_id = bool({"asin", "parent_asin"} & _keys(head))
    return has_id and bool(keys & PRODUCT) and not keys & {"reviewerID", "user_id"}


LAYOUTS = {
    "amazon_2018": Layout(
        "Amazon reviews of 2014 or 2018",
        "Reviews as JSON Lines with reviewerID, asin, overall and unixReviewTime, perhaps with products.",
        recognise_2018,
    ),
    "amazon_2023": Layout(
        "Amazon reviews of 2023",
        "Reviews as JSON Lines or CSV with user_id, parent_asin, rating and timestamp, perhaps with products.",
        recognise_2023,
    ),
}
