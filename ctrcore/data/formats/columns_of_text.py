"""Columns of text as numbers or lists, where nothing is lost by it: decided over a whole file, slice by slice."""

from __future__ import annotations

import json
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

LARGEST_EXACT = 2**53  # beyond it, float64 skips whole numbers
FEW = 1000
TOO_LONG = 17  # digits: a whole number of so many that does not fit int64 was an id

Kind = Literal["empty", "int", "float", "list_int", "list_float", "list_text", "text"]
TYPES: dict[str, pa.DataType] = {
    "empty": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "list_int": pa.list_(pa.int64()),
    "list_float": pa.list_(pa.float64()),
    "list_text": pa.list_(pa.string()),
    "text": pa.string(),
}
NUMBERS: tuple[Kind, ...] = ("int", "float")
LISTS: tuple[Kind, ...] = ("list_int", "list_float", "list_text")


def join(first: Kind, second: Kind) -> Kind:
    """The narrowest kind that holds the cells of both."""
    if "empty" in (first, second):
        return second if first == "empty" else first
    for family in (NUMBERS, LISTS):
        if first in family and second in family:
            return family[max(family.index(first), family.index(second))]
    return first if first == second else "text"


def typed(cells: pa.ChunkedArray, kind: Kind, decimal_comma: bool = False) -> pa.ChunkedArray | None:
    """The texts as cells of that kind, or None if they are not of it.

    Ids keep their leading zeros: a column that has any is no column of numbers. Nor is one of whole numbers that are
    too long to be exact.

    Args:
        cells: a string column.
        kind: what the cells are held to be.
        decimal_comma: numbers may be written 3,14.
    """
    if kind == "text":
        return cells
    if cells.null_count == len(cells):
        return pa.chunked_array([pa.nulls(len(cells), TYPES[kind])])
    if kind in NUMBERS:
        return _numbers(cells, kind, decimal_comma)
    return _lists(cells, kind) if kind in LISTS else None


def kind_of(cells: pa.ChunkedArray, decimal_comma: bool = False) -> Kind:
    """The narrowest kind of these texts."""
    if cells.null_count == len(cells):
        return "empty"
    few = cells.slice(0, FEW)  # most columns of text show it in their first cells
    for kind in (*NUMBERS, *LISTS):
        if typed(few, kind, decimal_comma) is not None and typed(cells, kind, decimal_comma) is not None:
            return kind
    return "text"


def _numbers(cells: pa.ChunkedArray, kind: Kind, decimal_comma: bool) -> pa.ChunkedArray | None:
    for change in (lambda texts: texts, pc.utf8_trim_whitespace, _decimal_point if decimal_comma else None):
        texts = cells if change is None else change(cells)
        try:
            found = pc.cast(texts, TYPES[kind])
        except pa.ArrowInvalid:
            continue
        return None if _is_code(texts, kind) else found
    return None


def _is_code(texts: pa.ChunkedArray, kind: Kind) -> bool:
    """True if a text has a leading zero, or more digits than a number holds."""
    for start in ("0", "-0", "+0"):  # far quicker than a pattern on every cell
        zero = pc.starts_with(texts, start)
        if pc.any(zero).as_py() and pc.any(pc.match_substring_regex(texts.filter(zero), "^[+-]?0[0-9]")).as_py():
            return True
    if kind == "int" or pc.max(pc.binary_length(texts)).as_py() < TOO_LONG:
        return False
    return bool(pc.any(pc.match_substring_regex(texts, f"^[+-]?[0-9]{{{TOO_LONG},}}$")).as_py())


def _decimal_point(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = pc.utf8_trim_whitespace(texts)
    return texts if pc.any(pc.match_substring(texts, ".")).as_py() else pc.replace_substring(texts, ",", ".")


def _lists(cells: pa.ChunkedArray, kind: Kind) -> pa.ChunkedArray | None:
    """'[1, 2]' and "['a', 'b']", as data frames write their lists."""
    if not pc.all(pc.match_substring_regex(cells, r"^\[.*\]$")).as_py():
        return None
    try:
        lists = [None if text is None else _list(text) for text in cells.to_pylist()]
        found = pa.array(lists, pa.list_(pa.string()) if kind == "list_text" else TYPES[kind])
    except (ValueError, RecursionError, TypeError, pa.ArrowException):
        return None
    return pa.chunked_array([found])


def _list(text: str) -> list[Any]:
    members: list[Any] = json.loads(text if '"' in text else text.replace("'", '"'))
    if not any(isinstance(member, str) for member in members):
        return members
    return [member if member is None or isinstance(member, str) else json.dumps(member) for member in members]
