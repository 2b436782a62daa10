"""What attention did, pair by pair, against loops over rows and sums that must hold."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctrcore.explain.afm_attention import Attended, attended, pair_values
from ctrcore.explain.pairs import pair_formula, pair_summary
from ctrcore.explain.removal import pair_removal
from ctrcore.models.afm import AFM
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop


@pytest.fixture(scope="module")
def model(shop: SmallShop) -> AFM:
    made = shop.model("afm", init_std=1.0)
    assert isinstance(made, AFM)
    return made


@pytest.fixture(scope="module")
def terms(shop: SmallShop, model: AFM) -> Attended:
    return attended(model, shop.prepared.test)


def test_even_attention_and_what_attention_changed_add_up_to_the_logit(
    shop: SmallShop, model: AFM, terms: Attended
) -> None:
    rows = shop.prepared.test
    with torch.inference_mode():
        single = (model.bias + model.embedding(to_batch(rows)).w.sum(1)).numpy()
    np.testing.assert_allclose(single + terms.even + terms.moved, predict(model, rows), atol=1e-5)
    # with an attention network that says the same of every pair nothing is moved
    with torch.no_grad():
        even = shop.model("afm", init_std=1.0)
        assert isinstance(even, AFM)
        even.h.zero_()
    found = attended(even, rows)
    np.testing.assert_allclose(found.moved, 0, atol=1e-9)
    np.testing.assert_allclose(found.even, terms.even, rtol=1e-6, atol=1e-9)
    assert np.abs(terms.moved).max() > 0.01


def test_numbers_of_a_pair_are_those_of_its_formula(shop: SmallShop, model: AFM, terms: Attended) -> None:
    formula = pair_formula(model, shop.prepared.test, 7, "device", "age")
    place = terms.place("device", "age")
    assert place == terms.place("age", "device")
    assert terms.attention[7, place] == pytest.approx(formula["attention"], rel=1e-5)
    assert terms.contribution[7, place] == pytest.approx(formula["contribution"], rel=1e-4)
    np.testing.assert_allclose(terms.removal, pair_removal(model, shop.prepared.test), rtol=1e-9)


def test_the_table_of_pairs_agrees_with_the_summary(shop: SmallShop, model: AFM, terms: Attended) -> None:
    summary = pair_summary(model, shop.prepared.test)
    table = terms.table().set_index(["left", "right"])
    names = summary["fields"]
    for key, column in (("attention", "attention"), ("contribution", "contribution"), ("strength", "size")):
        matrix = np.array(summary[key])
        for (left, right), value in table[column].items():  # type: ignore[misc]
            assert value == pytest.approx(matrix[names.index(left), names.index(right)], rel=1e-4, abs=1e-7)
    assert terms.against == pytest.approx(summary["against"], rel=1e-4)


@pytest.mark.parametrize("pair", [("gender", "device"), ("device", "gender"), ("category", "history_category")])
def test_values_of_a_pair_are_means_over_the_rows_that_have_them(
    shop: SmallShop, terms: Attended, pair: tuple[str, str]
) -> None:
    rows, encoder = shop.prepared.test, shop.prepared.encoder
    table, left_out = pair_values(encoder, rows, terms, pair, fewest=4)
    source, place = shop.impressions.iloc[rows.row], terms.place(*pair)
    found: dict[tuple[str, str], list[int]] = {}
    for r in range(len(rows)):
        sides = [set(str(source[name].iloc[r]).split("|")) - {""} for name in pair]
        for left in sides[0]:
            for right in sides[1]:
                found.setdefault((left, right), []).append(r)
    kept = {key: places for key, places in found.items() if len(places) >= 4}
    assert left_out == len(found) - len(kept)
    assert set(zip(table["left"], table["right"], strict=True)) == set(kept)
    for record in table.to_dict("records"):
        values = terms.contribution[kept[record["left"], record["right"]], place]
        assert record["rows"] == len(values)
        assert record["mean"] == pytest.approx(values.mean())
        assert record["high"] - record["low"] == pytest.approx(
            2 * 1.96 * values.std(ddof=1) / len(values) ** 0.5, rel=1e-3
        )
        weights = terms.attention[kept[record["left"], record["right"]], place]
        assert record["attention"] == pytest.approx(weights.mean())
    assert (np.diff(table["mean"].abs()) <= 1e-12).all()


def test_numbers_are_cut_into_bins_that_hold_every_row_once(shop: SmallShop, terms: Attended) -> None:
    rows = shop.prepared.test
    table, left_out = pair_values(shop.prepared.encoder, rows, terms, ("price", "gender"), fewest=1)
    assert left_out == 0
    assert table["rows"].sum() == len(rows)
    assert table["left"].nunique() == 5
    prices = shop.impressions["price"].iloc[rows.row]
    for record in table.to_dict("records"):
        low, high = (float(end) for end in record["left"].split(" to "))
        inside = prices.between(low * (1 - 1e-3), high * (1 + 1e-3))
        same = shop.impressions["gender"].iloc[rows.row] == record["right"]
        assert abs(int((inside & same).sum()) - record["rows"]) <= 2  # ends are rounded to four digits


def test_rare_combinations_only_leave_an_empty_table(shop: SmallShop, terms: Attended) -> None:
    table, left_out = pair_values(shop.prepared.encoder, shop.prepared.test, terms, ("user_id", "item_id"), fewest=50)
    assert table.empty
    assert left_out > 0
