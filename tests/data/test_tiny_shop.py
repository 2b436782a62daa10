"""The tiny shop's terms are what its knobs say, and what a knob leaves alone stays as it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.tiny_shop import FIELDS, LEVELS, TERMS, TinyConfig, logit_terms, tiny_shop
from ctrcore.metrics import auc

KNOBS = {
    "main": "main_strength",
    "popularity": "popularity",
    "pair": "pair_strength",
    "xor": "xor",
    "interest": "interest",
    "suppression": "suppression",
}
ALL = TinyConfig(
    rows=4_000, main_strength=1.2, popularity=0.7, pair_strength=1.5, xor=0.8, interest=2.0, suppression=3.0
)
NONE = dict.fromkeys(KNOBS.values(), 0.0)


def test_the_terms_add_up_to_the_logit() -> None:
    shop = tiny_shop(ALL)
    total = ALL.intercept + shop.truth[list(TERMS)].sum(axis=1)
    assert np.allclose(total, shop.truth["logit"])
    assert list(shop.rows.columns) == [*FIELDS, "click"]


def test_clicks_follow_the_logit() -> None:
    shop = tiny_shop(TinyConfig(rows=50_000, pair_strength=2.0))
    expected = (1 / (1 + np.exp(-shop.truth["logit"]))).groupby([shop.rows["age"], shop.rows["category"]]).mean()
    found = shop.rows.groupby(["age", "category"])["click"].mean()
    assert np.abs(found - expected).max() < 0.025  # about 4,000 rows a cell: three standard errors


@pytest.mark.parametrize("term", TERMS)
def test_a_knob_at_zero_takes_its_term_out_and_leaves_the_others(term: str) -> None:
    on, off = tiny_shop(ALL), tiny_shop(ALL.model_copy(update={KNOBS[term]: 0.0}))
    assert on.truth[term].abs().max() > 0.1
    assert (off.truth[term] == 0).all()
    others = [name for name in TERMS if name != term]
    pd.testing.assert_frame_equal(on.truth[others], off.truth[others])
    pd.testing.assert_frame_equal(on.rows[list(FIELDS)], off.rows[list(FIELDS)])


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = tiny_shop(ALL), tiny_shop(ALL), tiny_shop(ALL.model_copy(update={"seed": 2}))
    assert first.rows.to_json() == again.rows.to_json()
    assert first.truth.to_json() == again.truth.to_json()
    assert first.rows.to_json() != other.rows.to_json()


@pytest.mark.parametrize(("term", "fields"), [("pair", ("age", "category")), ("xor", ("gender", "device"))])
def test_a_pair_says_nothing_by_one_of_its_fields(term: str, fields: tuple[str, str]) -> None:
    truth = tiny_shop(TinyConfig(rows=20_000, pair_strength=1.0, xor=1.0))
    cells = truth.truth[term].groupby([truth.rows[name] for name in fields]).first().unstack()
    assert cells.abs().to_numpy().max() > 0.5
    assert np.allclose(cells.mean(axis=0), 0)
    assert np.allclose(cells.mean(axis=1), 0)


def test_xor_is_for_women_on_the_phone_and_men_on_the_computer() -> None:
    shop = tiny_shop(TinyConfig(xor=1.5))
    same = (shop.rows["gender"] == "female") == (shop.rows["device"] == "mobile")
    assert (shop.truth["xor"] == np.where(same, 1.5, -1.5)).all()


def test_popular_items_are_shown_more_by_skew_and_clicked_more_by_popularity() -> None:
    skewed, even = (tiny_shop(TinyConfig(rows=20_000, popularity=1.0, popularity_skew=skew)) for skew in (1.5, 0.0))
    counts = skewed.rows["item"].str[-1].value_counts().sort_index()
    assert counts.is_monotonic_decreasing
    assert even.rows["item"].str[-1].value_counts(normalize=True).between(0.14, 0.19).all()
    by_place = skewed.truth["popularity"].groupby(skewed.rows["item"].str[-1]).first()
    assert by_place.is_monotonic_decreasing


def test_behaviours_share_the_effect_of_the_history() -> None:
    shop = tiny_shop(ALL)
    summed = shop.truth["behaviours"].map(sum)
    assert np.allclose(summed, shop.truth["interest"] + shop.truth["suppression"])
    for category, past, effects in zip(
        shop.rows["category"], shop.rows["history"], shop.truth["behaviours"], strict=True
    ):
        assert len(past) == len(effects) <= 8
        assert all((effect != 0) == (one == category) for one, effect in zip(past, effects, strict=True))
    liked = shop.rows["category"].isin(["shoes", "books"])
    assert (summed[liked] >= 0).all()
    assert (summed[~liked] <= 0).all()


def test_noise_lowers_the_best_auc_but_not_the_logit() -> None:
    clear, noisy = tiny_shop(ALL), tiny_shop(ALL.model_copy(update={"noise": 3.0}))
    pd.testing.assert_frame_equal(clear.truth, noisy.truth)
    assert noisy.best_auc() < clear.best_auc() - 0.05


def test_the_best_auc_is_half_where_nothing_is_planted_and_beats_any_other_score() -> None:
    assert tiny_shop(TinyConfig.model_validate(NONE)).best_auc() == 0.5
    shop = tiny_shop(ALL.model_copy(update={"rows": 20_000}))
    for term in TERMS:
        assert auc(shop.rows["click"].to_numpy(), shop.truth[term].to_numpy()) < shop.best_auc()
    assert shop.best_auc([0, 1, 2, 3, 4, 5, 6, 7]) != shop.best_auc()


def test_terms_of_rows_that_the_shop_never_shows() -> None:
    codes = {name: np.zeros((2, 3), np.int64) for name in LEVELS}
    found = logit_terms(ALL, codes, np.zeros((2, 3), np.int64), np.array([[0, 1, 2], [0, 0, 8]]))
    assert all(values.shape == (2, 3) for values in found.values())
    assert found["interest"][0, 0] == 0
    assert np.isclose(found["interest"][0, 1], 2.0 * (1 - np.exp(-1 / 0.7)))
