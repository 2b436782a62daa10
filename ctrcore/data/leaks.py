"""Columns that know what only the click or the whole table could tell them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.guesses.names import SPLITS, suggests
from ctrcore.data.hashing import Hashes
from ctrcore.data.profiles import ColumnProfile, DataWarning
from ctrcore.data.splitting import MEANING
from ctrcore.data.values import as_words
from ctrcore.language import mark, say
from ctrcore.schema import Schema

if TYPE_CHECKING:
    from ctrcore.data.stored import Table

AFTER = {
    "dwell", "dwelltime", "watch", "watched", "watchtime", "play", "played", "playtime", "conversion", "converted",
    "purchase", "purchased", "order", "ordered", "orders", "pay", "paid", "payment", "payed", "revenue", "gmv", "after",
    "bought", "checkout", "installed", "refund", "landing", "stay", "bounce",
}  # fmt: skip
RELATED = 0.7  # AUC alone from which on a name such as 'dwell' is believed
BY_ABSENCE = 0.95
FEWEST = 30
FEWEST_KEYS = 10
TWINS = 500
CLOSER = 0.05  # of the variance that an encoding of some of the rows would have: one of 95 % of them is not as close
REPEATED = 0.01

Label = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

LATER = mark("Set its kind to 'ignore' if its value is only known after the click.")


def speaks(values: npt.NDArray[np.generic], nothing: npt.NDArray[np.bool_], label: Label) -> npt.NDArray[np.bool_]:
    """True where a cell is not nothing, and differs from what it usually is without a click; shape (n,)."""
    others = values[label == 0]
    if not len(others):
        return ~nothing
    distinct, counts = np.unique(others, return_counts=True)
    return np.asarray(~nothing & (values != distinct[counts.argmax()]), dtype=bool)


def known_after(column: ColumnProfile, told: npt.NDArray[np.bool_], label: Label) -> list[DataWarning]:
    """A column that says something of clicked rows only, or says by its gaps what was clicked.

    Args:
        column: its numbers.
        told: (n,) as `speaks` says: True where the cell is neither missing, nor 0, nor a constant.
        label: (n,).
    """
    problem = None
    clicked, other = told[label == 1], told[label == 0]
    if len(other) >= FEWEST and clicked.sum() >= 10 and clicked.mean() >= 0.05 and other.mean() <= 0.002:
        problem = say(
            "The column '{name}' says something in {clicked:.0%} of the clicked rows, and in {others} of the others.",
            name=column.name,
            clicked=clicked.mean(),
            others=say("none") if not other.any() else f"{other.mean():.1%}",
        )
    words = suggests(column.name, AFTER)
    if problem is None and words and column.role == "context" and (column.auc or 0) >= RELATED:
        problem = say(
            "By its name the column '{name}' is known only after the click, and alone it ranks the "
            "clicks with an AUC of {auc:.3f}.",
            name=column.name,
            auc=column.auc,
        )
    return [DataWarning(problem=problem, remedy=LATER, column=column.name)] if problem else []


def known_by_gaps(column: ColumnProfile, missing: npt.NDArray[np.bool_], label: Label) -> list[DataWarning]:
    """Gaps that give the click away: the AUC of 'is missing' is above 0.95, one way or the other."""
    clicked, other = missing[label == 1], missing[label == 0]
    if min(len(clicked), len(other)) < FEWEST or 0.5 + abs(clicked.mean() - other.mean()) / 2 <= BY_ABSENCE:
        return []
    problem = say(
        "The column '{name}' is missing in {clicked:.0%} of the clicked rows and in {other:.0%} "
        "of the others: its gaps alone give the click away.",
        name=column.name,
        clicked=clicked.mean(),
        other=other.mean(),
    )
    return [DataWarning(problem=problem, remedy=LATER, column=column.name)]


@dataclass(frozen=True)
class Key:
    """A categorical column at some rows, with the totals of each row's value over the whole table.

    Attributes:
        name: of the column.
        codes: (k,) values, -1 where missing.
        rows, labelled, clicks: (k,) of the row's value, in the whole table.
    """

    name: str
    codes: Codes
    rows: Floats
    labelled: Floats
    clicks: Floats

    @cached_property
    def twins(self) -> tuple[Codes, Codes]:
        """Positions of some pairs of rows with the same value, to see quickly what cannot be computed of it."""
        order = np.argsort(self.codes, kind="stable")
        same = np.flatnonzero((self.codes[order[1:]] == self.codes[order[:-1]]) & (self.codes[order[1:]] >= 0))
        some = np.random.default_rng(0).choice(same, size=min(TWINS, len(same)), replace=False)
        return order[some], order[some + 1]


def encoded_before_the_split(numbers: dict[str, Floats], keys: list[Key]) -> list[DataWarning]:
    """Numeric columns that are the click rate or the count of a column's values, over all rows of the table.

    An encoding made from the training rows alone differs from that by the chance with which rows became training rows;
    one that is closer than if it had been made from 95 % of the rows saw the test's labels, too.

    Args:
        numbers: numeric columns at the same rows as the keys, NaN where missing.
        keys: what may have been encoded; the first that fits is named.
    """
    found = []
    for name, cells in numbers.items():
        fits = ((key, what) for key in keys for what in [_encodes(cells, key)] if what is not None)
        match = next(fits, None)
        if match is None:
            continue
        problem = say(
            "The column '{name}' is the {value} of each '{name_2}' over all rows of the table, those "
            "of the test among them.",
            name=name,
            value=match[1],
            name_2=match[0].name,
        )
        remedy = say(
            "Set its kind to 'ignore', or compute it anew from what happened before each row: "
            "'{name}' itself is a field that models learn from.",
            name=match[0].name,
        )
        found.append(DataWarning(problem=problem, remedy=remedy, column=name))
    return found


def _encodes(cells: Floats, key: Key) -> str | None:
    one, other = (cells[rows] for rows in key.twins)
    # A gap, which compares as False, speaks neither for nor against.
    if not len(one) or (np.abs(one - other) > 1e-9 * np.maximum(1.0, np.abs(one))).mean() > 0.05:
        return None
    known = ~np.isnan(cells) & (key.codes >= 0) & (key.labelled > 0)
    if known.sum() < FEWEST:
        return None
    _, first, place = np.unique(key.codes[known], return_index=True, return_inverse=True)
    if len(first) < FEWEST_KEYS:
        return None
    x, inside = cells[known][first], cells[known]
    with np.errstate(over="ignore"):
        same = np.abs(inside - x[place]) <= 1e-9 * np.maximum(1.0, np.abs(inside))
    rows, labelled, clicks = (totals[known][first] for totals in (key.rows, key.labelled, key.clicks))
    if same.mean() < 0.99 or rows.mean() < 2 or len(np.unique(x)) < FEWEST_KEYS // 2:
        return None
    return next((what for what, y, noise in _targets(x, rows, labelled, clicks) if _is(x, y, noise)), None)


def _targets(x: Floats, rows: Floats, labelled: Floats, clicks: Floats) -> Iterator[tuple[str, Floats, Floats]]:
    """What may have been computed of a value's rows, and its variance if it had been computed of other rows."""
    rate = clicks / labelled
    spread = rate * (1 - rate) / labelled
    yield say("click rate"), rate, spread
    # (clicks + a m) / (rows + a), drawn towards the mean m: a follows from x by least squares.
    mean = clicks.sum() / labelled.sum()
    away = mean - x
    with np.errstate(all="ignore"):
        weight = float(((labelled * x - clicks) * away).sum() / (away**2).sum())
    if 0 < weight < 1e6:
        yield say("smoothed click rate"), (clicks + weight * mean) / (labelled + weight), spread
    yield say("number of rows"), rows, rows
    yield say("number of rows"), np.log1p(rows), 1 / rows
    yield say("number of clicks"), clicks, clicks


