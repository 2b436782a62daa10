"""What if: odd values are refused in words, or read as a real row's would be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.preparing import Prepared
from ctrcore.errors import DataError
from ctrcore.explain.support import supports
from ctrcore.explain.whatif import Cell, change, scored
from tests.explain.whatif.conftest import lively, same


@pytest.mark.parametrize(
    "changes",
    [
        {"age": float("inf")},
        {"age": "old"},
        {"nothing": 1.0},
        {"click": 1.0},
        {"time": 1.0},
        {"category": ["a"]},
        {"tags": "new"},
        {"history_item": ["1"]},
        {"history_item": ["1"], "history_category": ["shoes", "toys"]},
        {"tags": ["x"] * 1001},
        {"category": "x" * 10_001},
    ],
)
def test_what_cannot_be_is_refused_in_two_sentences(
    prepared: Prepared, row: pd.DataFrame, changes: dict[str, Cell]
) -> None:
    model = lively("fm", prepared)
    with pytest.raises(DataError) as error:
        scored(model, prepared.encoder, row, changes)
    assert error.value.problem.endswith(".")
    assert error.value.remedy.endswith(".")


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "=1+1", "../../x", "\x00", "a|b|c", "unknown", "💥" * 50]
)
def test_hostile_values_are_unknown_values(prepared: Prepared, row: pd.DataFrame, value: str) -> None:
    model = lively("din", prepared)
    changes: dict[str, Cell] = {
        "category": value,
        "tags": [value],
        "history_item": [value, "3"],
        "history_category": [value, None],
    }
    one, logit = scored(model, prepared.encoder, row, changes)
    assert np.isfinite(logit)
    place = [field.name for field in prepared.encoder.fields].index("category")
    assert one.ids[0, place] == prepared.encoder.field("category").start
    assert one.bags["tags"].lengths.tolist() == [1]
    assert one.bags["history_item"].lengths.tolist() == [2]
    states = {
        (s.field, s.state) for s in supports(prepared.encoder, one, change(row, changes, prepared.encoder.schema))
    }
    assert ("category", "unknown") in states


def test_a_missing_value_and_an_empty_text_are_the_same(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    found = [prepared.encoder.transform(change(row, {"category": cell, "age": None}, schema)) for cell in (None, "")]
    assert same(*found)


def test_a_number_out_of_range_counts_as_the_nearest_end(prepared: Prepared, row: pd.DataFrame) -> None:
    encoder = prepared.encoder
    low, high = encoder.number_range("age")
    for wild, end in ((1e300, high), (-1e300, low)):
        frames = [change(row, {"age": number}, encoder.schema) for number in (wild, end)]
        assert same(*(encoder.transform(frame) for frame in frames))
        states = [next(s.state for s in supports(encoder, encoder.transform(f), f) if s.field == "age") for f in frames]
        assert states == ["outside", "known"]
    wild_price = change(row, {"price": 1e9}, encoder.schema)  # a number that is read as a bucket
    found = {s.field: s for s in supports(encoder, encoder.transform(wild_price), wild_price)}
    assert found["price"].state == "outside"
    assert found["price"].seen == encoder.counts[encoder.id_of("price", 1e9)] > 0
    with pytest.raises(DataError):
        encoder.number_range("category")
