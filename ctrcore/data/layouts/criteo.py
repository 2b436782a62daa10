"""Criteo's display advertising rows: a label, thirteen numbers and twenty-six hashed values.

Source: the data descriptions of Criteo's Kaggle challenge (2014) and of its terabyte click logs.
"""

from __future__ import annotations

import re

from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import Layout, given_parts, is_large, left_out, list_names, with_parts
from ctrcore.data.layouts.plan import Hints, Part, Plan, TextFormat
from ctrcore.schema import Column

NUMBERS = tuple(f"I{number}" for number in range(1, 14))
VALUES = tuple(f"C{number}" for number in range(1, 27))
NAMES = ("label", *NUMBERS, *VALUES)
LABELS = {"label", "click", "clicked", "target"}
COUNT = "It is a count with a long tail, so its logarithm is taken, of the few negative ones with the sign kept."
RARE = " Values seen in fewer than 10 training rows count as unknown: there are millions of them, too rare to learn."
NOTES = (
    "The rows name no user, no item and no time, so there are no histories and no figures for each user.",
    "The rows are in the order of time within each day, so the last rows of a file come from later than the first.",
)


def recognise(files: Files) -> Plan | None:
    """Rows without names, or below the names label, I1 to I13 and C1 to C26, in any order."""
    bare = files.all(_is_bare)
    heads = bare or files.all(_has_names)
    if not heads:
        return None
    parts = given_parts(heads)
    rows = parts["train"]
    label = "label" if bare else next(name for name in rows.names if name.lower() in LABELS)
    like = Part(rows.path, TextFormat(_delimiter(rows), NAMES)) if bare else Part(rows.path)
    form = "has a label, 13 numbers and 26 hashed values on each line" if bare else "has columns I1 to I13, C1 to C26"
    plan = Plan(
        layout="criteo",
        title="Criteo display advertising",
        why=f"{list_names([rows])} {form}.",
        rows=like,
        hints=Hints(
            label=label, columns=_columns(is_large(rows), label), notes=(*NOTES, *left_out(heads, list(parts.values())))
        ),
    )
    return with_parts(plan, parts, like)


def _columns(large: bool, label: str) -> tuple[Column, ...]:
    least = 10 if large else 1
    reason = "Its values are hashes, whose meaning is not known." + (RARE if large else "")
    return (
        Column(name=label, kind="ignore", reason="It says whether the advertisement was clicked."),
        *(Column(name=name, kind="numeric", scale="log_standard", reason=COUNT) for name in NUMBERS),
        *(Column(name=name, kind="categorical", min_count=least, reason=reason) for name in VALUES),
        *(Column(name=name, kind="ignore", reason="It numbers the rows.") for name in ("id", "Id")),
    )


def _delimiter(head: Head) -> str:
    return "\t" if "\t" in head.lines[0] else ","


def _is_bare(head: Head) -> bool:
    number, value = r"(-?\d*)", r"([0-9a-fA-F]{0,8})"
    delimiter = _delimiter(head)
    line = re.compile(delimiter.join(["[01]", *[number] * len(NUMBERS), *[value] * len(VALUES)]))
    return all(line.fullmatch(text) for text in head.lines)


def _has_names(head: Head) -> bool:
    return {*NUMBERS, *VALUES} <= set(head.names) and bool(LABELS & set(head.lower_names))


LAYOUTS = {
    "criteo": Layout(
        "Criteo display advertising",
        "Shown advertisements with a label, 13 counts (I1 to I13) and 26 hashed values (C1 to C26).",
        recognise,
    )
}