def _is(x: Floats, y: Floats, noise: Floats) -> bool:
    """True if x is y, up to a factor and a shift: correlation above 0.999, and closer than chance would leave it."""
    with np.errstate(all="ignore"):
        x, scale = x - x.mean(), float(np.ptp(y))
        y = y - y.mean()
        size = float(np.sqrt((x**2).sum() * (y**2).sum()))
        if not np.isfinite(size) or size == 0:
            return False
        slope = float((x * y).sum() / (x**2).sum())
        if slope <= 0 or (x * y).sum() / size <= 0.999:
            return False
        left = float(((y - slope * x) ** 2).mean())
    return left <= max(CLOSER * float(noise.mean()), (1e-6 * scale) ** 2)


def shared_between_parts(table: Table, schema: Schema, hashes: Hashes, split: str) -> list[DataWarning]:
    """Test rows that also are training rows.

    Args:
        table: with the parts in the column `split`.
        schema: the table's.
        hashes: (n,) of the rows without that column.
    """
    found = as_words(table[split])
    parts = np.array([*(MEANING.get(str(word).strip().lower(), "") for word in found.words), ""], dtype=object)
    part = parts[found.codes]
    train, test = hashes[part == "train"], hashes[part == "test"]
    again = np.isin(test, train)
    if not len(test) or again.mean() < REPEATED:
        return []
    problem = say(
        "{int:,} of the {count:,} test rows ({again:.0%}) also are training rows.",
        int=int(again.sum()),
        count=len(test),
        again=again.mean(),
    )
    remedy = say("Take them out of one of the two: a model that knows the answers by heart looks better than it is.")
    return [DataWarning(problem=problem, remedy=remedy, column=schema.label)]


def split_column(table: Table, schema: Schema) -> str | None:
    """The column that says which rows train and which test, if the table has one that is no field."""
    fields = {column.name for column in schema.fields} | {schema.label}
    for name in table.columns:
        if name in fields or not suggests(str(name), SPLITS):
            continue
        cells = table[name]
        if pd.api.types.is_object_dtype(cells.dtype) or cells.nunique() > 10:
            continue
        meanings = {MEANING.get(str(value).strip().lower()) for value in cells.dropna().unique()}
        if {"train", "test"} <= meanings and None not in meanings:
            return str(name)
    return None
