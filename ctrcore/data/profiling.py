"""A table in numbers, and what looks wrong with it, before anything is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.cells import cells_of, codes_of
from ctrcore.data.dependencies import MOST_COLUMNS, determined
from ctrcore.data.guesses.facts import whole_keys
from ctrcore.data.labels import read_labels
from ctrcore.data.leaks import Key, encoded_before_the_split, known_after, known_by_gaps, speaks
from ctrcore.data.measuring import Tally, measure_bag, measure_numbers, measure_words
from ctrcore.data.members import Members, as_members
from ctrcore.data.profiles import ColumnProfile, DataWarning, Lengths, Profile, TopValue
from ctrcore.data.suspicions import (
    LEAK,
    FirstClicks,
    label_warnings,
    own_target,
    table_warnings,
    unequal_histories,
    warnings_about,
)
from ctrcore.data.timespans import nearly_a_time, time_span
from ctrcore.data.values import Words, as_numbers, as_times, as_words
from ctrcore.errors import DataError
from ctrcore.language import say
from ctrcore.schema import Column, Schema

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

MANY_ROWS = 2_000_000  # from here on what costs memory is measured on a sample
SAMPLE = 1_000_000  # rows of a column of nearly unique values
IGNORED = 200_000  # rows of a column that no model sees
BAG_ROWS = 300_000  # rows of a column of lists, in tables that have more
MOST_NUMBERS = 400  # numeric columns that are compared with categorical ones
PAIR_ROWS = 50_000  # rows on which columns are compared with each other
NOTHING = ("0", "0.0", "false", "False", "none", "None", "no", "-", "-1")

__all__ = ["ColumnProfile", "DataWarning", "Lengths", "Profile", "TopValue", "profile"]

Label = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]


def profile(table: Table, schema: Schema, progress: Callable[[float], None] | None = None) -> Profile:
    """Measure every column of the schema and look for what would spoil a model.

    One column is in memory at a time, or two. Of large tables lists are measured on 300,000 rows, columns of nearly
    unique values on 1,000,000, ignored ones on 200,000, pairs of columns on 50,000; a column's `sample` says so. Of
    wide tables 60 categorical and 400 numeric columns are compared with each other.

    Args:
        table: the source table, in memory or on disk.
        schema: what its columns mean; columns that the table lacks count as missing.
        progress: called with the share done, 0 to 1.
    """
    found = _Found()
    try:
        label = read_labels(table, schema)
    except DataError as error:
        label = np.full(len(table), np.nan, dtype=np.float32)
        found.warnings.append(DataWarning(problem=error.problem, remedy=error.remedy, column=schema.label))
    else:
        found.warnings += label_warnings(label, schema)
    look = _Look.of(table, schema, label)
    for number, column in enumerate(schema.columns):
        if progress is not None:
            progress(0.8 * number / len(schema.columns))  # looking for repeated rows reads all of them once more
        if column.kind in ("multi_value", "history"):
            _bag(look, column, found)
        else:
            _dense(look, column, found)
        if column.kind != "ignore":
            found.warnings += warnings_about(found.columns[-1], schema, len(table))
    times = time_span(table, schema.time, label) if schema.time in table.columns and schema.time else None
    if times is not None and times.note:
        remedy = say("Write dates as 2024-05-31 if that is wrong.")
        found.warnings.append(DataWarning(problem=times.note, remedy=remedy, column=schema.time))
    found.warnings += nearly_a_time(table, schema)
    found.warnings += encoded_before_the_split(found.numbers, sorted(found.keys, key=lambda key: _rank(key, schema)))
    found.warnings += unequal_histories(found.lengths, look.bags)
    duplicates, more = table_warnings(table, schema)
    labelled, clicks = int((~np.isnan(label)).sum()), int((label == 1).sum())
    # Of a sampled column the values in the sample are too few; users and items are counted in all rows.
    by_name = {column.name: column.distinct for column in found.columns} | look.keys
    return Profile(
        rows=len(table),
        labelled=labelled,
        clicks=clicks,
        click_rate=clicks / labelled if labelled else 0.0,
        duplicates=duplicates,
        users=by_name.get(schema.user or ""),
        items=by_name.get(schema.item or ""),
        columns=found.columns,
        times=times,
        determined=determined(found.codes),
        warnings=[*found.warnings, *more],
    )


@dataclass
class _Found:
    """What is kept of the columns that have been read."""

    columns: list[ColumnProfile] = field(default_factory=list)
    warnings: list[DataWarning] = field(default_factory=list)
    codes: dict[str, Index] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    numbers: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    lengths: dict[str, Index] = field(default_factory=dict)


@dataclass(frozen=True)
class _Look:
    """What is looked at, and at which rows of it.

    Attributes:
        table, schema: what was given.
        label: (n,) NaN where there is none.
        pairs: (at most 50,000 or so) rows on which columns are compared.
        bags: rows of which lists are read; None for all.
        keys: different users and items of a large table, by column.
    """

    table: Table
    schema: Schema
    label: Label
    pairs: Index
    bags: Index | None
    keys: dict[str, int]

    @classmethod
    def of(cls, table: Table, schema: Schema, label: Label) -> _Look:
        """All rows of a small table. Of a large one whole users and whole items, for only repeated values tell."""
        n = len(table)
        rng = np.random.default_rng(0)
        pairs, bags, keys = np.arange(n), None, dict[str, int]()
        if n > PAIR_ROWS:
            chosen = [rng.choice(n, size=PAIR_ROWS // 5, replace=False)]
            for name in (schema.item, schema.user):
                if name is not None and name in table.columns:
                    codes = codes_of(table[name])
                    keys[name] = int(np.count_nonzero(np.bincount(codes[codes >= 0])))
                    chosen.append(whole_keys(codes, 2 * PAIR_ROWS // 5)[0][: 2 * PAIR_ROWS // 5])
            pairs = np.unique(np.concatenate(chosen))
        if n > BAG_ROWS:
            # Whole users as well, so that a user's first click is there.
            bags = np.sort(rng.choice(n, size=BAG_ROWS, replace=False))
            if schema.user is not None and schema.user in table.columns:
                bags = whole_keys(codes_of(table[schema.user]), BAG_ROWS)[0][:BAG_ROWS]
        return cls(table, schema, label, pairs, bags, keys)


def _rank(key: Key, schema: Schema) -> int:
    return 0 if key.name == schema.item else 1 if key.name == schema.user else 2


def _dense(look: _Look, column: Column, found: _Found) -> None:
    """A column with one value in a cell."""
    cells, looked_at = _cells(look, column)
    own = look.label if looked_at is None else look.label[looked_at]
    if column.kind == "numeric":
        numbers = as_numbers(cells)
        made = measure_numbers(column, numbers, own)
        if len(found.numbers) < MOST_NUMBERS:
            found.numbers[column.name] = numbers[look.pairs]
        missing = np.isnan(numbers)
        told = speaks(np.where(missing, 0, numbers), missing | (numbers == 0), own)
    else:
        words = as_words(cells)
        made, tally = measure_words(column, words, own)
        missing = ~words.known
        nothing = np.append(np.isin(words.words.astype(str), NOTHING), True)
        told = speaks(words.codes, nothing[words.codes], own)
        is_key = column.name in (look.schema.user, look.schema.item)
        if looked_at is None and column.kind == "categorical" and (is_key or len(found.keys) < MOST_COLUMNS - 2):
            _keep_key(column, words, tally, look.pairs, found)
    if looked_at is not None:
        made = made.model_copy(update={"sample": len(looked_at)})
    found.columns.append(made)
    if column.kind != "ignore" and (made.auc or 0) <= LEAK:
        found.warnings += known_after(made, told, own) or known_by_gaps(made, missing, own)


def _cells(look: _Look, column: Column) -> tuple[pd.Series[Any], Index | None]:
    """The cells of a column, and which rows they are of if not of all."""
    if column.name not in look.table.columns:
        return pd.Series([None] * len(look.table), dtype=object), None
    n, most = len(look.table), SAMPLE
    if column.kind == "ignore" and column.name not in (look.schema.user, look.schema.item) and n > IGNORED:
        most = IGNORED
    else:
        cells = look.table[column.name]
        if n <= MANY_ROWS or column.kind == "numeric" or _distinct(cells) <= SAMPLE:
            return cells, None
        del cells
    chosen = np.sort(np.random.default_rng(0).choice(n, size=most, replace=False))
    return cells_of(look.table, column.name, chosen), chosen


def _distinct(cells: pd.Series[Any]) -> int:
    """Different values, or an upper bound of them."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return len(cells.cat.categories)
    return len(cells) if pd.api.types.is_object_dtype(cells.dtype) else cells.nunique()


