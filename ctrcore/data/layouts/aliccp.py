"""Ali-CCP as one flat table: clicks and purchases, with columns that are called by numbers.

Source: the description of 'Alibaba Click and Conversion Prediction' (Tianchi, 408), whose field numbers these are.
"""

from __future__ import annotations

from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import Layout, given_parts, is_large, left_out, list_names, with_parts
from ctrcore.data.layouts.plan import Hints, Part, Plan, TextFormat
from ctrcore.schema import Column, Role

MEANINGS: dict[str, tuple[Role, str]] = {
    "101": ("user", "It says which user the row is about."),
    "109_14": ("user", "It is a category that the user was interested in before."),
    "110_14": ("user", "It is a shop that the user was interested in before."),
    "127_14": ("user", "It is a brand that the user was interested in before."),
    "150_14": ("user", "It is an intention that the user had before."),
    "121": ("user", "It names a part of the user's profile."),
    "122": ("user", "It names the group of the user's profile."),
    "124": ("user", "It names the user's gender."),
    "125": ("user", "It names the user's age group."),
    "126": ("user", "It names how much the user spends."),
    "127": ("user", "It names how much the user spends, in other steps."),
    "128": ("user", "It says whether the user is in work."),
    "129": ("user", "It names where the user lives."),
    "205": ("item", "It says which item the row is about."),
    "206": ("item", "It names the category of the item."),
    "207": ("item", "It names the shop of the item."),
    "210": ("item", "It names an intention that the item serves."),
    "216": ("item", "It names the brand of the item."),
    "301": ("context", "It names the place on the site where the item was shown."),
    "508": ("context", "It combines the user's past categories with that of the item."),
    "509": ("context", "It combines the user's past shops with that of the item."),
    "702": ("context", "It combines the user's past brands with that of the item."),
    "853": ("context", "It combines the user's past intentions with that of the item."),
}
NAME = " The number is its name in Ali-CCP."
WEIGHT = "It is the weight that belongs to the field {0}: how often, or how strongly."
RARE = " Values seen in fewer than 10 training rows count as unknown."
KNOWN_LATER = "A purchase is known only after the click, so a model that predicts the click may not see it."


def recognise(files: Files) -> Plan | None:
    """A table with the columns click and purchase, and among its numbers for names 101 or 205."""
    heads = files.all(_fits)
    if not heads:
        return None
    parts = given_parts(heads)
    rows = parts["train"]
    like = Part(rows.path, TextFormat(rows.delimiter, numbers_as_names=True))
    columns = tuple(_column(name, is_large(rows)) for name in rows.names if name)
    plan = Plan(
        layout="ali_ccp",
        title="Ali-CCP clicks and purchases",
        why=f"{list_names([rows])} has the columns click and purchase, and others with numbers for names.",
        rows=like,
        hints=Hints(
            label="click",
            user="101" if "101" in rows.names else None,
            item="205" if "205" in rows.names else None,
            columns=columns,
            notes=(
                "The rows carry no time, so they cannot be split by it.",
                *left_out(heads, list(parts.values())),
            ),
        ),
    )
    return with_parts(plan, parts, like)


def _fits(head: Head) -> bool:
    numbered = [name for name in head.names if name in MEANINGS]
    return {"click", "purchase"} <= set(head.names) and len(numbered) >= 3 and bool({"101", "205"} & set(numbered))


def _column(name: str, large: bool) -> Column:
    if name == "click":
        return Column(name=name, kind="ignore", reason="It says whether the item was clicked.")
    if name == "purchase":
        return Column(name=name, kind="ignore", reason=KNOWN_LATER)
    role, meaning = MEANINGS.get(name.removeprefix("D"), ("context", "What it means is not known."))
    if name.startswith("D") and name[1:] in MEANINGS:
        return Column(name=name, kind="numeric", role=role, reason=WEIGHT.format(name[1:]))
    if name not in MEANINGS:
        return Column(name=name, kind="categorical", reason=meaning)
    least, rare = (10, RARE) if large else (1, "")
    return Column(name=name, kind="categorical", role=role, min_count=least, reason=meaning + NAME + rare)


LAYOUTS = {
    "ali_ccp": Layout(
        "Ali-CCP clicks and purchases",
        "Items shown in a shop, with click, purchase and fields that are called by numbers such as 101 and 205.",
        recognise,
    )
}
