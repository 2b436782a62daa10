"""What if a row were different: its cells changed, encoded anew and scored by the model itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctrcore.data.columns import parse_histories
from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.members import as_members, is_list
from ctrcore.data.values import as_numbers, is_missing, word
from ctrcore.errors import DataError
from ctrcore.explain.candidates import candidate_columns
from ctrcore.explain.names import Names
from ctrcore.language import say
from ctrcore.models.base import CTRModel
from ctrcore.schema import Column, Schema
from ctrcore.training.predicting import predict

Cell = str | float | None | list[str | None]
Changes = Mapping[str, Cell]  # by column: the new cell; a list for what holds several values
Behaviour = tuple[str | None, ...]  # one past click: its value in each history column, in schema order
MOST_MEMBERS = 1000
LONGEST_TEXT = 10_000


@dataclass(frozen=True)
class Scenario:
    """A row that is imagined: what it is called, and the cells that differ from the row's own."""

    name: str
    changes: dict[str, Cell]


def change(row: pd.DataFrame, changes: Changes, schema: Schema) -> pd.DataFrame:
    """The row with other cells; it itself is left as it is.

    Args:
        row: a frame of one row, as the models saw it (with built histories).
        changes: by field; None stands for a missing value. All histories of a row have equal lengths.
        schema: what the columns mean, with built histories: the encoder's.

    Raises:
        DataError: there is no such field, or the cell does not suit it.
    """
    fields = {column.name: column for column in schema.fields}
    for name in changes:
        if name not in fields:
            raise DataError(
                say("There is no field '{field}' to change.", field=name),
                say("Use one of: {names}.", names=", ".join(fields)),
            )
    cells = {name: _cell(value, fields[name]) for name, value in changes.items()}
    lengths = {len(cell) for name, cell in cells.items() if fields[name].kind == "history" and isinstance(cell, list)}
    if len(lengths) > 1:
        raise DataError(
            say("The histories would have different numbers of behaviours."),
            say("Give every history column one value for each behaviour."),
        )
    new = {name: pd.Series([value], index=row.index, dtype=object) for name, value in cells.items()}
    return row.assign(**new)


def _cell(value: Cell, column: Column) -> Cell:
    """The value as it belongs into a cell of the column."""
    several = column.kind in ("multi_value", "history")
    if is_list(value) != several:
        raise DataError(
            say("'{field}' takes a list of values.", field=column.name)
            if several
            else say("'{field}' takes a single value.", field=column.name),
            say("Correct the change."),
        )
    texts = list(value) if isinstance(value, list) else [value]
    if len(texts) > MOST_MEMBERS or any(len(str(text)) > LONGEST_TEXT for text in texts):
        raise DataError(
            say("The change of '{field}' is too long.", field=column.name),
            say("Use at most {values:,} values of {letters:,} characters.", values=MOST_MEMBERS, letters=LONGEST_TEXT),
        )
    if column.kind != "numeric" or is_missing(value):
        return [word(text) for text in texts] if several else word(value)
    number = float(as_numbers(pd.Series([value], dtype=object))[0])
    if not np.isfinite(number):
        raise DataError(
            say("'{value}' is no number, which '{field}' takes.", value=str(value)[:50], field=column.name),
            say("Give a number."),
        )
    return number


def row_as_read(row: pd.DataFrame, encoder: Encoder, one: Encoded) -> pd.DataFrame:
    """The row with what was filled in from rows before it, so that encoding it alone gives what the models read.

    Args:
        row: a frame of one row.
        encoder: the one that encoded it.
        one: the row as it was encoded among the others.
    """
    filled = {}
    for column in encoder.schema.fields:
        dense = column.kind in ("numeric", "categorical")
        if column.impute == "forward_fill" and dense and is_missing(row[column.name].iloc[0]):
            value = encoder.inverse(one)[column.name].iloc[0]
            filled[column.name] = pd.Series([value], index=row.index, dtype=object)
    return row.assign(**filled)


def behaviours_of(row: pd.DataFrame, schema: Schema) -> list[Behaviour]:
    """The row's history as the models read it: at most `max_length` behaviours, oldest first."""
    found = parse_histories(row, schema)
    texts = [[members.words[code] if code >= 0 else None for code in members.codes] for members in found.values()]
    return list(zip(*texts, strict=True))


def members_of(row: pd.DataFrame, column: Column) -> list[str]:
    """The values of a multi-value cell."""
    found = as_members(row[column.name], column.delimiter).known()
    return [str(found.words[code]) for code in found.codes]


