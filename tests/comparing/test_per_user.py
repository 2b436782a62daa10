"""Lists of users: measured as a loop over the users does, with ties as the mean over all orders of the tied rows."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from ctrcore.comparing.exposure import items_of
from ctrcore.comparing.per_user import METRICS, NORMAL, paired, per_user
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import LEAST_USERS
from ctrcore.errors import DataError

ITEM = np.array([0, 1, 2, 3, 0, 1, 4, -1])


def sheet(label: object, group: object, **logit: object) -> Sheet:
    label = np.asarray(label, np.uint8)
    scores = {name: np.asarray(score, np.float32) for name, score in logit.items()}
    return Sheet(row=np.arange(len(label)), label=label, group=np.asarray(group, np.int32), logit=scores)


def random_sheet(rows: int, users: int, levels: int | None, seed: int) -> Sheet:
    rng = np.random.default_rng(seed)
    label = rng.random(rows) < 0.3
    scores = {name: rng.normal(size=rows) + weight * label for name, weight in (("a", 1.0), ("b", 0.3))}
    if levels is not None:
        scores = {name: np.round(score * levels) / levels for name, score in scores.items()}
    return sheet(label, rng.integers(-1, users, rows), **scores)


def by_hand(clicks: np.ndarray, k: int) -> dict[str, float]:
    """The measures of one list, best row first."""
    gains = [click / np.log2(place + 2) for place, click in enumerate(clicks[:k])]
    best = sum(1 / np.log2(place + 2) for place in range(min(k, int(clicks.sum()))))
    places = np.flatnonzero(clicks)
    return {
        "hit_rate": float(clicks[:k].any()),
        "ndcg": sum(gains) / best,
        "mrr": 1 / (places[0] + 1),
        "map": float(np.mean([clicks[: place + 1].mean() for place in places])),
        "precision": clicks[:k].sum() / min(k, len(clicks)),
        "recall": clicks[:k].sum() / clicks.sum(),
    }


def all_orders(label: np.ndarray, score: np.ndarray, k: int) -> dict[str, float]:
    """The mean of the measures over all orders of the rows that put no row before a better one."""
    found = [
        by_hand(label[list(order)], k)
        for order in permutations(range(len(label)))
        if all(score[a] >= score[b] for a, b in pairwise(order))
    ]
    return {name: float(np.mean([one[name] for one in found])) for name in METRICS}


@pytest.mark.parametrize("k", [1, 3, 10, 10**9])
def test_a_loop_over_users_finds_the_same(k: int) -> None:
    rows = random_sheet(600, 60, None, 1)
    lists = []
    for user in range(60):
        mine = rows.group == user
        clicks = rows.label[mine][np.argsort(-rows.logit["a"][mine])]
        lists.append(clicks)
    both = [by_hand(clicks, k) for clicks in lists if 0 < clicks.sum() < len(clicks)]
    clicked = [by_hand(clicks, k) for clicks in lists if clicks.sum()]
    found = per_user(rows, "a", k)
    for name in METRICS:
        values = np.array([one[name] for one in both])
        np.testing.assert_allclose(found.values[name], values, atol=1e-12)
        assert found.headline[name].value == pytest.approx(values.mean(), abs=1e-12)
        assert found.clicked[name].value == pytest.approx(np.mean([one[name] for one in clicked]), abs=1e-12)
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert found.headline[name].standard_error == pytest.approx(error, abs=1e-12)
        if not error:  # all users alike: they cannot tell an interval
            assert np.isnan([found.headline[name].low, found.headline[name].high]).all()
            continue
        assert found.headline[name].low == pytest.approx(max(values.mean() - NORMAL * error, 0), abs=1e-12)
        assert found.headline[name].high == pytest.approx(min(values.mean() + NORMAL * error, 1), abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 1), st.integers(-1, 1)), min_size=2, max_size=6).filter(
        lambda rows: 0 < sum(label for label, _ in rows) < len(rows)
    ),
    k=st.integers(1, 7),
)
def test_tied_rows_count_as_the_mean_over_their_orders(rows: list[tuple[int, int]], k: int) -> None:
    label, score = np.array(rows).T
    found = per_user(sheet(label, np.zeros(len(rows)), a=score), "a", k)
    expected = all_orders(label, score, k)
    for name in METRICS:
        assert found.headline[name].value == pytest.approx(expected[name], abs=1e-9), name


@pytest.mark.parametrize("levels", [None, 2])
def test_scikit_learn_finds_the_same(levels: int | None) -> None:
    rows = random_sheet(500, 40, levels, 2)
    ndcg, precision = [], []
    for user in range(40):
        mine = rows.group == user
        label, score = rows.label[mine], rows.logit["a"][mine]
        if 0 < label.sum() < len(label):
            ndcg.append(reference.ndcg_score([label], [score], k=5))
            precision.append(reference.label_ranking_average_precision_score([label], [score]))
    found = per_user(rows, "a", 5)
    np.testing.assert_allclose(found.values["ndcg"], ndcg, atol=1e-12)
    if levels is None:  # scikit-learn gives tied rows the last of their places
        np.testing.assert_allclose(found.values["map"], precision, atol=1e-12)
    else:
        assert found.headline["map"].value > np.mean(precision)


@pytest.mark.parametrize("k", [1, 4, 50])
def test_the_order_of_the_rows_does_not_matter(k: int) -> None:
    rows = random_sheet(400, 20, 1, 3)
    item = np.random.default_rng(5).integers(-1, 30, 400)
    often = np.arange(30) ** 2
    order = np.random.default_rng(4).permutation(400)
    mixed = sheet(rows.label[order], rows.group[order], a=rows.logit["a"][order])
    first, second = per_user(rows, "a", k, item, often), per_user(mixed, "a", k, item[order], often)
    assert first.users == second.users
    for name in METRICS:
        np.testing.assert_allclose(first.values[name], second.values[name], atol=1e-12)
    assert vars(first.exposure) == pytest.approx(vars(second.exposure), abs=1e-12, nan_ok=True)


def test_a_zero_with_a_sign_is_tied_with_one_without() -> None:
    rows = sheet([1, 0], [0, 0], a=[-0.0, 0.0], b=[0.0, -0.0], c=[-1e-30, 1e-30])
    assert [per_user(rows, name, 1).headline["hit_rate"].value for name in "abc"] == [0.5, 0.5, 0.0]


def test_large_groups_of_tied_rows_are_exact() -> None:
    """1 click in 100,000 tied rows: its place is drawn evenly."""
    count = 100_000
    label = np.zeros(count, np.uint8)
    label[77] = 1
    found = per_user(sheet(label, np.zeros(count), a=np.full(count, 0.3)), "a", 10).headline
    assert found["hit_rate"].value == pytest.approx(10 / count, rel=1e-6)
    assert found["mrr"].value == pytest.approx((1 / np.arange(1, count + 1)).mean(), rel=1e-6)
    assert found["map"].value == pytest.approx(found["mrr"].value, rel=1e-6)


def test_who_has_nothing_to_order_is_counted() -> None:
    label = [1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0]
    group = [0, 0, 1, 2, 2, 2, 3, 3, 4, 4, -1]
    found = per_user(sheet(label, group, a=np.arange(11)), "a", 2)
    assert vars(found.users) == {
        "shown": 5,
        "without_click": 1,
        "one_row": 1,
        "only_clicks": 1,
        "both": 2,
        "short": 1,
    }
    assert found.headline["mrr"].value == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert found.clicked["mrr"].value == pytest.approx((1 / 2 + 1 / 3 + 1 + 1) / 4)


@pytest.mark.parametrize("users", [1, 2, 19, 20])
def test_few_users_have_no_interval(users: int) -> None:
    rng = np.random.default_rng(8)
    label, group = np.tile([1, 0, 0], users), np.repeat(np.arange(users), 3)
    rows = sheet(label, group, a=label + rng.normal(size=3 * users), b=rng.normal(size=3 * users))
    first, second = per_user(rows, "a"), per_user(rows, "b")
    for found in (first.headline["map"], first.clicked["map"], paired(first, second, "map")):
        ends = np.isnan([found.low, found.high, found.standard_error])
        assert not ends.any() if users >= LEAST_USERS else ends.all()
    assert first.headline["map"].value == pytest.approx(first.values["map"].mean())


@pytest.mark.parametrize(
    ("label", "group"),
    [([], []), ([1, 0], [-1, -1]), ([1, 1], [0, 0]), ([0, 0], [0, 1]), ([1, 0], [0, 1])],
    ids=["no rows", "no users", "only clicks", "no click", "a row each"],
)
def test_without_a_list_to_order_there_is_nothing_to_measure(label: list[int], group: list[int]) -> None:
    with pytest.raises(DataError, match="no list to order") as caught:
        per_user(sheet(label, group, a=np.zeros(len(label))), "a")
    assert caught.value.remedy.endswith(".")
    with pytest.raises(DataError, match="no first row"):
        per_user(sheet([1, 0], [0, 0], a=[1, 0]), "a", 0)


def test_two_models_are_compared_user_by_user() -> None:
    rows = random_sheet(3000, 200, None, 6)
    for name in METRICS:
        difference = per_user(rows, "a", 3).values[name] - per_user(rows, "b", 3).values[name]
        found = paired(per_user(rows, "a", 3), per_user(rows, "b", 3), name)
        assert found.value == pytest.approx(difference.mean())
        assert found.high - found.low == pytest.approx(2 * NORMAL * difference.std(ddof=1) / np.sqrt(len(difference)))
        assert paired(per_user(rows, "b", 3), per_user(rows, "a", 3), name).value == pytest.approx(-found.value)
    assert paired(per_user(rows, "a"), per_user(rows, "b"), "mrr").low > 0  # a was made to rank better
    same = paired(per_user(rows, "a"), per_user(rows, "a"), "ndcg")
    assert (same.value, same.standard_error) == (0, 0)
    assert np.isnan([same.low, same.high]).all()


def test_which_items_come_first() -> None:
    """User 0 is shown items 0 to 3, user 1 items 0, 1, 4 and one that is not known; the first two rows count."""
    rows = sheet([1, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1], a=[4, 3, 2, 1, 4, 3, 2, 1], b=np.zeros(8))
    often = np.array([100, 50, 10, 5, 0, 999])
    found = per_user(rows, "a", 2, ITEM, often).exposure
    assert found is not None
    assert (found.offered, found.users) == (5, 2)
    assert found.coverage == pytest.approx(2 / 5)  # items 0 and 1 of 0, 1, 2, 3, 4
    assert found.popularity == pytest.approx(75)
    assert found.popularity_shown == pytest.approx(((100 + 50 + 10 + 5) / 4 + 150 / 3) / 2)
    assert found.lift == pytest.approx(found.popularity / found.popularity_shown)
    assert found.head_share == pytest.approx(1 / 2)  # the head is item 0 alone
    assert found.head_share_shown == pytest.approx((1 / 4 + 1 / 3) / 2)
    tied = per_user(rows, "b", 2, ITEM, often).exposure
    assert tied is not None
    assert tied.coverage == pytest.approx((3 / 4 + 3 / 4 + 1 / 2 + 1 / 2 + 1 / 2) / 5)
    assert tied.lift == pytest.approx(1)
    assert tied.head_share == pytest.approx(tied.head_share_shown)


def test_what_is_not_known_of_items_is_not_a_number() -> None:
    rows = sheet([1, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1], a=np.arange(8))
    assert per_user(rows, "a").exposure is None
    bare = per_user(rows, "a", 2, ITEM).exposure
    assert bare is not None
    assert bare.coverage == pytest.approx(3 / 5)  # items 3, 2, 4 and one not known
    assert np.isnan([bare.popularity, bare.lift, bare.head_share]).all()
    whole = per_user(rows, "a", 4, ITEM, np.ones(5)).exposure
    assert whole is not None
    assert (whole.users, whole.coverage) == (0, 1.0)
    assert np.isnan(whole.popularity)
    nothing = per_user(rows, "a", 2, np.full(8, -1), np.ones(5)).exposure
    assert nothing is not None
    assert nothing.offered == 0
    assert np.isnan(nothing.coverage)
    assert np.isnan(nothing.lift)


def test_items_equally_popular_share_the_places_of_the_head() -> None:
    count = 25  # a tenth is 3 places: item 0, and 2 / 24 of each other one
    rows = sheet([1] + [0] * (count - 1), np.zeros(count), a=-np.arange(count))
    found = per_user(rows, "a", 5, np.arange(count), np.array([9] + [1] * (count - 1))).exposure
    assert found is not None
    assert found.head_share == pytest.approx((1 + 4 * 2 / 24) / 5)
    assert found.head_share_shown == pytest.approx(3 / 25)


def test_items_are_numbered_by_their_words() -> None:
    column = pd.Series([7.0, None, 8.0, 7.0, 9.0])
    item, often = items_of(column, np.array([0, 1, 4]), np.array([0, 2, 3, 1]))
    assert item[1] == -1
    assert often[item[[0, 2]]].tolist() == [2, 0]