def _keep_key(column: Column, words: Words, tally: Tally, pairs: Index, found: _Found) -> None:
    codes = words.codes[pairs]
    found.codes[column.name] = codes
    counts = (tally.rows, tally.labelled, tally.clicks)
    of_rows = [np.append(total, 0)[codes].astype(np.float64) for total in counts]
    found.keys.append(Key(column.name, codes, *of_rows))


def _bag(look: _Look, column: Column, found: _Found) -> None:
    """A column of lists; of a history also whether it knows its row's click."""
    table, rows = look.table, look.bags
    own = look.label if rows is None else look.label[rows]
    if column.name in table.columns:
        members = as_members(cells_of(table, column.name, rows), column.delimiter)
    else:
        members = Members(np.empty(0, np.int64), np.zeros(len(own) + 1, np.int64), np.empty(0, object))
    made = measure_bag(column, members, own)
    found.columns.append(made.model_copy(update={"sample": None if rows is None else len(own)}))
    if column.kind != "history" and (made.auc or 0) <= LEAK:
        found.warnings += known_by_gaps(made, members.known().lengths == 0, own)
    if column.kind == "history":
        found.lengths[column.name] = members.lengths
        if column.of in table.columns and column.of == (look.schema.item or column.of):
            candidate = as_words(cells_of(table, str(column.of), rows))
            # The missing members of one history may be known in another, so that only now they may go.
            found.warnings += own_target(column, candidate, members.known(), own, _first(look))


def _first(look: _Look) -> FirstClicks:
    table, schema, rows = look.table, look.schema, look.bags
    n = len(table) if rows is None else len(rows)
    user, order = np.zeros(n, dtype=np.int64), np.arange(n)
    if schema.user in table.columns and schema.user:
        user = codes_of(cells_of(table, schema.user, rows))
    if schema.time in table.columns and schema.time:
        try:
            times = as_times(cells_of(table, schema.time, rows), schema.time)
        except DataError:
            return FirstClicks(user, order)
        order = np.argsort(np.where(np.isnan(times), -np.inf, times), kind="stable")
    return FirstClicks(user, order)
