"""Drawn items have the frequencies that they should have, and are never ones that the user clicked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.logs.building import build_impressions
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.sampling import Clicked, Moments, Pool, draw_items

CHOICES = LogChoices(user="user", item="item", time="time")


def pool_of(weight: np.ndarray) -> Pool:
    return Pool.of(np.zeros(len(weight), dtype=np.int64), weight)


def close(found: np.ndarray, expected: np.ndarray) -> None:
    """Counts within five standard deviations, and a chi-square per cell near 1."""
    assert (np.abs(found - expected) <= 5 * np.sqrt(expected) + 5).all()
    likely = expected > 5
    assert ((found - expected)[likely] ** 2 / expected[likely]).mean() < 1.5


def pairs_expected(weight: np.ndarray, draws: int) -> np.ndarray:
    """How often each pair comes when two different items are drawn one after another in proportion to the weights."""
    share = weight / weight.sum()
    first_then = share[:, None] * share[None, :] / (1 - share[:, None])
    both = np.triu(first_then + first_then.T, 1)
    return draws * both[np.triu_indices(len(weight), 1)]


@pytest.mark.parametrize("items", [6, 30])  # few items are listed, of many some are drawn until they fit
def test_pairs_come_as_often_as_they_should(items: int) -> None:
    weight = np.arange(1, items + 1, dtype=np.float64)
    weight[0] = 0  # item 0 is the one clicked
    n = 40_000
    nobody = np.zeros(n, dtype=np.int64)
    clicked = Clicked.of(np.array([0]), np.array([0]), np.array([0]), items, ever=True)
    drawn = draw_items(pool_of(weight), clicked, Moments(nobody, nobody, nobody), 2, np.random.default_rng(0))
    low, high = np.sort(drawn, axis=1).T
    assert (low > 0).all()
    assert (low < high).all()
    found = np.zeros((items, items))
    np.add.at(found, (low, high), 1)
    rows, columns = np.triu_indices(items, 1)
    close(found[rows, columns][rows > 0], pairs_expected(weight[1:], n))


@pytest.mark.parametrize("negatives", ["uniform", "popularity"])
def test_frequencies_over_a_whole_log(negatives: str) -> None:
    """Each of many users clicks once, so that the chance of each item at each click is known."""
    rng = np.random.default_rng(1)
    n, items = 30_000, 40
    log = pd.DataFrame({"user": np.arange(n), "item": (items * rng.random(n) ** 2).astype(int), "time": np.arange(n)})
    choices = CHOICES.model_copy(update={"negatives": negatives, "per_positive": 1})
    frame = build_impressions(log, choices).frame
    drawn = frame.loc[frame["click"] == 0, "item"].to_numpy()
    clicks = np.bincount(log["item"], minlength=items).astype(np.float64)
    weight = clicks if negatives == "popularity" else np.ones(items)
    # At a click on item i another item j has the chance w_j / (W - w_i).
    per_click = clicks / (weight.sum() - weight)
    expected = weight * (per_click.sum() - per_click)
    assert expected.sum() == pytest.approx(n)
    close(np.bincount(drawn, minlength=items).astype(np.float64), expected)


def test_luck_that_never_comes_is_no_matter() -> None:
    """The clicked item has nearly all the weight, so that drawing again and again hardly ever finds another."""
    weight = np.ones(500)
    weight[7] = 1e9
    clicked = Clicked.of(np.array([0]), np.array([7]), np.array([0]), 500, ever=True)
    many = np.zeros(50, dtype=np.int64)
    drawn = draw_items(pool_of(weight), clicked, Moments(many, many, many), 3, np.random.default_rng(0))
    assert ((drawn >= 0) & (drawn != 7)).all()
    assert all(len(set(row)) == 3 for row in drawn.tolist())
    assert len(np.unique(drawn)) > 100


def test_many_clicks_of_many_users_against_sets() -> None:
    rng = np.random.default_rng(2)
    n = 6000
    log = pd.DataFrame(
        {"user": rng.integers(0, 60, n), "item": rng.integers(0, 300, n), "time": rng.integers(0, 99, n)}
    )
    log["kind"] = log["item"] % 5
    for negatives, avoid_later in [("uniform", True), ("uniform", False), ("popularity", True), ("hard", False)]:
        update = {"negatives": negatives, "avoid_later": avoid_later, "per_positive": 3, "category": "kind"}
        frame = build_impressions(log, CHOICES.model_copy(update=update)).frame
        drawn = frame[frame["click"] == 0].merge(log, on=["user", "item"], suffixes=("", "_clicked"))
        if avoid_later:
            assert not len(drawn)
        else:
            assert len(drawn)
            assert (drawn["time_clicked"] > drawn["time"]).all()
        block = (frame["click"] == 1).cumsum()
        assert not frame.assign(block=block).duplicated(["block", "item"]).any()
        assert (frame.groupby(block).size() == 4).all()
        assert (frame["kind"] == frame["item"] % 5).all()
        if negatives == "hard":
            assert (frame.groupby(block)["kind"].nunique() == 1).all()


def test_an_item_alone_in_its_category_gets_any_negatives() -> None:
    log = pd.DataFrame({"user": range(20), "item": range(20), "time": range(20)})
    log["kind"] = np.where(log["item"] < 2, log["item"].map(str), None)
    log.loc[10:, "kind"] = "many"
    report = build_impressions(log, CHOICES.model_copy(update={"negatives": "hard", "category": "kind"})).report
    assert report["negatives"] == {"hard": 4 * 10, "uniform": 4 * 10}
