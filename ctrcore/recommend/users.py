"""Every user once: how much is known of each, and where their last row is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ctrcore.data.labels import read_labels
from ctrcore.data.stored import Table
from ctrcore.data.values import as_words
from ctrcore.recommend.moments import last_rows
from ctrcore.schema import Schema


def users(seen: Table, schema: Schema) -> pd.DataFrame:
    """Every user, indexed by the id as text, those with most rows first.

    Args:
        seen: the rows after cleaning (`ctrcore.data.preparing.rows_as_seen`), indexed by source row.
        schema: names the user column.

    Returns:
        rows and clicks (int64), and last (int64): the source row of the user's last moment.

    Raises:
        DataError: the schema names no user column.
    """
    last = last_rows(seen, schema)
    found = as_words(seen[str(schema.user)])
    clicked = np.nan_to_num(read_labels(seen, schema)[found.known])
    clicks = np.bincount(found.codes[found.known], weights=clicked, minlength=len(found.words))
    about = pd.DataFrame({"rows": found.counts, "clicks": clicks.astype(np.int64)}, index=pd.Index(found.words))
    table = about.loc[last.index].assign(last=last.astype(np.int64))
    return table.sort_values("rows", ascending=False, kind="stable")
