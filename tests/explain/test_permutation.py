"""The AUC lost by shuffling, and its interval."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from ctrcore.data.encoded import Encoded
from ctrcore.explain.permutation import permutation_importance, shuffle_field
from ctrcore.explain.players import field_groups
from ctrcore.explain.summary import summarise
from ctrcore.models.base import CTRModel
from ctrcore.models.config import LRConfig
from ctrcore.models.registry import build
from ctrcore.schema import EncodedField
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

LEVELS = 8


def two_fields(seed: int, n: int = 300, per_user: int = 1) -> Encoded:
    """Rows whose label depends on the first field and not on the second."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, LEVELS, (n, 2)).astype(np.int32)
    chance = 1 / (1 + np.exp(-np.linspace(-1.5, 1.5, LEVELS)[ids[:, 0]]))
    return Encoded(
        ids=ids + np.array([0, LEVELS], dtype=np.int32),
        numbers=np.zeros((n, 0), dtype=np.float32),
        numeric=np.zeros(0, dtype=np.int64),
        bags={},
        label=(rng.random(n) < chance).astype(np.float32),
        group=(np.arange(n) // per_user).astype(np.int32),
        row=np.arange(n),
    )


def two_weights() -> CTRModel:
    """Logistic regression that uses both fields."""
    fields = [
        EncodedField(name=name, kind="categorical", start=place * LEVELS, size=LEVELS)
        for place, name in enumerate(("signal", "noise"))
    ]
    model = build(LRConfig(), fields, 0).eval()
    with torch.no_grad():
        model.embedding.table[:, -1] = torch.tensor([*np.linspace(-1.5, 1.5, LEVELS), *np.linspace(-0.7, 0.7, LEVELS)])
    return model


@pytest.mark.parametrize("name", ["fm", "din"])
def test_the_drop_is_that_of_a_loop_written_by_hand(shop: SmallShop, name: str) -> None:
    model, rows, repeats, seed = shop.model(name), shop.prepared.test, 3, 5
    groups = field_groups(model.fields, [["item_id", "category", "brand"]])
    found = permutation_importance(model, rows, groups, repeats=repeats, seed=seed)
    base = roc_auc_score(rows.label, predict(model, rows))
    rng, drops = np.random.default_rng(seed), np.zeros((repeats, len(groups)))
    for repeat in range(repeats):
        order = rng.permutation(len(rows))
        for place, group in enumerate(groups):
            changed = rows
            for field in group:
                changed = shuffle_field(model, changed, model.fields[field], order)
            drops[repeat, place] = base - roc_auc_score(rows.label, predict(model, changed))
    assert found.auc == pytest.approx(base)
    assert np.allclose(found.repeats, drops, atol=1e-6)
    assert np.allclose(found.drop, drops.mean(0), atol=1e-6)
    assert (found.low < found.drop).any()
    assert np.allclose((found.low + found.high) / 2, found.drop)


def test_single_fields_drop_as_in_the_summary_of_a_run(shop: SmallShop) -> None:
    model, rows = shop.model("fm"), shop.prepared.test
    groups = field_groups(model.fields)
    summary = summarise(model, rows, len(rows), seed=1)["importance"]
    drop, spread = (np.array(summary[name]) for name in ("permutation_auc_drop", "permutation_std"))
    found = permutation_importance(model, rows, groups, seed=1)
    for place, group in enumerate(groups):
        assert drop[list(group)] == pytest.approx(found.drop[place])
        assert spread[list(group)] == pytest.approx(found.repeats[:, place].std(ddof=1))


@pytest.mark.parametrize("per_user", [1, 5])
def test_the_interval_of_a_field_that_does_not_matter_holds_0(per_user: int) -> None:
    model, groups = two_weights(), [(0,), (1,)]
    held, found = 0, 0
    for seed in range(80):
        one = permutation_importance(model, two_fields(seed, per_user=per_user), groups, repeats=3, seed=seed)
        held += bool(one.low[1] <= 0 <= one.high[1])
        found += bool(one.low[0] > 0)
    assert held >= 72  # 95 % are promised; fewer than 90 % would be a chance of one in thirty
    assert found == 80


def test_the_standard_error_is_the_spread_over_other_samples() -> None:
    model = two_weights()
    many = [permutation_importance(model, two_fields(seed, 400), [(0,), (1,)], repeats=3) for seed in range(120)]
    spread = np.array([one.drop for one in many]).std(0, ddof=1)
    assert np.mean([one.standard_error for one in many], axis=0) == pytest.approx(spread, rel=0.2)


def test_rows_of_one_user_do_not_count_as_so_many() -> None:
    rows, model = two_fields(0, 200), two_weights()
    twice = rows.take(np.repeat(np.arange(200), 4))
    by_user = permutation_importance(model, twice, [(0,)])
    alone = permutation_importance(model, Encoded(**{**twice.__dict__, "group": np.full(800, -1, np.int32)}), [(0,)])
    assert (by_user.units, alone.units) == ("users", "rows")
    assert by_user.standard_error[0] > 1.5 * alone.standard_error[0]


@pytest.mark.parametrize(
    ("users", "clicks", "known"), [(20, 10, True), (19, 10, False), (20, 9, False), (None, 10, True), (None, 9, False)]
)
def test_no_interval_is_claimed_from_too_few_users_or_rows_of_a_class(
    users: int | None, clicks: int, *, known: bool
) -> None:
    rows = two_fields(0, 60)
    label = (np.arange(60) < clicks).astype(np.float32)
    group = np.full(60, -1) if users is None else np.arange(60) % users
    few = Encoded(**{**rows.__dict__, "label": label, "group": group.astype(np.int32)})
    found = permutation_importance(two_weights(), few, [(0,), (1,)])
    assert np.isfinite(found.drop).all()
    assert (np.isfinite(found.low) & np.isfinite(found.high)).tolist() == [known, known]


def test_rows_of_one_class_have_no_interval_and_progress_ends_at_one() -> None:
    rows = two_fields(0, 50)
    told: list[float] = []
    one_click = Encoded(**{**rows.__dict__, "label": np.eye(50, dtype=np.float32)[3]})
    found = permutation_importance(two_weights(), one_click, [(0,), (1,)], repeats=2, progress=told.append)
    assert np.isnan(found.standard_error).all()
    assert told == [0.25, 0.5, 0.75, 1.0]
