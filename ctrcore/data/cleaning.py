"""Which rows go before anything else is done."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.hashing import row_hashes
from ctrcore.data.labels import read_labels
from ctrcore.data.recipe import Recipe
from ctrcore.data.stored import SameTable, Table, take_rows
from ctrcore.errors import DataError
from ctrcore.language import say


def duplicated(table: Table) -> npt.NDArray[np.bool_]:
    """True for each row that repeats an earlier row in every column, lists included; two missing cells are equal.

    Rows are compared by numbers of 64 bits (see `ctrcore.data.hashing.row_hashes`): that two different rows of ten
    million count as equal has a probability of three in a million.
    """
    return pd.Series(row_hashes(table)).duplicated().to_numpy(dtype=bool)


def clean(table: SameTable, recipe: Recipe) -> tuple[SameTable, npt.NDArray[np.float32], dict[str, int]]:
    """Drop duplicates and rows without a label, as the recipe says.

    Returns:
        The rows that stay, indexed by their position in `table`; their labels (0 or 1); and how many rows went:
        'duplicates' and 'unlabelled'.

    Raises:
        DataError: a label is missing and must not be dropped, or the labels are not understood.
    """
    if isinstance(table, pd.DataFrame):
        table = cast(SameTable, table.reset_index(drop=True))
    label = read_labels(table, recipe.data_schema)
    repeated = duplicated(table) if recipe.cleaning.drop_duplicates else np.zeros(len(table), dtype=bool)
    unlabelled = np.isnan(label) & ~repeated
    if unlabelled.any() and not recipe.cleaning.drop_unlabelled:
        raise DataError(
            say(
                "{int:,} rows have no label, the first of them row {int_2}.",
                int=int(unlabelled.sum()),
                int_2=int(unlabelled.argmax()) + 1,
            ),
            say("Fill the label in, or let cleaning drop rows without a label."),
        )
    stay = np.flatnonzero(~repeated & ~unlabelled)
    counts = {"duplicates": int(repeated.sum()), "unlabelled": int(unlabelled.sum())}
    return (table if len(stay) == len(table) else take_rows(table, stay)), label[stay], counts
