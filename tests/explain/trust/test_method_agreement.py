from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background, background_of
from ctrcore.explain.gradients import integrated_gradients
from ctrcore.explain.removal import field_removal
from ctrcore.explain.shapley import shapley_rows
from ctrcore.explain.trust.check import Thresholds, verdict
from ctrcore.explain.trust.field_values import field_values
from ctrcore.explain.trust.method_agreement import agreement_check, agreements
from ctrcore.explain.trust.stability import background_check
from tests.explain.conftest import SmallShop
from tests.explain.trust.made import scores


def test_agreement_is_that_of_loops() -> None:
    rng = np.random.default_rng(0)
    values = {name: rng.normal(size=(9, 5)) for name in ("a", "b", "c")}
    mask = np.arange(5) < rng.integers(1, 6, size=(9, 1))
    found = agreements(values, mask)
    assert [(pair["a"], pair["b"]) for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    for pair in found:
        top, sign, ranks = [], [], []
        for one, other, there in zip(values[pair["a"]], values[pair["b"]], mask, strict=True):
            if there.sum() < 2:
                continue
            x, y = one[there], other[there]
            top.append(np.abs(x).argmax() == np.abs(y).argmax())
            sign += list(np.sign(x) == np.sign(y))
            ranks.append(spearmanr(np.abs(x), np.abs(y)).statistic)
        assert pair["top"] == pytest.approx(np.mean(top))
        assert pair["sign"] == pytest.approx(np.mean(sign))
        assert pair["spearman"] == pytest.approx(np.mean(ranks))


def test_a_method_agrees_with_itself() -> None:
    score = np.random.default_rng(1).normal(size=(6, 4))
    check = agreement_check(scores(score, score), {"leave-one-out": score}, None)
    assert check.value == pytest.approx(1.0)
    assert check.details["parts"][0]["top"] == check.details["parts"][0]["sign"] == 1.0


@pytest.mark.parametrize("name", ["fm", "afm", "din"])
def test_all_values_of_fields_are_those_of_their_own_methods(
    shop: SmallShop, rows: Encoded, background: Background, name: str
) -> None:
    model, encoder = shop.model(name), shop.prepared.encoder
    few = rows.take(np.arange(4))
    ties = [[field.name for field in model.fields if field.kind != "history"][:11]]
    found = field_values(model, encoder, few, background, ties=ties)
    assert set(found.values) == {"contribution", "leave-one-out", "Shapley", "integrated gradients"}
    exact = shapley_rows(model, few, background, ties=ties)
    np.testing.assert_allclose(found.values["Shapley"], exact.values, atol=1e-4)
    assert found.names == exact.names
    removed = field_removal(model, few, background)
    for place, group in enumerate(exact.players):
        if len(group) == 1:
            np.testing.assert_allclose(found.values["leave-one-out"][:, place], removed[:, group[0]], atol=1e-4)
    gradients = integrated_gradients(model, encoder, few, 2, background)
    kept = gradients.parts[gradients.parts["kind"] != "other"]["contribution"].sum()
    assert found.values["integrated gradients"][2].sum() == pytest.approx(kept, abs=1e-5)


@pytest.mark.parametrize("size", [50, 200])
def test_the_error_is_that_of_the_whole_background(shop: SmallShop, rows: Encoded, size: int) -> None:
    """LR's values against a background have the error of a mean of so many rows, which theory tells."""
    model, encoder, train = shop.model("lr"), shop.prepared.encoder, shop.prepared.train
    few = rows.take(np.arange(20))
    everything = shapley_rows(model, few, background_of(train, len(train))).values
    found, off = [], []
    for seed in range(12):
        background = background_of(train, size, seed)
        check = background_check(field_values(model, encoder, few, background))
        found.append(check.value)
        values = shapley_rows(model, few, background).values
        off.append(np.sqrt(((values - everything) ** 2).mean() / (everything**2).mean()))
    left = np.sqrt(1 - size / len(train))  # drawn without replacement the halves leave out less
    assert np.mean(off) == pytest.approx(left * np.mean([value for value in found if value is not None]), rel=0.25)


def test_a_large_background_passes_and_one_of_four_rows_does_not(shop: SmallShop, rows: Encoded) -> None:
    model, encoder, train = shop.model("lr"), shop.prepared.encoder, shop.prepared.train
    few = rows.take(np.arange(10))

    def found(size: int) -> list[str]:
        backgrounds = [background_of(train, size, seed) for seed in range(5)]
        checks = [background_check(field_values(model, encoder, few, one)) for one in backgrounds]
        return [verdict(check, Thresholds()) for check in checks]

    assert found(200) == ["green"] * 5
    assert "green" not in found(4)
    assert found(4).count("red") >= 3


def test_sampled_permutations_are_not_taken_for_the_backgrounds_error(shop: SmallShop, rows: Encoded) -> None:
    """Halves that are the same rows differ by what is sampled and nothing else."""
    model, encoder = shop.model("afm"), shop.prepared.encoder
    background = background_of(shop.prepared.train, 10)
    twice = replace(background, rows=background.rows.take(np.argsort(background.rows.label, kind="stable").repeat(2)))
    found = field_values(model, encoder, rows.take(np.arange(4)), twice)
    one, other = found.halves
    assert np.abs(one - other).max() > 0
    assert background_check(found).value == pytest.approx(0.0, abs=0.1)
    bare = replace(found, noise=np.zeros_like(found.noise))
    assert (background_check(bare).value or 0) > (background_check(found).value or 0)
