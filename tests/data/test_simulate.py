"""The simulated shop: its truth is the truth, its histories are the past, and each knob does what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.recipe import Recipe
from ctrcore.data.shop.config import CONSUMABLES, DURABLES, HISTORY_LENGTH, LEVELS, PLANTED_PAIRS
from ctrcore.data.shop.files import TABLES, write_shop
from ctrcore.data.shop.truth import behaviour_effects
from ctrcore.data.simulate import Shop, ShopConfig, simulate
from ctrcore.errors import DataError
from ctrcore.metrics import auc, sigmoid

SMALL = ShopConfig(users=200, items=50, impressions=2000, seed=5)
PAIR_TERMS = [f"pair_{first}_{second}" for first, second in PLANTED_PAIRS]
TERMS = ["intercept", "main", *PAIR_TERMS, "interest", "suppression"]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulate()


@pytest.fixture(scope="module")
def small() -> Shop:
    return simulate(SMALL)


def members(column: pd.Series) -> list[list[str]]:
    return [text.split("|") if text else [] for text in column]


def test_it_has_the_size_asked_for(shop: Shop, small: Shop) -> None:
    for made in (shop, small):
        config = made.config
        assert (len(made.impressions), len(made.users), len(made.items)) == (
            config.impressions,
            config.users,
            config.items,
        )
        assert made.impressions["time"].is_monotonic_increasing
        assert made.impressions.index.equals(made.truth.index)
    assert 0.2 < shop.impressions["click"].mean() < 0.35


def test_rows_repeat_the_attributes_of_their_user_and_item(small: Shop) -> None:
    rows = small.impressions
    joined = rows[["user_id", "item_id"]].merge(small.users, on="user_id").merge(small.items, on="item_id")
    for name in [*small.users.columns, "category", "durability", "brand", "price"]:
        assert (joined[name] == rows[name]).all()
    day = (rows["time"] - pd.Timestamp("2025-03-03")).dt.days
    assert (rows["launch_days"] == day - joined["launch_day"]).all()
    assert (rows["launch_days"] >= 0).all()
    assert (rows["hour"] == rows["time"].dt.hour).all()
    assert (rows["weekday"] == rows["time"].dt.day_name().str[:3]).all()
    assert (small.items["durability"] == "durable").equals(small.items["category"].isin(DURABLES))


def test_the_terms_sum_to_the_logit(shop: Shop, small: Shop) -> None:
    for truth in (shop.truth, small.truth):
        np.testing.assert_allclose(truth[TERMS].sum(axis=1), truth["logit"], atol=1e-9)
        assert (truth["interest"] >= 0).all()
        assert (truth["suppression"] <= 0).all()


def test_main_and_pair_terms_come_from_the_planted_numbers(shop: Shop) -> None:
    for (first, second), term in zip(PLANTED_PAIRS, PAIR_TERMS, strict=True):
        row = shop.impressions[first].map(LEVELS[first].index)
        column = shop.impressions[second].map(LEVELS[second].index)
        planted = shop.effects.pairs[first, second][row, column]
        np.testing.assert_allclose(shop.truth[term], planted, atol=6e-4)
    fields = {name: shop.impressions[name].astype(str).map(LEVELS[name].index) for name in shop.effects.main}
    levels = sum(shop.effects.main[name][codes] for name, codes in fields.items())
    rest = pd.DataFrame({"main": shop.truth["main"] - levels, "days": np.log1p(shop.impressions["launch_days"])})
    within = rest - rest.groupby(shop.impressions["item_id"]).transform("mean")  # price and popularity are the item's
    slope = (within["main"] * within["days"]).sum() / (within["days"] ** 2).sum()
    assert slope < -0.05
    np.testing.assert_allclose(within["main"], slope * within["days"], atol=1e-3)


def test_planted_pairs_are_pure_interactions_of_both_signs(shop: Shop) -> None:
    for pair in PLANTED_PAIRS:
        matrix = shop.effects.pairs[pair]
        np.testing.assert_allclose(matrix.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(matrix.mean(axis=1), 0, atol=1e-12)
        assert np.sqrt((matrix**2).mean()) > 0.5
        assert (matrix > 0.3).any()
        assert (matrix < -0.3).any()


def test_histories_are_the_users_earlier_behaviours(small: Shop) -> None:
    """Against a slow loop over the log."""
    log = small.behaviours[small.behaviours["action"] != "view"]
    past = dict(iter(log.groupby("user_id")))
    category = small.items.set_index("item_id")["category"]
    rows = small.impressions
    for row in rows.sample(400, random_state=0).itertuples():
        mine = past.get(row.user_id)
        before = log.iloc[:0] if mine is None else mine[mine["time"] < row.time].tail(HISTORY_LENGTH)
        assert row.history_item == "|".join(before["item_id"])
        assert row.history_category == "|".join(category[before["item_id"]])
        assert row.history_action == "|".join(before["action"])


def test_no_two_events_of_a_user_tie(small: Shop) -> None:
    assert not small.behaviours.duplicated(["user_id", "time"]).any()
    assert small.behaviours["time"].is_monotonic_increasing


def test_the_log_holds_every_impression_and_click(small: Shop) -> None:
    log, rows = small.behaviours, small.impressions
    start = rows["time"].min().normalize()
    views = log[log["action"] == "view"]
    clicks = log[(log["action"] == "click") & (log["time"] >= start)]
    assert len(views) == len(rows)
    assert len(clicks) == rows["click"].sum()
    clicked = rows.loc[rows["click"] == 1, ["user_id", "item_id"]].value_counts()
    assert clicked.sort_index().equals(clicks[["user_id", "item_id"]].value_counts().sort_index())
    actions = log["action"].value_counts()
    assert actions["click"] > actions["cart"] > actions["purchase"] > 0
    assert actions["favourite"] > 0


def test_behaviour_effects_are_aligned_and_sum_to_their_terms(shop: Shop) -> None:
    rows = shop.impressions.iloc[::10]
    truth = shop.truth.iloc[::10]
    effects = [np.array(effect, dtype=float) for effect in members(truth["behaviour_effect"])]
    total = np.array([effect.sum() for effect in effects])
    np.testing.assert_allclose(total, truth["interest"] + truth["suppression"], atol=1e-9)
    durable = 0
    for effect, history, category in zip(effects, members(rows["history_category"]), rows["category"], strict=True):
        same = np.array([member == category for member in history], dtype=bool)
        sign = -1 if category in DURABLES else 1
        assert len(effect) == len(history)
        assert (effect[~same] == 0).all()
        assert (effect[same] * sign > 0).all()
        durable += int(same.any() and sign < 0)
    assert durable > 500
    assert (total != 0).mean() > 0.5


def test_behaviour_effects_equal_the_formula() -> None:
    config = ShopConfig(interest=2.0, suppression=3.0, memory=4.0)
    history = np.full((2, HISTORY_LENGTH), -1)
    durable = len(CONSUMABLES)
    history[0, -3:] = [1, 0, 1]
    history[1, -9:] = [durable, 0, 0, 0, 0, 0, 0, 0, 0]
    effects = behaviour_effects(history, np.array([1, durable]), config)
    weights = np.array([0.5 ** (2 / 4), 1.0])
    reached = 2.0 * (1 - np.exp(-weights.sum() / 0.7))
    np.testing.assert_allclose(effects[0, [-3, -1]], reached * weights / weights.sum(), atol=6e-4)
    np.testing.assert_allclose(effects[1, -9], -3.0 * (1 - np.exp(-(0.5 ** (8 / 4)) / 0.7)), atol=6e-4)
    assert np.count_nonzero(effects) == 3


def test_clicks_happen_as_often_as_the_logit_says(shop: Shop) -> None:
    probability = sigmoid(shop.truth["logit"].to_numpy())
    click = shop.impressions["click"].to_numpy()
    bucket = np.argsort(np.argsort(shop.truth["logit"].to_numpy(), kind="stable")) * 40 // len(click)
    expected = np.bincount(bucket, probability)
    spread = np.bincount(bucket, probability * (1 - probability))
    statistic = ((np.bincount(bucket, click) - expected) ** 2 / spread).sum()
    assert statistic < 73.4  # the 0.999 quantile of chi-square with 40 degrees of freedom


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_best_reachable_auc(seed: int) -> None:
    made = simulate(ShopConfig(seed=seed))
    test = np.arange(len(made.impressions) * 9 // 10, len(made.impressions))
    assert 0.82 < made.best_auc() < 0.88
    assert 0.82 < made.best_auc(test) < 0.88
    logit = made.truth["logit"]
    click = made.impressions["click"]
    assert made.best_auc(test) == auc(click.to_numpy()[test], logit.to_numpy()[test])
    assert auc(click, logit - made.truth[PAIR_TERMS].sum(axis=1)) < made.best_auc() - 0.03
    assert auc(click, logit - made.truth["interest"] - made.truth["suppression"]) < made.best_auc() - 0.03


def test_items_have_a_long_tail_and_some_users_start_cold(shop: Shop) -> None:
    shown = shop.impressions["item_id"].value_counts()
    assert shown.head(len(shop.items) // 10).sum() > 0.35 * len(shop.impressions)
    assert (shown < 20).sum() > 0.2 * len(shop.items)
    first = shop.impressions.groupby("user_id")["history_item"].first()
    assert 0.04 < (first == "").mean() < 0.15
    assert (shop.impressions["history_item"] == "").mean() < 0.1


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, small: Shop) -> None:
    first = write_shop(small, tmp_path / "first")
    second = write_shop(simulate(SMALL), tmp_path / "second")
    other = write_shop(simulate(SMALL.model_copy(update={"seed": 6})), tmp_path / "other")
    assert [path.name for path in first] == [f"{name}.parquet" for name in TABLES] + ["recipe.json"]
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
    assert first[0].read_bytes() != other[0].read_bytes()


def test_files_hold_what_was_simulated(tmp_path: Path, small: Shop) -> None:
    for name, path in zip(TABLES, write_shop(small, tmp_path), strict=False):
        pd.testing.assert_frame_equal(pd.read_parquet(path), getattr(small, name))
    assert Recipe.model_validate_json((tmp_path / "recipe.json").read_text()) == small.recipe()


def test_the_sample_data_is_the_default_shop(shop: Shop) -> None:
    folder = Path(__file__).parents[2] / "sample_data" / "shop"
    for name in TABLES:
        pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), getattr(shop, name))
    assert Recipe.model_validate_json((folder / "recipe.json").read_text()) == shop.recipe()
    assert sum(path.stat().st_size for path in folder.parent.rglob("*") if path.is_file()) < 6_000_000


def test_the_recipe_fits_the_table(small: Shop) -> None:
    schema = small.recipe().data_schema
    assert {column.name for column in schema.columns} == set(small.impressions.columns)
    assert {column.name: column.of for column in schema.histories} == {
        "history_item": "item_id",
        "history_category": "category",
    }
    assert {field for pair in PLANTED_PAIRS for field in pair} <= {column.name for column in schema.fields}


def changed(**knobs: float) -> Shop:
    return simulate(SMALL.model_copy(update=knobs))


@pytest.mark.parametrize(
    ("knob", "terms"),
    [
        ("main_strength", ["main"]),
        ("pair_strength", PAIR_TERMS),
        ("interest", ["interest"]),
        ("suppression", ["suppression"]),
    ],
)
def test_a_strength_of_zero_removes_its_terms_and_no_other(knob: str, terms: list[str]) -> None:
    truth = changed(**{knob: 0.0}).truth
    assert (truth[terms] == 0).all(axis=None)
    assert (truth[[name for name in TERMS if name not in terms]].abs().max() > 0).all()


def test_a_strength_scales_its_terms(small: Shop) -> None:
    double = changed(pair_strength=2.0)
    for pair in PLANTED_PAIRS:
        np.testing.assert_allclose(double.effects.pairs[pair], 2 * small.effects.pairs[pair])
    assert changed(suppression=5.0).truth["suppression"].min() < -4 < small.truth["suppression"].min()


def test_noise_lowers_what_can_be_reached(small: Shop) -> None:
    noisy = changed(noise=4.0)
    assert (small.truth["noise"] == 0).all()
    assert 3.5 < noisy.truth["noise"].std() < 4.5
    assert noisy.best_auc() < small.best_auc() - 0.05


def test_noise_and_logit_together_drive_the_clicks() -> None:
    noisy = simulate(ShopConfig(users=500, items=100, impressions=10_000, noise=3.0))
    whole = sigmoid((noisy.truth["logit"] + noisy.truth["noise"]).to_numpy())
    error = (noisy.impressions["click"] - whole).sum() / np.sqrt((whole * (1 - whole)).sum())
    assert abs(error) < 4
    assert auc(noisy.impressions["click"], whole) > noisy.best_auc() + 0.05


def test_the_skew_makes_the_tail() -> None:
    def head(skew: float) -> float:
        shown = changed(popularity_skew=skew).impressions["item_id"].value_counts(normalize=True)
        return float(shown.head(5).sum())

    assert head(0.0) < 0.25
    assert head(1.8) > 0.4


def test_memory_lets_old_behaviours_count_less() -> None:
    def oldest_share(memory: float) -> float:
        effects = members(changed(memory=memory).truth["behaviour_effect"])
        full = np.array([effect for effect in effects if len(effect) == HISTORY_LENGTH], dtype=float)
        return float(np.abs(full[:, :10]).sum() / np.abs(full).sum())

    assert oldest_share(3.0) < 0.1
    assert oldest_share(1000.0) > 0.2


def test_all_or_no_users_can_be_cold() -> None:
    def empty_at_first(share: float) -> float:
        first = changed(cold_share=share).impressions.groupby("user_id")["history_item"].first()
        return float((first == "").mean())

    assert empty_at_first(0.0) == 0
    assert empty_at_first(1.0) == 1


def test_what_differs_in_one_knob_differs_in_nothing_else(small: Shop) -> None:
    other = changed(pair_strength=0.0)
    pd.testing.assert_frame_equal(small.users, other.users)
    pd.testing.assert_frame_equal(small.items, other.items)
    context = ["time", "user_id", "device", "channel", "hour"]
    pd.testing.assert_frame_equal(small.impressions[context], other.impressions[context])


@pytest.mark.parametrize(
    "size",
    [
        {"users": 10, "items": 8, "impressions": 100},
        {"users": 10, "items": 50, "impressions": 2000, "days": 5},
        {"users": 500, "items": 8, "impressions": 100},
    ],
)
def test_extreme_sizes(size: dict[str, int]) -> None:
    made = simulate(ShopConfig(**size))
    assert len(made.impressions) == size["impressions"]
    assert not made.behaviours.duplicated(["user_id", "time"]).any()
    assert (made.impressions["launch_days"] >= 0).all()


def test_too_many_impressions_for_the_users() -> None:
    with pytest.raises(DataError) as error:
        ShopConfig(users=10, impressions=5000)
    assert "2000" in error.value.remedy
