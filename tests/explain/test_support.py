"""What training knows of a row's values, among them numbers that are not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.preparing import prepare
from ctrcore.data.recipe import Recipe
from ctrcore.explain.support import supports
from ctrcore.explain.trust.weights import support_check
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build
from ctrcore.schema import Column, Schema


@pytest.mark.parametrize(("encoding", "read"), [("standard", "16.38"), ("quantile", "")])
def test_a_missing_number_is_said_with_what_is_read_instead(encoding: str, read: str) -> None:
    price = np.round(16.38 + np.linspace(-10, 10, 201), 2)
    frame = pd.DataFrame({"price": price, "color": ["red", "blue", "red"] * 67, "click": [1, 0, 0] * 67})
    column = Column.model_validate({"name": "price", "kind": "numeric", "scale": encoding})
    schema = Schema(label="click", columns=[column, Column(name="color", kind="categorical")])
    prepared = prepare(frame, Recipe(data_schema=schema))
    encoder = prepared.encoder
    row = pd.DataFrame({"price": [np.nan], "color": ["red"]})
    one = encoder.transform(row)
    found = {support.field: support for support in supports(encoder, one, row)}
    assert found["price"].state == "missing"
    assert found["price"].value.startswith("missing (read as ")
    shown = encoder.inverse(one)["price"].iloc[0]
    assert found["price"].value == f"missing (read as {f'{shown:.4g}' if read else shown})"
    check = support_check(build(CONFIGS["fm"](), encoder.fields, 0).eval(), encoder, one)
    assert check.details["unknown"] == 0  # the stand-in is known: a missing number is said, not counted
