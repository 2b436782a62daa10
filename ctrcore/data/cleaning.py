"""Which rows go before anything else is done."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.labels import read_labels
from ctrcore.data.recipe import Recipe
from ctrcore.data.values import as_words
from ctrcore.errors import DataError


def duplicated(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """True for each row that repeats an earlier row in every column, lists included; two missing cells are equal."""
    codes = {position: _codes(frame.iloc[:, position]) for position in range(frame.shape[1])}
    return pd.DataFrame(codes, index=range(len(frame))).duplicated().to_numpy(dtype=bool)


def _codes(cells: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Equal numbers for equal cells; only cells that cannot be hashed, such as lists, need their texts."""
    if pd.api.types.is_object_dtype(cells.dtype) or isinstance(cells.dtype, pd.ArrowDtype):
        return as_words(cells).codes
    return pd.factorize(cells)[0]


def clean(frame: pd.DataFrame, recipe: Recipe) -> tuple[pd.DataFrame, npt.NDArray[np.float32], dict[str, int]]:
    """Drop duplicates and rows without a label, as the recipe says.

    Returns:
        The rows that stay, indexed by their position in `frame`; their labels (0 or 1); and how many rows went:
        'duplicates' and 'unlabelled'.

    Raises:
        DataError: a label is missing and must not be dropped, or the labels are not understood.
    """
    frame = frame.reset_index(drop=True)
    label = read_labels(frame, recipe.data_schema)
    repeated = duplicated(frame) if recipe.cleaning.drop_duplicates else np.zeros(len(frame), dtype=bool)
    unlabelled = np.isnan(label) & ~repeated
    if unlabelled.any() and not recipe.cleaning.drop_unlabelled:
        raise DataError(
            f"{int(unlabelled.sum()):,} rows have no label, the first of them row {int(unlabelled.argmax()) + 1}.",
            "Fill the label in, or let cleaning drop rows without a label.",
        )
    stay = np.flatnonzero(~repeated & ~unlabelled)
    counts = {"duplicates": int(repeated.sum()), "unlabelled": int(unlabelled.sum())}
    return (frame if len(stay) == len(frame) else frame.iloc[stay]), label[stay], counts
