"""Shapley values by hand are those of the library, and what the lesson says of them is so."""

from __future__ import annotations

import pytest
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background
from ctrcore.explain.shapley import shapley
from ctrcore.learn.shares import COALITIONS, ORDERS, OTHERS, PLAYERS, ROW, Shares, hybrids, shares, trained_fm
from ctrcore.learn.tiny import Tiny
from ctrcore.training.loader import RowTensors
from pages.shared.learn.lessons.shares import LESSON
from tests.learn.stages import facts_of


@pytest.fixture(scope="module")
def tiny() -> Tiny:
    return trained_fm()


@pytest.fixture(scope="module", params=OTHERS)
def game(tiny: Tiny, request: pytest.FixtureRequest) -> Shares:
    return shares(tiny, request.param)


def logit(tiny: Tiny, rows: Encoded, position: int) -> float:
    with torch.no_grad():
        return float(tiny.model(RowTensors(rows).batch(torch.tensor([position]))))


def test_every_coalition_is_a_forward_pass_of_its_hybrid(tiny: Tiny, game: Shares) -> None:
    assert len(COALITIONS) == 8
    assert len(ORDERS) == 6
    table = hybrids(game.other)
    rows = tiny.encoder.transform(table)
    for position, name in enumerate(COALITIONS):
        assert game.logits[name] == pytest.approx(logit(tiny, rows, position), abs=1e-6)
        for player, columns in PLAYERS.items():
            source = ROW if player in name.split("-") else game.other
            assert [table.loc[position, column] for column in columns] == [source[column] for column in columns]
    assert (table["gender"] == ROW["gender"]).all()
    assert all(one == ROW["history"] for one in table["history"])


def test_the_means_over_all_orders_are_the_shapley_values(tiny: Tiny, game: Shares) -> None:
    rows = tiny.encoder.transform(hybrids(game.other))
    background = Background("one row", 0, rows.take([0]))
    found = shapley(tiny.model, tiny.encoder, rows, len(COALITIONS) - 1, background, ties=[("category", "item")])
    values = dict(zip(found.parts["name"], found.parts["contribution"], strict=True))
    for player, columns in PLAYERS.items():
        assert game.mean(player) == pytest.approx(values[" + ".join(columns)], abs=1e-6)
    assert (values["gender"], values["history"]) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert game.base == pytest.approx(found.base, abs=1e-6)


def test_in_each_order_and_in_the_mean_the_shares_add_up(game: Shares) -> None:
    gap = game.logit - game.base
    for order in ORDERS:
        assert sum(game.joining(order).values()) == pytest.approx(gap)
    assert sum(game.mean(player) for player in PLAYERS) == pytest.approx(gap)


def test_what_a_pair_adds_is_shared_half_and_half(game: Shares) -> None:
    for player in PLAYERS:
        others = [other for other in PLAYERS if other != player]
        half = sum(game.together(player, other) for other in others) / 2
        assert game.mean(player) == pytest.approx(game.alone(player) + half, abs=2e-6)


def test_age_lowers_when_it_comes_first_and_raises_when_it_comes_last(tiny: Tiny) -> None:
    game = shares(tiny, "fridges")
    first, last = game.joining("age-device-item"), game.joining("item-device-age")
    assert first["age"] < -1
    assert last["age"] > 1
    assert all(abs(game.joining(order)["age"]) > 1 for order in ORDERS)
    assert -0.5 < game.mean("age") < -0.1
    assert first["item"] > 3
    assert abs(last["item"]) < 0.5
    assert game.together("age", "item") > 3


def test_the_device_adds_nearly_the_same_in_every_order(tiny: Tiny) -> None:
    game = shares(tiny, "fridges")
    added = {player: [game.joining(order)[player] for order in ORDERS] for player in PLAYERS}
    spread = {player: max(numbers) - min(numbers) for player, numbers in added.items()}
    assert spread["device"] < 0.7
    assert min(spread["age"], spread["item"]) > 3


def test_against_another_row_age_gets_another_share(tiny: Tiny) -> None:
    assert shares(tiny, "phones").mean("age") > 1


def test_strange_knobs_break_nothing() -> None:
    strange = dict.fromkeys(
        (
            "row",
            "push",
            "temperature",
            "chosen",
            "order",
            "truth",
            "below",
            "upwards",
            "first",
            "second",
            "seen",
            "guess",
        ),
        "nan-<b>",
    )
    facts_of(LESSON, 0, strange | {"against": "", "half": "inf"})
