"""Ways to cut the compared rows into slices: by a field, by what training knew of user and item, by time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.comparing.ranges import CLOSED, in_counts, in_ranges, in_steps, periods
from ctrcore.data.cells import cells_of, codes_of, parts_of
from ctrcore.data.members import as_members
from ctrcore.data.stored import Table
from ctrcore.data.values import as_numbers, as_words
from ctrcore.errors import DataError
from ctrcore.language import mark, say
from ctrcore.schema import Column, Schema

Kind = Literal["field", "history", "activity", "popularity", "cold", "time"]
Index = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

COMMONEST = 20  # values of a field that get a slice of their own
LEAST_COVER = 0.1  # share of the rows that these must have; of an id they have less
LONGEST = 80  # characters of a value
OTHER, MISSING = mark("other values"), mark("missing")
COLD = (mark("none"), mark("new user"), mark("new item"), mark("new user and item"))
HISTORY_STEPS = (1, 5, 20)
_OF_SIDE: dict[Kind, tuple[str, str]] = {  # name and note
    "activity": (
        mark("training rows of the user"),
        mark("How many rows of the user the models learned from; rows without {column} are in no slice."),
    ),
    "popularity": (
        mark("training rows of the item"),
        mark("How many rows of the item the models learned from; rows without {column} are in no slice."),
    ),
}


@dataclass(frozen=True)
class Grouping:
    """One way to cut n rows into slices.

    Attributes:
        name: what the slices differ in, to be read as "`name` is `label`".
        kind: where it comes from.
        labels: the name of each slice. They hold texts of the table, which a page must make plain.
        codes: (n,) the slice of each row as a position in `labels`; -1: in none.
        note: what a reader must know of the slices; may be empty.
        numbers: (n,) the numbers behind the slices, NaN where there is none; None if the slices are categories.
        dates: the numbers are epoch seconds.
    """

    name: str
    kind: Kind
    labels: list[str]
    codes: Codes
    note: str = ""
    numbers: npt.NDArray[np.float64] | None = None
    dates: bool = False

    def __len__(self) -> int:
        return len(self.labels)


def groupings(table: Table, schema: Schema, rows: Index, train_rows: Index) -> list[Grouping]:
    """Every way in which the rows can be cut into at least two slices.

    One column is in memory at a time. Fields that the table lacks are left out, and so are ids whose commonest values
    have hardly any row.

    Args:
        table: the dataset's table, or the rows as models see them (`preparing.rows_as_seen`) for built histories.
        schema: what the columns mean.
        rows: (n,) source row numbers of the compared rows, in any order.
        train_rows: source row numbers of the training part.

    Raises:
        DataError: the table lacks one of the rows.
    """
    places = table.index.get_indexer(pd.Index(rows))
    if (places < 0).any():
        raise DataError(
            say("The dataset has no row {row}, which the models scored.", row=int(rows[places < 0][0])),
            say("Choose models that were trained on this dataset."),
        )
    order = np.argsort(places, kind="stable")
    inside = places[order].astype(np.int64)
    learned = table.index.get_indexer(pd.Index(train_rows))
    found: list[Grouping] = []
    for made in (*_of_fields(table, schema, inside), *_of_training(table, schema, inside, learned[learned >= 0])):
        whole = _with_rows(made)
        if len(whole) > 1 and not _is_known(whole, found):
            found.append(_in_order(whole, order))
    return found


def _of_fields(table: Table, schema: Schema, inside: Index) -> Iterator[Grouping]:
    """Slices by each field and by time; all of this module works in the order of the table."""
    for column in schema.fields:
        if column.name in table.columns and column.name != schema.time:
            made = _of_field(table, column, inside)
            if made is not None:
                yield made


def _of_field(table: Table, column: Column, inside: Index) -> Grouping | None:
    if column.kind == "categorical":
        return _of_values(column.name, cells_of(table, column.name, inside))
    if column.kind == "numeric":
        numbers = as_numbers(cells_of(table, column.name, inside))
        labels, codes, note = in_ranges(numbers)
        return Grouping(column.name, "field", *_with_missing(labels, codes), note, numbers)
    parts = [as_members(part, column.delimiter).known().lengths for part in parts_of(table, column.name, inside)]
    lengths = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    if column.kind == "multi_value":
        labels, codes, note = in_ranges(lengths.astype(np.float64))
        return Grouping(
            say("number of {column}", column=column.name), "field", labels, codes, note, lengths.astype(np.float64)
        )
    note = say(
        "Behaviours in {column} before the row, as stored; a model sees the last {count} of them.",
        column=column.name,
        count=column.max_length,
    )
    labels, codes = in_steps(lengths, HISTORY_STEPS)
    return Grouping(
        say("length of {column}", column=column.name), "history", labels, codes, note, lengths.astype(np.float64)
    )


def _of_values(name: str, cells: pd.Series[Any]) -> Grouping | None:
    """The commonest values, the others together, and missing ones; None for an id of which no value is common."""
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "iufb":
        codes, distinct = pd.factorize(cells)  # a text is made of those values only that are shown
    else:
        found = as_words(cells)
        codes, distinct = found.codes, pd.Index(found.words)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    common = np.argsort(-counts, kind="stable")[:COMMONEST]
    if counts[common].sum() < LEAST_COVER * len(codes):
        return None
    slice_of = np.full(len(distinct) + 1, len(common), dtype=np.int32)
    slice_of[common] = np.arange(len(common), dtype=np.int32)
    slice_of[-1] = -1
    texts = as_words(pd.Series(distinct[common])).texts()
    labels = [_shown(str(text)) for text in texts]
    rest = len(distinct) - len(common)
    note = say(
        "The {count} commonest values of these rows; {rest:,} others are taken together.", count=COMMONEST, rest=rest
    )
    if not rest:
        note = ""
    return Grouping(name, "field", *_with_missing([*labels, say(OTHER)], slice_of[codes]), note)


def _shown(text: str) -> str:
    """A value that cannot be taken for one of the names that this module gives."""
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return f'"{cut}"' if cut in (say(OTHER), say(MISSING)) else cut


def _of_training(table: Table, schema: Schema, inside: Index, learned: Index) -> Iterator[Grouping]:
    """Slices by how much training saw of the user and of the item, and by time."""
    seen: dict[str, Index] = {}
    sides: tuple[tuple[str, Kind, str | None], ...] = (
        ("user", "activity", schema.user),
        ("item", "popularity", schema.item),
    )
    for side, kind, column in sides:
        if column is None or column not in table.columns:
            continue
        seen[side] = _training_rows(codes_of(table[column]), inside, learned)
        labels, codes = in_counts(seen[side])
        name, note = _OF_SIDE[kind]
        numbers = np.where(seen[side] >= 0, seen[side], np.nan).astype(np.float64)
        yield Grouping(say(name), kind, labels, codes, say(note, column=column), numbers)
    if seen:
        new = sum((2 if side == "item" else 1) * (count == 0) for side, count in seen.items())
        note = say("New means: not in a single row that the models learned from.")
        yield Grouping(say("cold start"), "cold", [say(label) for label in COLD], np.asarray(new, dtype=np.int32), note)
    if schema.time is not None and schema.time in table.columns:
        made = periods(cells_of(table, schema.time, inside), schema.time)
        if made is not None:
            labels, codes, points, dates = made
            note = f"{say('Periods of about equally many rows.')} {say(CLOSED)}"
            yield Grouping(schema.time, "time", *_with_missing(labels, codes), note, points, dates)


def _training_rows(codes: Index, inside: Index, learned: Index) -> Index:
    """Of each of the rows how many training rows have the same value; -1 where it has none."""
    known = codes[learned]
    counts = np.bincount(known[known >= 0], minlength=int(codes.max(initial=-1)) + 1)
    return np.append(counts, -1)[codes[inside]]


def _with_missing(labels: list[str], codes: Codes) -> tuple[list[str], Codes]:
    """Rows in no slice become one of their own."""
    return [*labels, say(MISSING)], np.where(codes < 0, len(labels), codes).astype(np.int32)


def _with_rows(made: Grouping) -> Grouping:
    """Without slices that have no row."""
    counts = np.bincount(made.codes[made.codes >= 0], minlength=len(made.labels))
    kept = np.flatnonzero(counts)
    place = np.full(len(made.labels) + 1, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    labels = [made.labels[at] for at in kept]
    return Grouping(made.name, made.kind, labels, place[made.codes], made.note, made.numbers, made.dates)


def _is_known(made: Grouping, found: list[Grouping]) -> bool:
    """True for a further history with the same behaviours: its slices would only be counted twice."""
    return made.kind == "history" and any(
        other.kind == "history" and np.array_equal(other.codes, made.codes) for other in found
    )


def _in_order(made: Grouping, order: Index) -> Grouping:
    """From the table's order to that of the rows asked for."""
    if (order[1:] > order[:-1]).all():
        return made
    codes = np.empty_like(made.codes)
    codes[order] = made.codes
    numbers = made.numbers
    if numbers is not None:
        numbers = np.empty_like(made.numbers)
        numbers[order] = made.numbers
    return Grouping(made.name, made.kind, made.labels, codes, made.note, numbers, made.dates)
