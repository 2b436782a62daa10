"""Arrow's columns as those of pandas, in the few types that the rest of the package knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.errors import DataError
from ctrcore.language import say


def plain(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column in a type that can be stored and read again without a loss that matters.

    Binary becomes text, decimals and short floats become float64, dates become timestamps.

    Raises:
        DataError: it holds binary data that is no text.
    """
    kind = column.type
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type):
        return plain(name, pc.cast(column, kind.value_type))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        try:
            return pc.cast(column, pa.string())
        except pa.ArrowInvalid as error:
            raise DataError(
                say("The column '{value}' holds binary data.", value=name[:60]),
                say("Leave it out, or write it as text or numbers."),
            ) from error
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_date(kind):
        return pc.cast(column, pa.timestamp("ms"))
    if pa.types.is_null(kind):
        return pc.cast(column, pa.string())
    return column


def as_series(column: pa.ChunkedArray) -> pd.Series[Any]:
    """A whole column for pandas: texts as texts, whole numbers with gaps as numbers with NaN.

    Whole numbers with gaps that float64 cannot hold exactly become text, for they are ids.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
    elif pa.types.is_integer(kind) and column.null_count:
        column = _with_gaps(column)
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return pd.Series(column.to_pylist(), dtype=object)
    series: pd.Series[Any] = column.to_pandas()
    return series.reset_index(drop=True)


def as_categorical(column: pa.ChunkedArray) -> pd.Series[Any]:
    """A dictionary-encoded text column as one whose different texts are stored once."""
    whole = column.unify_dictionaries().combine_chunks()
    codes = pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False)
    categories = pd.Index(whole.dictionary.to_pandas())
    return pd.Series(pd.Categorical.from_codes(codes.astype(np.int32), categories, validate=False))


def _with_gaps(column: pa.ChunkedArray) -> pa.ChunkedArray:
    span = pc.min_max(column)
    low, high = span["min"].as_py() or 0, span["max"].as_py() or 0
    return pc.cast(column, pa.string() if max(abs(low), abs(high)) > LARGEST_EXACT else pa.float64())
