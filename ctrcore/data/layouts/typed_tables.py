"""Tables whose header gives each column a type, such as user_id:token: the files .inter, .user and .item of RecBole.

Source: the page on atomic files in RecBole's documentation.
"""

from __future__ import annotations

from dataclasses import replace

from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import (
    RATING,
    Layout,
    given_parts,
    left_out,
    list_names,
    rating_threshold,
    says_yes_or_no,
    timestamp,
    with_parts,
)
from ctrcore.data.layouts.plan import Hints, Part, Plan, TextFormat
from ctrcore.data.logs.choices import LogChoices
from ctrcore.schema import Column, Kind, Role

TYPES: dict[str, tuple[Kind, str]] = {
    "token": ("categorical", "The header gives it the type token: each value is a name."),
    "float": ("numeric", "The header gives it the type float."),
    "token_seq": ("multi_value", "The header gives it the type token_seq: several names with blanks between them."),
    "float_seq": ("ignore", "The header gives it the type float_seq, and a list of numbers cannot be a field."),
}
NAMES_TO_SHOW = ("title", "name")
RATING_NOTE = "A rating of {0:g} or more counts as a click, and the user's lower ratings are the rows without one."
DRAWN_NOTE = "Every row counts as a click, so the rows without a click are drawn."
PARTS_NOTE = "Training, validation and test rows are given as files, and stay as they are."


def recognise(files: Files) -> Plan | None:
    """A table of interactions with user_id and item_id, and tables of one of the two."""
    found = files.all(lambda head: bool(types_of(head)))
    ids = {head.name: {"user_id", "item_id"} & set(types_of(head)) for head in found}
    interactions = [head for head in found if len(ids[head.name]) == 2]
    if not interactions:
        return None
    users = next((head for head in found if ids[head.name] == {"user_id"}), None)
    items = next((head for head in found if ids[head.name] == {"item_id"}), None)
    parts = given_parts(interactions)
    rows = parts["train"]
    hints = _hints(rows)
    if hints.log is not None:
        parts = {"train": rows}  # one log makes all three parts
    hints = replace(hints, notes=(*hints.notes, *left_out(interactions, list(parts.values()))))
    sides = tuple(column for head in (users, items) if head is not None for column in columns_of(head, hints))
    read = [head for head in (*parts.values(), users, items) if head is not None]
    like = Part(rows.path, TextFormat(rows.delimiter))
    plan = Plan(
        layout="typed_tables",
        title="Tables with typed columns",
        why=f"The header of {list_names(read)} gives each column a type.",
        rows=like,
        users=_side(users),
        items=_side(items),
        user_key="user_id",
        item_key="item_id",
        hints=replace(hints, columns=(*hints.columns, *sides)),
    )
    return with_parts(plan, parts, like)


def types_of(head: Head) -> dict[str, str]:
    """The type of each column by its name; empty if not every column has one."""
    pairs = [name.rpartition(":") for name in head.names]
    if not all(name and kind in TYPES for name, _, kind in pairs):
        return {}
    return {name: kind for name, _, kind in pairs}


def columns_of(head: Head, hints: Hints | None = None) -> list[Column]:
    """What the types say of the columns; of those of a side table, the id is left to the rows."""
    types = types_of(head)
    known = {column.name for column in hints.columns} if hints is not None else set()
    role: Role = "context"
    if "user_id" not in types or "item_id" not in types:
        role = "user" if "user_id" in types else "item"
    return [_column(name, kind, role) for name, kind in types.items() if name not in known]


def _column(name: str, type_: str, role: Role) -> Column:
    kind, reason = TYPES[type_]
    if type_ == "token_seq" and any(word in NAMES_TO_SHOW for word in name.lower().split("_")):
        return Column(
            name=name, kind="ignore", role=role, reason="It is a name of several words, to be shown, not learned from."
        )
    if name in ("user_id", "item_id"):
        role = "user" if name == "user_id" else "item"
        return Column(name=name, kind="categorical", role=role, reason=f"Its values say which {role} the row is about.")
    return Column(name=name, kind=kind, role=role, delimiter=" " if kind == "multi_value" else "|", reason=reason)


def _hints(rows: Head) -> Hints:
    """Impressions if a column `label` says yes or no, else behaviours, with ratings or without."""
    types = types_of(rows)
    time = "timestamp" if "timestamp" in types else None
    label = "label" if "label" in types and says_yes_or_no(_cells(rows, "label")) else None
    special = {column.name: column for column in (RATING, timestamp(), _label()) if column.name in types}
    columns = tuple(special.get(column.name, column) for column in columns_of(rows))
    threshold = rating_threshold(_cells(rows, "rating")) if "rating" in types else None
    plain = Hints(user="user_id", item="item_id", time=time, columns=columns)
    if label is not None:
        return replace(plain, label=label, notes=(PARTS_NOTE,) if rows.part else ())
    note = RATING_NOTE.format(threshold) if threshold is not None else DRAWN_NOTE
    if time is None:
        # Without a time nothing comes before anything: the ratings are taken for impressions.
        return replace(plain, label="rating", threshold=threshold, notes=(note,)) if threshold is not None else plain
    log = LogChoices(
        user="user_id",
        item="item_id",
        time=time,
        rating="rating" if "rating" in types else None,
        rating_threshold=threshold,
        negatives="given" if threshold is not None else "uniform",
    )
    return replace(plain, log=log, notes=(note,))


def _cells(head: Head, name: str) -> list[str]:
    typed = next(full for full in head.names if full.rpartition(":")[0] == name)
    return head.column(typed)


def _label() -> Column:
    return Column(name="label", kind="ignore", reason="It says whether the row was a click.")


def _side(head: Head | None) -> Part | None:
    return None if head is None else Part(head.path, TextFormat(head.delimiter))


LAYOUTS = {
    "typed_tables": Layout(
        "Tables with typed columns",
        "Tables such as .inter, .user and .item whose header gives each column a type (user_id:token).",
        recognise,
    )
}
