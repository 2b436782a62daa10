from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.labels import read_labels
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

NAN = float("nan")


def labels(cells: Any, **schema: Any) -> list[float]:
    frame = pd.DataFrame({"y": cells, "x": 0})
    found = read_labels(frame, Schema(label="y", columns=[Column(name="x", kind="numeric")], **schema))
    assert found.dtype == np.float32
    return found.tolist()


SPEAKING = {
    "numbers": ([1, 0, 1], [1, 0, 1]),
    "floats": ([1.0, NAN, 0.0], [1, NAN, 0]),
    "texts": (["1", "0", ""], [1, 0, NAN]),
    "text floats": (["1.0", "0.0", None], [1, 0, NAN]),
    "booleans": ([True, False, True], [1, 0, 1]),
    "nullable": (pd.array([True, None, False], dtype="boolean"), [1, NAN, 0]),
    "words": (["Yes", " no", "YES"], [1, 0, 1]),
    "German": (["Ja", "nein", "ja"], [1, 0, 1]),
    "French": (["oui", "Non"], [1, 0]),
    "Spanish": (["S\u00cd", "si\u0301", "no"], [1, 1, 0]),
    "Chinese": (["是", "否"], [1, 0]),
    "Japanese": (["はい", "いいえ"], [1, 0]),
    "Russian": (["Да", "нет"], [1, 0]),
    "what happened": (["clicked", "Skipped"], [1, 0]),
    "texts of truth": (["True", "FALSE"], [1, 0]),
    "signs": ([-1, 1, -1], [0, 1, 0]),
    "category": (pd.Categorical(["no", "yes", None], categories=["maybe", "no", "yes"]), [0, 1, NAN]),
    "nothing": ([None, None], [NAN, NAN]),
    "no rows": ([], []),
}


@pytest.mark.parametrize("case", SPEAKING)
def test_labels_that_speak_for_themselves(case: str) -> None:
    cells, expected = SPEAKING[case]
    np.testing.assert_array_equal(labels(cells), expected)


def test_threshold() -> None:
    np.testing.assert_array_equal(labels([3, 4, 5, NAN], threshold=4), [0, 1, 1, NAN])
    np.testing.assert_array_equal(labels(["3", "4.5", None], threshold=4), [0, 1, NAN])


@pytest.mark.parametrize(
    ("cells", "positive"), [(["buy", "view", None], "buy"), ([2, 1, NAN], "2"), ([2, 1, NAN], "2.0")]
)
def test_positive_value(cells: list[Any], positive: str) -> None:
    np.testing.assert_array_equal(labels(cells, positive=positive), [1, 0, NAN])


@pytest.mark.parametrize(
    ("cells", "schema", "message"),
    [
        ([1, 2, 2], {}, r"2 different values \('1', '2'\).*for example '2'"),
        (["a", "b"], {}, "for example 'b'"),
        ([1, 2, 3, 4, 5], {}, "Set the threshold"),
        ([0.1, 0.2, 0.9], {}, "Set the threshold"),
        (["a", "b", "c"], {}, "3 different values .*choose another label column"),
        ([f"word {i}" for i in range(100)], {}, r"100 different values .*, \.\.\.\)"),
        (["3", "four"], {"threshold": 4}, "'four' is no number"),
    ],
)
def test_labels_that_do_not_say_what_a_click_is(cells: list[Any], schema: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        labels(cells, **schema)


def test_no_label_column() -> None:
    with pytest.raises(DataError, match="no label column 'y'"):
        read_labels(pd.DataFrame({"x": [1]}), Schema(label="y", columns=[Column(name="x", kind="numeric")]))
