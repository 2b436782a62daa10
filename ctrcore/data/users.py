"""Every user once: how much is known of each, and where their last row is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ctrcore.data.labels import read_labels
from ctrcore.data.stored import Table
from ctrcore.data.values import as_times, as_words
from ctrcore.errors import DataError
from ctrcore.schema import Schema


def users(rows: Table, schema: Schema) -> pd.DataFrame:
    """Every user, indexed by the id as text, those with most rows first.

    Args:
        rows: the rows after cleaning (`ctrcore.data.preparing.rows_as_seen`), indexed by source row.
        schema: names the user column, and the time column if there is one.

    Returns:
        rows and clicks (int64), and last (int64): the source row of the user's last moment, which without a time
        column is the last one in the table; of rows at the same time the last one counts.

    Raises:
        DataError: the schema names no user column, or the table lacks a column that it names.
    """
    if schema.user is None or schema.user not in rows.columns:
        raise DataError("The schema names no user column.", "Choose the column with the user's id on the Data page.")
    found = as_words(rows[schema.user])
    known = np.flatnonzero(found.known)
    codes = found.codes[known]
    clicked = np.nan_to_num(read_labels(rows, schema)[known])
    times = np.zeros(len(rows))
    if schema.time is not None and schema.time in rows.columns:
        times = as_times(rows[schema.time], schema.time)
    # A row whose time is missing is older than all others; the sort is stable, so that equal times keep their order.
    order = np.argsort(np.nan_to_num(times[known], nan=-np.inf), kind="stable")
    last = np.full(len(found.words), -1, dtype=np.int64)
    last[codes[order]] = known[order]  # of equal users the last one stays
    counts = found.counts
    some = counts > 0
    table = pd.DataFrame(
        {
            "rows": counts[some],
            "clicks": np.bincount(codes, weights=clicked, minlength=len(counts))[some].astype(np.int64),
            "last": np.asarray(rows.index)[last[some]].astype(np.int64),
        },
        index=pd.Index(found.words[some].astype(str), name=schema.user),
    )
    return table.sort_values("rows", ascending=False, kind="stable")
