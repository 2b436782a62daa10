"""The metrics of a model on a sheet: those of plain functions on its rows, and fast to ask for again."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore import metrics
from ctrcore.comparing.measures import measure
from ctrcore.comparing.ranked import Ranked
from tests.comparing.samples import a_sheet

NAMES = {"auc", "log_loss", "pr_auc", "normalised_entropy", "ece", "pcoc", "accuracy", "f1"}
OF_USERS = {"gauc", "gauc_users", "gauc_skipped"}


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("n", [2, 40, 800])
@pytest.mark.parametrize("cutoff", [0.0, 0.3, 0.5])
def test_equals_the_metrics_of_the_rows(tied: bool, n: int, cutoff: float) -> None:
    sheet = a_sheet(n, 2, 1, tied=tied, users=60)
    sheet.group[::7] = -1
    for name, logit in sheet.logit.items():
        found = measure(sheet, name, cutoff)
        assert set(found) == NAMES | OF_USERS
        expected = metrics.evaluate(sheet.label, logit, sheet.group, cutoff)
        assert found == pytest.approx({one: expected[one] for one in found}, abs=1e-12, nan_ok=True)


def test_without_users_gauc_rests_on_none() -> None:
    found = measure(a_sheet(50, 1, 0), "m0")
    assert np.isnan(found["gauc"])
    assert (found["gauc_users"], found["gauc_skipped"]) == (0, 0)


def test_another_cutoff_sorts_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = a_sheet(300, 1, 0, users=9)
    first = measure(sheet, "m0", 0.5)
    monkeypatch.setattr(Ranked, "__init__", lambda *_: pytest.fail("sorted again"))
    monkeypatch.setattr(metrics, "log_loss", lambda *_: pytest.fail("computed again"))
    second = measure(sheet, "m0", 0.9)
    probability = metrics.sigmoid(sheet.logit["m0"])
    assert second["accuracy"] == np.mean((probability >= 0.9) == sheet.label)
    assert first["accuracy"] != second["accuracy"]
    assert {name: value for name, value in first.items() if name not in ("accuracy", "f1")} == {
        name: value for name, value in second.items() if name not in ("accuracy", "f1")
    }
    second["auc"] = 0.0  # what is handed out is the caller's own
    assert measure(sheet, "m0")["auc"] == first["auc"]
