"""What values do: means over rows, against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.preparing import prepare
from ctrcore.explain.effects import behaviour_effect, field_effect
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.removal import behaviour_removal
from ctrcore.models.din import DIN
from tests.explain.conftest import SmallShop


def place_of(shop: SmallShop, name: str) -> int:
    return [field.name for field in shop.prepared.encoder.fields].index(name)


@pytest.mark.parametrize("name", ["fm", "din"])
@pytest.mark.parametrize("field", ["channel", "item_id"])
def test_effects_of_a_category_are_the_means_by_group(shop: SmallShop, name: str, field: str) -> None:
    encoder, rows = shop.prepared.encoder, shop.prepared.test
    share = own_terms(shop.model(name), rows).share[:, place_of(shop, field)]
    effect = field_effect(encoder, rows, field, share)
    expected = (
        pd.Series(share).groupby(encoder.inverse(rows)[field].to_numpy().astype(str)).agg(["size", "mean", "sem"])
    )
    table = effect.table.set_index("value")
    assert set(table.index) == set(expected.index)
    expected = expected.loc[table.index]
    assert table["rows"].tolist() == expected["size"].tolist()
    assert np.allclose(table["mean"], expected["mean"])
    half = 1.959963984540054 * expected["sem"]
    assert np.allclose(table["high"] - table["mean"], half, equal_nan=True)
    assert np.allclose(table["mean"] - table["low"], half, equal_nan=True)
    assert table["mean"].is_monotonic_decreasing
    assert effect.centre == pytest.approx(share.mean())
    assert (effect.kind, effect.rows) == ("values", len(rows))


def test_rare_and_unknown_values_are_flagged(shop: SmallShop) -> None:
    few = prepare(shop.impressions.iloc[:200], shop.recipe)
    new = shop.impressions.iloc[[1500, 1501]].assign(item_id="never seen")
    rows = few.encoder.transform(pd.concat([shop.impressions.iloc[:200], new]))
    table = field_effect(few.encoder, rows, "user_id", np.zeros(len(rows))).table.set_index("value")
    counts = shop.impressions["user_id"].iloc[few.train.row].value_counts()
    assert 0 < table["rare"].sum() < len(table)
    for value in table.index[table.index != "unknown"]:
        assert table.at[value, "seen"] == counts[value]
        assert table.at[value, "rare"] == (counts[value] < 5)
    items = field_effect(few.encoder, rows, "item_id", np.zeros(len(rows))).table.set_index("value")
    assert items.at["unknown", "rare"]
    assert items.at["unknown", "rows"] >= 2


def test_a_row_counts_once_for_every_different_member_of_a_bag(shop: SmallShop) -> None:
    encoder, rows = shop.prepared.encoder, shop.prepared.test
    share = own_terms(shop.model("fm"), rows).share[:, place_of(shop, "history_category")]
    table = field_effect(encoder, rows, "history_category", share).table.set_index("value")
    members = encoder.inverse(rows)["history_category"].tolist()
    for value in table.index:
        mine = np.array([value in row for row in members])
        assert table.at[value, "rows"] == mine.sum()
        assert table.at[value, "mean"] == pytest.approx(share[mine].mean())


def test_a_number_is_a_curve_over_bins_of_equal_size(shop: SmallShop) -> None:
    encoder, rows = shop.prepared.encoder, shop.prepared.test
    numbers = encoder.inverse(rows)["price"].to_numpy(dtype=float)
    effect = field_effect(encoder, rows, "price", 2 * numbers, bins=10)
    assert effect.kind == "curve"
    assert effect.table["rows"].sum() == len(rows)
    assert effect.table["middle"].is_monotonic_increasing
    code = pd.qcut(numbers, 10, labels=False, duplicates="drop")
    expected = pd.Series(2 * numbers).groupby(code).agg(["size", "mean"])
    assert effect.table["rows"].tolist() == expected["size"].tolist()
    assert np.allclose(effect.table["mean"], expected["mean"])


def test_a_number_with_few_values_has_a_bin_for_each(shop: SmallShop) -> None:
    encoder, rows = shop.prepared.encoder, shop.prepared.test
    numbers = encoder.inverse(rows)["launch_days"].to_numpy(dtype=float)
    few = rows.take(np.flatnonzero(np.isin(numbers, np.unique(numbers)[:4])))
    shown = encoder.inverse(few)["launch_days"].to_numpy(dtype=float)
    table = field_effect(encoder, few, "launch_days", shown).table
    assert table["middle"].tolist() == np.unique(shown).tolist()
    assert np.allclose(table["mean"], np.unique(shown))


def test_behaviours_by_value_against_pandas(shop: SmallShop) -> None:
    model, encoder, rows = shop.model("din"), shop.prepared.encoder, shop.prepared.test
    assert isinstance(model, DIN)
    terms = own_terms(model, rows)
    removal = behaviour_removal(model, rows)
    assert terms.mask is not None
    assert terms.behaviours is not None
    assert terms.behaviour_weights is not None
    long = pd.DataFrame(
        [
            {
                "row": row,
                "value": value,
                "contribution": terms.behaviours[row, step],
                "removal": removal[row, step],
                "attention": abs(terms.behaviour_weights[row, step]),
            }
            for row, members in enumerate(encoder.inverse(rows)["history_category"])
            for step, value in enumerate(members)
        ]
    )
    assert len(long) == terms.mask.sum()
    table = behaviour_effect(encoder, rows, terms, "history_category", removal).set_index("value")
    for value, mine in long.groupby("value"):
        line = table.loc[str(value)]
        assert (line["behaviours"], line["rows"]) == (len(mine), mine["row"].nunique())
        assert line["mean"] == pytest.approx(mine["contribution"].mean())
        assert line["leave_one_out"] == pytest.approx(mine["removal"].mean())
        assert line["attention"] == pytest.approx(mine["attention"].mean())
        assert line["against"] == pytest.approx((mine["contribution"] < 0).mean())
        away = (mine["contribution"] - mine["contribution"].mean()).groupby(mine["row"]).sum()
        error = np.sqrt(len(away) / (len(away) - 1) * (away**2).sum()) / len(mine)
        assert line["high"] - line["mean"] == pytest.approx(1.959963984540054 * error)
    assert "leave_one_out" not in behaviour_effect(encoder, rows, terms, "history_category")
