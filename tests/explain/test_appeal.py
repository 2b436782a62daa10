"""Item appeal and personal fit against a loop over other users' rows."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.errors import DataError
from ctrcore.explain.appeal import appeal_and_fit
from tests.explain.conftest import FewFields
from tests.explain.test_shapley import mixed, one_by_one


@pytest.mark.parametrize("name", ["lr", "fm", "afm", "fibinet", "din"])
def test_appeal_is_the_mean_logit_of_the_item_with_others(few: FewFields, name: str) -> None:
    model, test = few.model(name), few.prepared.test
    one, others = test.take([6]), test.take(range(10, 24))
    found = appeal_and_fit(model, test, 6, others)
    item = {"item_id", "category", "price"}
    foreign = {place for place, field in enumerate(model.fields) if field.name not in item}
    expected = [one_by_one(model, mixed(model, one, others.take([row]), foreign))[0] for row in range(14)]
    assert found.appeal == pytest.approx(np.mean(expected), abs=1e-10)
    assert found.logit == pytest.approx(one_by_one(model, one)[0], abs=1e-10)
    assert found.appeal + found.fit == pytest.approx(found.logit, abs=1e-12)
    assert found.rows == 14


def test_the_item_can_be_named_column_by_column(few: FewFields) -> None:
    model, test = few.model("fm"), few.prepared.test
    whole, part = (appeal_and_fit(model, test, 6, test, item) for item in (None, ["item_id"]))
    assert whole.appeal != part.appeal
    with pytest.raises(DataError, match="No field describes the item"):
        appeal_and_fit(model, test, 6, test, ["history_item"])
    with pytest.raises(DataError, match="no rows of other users"):
        appeal_and_fit(model, test, 6, test.take([]))
