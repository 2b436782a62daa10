"""Behaviours put together sum to what they were one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.explain.merged_behaviours import coarsest_history, group_behaviours
from ctrcore.explain.rows import explain_row
from tests.explain.conftest import SmallShop


def test_clicks_put_together_sum_to_the_same(shop: SmallShop) -> None:
    model, encoder = shop.model("din"), shop.prepared.encoder
    longest = int(np.argmax(shop.prepared.test.bags["history_item"].lengths))
    one = shop.prepared.test.take([longest])
    single = explain_row(model, encoder, one, 0)
    behaviours = single.parts[single.parts["kind"] == "behaviour"]
    assert len(behaviours) > 3
    by = coarsest_history(encoder)
    assert by is not None
    for how in (by, "whole"):
        grouped = group_behaviours(single, encoder, one, how)
        groups = grouped.parts[grouped.parts["kind"] == "group"]
        assert groups["contribution"].sum() == pytest.approx(behaviours["contribution"].sum())
        assert sum(int(text.split()[0]) for text in groups["value"]) == len(behaviours)
        assert grouped.residual == pytest.approx(single.residual, abs=1e-9)
    values = encoder.inverse(one)[by].iloc[0]
    first = behaviours["contribution"].to_numpy()[np.array(values) == values[0]].sum()
    assert first == pytest.approx(grouped_value(group_behaviours(single, encoder, one, by).parts, f"{by}: {values[0]}"))


def grouped_value(parts: pd.DataFrame, name: str) -> float:
    return float(parts.loc[parts["name"] == name, "contribution"].iloc[0])
