"""Leave-one-out: what it says of a field is a loop of forward passes, and it stands on the base of Shapley."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background, background_of
from ctrcore.explain.leave_one_out import left_out, shapley_seconds
from ctrcore.explain.removal import behaviour_removal, field_removal
from ctrcore.explain.shapley import shapley
from ctrcore.models.base import CTRModel
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

TIES = [["item_id", "category", "brand"]]


def exchanged(model: CTRModel, one: Encoded, other: Encoded, names: list[str]) -> float:
    """The logit of the row with these fields taken from another row, put together by hand."""
    ids, numbers, bags = one.ids.copy(), one.numbers.copy(), dict(one.bags)
    dense = [field.name for field in model.fields if not field.is_bag]
    for name in names:
        if name in bags:
            bags[name] = other.bags[name]
            continue
        place = dense.index(name)
        ids[:, place] = other.ids[:, place]
        number = np.flatnonzero(one.numeric == place)
        numbers[:, number] = other.numbers[:, number]
    return float(predict(model, replace(one, ids=ids, numbers=numbers, bags=bags))[0])


@pytest.mark.parametrize("name", ["lr", "fm", "afm", "fibinet", "din"])
def test_it_equals_a_loop_of_forward_passes(shop: SmallShop, name: str) -> None:
    model, background = shop.model(name), background_of(shop.prepared.train, 6)
    one = shop.prepared.test.take([7])
    found = left_out(model, shop.prepared.encoder, shop.prepared.test, 7, background, ties=TIES)
    for part in found.parts.itertuples():
        names = str(part.name).split(" + ")
        others = [exchanged(model, one, background.rows.take([n]), names) for n in range(len(background))]
        assert part.contribution == pytest.approx(found.logit - np.mean(others), abs=2e-5)
    assert found.logit == pytest.approx(float(predict(model, one)[0]), abs=1e-5)
    assert found.base == pytest.approx(float(predict(model, background.rows).mean()), abs=1e-5)


@pytest.mark.parametrize("name", ["fm", "din"])
def test_without_ties_it_is_the_removal_of_single_fields(shop: SmallShop, name: str) -> None:
    model, background = shop.model(name), background_of(shop.prepared.train, 8)
    found = left_out(model, shop.prepared.encoder, shop.prepared.test, 3, background)
    removed = field_removal(model, shop.prepared.test.take([3]), background)[0]
    fields = [field.name for field in model.fields]
    for name_, contribution in zip(found.parts["name"], found.parts["contribution"], strict=True):
        assert contribution == pytest.approx(removed[fields.index(str(name_).split(" + ")[0])], abs=1e-5)


def test_how_many_parts_there_were_is_said_of_one_and_of_many(shop: SmallShop) -> None:
    model, background = shop.model("lr"), background_of(shop.prepared.train, 5)
    every = [[field.name for field in model.fields]]
    many, one = (left_out(model, shop.prepared.encoder, shop.prepared.test, 0, background, ties=t) for t in ([], every))
    assert one.method.startswith("leave-one-out of 1 player against")
    assert many.method.startswith(f"leave-one-out of {len(many.parts)} players against")


def test_clicks_are_left_out_of_the_history(shop: SmallShop) -> None:
    model, background = shop.model("din"), background_of(shop.prepared.train, 5)
    longest = int(np.argmax(shop.prepared.test.bags["history_item"].lengths))
    found = left_out(model, shop.prepared.encoder, shop.prepared.test, longest, background, behaviours="each")
    clicks = found.parts.loc[found.parts["kind"] == "behaviour", "contribution"].to_numpy()
    one = shop.prepared.test.take([longest])
    np.testing.assert_allclose(clicks, behaviour_removal(model, one)[0], atol=1e-5)


def test_base_players_and_logit_are_those_of_shapley(shop: SmallShop) -> None:
    model, background = shop.model("fibinet"), background_of(shop.prepared.train, 4)
    encoder, rows = shop.prepared.encoder, shop.prepared.test
    ours = left_out(model, encoder, rows, 2, background, ties=TIES)
    theirs = shapley(model, encoder, rows, 2, background, ties=TIES)
    assert list(ours.parts["name"]) == list(theirs.parts["name"])
    assert list(ours.parts["value"]) == list(theirs.parts["value"])
    assert [ours.base, ours.logit] == pytest.approx([theirs.base, theirs.logit], abs=1e-5)
    assert abs(ours.residual) > 1e-3 > abs(theirs.residual)


def test_of_a_model_without_pairs_it_is_the_sum(shop: SmallShop) -> None:
    background = background_of(shop.prepared.train, 10)
    found = left_out(shop.model("lr"), shop.prepared.encoder, shop.prepared.test, 0, background)
    assert abs(found.residual) < 1e-4


def test_a_background_of_one_row(shop: SmallShop) -> None:
    background = Background("one row", 0, shop.prepared.train.take([0]))
    found = left_out(shop.model("fm"), shop.prepared.encoder, shop.prepared.train, 0, background)
    assert np.allclose(found.parts["contribution"], 0, atol=1e-6)
    assert found.base == pytest.approx(found.logit, abs=1e-6)


def test_the_time_of_shapley_values_is_estimated(shop: SmallShop) -> None:
    encoder, one, background = shop.prepared.encoder, shop.prepared.test.take([0]), background_of(shop.prepared.train)
    assert shapley_seconds(shop.model("fm"), encoder, one, background) == 0  # a closed form
    many = shapley_seconds(shop.model("din"), encoder, one, background)
    few = shapley_seconds(
        shop.model("din"), encoder, one, background, ties=[[field.name for field in encoder.fields[:-4]]]
    )
    assert 0 < few < many < 600
