"""The model with the best lists is called better only where chance, and the number of looks, do not explain it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from ctrcore.comparing.best_lists import ListsTest, against_best
from ctrcore.comparing.findings import best_lists_in_words, lists_in_words
from ctrcore.comparing.intervals import Interval
from ctrcore.comparing.per_user import METRICS, PerUser, paired, per_user
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import LEAST_USERS, holm

NAN = float("nan")
TITLES = {"A": "A", "B": "B"}


def lists(users: int, seed: int, **lead: float) -> list[PerUser]:
    """Ten rows a user, two of them clicked; models of that lead."""
    rng = np.random.default_rng(seed)
    label = np.tile([1, 1, *[0] * 8], users).astype(np.uint8)
    group = np.repeat(np.arange(users, dtype=np.int32), 10)
    logit = {name: (rng.normal(size=len(label)) + by * label).astype(np.float32) for name, by in lead.items()}
    sheet = Sheet(np.arange(len(label)), label, group, logit)
    return [per_user(sheet, name, 3) for name in lead]


@pytest.mark.parametrize("metric", METRICS)
def test_each_model_is_tested_against_the_best_and_all_pairs_count(metric: Any) -> None:
    found = lists(300, 1, low=0.2, top=1.2, middle=0.9, near=1.1)
    order = sorted(found, key=lambda one: -one.headline[metric].value)
    values = [one.values[metric] for one in order]
    places = [(a, b) for a in range(4) for b in range(a + 1, 4)]
    gaps = [values[a] - values[b] for a, b in places]
    p = [2 * stats.norm.sf(abs(gap.mean()) / (gap.std(ddof=1) / math.sqrt(len(gap)))) for gap in gaps]
    adjusted = holm(p)
    tests = against_best(found, metric)
    assert [(one.best, one.other) for one in tests] == [(order[0].id, one.id) for one in order[1:]]
    for place, one in enumerate(tests):
        assert one.p == pytest.approx(p[place])
        assert one.adjusted == pytest.approx(adjusted[place])
        assert one.gap == paired(order[0], order[place + 1], metric)
        assert (one.users, one.among) == (300, 6)
        assert one.told == (adjusted[place] < 0.05)


def test_many_equal_models_make_no_best_one() -> None:
    """Six equal models: plain 95 % intervals let the best of them look better than another far too often."""
    plain = told = 0
    for seed in range(150):
        tests = against_best(lists(40, seed, **dict.fromkeys("abcdef", 1.0)), "ndcg")
        plain += any(one.gap.low > 0 for one in tests)
        told += any(one.told for one in tests)
    assert plain > 40
    assert told <= 15  # 7.5 on average if 5 % of the data sets have a false alarm


def test_too_few_users_and_equal_lists_tell_nothing() -> None:
    few = against_best(lists(LEAST_USERS - 1, 0, a=0.0, b=2.0), "ndcg")[0]
    assert math.isnan(few.p)
    assert not few.told
    assert few.among == 0
    same = lists(40, 0, a=1.0)
    alike = against_best([same[0], same[0]], "ndcg")[0]
    assert (alike.p, alike.adjusted, alike.told) == (1.0, 1.0, False)
    sure = against_best(lists(40, 0, a=100.0, b=-100.0), "hit_rate")[0]  # every user's gap is one and the same
    assert (sure.best, sure.gap.value, sure.p, sure.told) == ("a", 1.0, 0.0, True)
    assert against_best(same, "ndcg") == []
    assert best_lists_in_words([], "NDCG@3", {}) == []


def one(gap: Interval, users: int, p: float, adjusted: float | None = None, among: int = 1) -> ListsTest:
    return ListsTest("A", "B", gap, p, p if adjusted is None else adjusted, users, among)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            one(Interval(0.02, 0.01, 0.03, 0.005), 50, 0.0001),
            "A orders users' lists better than B (NDCG@10 +0.0200, 95 % +0.0100 to +0.0300, over 50 users, compared "
            "user by user).",
        ),
        (
            one(Interval(0.02, 0.01, 0.03, 0.005), 49, 0.0001),
            "A orders users' lists better than B (NDCG@10 +0.0200, 95 % +0.0100 to +0.0300, over 49 users, compared "
            "user by user). Beware: only 49 users, so chance looks smaller than it is.",
        ),
        (
            one(Interval(0.02, 0.001, 0.039, 0.01), 800, 0.04, 0.4, 10),
            "A is ahead of B (NDCG@10 +0.0200, 95 % +0.0010 to +0.0390, over 800 users), but among 10 comparisons a "
            "lead like this may be chance, so no difference can be told.",
        ),
        (
            one(Interval(0.02, -0.01, 0.05, 0.015), 800, 0.18),
            "No difference between A and B can be told (NDCG@10 +0.0200, 95 % -0.0100 to +0.0500, over 800 users).",
        ),
        (
            one(Interval(0.0, NAN, NAN, 0.0), 800, 1.0),
            "A and B order the lists of all 800 users equally well (NDCG@10).",
        ),
        (
            one(Interval(0.5, NAN, NAN, 0.0), 800, 0.0),
            "A orders users' lists better than B (NDCG@10 +0.5000, the same for each, over 800 users, compared user by "
            "user).",
        ),
        (
            one(Interval(0.5, NAN, NAN, NAN), 2, NAN),
            "Whether A or B orders users' lists better cannot be told: only 2 users have a list to order (at least 20 "
            "are needed).",
        ),
    ],
)
def test_words_on_the_lists_of_users(found: ListsTest, said: str) -> None:
    assert lists_in_words(found, "NDCG@10", TITLES) == said


def test_words_on_several_and_on_many_models() -> None:
    some = against_best(lists(200, 3, a=3.0, b=0.0, c=2.99), "ndcg")
    said = best_lists_in_words(some, "NDCG@3", {name: name.upper() for name in "abc"})
    assert len(said) == 3
    assert said[-1].startswith("Corrected for all 3 pairs of models (Holm)")
    names = {f"m{place}": 1.45 if place > 4 else 0.0 for place in range(9)} | {"best": 1.5}
    tests = against_best(lists(300, 3, **names), "ndcg")
    many = best_lists_in_words(tests, "NDCG@3", {name: name for name in names})
    assert len(many) == 3
    best = tests[0].best
    behind = ", ".join(one.other for one in tests if one.told)
    level = ", ".join(one.other for one in tests if not one.told)
    assert many[0].startswith(f"{best} orders users' lists better than {behind} (NDCG@3, over 300 users")
    assert many[1] == f"No difference between {best} and {level} can be told (NDCG@3)."
    assert "m0" in behind
    assert "all 45 pairs" in many[2]
