"""Items that a user knows: told by the table, however rare and however long ago; equal to a loop over the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ctrcore.data.values import as_words
from ctrcore.recommend.history import Clicks, items_in
from tests.data.tables import clicks_schema, clicks_table


def test_all_items_of_the_cell_are_told_and_no_others() -> None:
    schema = clicks_schema()
    schema = schema.model_copy(
        update={"columns": [column.model_copy(update={"max_length": 1}) for column in schema.columns]}
    )
    table = clicks_table(60)
    for row in range(len(table)):
        told = items_in(table.iloc[[row]], schema)
        assert told == {item for item in table["history_item"][row].split("|") if item}
    assert items_in(table.iloc[[0]].drop(columns="history_item"), schema) is None


def test_earlier_clicks_equal_a_loop_over_the_rows() -> None:
    table, schema = clicks_table(400).sample(frac=1, random_state=2), clicks_schema()
    table["time"] = table["time"].where(np.arange(400) % 37 > 0)
    clicks = Clicks(table, schema, as_words(table["user_id"]))
    told = 0
    for place, row in enumerate(table.itertuples()):
        earlier = {
            str(one.item_id)
            for one in table.itertuples()
            if one.user_id == row.user_id
            and one.click == 1
            and (-np.inf if pd.isna(one.time) else one.time) < (-np.inf if pd.isna(row.time) else row.time)
        }
        assert clicks.before(place) == earlier
        told += len(earlier)
    assert told > 400
    nobody = Clicks(table, schema, as_words(table["user_id"].where(np.arange(400) > 0).astype("Int64")))
    assert nobody.before(0) == frozenset()
