"""Tables of users and items beside the rows, and tables in memory on their way to the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.sinks import ParquetSink
from ctrcore.data.joining import join_tables
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.stored import Stored
from ctrcore.data.values import as_words
from ctrcore.errors import DataError
from ctrcore.language import say

ROW_GROUP = 262_144


def join_sides(rows: Path, sides: dict[str, pd.DataFrame | None], keys: dict[str, str | None], target: Path) -> None:
    """Write the rows with the columns of their users and items.

    Args:
        rows: a stored table.
        sides: 'users' and 'items', one row each.
        keys: the columns that join them; None: found out.
        target: where the joined table goes.

    Raises:
        DataError: the tables do not go together, or are too large to be joined in memory.
    """
    table = Stored(rows)
    Limits.from_env(rows.stat().st_size).check_memory(len(table) * len(table.columns))
    frame = table.frame()
    found = {
        side: keys[side] or join_key(frame, cells, side) if cells is not None else "" for side, cells in sides.items()
    }
    write_table(join_tables(frame, sides["users"], sides["items"], found["users"], found["items"]), target)


def with_key(side: pd.DataFrame, name: str, log: LogChoices, rows: Stored, keys: dict[str, str | None]) -> pd.DataFrame:
    """The side table ('users' or 'items') with its id called as in the log."""
    wanted = log.user if name == "users" else log.item
    key = wanted if wanted in side.columns else keys[name] or join_key(rows, side, name)
    return side.rename(columns={key: wanted})


def join_key(rows: pd.DataFrame | Stored, side: pd.DataFrame, part: str) -> str:
    """The column by which a table of users or items belongs to the rows: in both, and unique in the side table.

    Raises:
        DataError: if there is no such column.
    """
    shared = [str(name) for name in side.columns if name in rows.columns]
    unique = [name for name in shared if _is_key(side[name])]
    if unique:
        return unique[0]
    if shared:
        raise DataError(
            say(
                "The {part} table has no id column: '{value}' is in the rows too, but its values repeat.",
                part=part,
                value=shared[0],
            ),
            say("Keep one row for each id."),
        )
    raise DataError(
        say("The {part} table has no column in common with the rows.", part=part),
        say("Give the id column the same name in both files."),
    )


def _is_key(cells: pd.Series[Any]) -> bool:
    found = as_words(cells)
    return bool(found.known.all() and (found.counts <= 1).all())


def write_table(frame: pd.DataFrame, target: Path) -> None:
    """Write a table that is in memory as Parquet, in row groups.

    Raises:
        DataError: a column holds cells that do not go together.
    """
    sink = ParquetSink(target)
    try:
        # Of the whole table, for the first rows may say nothing of a column.
        schema = pa.Schema.from_pandas(frame, preserve_index=False)
        for start in range(0, max(len(frame), 1), ROW_GROUP):
            part = frame.iloc[start : start + ROW_GROUP]
            sink.write(pa.Table.from_pandas(part, schema=schema, preserve_index=False))
    except pa.ArrowException as error:
        raise DataError(
            say("A column holds values of several kinds, such as lists beside texts."),
            say("Write each column in one way."),
        ) from error
    finally:
        sink.close()