def history_changes(behaviours: Sequence[Behaviour], schema: Schema) -> dict[str, Cell]:
    """The changes that give a row this history, oldest first."""
    histories = [column.name for column in schema.histories]
    return {name: [behaviour[place] for behaviour in behaviours] for place, name in enumerate(histories)}


def placed(own: Sequence[Behaviour], now: Sequence[Behaviour]) -> tuple[list[Behaviour], list[int]]:
    """A row's own behaviours followed by those added, and the places among these of which the history now consists.

    Args:
        own: the history as it is, oldest first.
        now: the same with some behaviours removed and others added at its end.
    """
    entries, kept, start = list(own), list[int](), 0
    for behaviour in now:
        place = next((at for at in range(start, len(own)) if own[at] == behaviour), None)
        if place is None:
            place = len(entries)
            entries.append(behaviour)
        else:
            start = place + 1
        kept.append(place)
    return entries, kept


def behaviour_of(item: pd.DataFrame, schema: Schema) -> Behaviour:
    """The behaviour that a click on an item becomes; the item is a frame of one, from the catalogue."""
    return tuple(word(item[column.of].iloc[0]) if column.of in item.columns else None for column in schema.histories)


def item_changes(item: pd.DataFrame, schema: Schema, row: pd.DataFrame) -> dict[str, Cell]:
    """What goes along when the row's item is changed: the item's own columns in which the row differs.

    Args:
        item: a frame of one, from the catalogue.
        schema: the encoder's.
        row: the row, a frame of one.
    """
    named = {column.name: _as_change(item, column) for column in schema.fields if column.name in item.columns}
    own = set(candidate_columns(schema))
    return real_changes(row, {name: cell for name, cell in named.items() if name in own}, schema)


def _as_change(item: pd.DataFrame, column: Column) -> Cell:
    if column.kind == "multi_value":
        return list(members_of(item, column))
    if column.kind == "numeric":
        number = float(as_numbers(item[column.name])[0])
        return number if np.isfinite(number) else None
    return word(item[column.name].iloc[0])


def scored(model: CTRModel, encoder: Encoder, row: pd.DataFrame, changes: Changes) -> tuple[Encoded, float]:
    """The changed row as the model reads it, and its logit by a forward pass."""
    one = encoder.transform(change(row, changes, encoder.schema))
    return one, float(predict(model, one)[0])


def real_changes(row: pd.DataFrame, changes: Changes, schema: Schema) -> dict[str, Cell]:
    """Those of the changes that make a difference to the row, in the order of the schema."""
    after = change(row, changes, schema)
    kept: dict[str, Cell] = {}
    histories = behaviours_of(row, schema) != behaviours_of(after, schema) if schema.histories else False
    for column in schema.fields:
        if column.name not in changes:
            continue
        if column.kind == "history":
            differs = histories
        elif column.kind == "multi_value":
            differs = members_of(row, column) != members_of(after, column)
        else:
            differs = word(row[column.name].iloc[0]) != word(after[column.name].iloc[0])
        if differs:
            kept[column.name] = changes[column.name]
    return kept


def told(row: pd.DataFrame, changes: Changes, schema: Schema, names: Names | None = None) -> list[str]:
    """Each change in words: 'price: 21.08 to 30', 'history: 2 removed, 1 added'.

    Args:
        row: a frame of one row.
        changes: by field.
        schema: the encoder's.
        names: what items are called.
    """
    naming = names or Names()
    kept = real_changes(row, changes, schema)
    after = change(row, kept, schema)
    words = []
    for column in schema.fields:
        if column.name not in kept or column.kind == "history":
            continue
        if column.kind == "multi_value":
            before, now = ", ".join(members_of(row, column)), ", ".join(members_of(after, column))
        else:
            cells = (word(frame[column.name].iloc[0]) for frame in (row, after))
            before, now = ("" if cell is None else naming.value(column.name, cell) for cell in cells)
        none = say("missing")
        words.append(say("{field}: {before} to {after}", field=column.name, before=before or none, after=now or none))
    if any(column.name in kept for column in schema.histories):
        words.append(_history_told(behaviours_of(row, schema), behaviours_of(after, schema)))
    return words


def _history_told(own: list[Behaviour], now: list[Behaviour]) -> str:
    entries, kept = placed(own, now)
    removed, added = len(own) - sum(place < len(own) for place in kept), len(entries) - len(own)
    if removed and added:
        return say("history: {removed} removed, {added} added", removed=removed, added=added)
    if removed:
        return say("history: {removed} removed", removed=removed)
    return say("history: {added} added", added=added)
