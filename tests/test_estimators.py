"""The scikit-learn face of the models: it clones, cross-validates, and takes any two labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score

from ctrcore.errors import DataError
from ctrcore.estimators import CTRClassifier


@pytest.fixture(scope="module")
def table() -> tuple[pd.DataFrame, pd.Series]:
    """600 rows in which an XOR of two fields decides, with a little noise."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "device": rng.choice(["phone", "tablet"], 600),
            "gender": rng.choice(["f", "m"], 600),
            "price": rng.normal(50, 10, 600),
        }
    )
    xor = (frame["device"] == "phone") ^ (frame["gender"] == "f")
    return frame, (xor ^ (rng.random(600) < 0.05)).map({True: "yes", False: "no"})


QUICK = {"epochs": 25, "batch_size": 64, "learning_rate": 0.05, "l2": 0.0, "patience": 0}


def test_learns_an_interaction_that_lr_cannot(table: tuple[pd.DataFrame, pd.Series]) -> None:
    frame, target = table
    train, test = slice(0, 450), slice(450, None)
    auc = {}
    for name in ("lr", "fm"):
        fitted = CTRClassifier(name, training_options=QUICK, model_options={"init_std": 0.1})
        fitted.fit(frame[train], target[train])
        probability = fitted.predict_proba(frame[test])
        assert np.allclose(probability.sum(1), 1)
        assert set(fitted.predict(frame[test])) <= {"yes", "no"}
        auc[name] = roc_auc_score(target[test] == "yes", probability[:, 1])
    assert auc["fm"] > 0.9
    assert auc["lr"] < 0.7


def test_works_with_clone_cross_validation_and_grid_search(table: tuple[pd.DataFrame, pd.Series]) -> None:
    frame, target = table
    estimator = CTRClassifier("fm", training_options=QUICK)
    assert clone(estimator).get_params()["training_options"] == QUICK
    assert len(cross_val_score(estimator, frame, target, cv=2, scoring="roc_auc")) == 2
    search = GridSearchCV(estimator, {"model": ["lr", "fm"]}, cv=2, scoring="roc_auc").fit(frame, target)
    assert search.best_params_ == {"model": "fm"}


def test_unseen_values_and_other_column_orders_are_scored(table: tuple[pd.DataFrame, pd.Series]) -> None:
    frame, target = table
    fitted = CTRClassifier("fm", training_options=QUICK).fit(frame, target)
    new = frame.head(5).assign(device="watch")[["price", "gender", "device"]]
    assert np.isfinite(fitted.decision_function(new)).all()


def test_bad_input_is_said(table: tuple[pd.DataFrame, pd.Series]) -> None:
    frame, target = table
    with pytest.raises(DataError, match="DataFrame"):
        CTRClassifier().fit(frame.to_numpy(), target)
    with pytest.raises(DataError, match="3 classes"):
        CTRClassifier().fit(frame, np.arange(600) % 3)
