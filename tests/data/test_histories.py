from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.histories import build_histories, full_schema
from ctrcore.data.members import as_members
from ctrcore.data.recipe import BuildHistory, Recipe
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema


def recipe(max_length: int = 50, columns: tuple[str, ...] = ("item", "kind"), **schema: Any) -> Recipe:
    fields = [Column(name="item", kind="categorical", role="item"), Column(name="kind", kind="categorical")]
    settings = {"label": "click", "user": "user", "item": "item", "time": "time"} | schema
    return Recipe(
        data_schema=Schema(columns=[*fields, Column(name="price", kind="numeric")], **settings),
        history=BuildHistory(columns=list(columns), max_length=max_length),
    )


def by_loops(frame: pd.DataFrame, column: str, max_length: int) -> list[list[str]]:
    """What a history is, row by row."""
    histories = []
    for row in frame.itertuples():
        past = [
            (other.time, other.Index, getattr(other, column))
            for other in frame.itertuples()
            if row.user is not None and other.user == row.user and other.click == 1 and other.time < row.time
        ]
        histories.append([str(value) for _, _, value in sorted(past)][-max_length:])
    return histories


row = st.tuples(
    st.sampled_from(["ann", "bob", "cy", None]), st.integers(0, 6), st.integers(1, 4), st.integers(0, 1), st.just(1.0)
)


@settings(max_examples=80, deadline=None)
@given(st.lists(row, max_size=18), st.integers(1, 6))
def test_against_loops(rows: list[tuple[Any, ...]], max_length: int) -> None:
    frame = pd.DataFrame(rows, columns=["user", "time", "item", "click", "price"]).astype({"user": object})
    frame["kind"] = "k" + frame["item"].astype(str)
    built = build_histories(frame, recipe(max_length))
    assert built["history_item"].tolist() == by_loops(frame, "item", max_length)
    assert built["history_kind"].tolist() == by_loops(frame, "kind", max_length)
    assert built.index.equals(frame.index)
    compact = build_histories(frame, recipe(max_length), compact=True)
    for name in ("history_item", "history_kind"):
        assert compact[name].tolist() == built[name].tolist()
        left, right = as_members(compact[name], "|"), as_members(built[name], "|")
        assert left.words[left.codes].tolist() == right.words[right.codes].tolist()
        assert left.offsets.tolist() == right.offsets.tolist()


def clicks(**columns: Any) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    base = {"user": ["u"] * n, "time": range(n), "item": range(1, n + 1), "kind": "k", "click": 1, "price": 1.0}
    return pd.DataFrame(base | columns)


def test_ties_are_not_earlier_and_a_row_is_never_in_its_own_history() -> None:
    built = build_histories(clicks(time=[5, 5, 5, 6]), recipe())
    assert built["history_item"].tolist() == [[], [], [], ["1", "2", "3"]]


@pytest.mark.parametrize(
    "time",
    [
        pd.to_datetime(["2024-01-03", "2024-01-01", "2024-01-02"]),
        ["2024-01-03", "2024-01-01", "2024-01-02T00:00:00Z"],
        ["03/01/2024 10:00", "01/01/2024 09:00", "02/01/2024 09:00"],
        ["31.12.2024", "29.12.2024", "30.12.2024"],
        [1704240000, 1704067200, 1704153600],
        [1704240000000, 1704067200000, 1704153600000],
        ["1704240000", "1704067200", "1704153600"],
        pd.Categorical(["2024-01-03", "2024-01-01", "2024-01-02"]),
        [3.5, None, 1.5],
    ],
)
def test_times_in_many_forms(time: Any) -> None:
    assert build_histories(clicks(time=time), recipe())["history_item"].tolist() == [["2", "3"], [], ["2"]]


def test_a_time_that_is_none() -> None:
    with pytest.raises(DataError, match="holds 'soon', which is neither a number nor a date"):
        build_histories(clicks(time=["2024-01-03", "soon", None]), recipe())


def test_rows_to_score_see_the_past() -> None:
    past, new = clicks(time=[1, 2, 3], click=[1, 0, 1]), clicks(time=[2, 9]).drop(columns="click")
    built = build_histories(new.assign(item=["9", "8"]), recipe(), past=past)
    assert built["history_item"].tolist() == [["1"], ["1", "3"]]
    assert build_histories(new, recipe())["history_item"].tolist() == [[], []]


@pytest.mark.parametrize("turned", [False, True])
def test_times_of_past_and_new_rows_are_on_one_scale(turned: bool) -> None:
    seconds = np.array([1_717_171_200, 1_717_257_600, 1_717_344_000])
    ways = [pd.Series(seconds * 1000), pd.to_datetime(pd.Series(seconds), unit="s").astype(str)]
    past_time, new_time = ways[::-1] if turned else ways
    new = clicks(time=new_time.tolist()).drop(columns="click")
    built = build_histories(new, recipe(), past=clicks(time=past_time.tolist()))
    assert built["history_item"].tolist() == [[], ["1"], ["1", "2"]]


def test_a_value_missing_in_a_click_stays_a_gap() -> None:
    built = build_histories(clicks(time=[1, 2, 3], kind=["a", None, "c"]), recipe())
    assert built["history_kind"].tolist() == [[], ["a"], ["a", None]]
    assert built["history_item"].tolist() == [[], ["1"], ["1", "2"]]


def test_no_rows_and_no_wish() -> None:
    empty = clicks(time=[1]).iloc[:0]
    assert build_histories(empty, recipe())["history_item"].tolist() == []
    frame = clicks(time=[1, 2])
    assert build_histories(frame, recipe(columns=())) is frame


def test_the_schema_gets_a_history_for_each_remembered_column() -> None:
    schema = full_schema(recipe(7))
    assert [(c.name, c.of, c.role, c.max_length) for c in schema.histories] == [
        ("history_item", "item", "user", 7),
        ("history_kind", "kind", "user", 7),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"user": None}, "without a user column"),
        ({"time": None}, "without a time column"),
        ({"columns": ("price",)}, "history of 'price' cannot be built"),
        ({"columns": ("nothing",)}, "history of 'nothing' cannot be built"),
        ({"time": "when"}, "no column 'when', which the histories need"),
    ],
)
def test_wishes_that_cannot_be_met(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        build_histories(clicks(time=[1, 2]), recipe(**change))


def test_a_name_that_is_taken() -> None:
    wish = recipe()
    columns = [*wish.data_schema.columns, Column(name="history_item", kind="ignore")]
    taken = wish.model_copy(update={"data_schema": wish.data_schema.model_copy(update={"columns": columns})})
    with pytest.raises(DataError, match="already has a column 'history_item'"):
        full_schema(taken)


def test_many_users() -> None:
    rng = np.random.default_rng(0)
    n = 60_000
    frame = clicks(time=rng.integers(0, 10**6, n), user=rng.integers(0, 20_000, n), click=rng.integers(0, 2, n))
    built = build_histories(frame, recipe())["history_item"]
    for position in rng.integers(0, n, 20):
        mine = frame[(frame["user"] == frame["user"][position]) & (frame["time"] < frame["time"][position])]
        mine = mine[mine["click"] == 1].sort_values("time", kind="stable")
        assert built[position] == mine["item"].astype(str).tolist()[-50:]
