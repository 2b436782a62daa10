from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background
from ctrcore.explain.gradients import integrated_gradients
from ctrcore.explain.removal import field_removal
from ctrcore.explain.shapley import shapley_rows
from ctrcore.explain.trust.agreement import agreement_check, agreements
from ctrcore.explain.trust.field_values import field_values
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


def test_halves_of_the_background_are_compared(shop: SmallShop, rows: Encoded, background: Background) -> None:
    model, encoder = shop.model("fm"), shop.prepared.encoder
    few = rows.take(np.arange(4))
    found = field_values(model, encoder, few, background)
    first, second = (shapley_rows(model, few, half).values for half in background.halves())
    expected = np.abs(first - second).mean() / ((np.abs(first) + np.abs(second)).mean() / 2)
    check = background_check(found)
    assert check.value == pytest.approx(expected)
    assert check.rows == 4
