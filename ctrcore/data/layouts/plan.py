"""How the files of a known layout are read, and what is known of their columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ctrcore.data.formats.headers import FOUND_OUT, TextFormat
from ctrcore.data.formats.limits import Limits
from ctrcore.data.logs.choices import LogChoices
from ctrcore.schema import Column

__all__ = ["Hints", "Part", "Plan", "TextFormat"]

Progress = Callable[[float], None]
Tidy = Callable[[pd.DataFrame], pd.DataFrame]
Reader = Callable[[Path, Limits, Progress | None], pd.DataFrame]


@dataclass(frozen=True)
class Part:
    """One file of a plan.

    Attributes:
        path: the file.
        text: of a delimited text.
        read: reads a file that is no delimited text with single-character delimiters, Parquet or JSON Lines, whole.
        tidy: applied to each slice of consecutive rows: may add, drop, rename and rewrite columns, row by row.
    """

    path: Path
    text: TextFormat = FOUND_OUT
    read: Reader | None = None
    tidy: Tidy | None = None


@dataclass(frozen=True)
class Hints:
    """What a layout knows about the table of rows; it wins over guesses.

    Attributes:
        label, positive, threshold, user, item, time: as in `ctrcore.schema.Schema`; None: guessed.
        columns: what is known of single columns, their reasons included; the others are guessed. A column named here
            that the table does not have after all is to be passed over.
        log: the rows are behaviours, not impressions, and this is how to begin with them; `label` is None then.
        notes: sentences for the user: what the choices rest on, what was left out and why.
    """

    label: str | None = None
    positive: str | None = None
    threshold: float | None = None
    user: str | None = None
    item: str | None = None
    time: str | None = None
    columns: tuple[Column, ...] = ()
    log: LogChoices | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Files recognised as one dataset.

    Attributes:
        layout: its short name, for example 'movielens_100k'.
        title: its name to show.
        why: the sentence that says how it was recognised.
        rows: the impressions or behaviours; the training rows where `valid` or `test` are given.
        valid, test: given parts, with the columns of `rows`.
        users, items: one row a user or an item; `user_key` and `item_key` are the columns that join them to the rows.
    """

    layout: str
    title: str
    why: str
    rows: Part
    users: Part | None = None
    items: Part | None = None
    user_key: str | None = None
    item_key: str | None = None
    valid: Part | None = None
    test: Part | None = None
    hints: Hints = field(default_factory=Hints)
