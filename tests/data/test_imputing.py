from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctrcore.data.encoding import Encoder
from ctrcore.data.imputing import fill_forward
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

CATEGORY = {"name": "c", "kind": "categorical"}
TAGS = {"name": "t", "kind": "multi_value"}


def encoder_of(frame: pd.DataFrame, *columns: Column, time: str | None = None) -> Encoder:
    return Encoder().fit(frame.assign(click=0), Schema(label="click", time=time, columns=list(columns)))


@given(st.lists(st.booleans(), max_size=12), st.randoms(use_true_random=False))
def test_fill_forward_against_a_loop(known: list[bool], random: object) -> None:
    order = np.array(sorted(range(len(known)), key=lambda _: random.random()), dtype=np.int64)  # type: ignore[attr-defined]
    last, expected = -1, [-1] * len(known)
    for row in order:
        last = row if known[row] else last
        expected[row] = last
    assert fill_forward(np.array(known, dtype=bool), order).tolist() == expected


def test_forward_fill_follows_time_and_goes_on_in_new_rows() -> None:
    frame = pd.DataFrame(
        {
            "when": ["2024-01-03", "2024-01-01", "2024-01-04", "2024-01-02"],
            "x": [np.nan, 1.0, 4.0, 2.0],
            "c": [None, "a", "d", None],
            "t": ["", "p|q", "r|s", "q"],
        }
    )
    columns = (
        Column(name="x", kind="numeric", impute="forward_fill"),
        Column(**CATEGORY, impute="forward_fill"),
        Column(**TAGS, impute="forward_fill"),
    )
    encoder = Encoder.from_json(encoder_of(frame, *columns, time="when").to_json())
    back = encoder.inverse(encoder.transform(frame))
    assert back["x"].tolist() == [2, 1, 4, 2]
    assert back["c"].tolist() == ["a", "a", "d", "a"]
    assert back["t"].tolist() == [["q"], ["p", "q"], ["r", "s"], ["q"]]
    new = pd.DataFrame({"when": ["2024-02-02", "2024-02-01"], "x": [np.nan, 3.0], "c": ["a", None], "t": [None, None]})
    back = encoder.inverse(encoder.transform(new))
    assert back["x"].tolist() == [3, 3]
    assert back["c"].tolist() == ["a", "d"]  # the last training value
    assert back["t"].tolist() == [["r", "s"]] * 2


def test_forward_fill_without_time_follows_the_table() -> None:
    frame = pd.DataFrame({"c": [None, "a", None, "b", None]})
    encoder = encoder_of(frame, Column(**CATEGORY, impute="forward_fill"))
    assert encoder.inverse(encoder.transform(frame))["c"].tolist() == ["b", "a", "a", "b", "b"]


def test_most_frequent_and_constant_words() -> None:
    frame = pd.DataFrame({"c": ["b", "a", "b", "a", None], "t": ["p|q", "q", "", None, "z"]})
    frequent = encoder_of(frame, Column(**CATEGORY, impute="most_frequent"), Column(**TAGS, impute="most_frequent"))
    back = frequent.inverse(frequent.transform(frame))
    assert back["c"].tolist() == ["b", "a", "b", "a", "a"]  # of equally frequent ones the first by name
    assert back["t"].tolist() == [["p", "q"], ["q"], ["q"], ["q"], ["z"]]
    constant = encoder_of(
        frame,
        Column(**CATEGORY, impute="constant", fill_value=7.0),
        Column(**TAGS, impute="constant", fill_value="new|q"),
    )
    back = constant.inverse(constant.transform(frame))
    assert back["c"].tolist() == ["b", "a", "b", "a", "7"]
    assert back["t"].tolist() == [["p", "q"], ["q"], ["new", "q"], ["new", "q"], ["z"]]


def test_stand_ins_learned_from_rows_without_a_gap_are_unknown() -> None:
    encoder = encoder_of(pd.DataFrame({"c": ["a", "b"]}), Column(**CATEGORY, impute="constant", fill_value="none"))
    assert encoder.inverse(encoder.transform(pd.DataFrame({"c": [None]})))["c"].tolist() == ["unknown"]


@pytest.mark.parametrize("mode", ["most_frequent", "forward_fill"])
@pytest.mark.parametrize("kind", [CATEGORY, TAGS])
def test_nothing_to_learn_a_stand_in_from(mode: str, kind: dict[str, str]) -> None:
    frame = pd.DataFrame({kind["name"]: [None, None]})
    encoder = encoder_of(frame, Column(**kind, impute=mode))
    expected = [] if kind is TAGS else "unknown"
    assert encoder.inverse(encoder.transform(frame))[kind["name"]].tolist() == [expected] * 2


@pytest.mark.parametrize("mode", ["mean", "median"])
def test_words_have_no_mean(mode: str) -> None:
    with pytest.raises(DataError, match=f"by their {mode}, but it holds no numbers"):
        encoder_of(pd.DataFrame({"c": ["a", None]}), Column(**CATEGORY, impute=mode))


def test_a_constant_must_be_given() -> None:
    with pytest.raises(DataError, match="but none is given"):
        encoder_of(pd.DataFrame({"c": ["a", None]}), Column(**CATEGORY, impute="constant"))
