"""Whole columns of text as numbers or lists, where nothing is lost by it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

LARGEST_EXACT = 2**53  # beyond it, float64 skips whole numbers
SAMPLE = 1000


def from_text(cells: pa.ChunkedArray, decimal_comma: bool = False) -> pd.Series[Any]:
    """Numbers if every cell is one, lists if every cell is a JSON list, else text as it stands.

    Ids keep their leading zeros: a column that has any stays text. So do whole numbers that would not be exact.

    Args:
        cells: a string column.
        decimal_comma: numbers may be written 3,14.
    """
    numbers = _numbers(cells, decimal_comma)
    if numbers is not None:
        return numbers
    series: pd.Series[Any] = cells.to_pandas()
    return _lists(series)


def _numbers(cells: pa.ChunkedArray, decimal_comma: bool) -> pd.Series[Any] | None:
    if cells.null_count == len(cells) or _number(cells.slice(0, SAMPLE), decimal_comma) is None:
        return None
    found = _number(cells, decimal_comma)
    if found is None or pc.any(pc.match_substring_regex(cells, r"^\s*[+-]?0[0-9]")).as_py():
        return None
    if not pa.types.is_integer(found.type):
        # A whole number too long for int64 was an id.
        return None if pc.any(pc.match_substring_regex(cells, r"^\s*[+-]?[0-9]{17,}$")).as_py() else found.to_pandas()
    if found.null_count:
        span = pc.min_max(found)
        if max(abs(span["min"].as_py()), abs(span["max"].as_py())) > LARGEST_EXACT:
            return None
        found = pc.cast(found, pa.float64())
    series: pd.Series[Any] = found.to_pandas()
    return series


def _number(cells: pa.ChunkedArray, decimal_comma: bool) -> pa.ChunkedArray | None:
    for change in (lambda texts: texts, pc.utf8_trim_whitespace, _decimal_point if decimal_comma else None):
        cells = cells if change is None else change(cells)
        for kind in (pa.int64(), pa.float64()):
            try:
                return pc.cast(cells, kind)
            except pa.ArrowInvalid:
                continue
    return None


def _decimal_point(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return texts if pc.any(pc.match_substring(texts, ".")).as_py() else pc.replace_substring(texts, ",", ".")


def _lists(texts: pd.Series[Any]) -> pd.Series[Any]:
    """'[1, 2]' and "['a', 'b']", as data frames write their lists."""
    known = texts.dropna()
    if not len(known) or not known.str.match(r"^\[.*\]$").all():
        return texts
    try:
        lists = [json.loads(text if '"' in text else text.replace("'", '"')) for text in known]
    except (ValueError, RecursionError):
        return texts
    found = pd.Series([None] * len(texts), dtype=object)
    found.iloc[texts.notna().to_numpy().nonzero()[0]] = pd.Series(lists, dtype=object).to_numpy()
    return found
