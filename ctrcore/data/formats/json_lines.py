"""JSON Lines: one object a line. Objects inside objects become columns named outer.inner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import pandas as pd

from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Progress, Source
from ctrcore.errors import DataError
from ctrcore.language import say

DEEPEST = 5
BLOCK = 10_000


def read_json_lines(source: Source, limits: Limits, progress: Progress | None) -> pd.DataFrame:
    """Read JSON Lines; see `ctrcore.data.reading.read_table`."""
    columns: dict[str, list[Any]] = {}
    rows = members = 0
    records = _records(source, limits, progress)
    while block := list(islice(records, BLOCK)):
        for name in dict.fromkeys(chain.from_iterable(block)):
            values = [record.get(name) for record in block]
            columns.setdefault(name, [None] * rows).extend(values)
            members += sum(len(value) for value in values if type(value) is list)
        rows += len(block)
        limits.check(rows, len(columns), max(rows * len(columns), members))
        limits.check_memory(max(rows * len(columns), members))
        for column in columns.values():
            column.extend([None] * (rows - len(column)))
    if not columns:
        raise DataError(say("The file holds no values."), say("Upload a table with at least one row."))
    return pd.DataFrame({name or "unnamed": _series(column) for name, column in columns.items()})


def _series(column: list[Any]) -> pd.Series[Any]:
    """pandas would turn whole numbers with gaps, and those beyond int64, into inexact ones."""
    series = pd.Series(column)
    inexact = series.dtype == object or (series.dtype == float and series.abs().max() >= LARGEST_EXACT)
    if inexact and any(type(value) is int and abs(value) > LARGEST_EXACT for value in column):
        return pd.Series([str(value) if type(value) is int else value for value in column], dtype=object)
    return series


def _records(source: Source, limits: Limits, progress: Progress | None) -> Iterator[dict[str, Any]]:
    encoding = source.encodings[0]
    if encoding.startswith(("utf-16", "utf-32")):
        raise DataError(
            say("JSON Lines in the encoding {encoding} are not read.", encoding=encoding),
            say("Save the file with the encoding UTF-8."),
        )
    number = 0
    with source.open(limits, progress, text=True) as stream:
        while line := stream.readline(limits.max_line + 1):
            number += 1
            if len(line) > limits.max_line:
                raise DataError(
                    say("Line {number} is longer than {max_line:,} bytes.", number=number, max_line=limits.max_line),
                    say("Write one JSON object on each line."),
                )
            if not line.strip():
                continue
            record = _object(line, number)
            if line.count(b"{") > 1 and any(type(value) is dict for value in record.values()):
                flat: dict[str, Any] = {}
                _flatten(record, "", 0, flat, number)
                record = flat
            yield record


def _object(line: bytes, number: int) -> dict[str, Any]:
    remedy = say('Write one JSON object on each line, such as {"user_id": 1, "click": 0}.')
    try:
        record = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        if b"\\ud" in line.lower():  # half of a surrogate pair is no text
            record = json.loads(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"))
    except UnicodeDecodeError as error:
        raise DataError(
            say("Line {number} is not in the encoding UTF-8.", number=number), say("Save the file with that encoding.")
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(say("Line {number} is not JSON.", number=number), remedy) from error
    if not isinstance(record, dict):
        raise DataError(say("Line {number} is JSON, but no object.", number=number), remedy)
    return record


def _flatten(record: dict[str, Any], prefix: str, depth: int, into: dict[str, Any], number: int) -> None:
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, dict) and value and depth < DEEPEST:
            _flatten(value, name + ".", depth + 1, into, number)
        elif name in into:
            raise DataError(
                say("Line {number} has two values for the column '{value}'.", number=number, value=name[:60]),
                say("Rename one of the two keys."),
            )
        else:
            into[name] = value
