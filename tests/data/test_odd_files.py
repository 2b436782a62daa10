"""Odd files from upload to encoder: each ends in a set that can be trained on, or in two clear sentences."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.guessing import guess_schema
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.profiling import profile
from ctrcore.data.reading import read_table
from ctrcore.data.recipe import first_recipe
from ctrcore.errors import DataError
from ctrcore.schema import Schema

N = 600


def table(**changes: Any) -> pd.DataFrame:
    """Clicks with users, items and times; changes replace or add columns."""
    rng = np.random.default_rng(0)
    base = {
        "user_id": [f"u{u}" for u in rng.integers(0, 40, N)],
        "item_id": [f"i{i}" for i in rng.integers(0, 25, N)],
        "when": (pd.Timestamp("2024-05-01") + pd.to_timedelta(np.arange(N), unit="h")).strftime("%Y-%m-%d %H:%M"),
        "price": np.round(rng.lognormal(2, 1, N), 2),
        "click": rng.integers(0, 2, N),
    }
    return pd.DataFrame(base | changes)


def text(frame: pd.DataFrame) -> str:
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False, quoting=csv.QUOTE_MINIMAL)
    return buffer.getvalue()


def mixed() -> bytes:
    cells = [["7", "seven", "7.0", "", "true", "2024-01-01"][row % 6] for row in range(N)]
    return text(table(mixture=cells)).encode()


def quotes_and_newlines() -> bytes:
    titles = ['The "best" of, all', "two\nlines", "semi;colon", "plain", "tab\there"]
    return text(table(title=[titles[row % 5] for row in range(N)])).encode()


def twice() -> bytes:
    return text(table(extra=1)).replace("extra", "price", 1).encode()


def five_thousand() -> bytes:
    rng = np.random.default_rng(1)
    wide = pd.DataFrame(rng.integers(0, 9, (N, 5000)), columns=[f"c{number}" for number in range(5000)])
    return text(pd.concat([table(), wide], axis=1)).encode()


def three_layouts() -> bytes:
    days = pd.Timestamp("2024-05-20") + pd.to_timedelta(np.arange(N) // 24, unit="D")
    layouts = ("%Y-%m-%d %H:%M", "%d.%m.%Y", "%m/%d/%Y")
    return text(table(when=[day.strftime(layouts[row % 3]) for row, day in enumerate(days)])).encode()


def emoji() -> bytes:
    shown = ["🍎", "🍌", "👩‍🚀", "🇩🇪", "é", "😀😀"]
    ids = np.random.default_rng(2).integers(0, 6, N)
    return text(table(item_id=[shown[place] for place in ids])).encode()


WORKING: dict[str, tuple[Callable[[], bytes], Callable[[Schema, Prepared], bool]]] = {
    "mixed types": (mixed, lambda schema, _: schema.column("mixture").kind == "categorical"),
    "byte order mark": (
        lambda: text(table()).encode("utf-8-sig"),
        lambda schema, _: schema.columns[0].name == "user_id",
    ),
    "utf-16": (lambda: text(table()).encode("utf-16"), lambda schema, _: schema.user == "user_id"),
    "quotes and newlines": (
        quotes_and_newlines,
        lambda _, made: {'The "best" of, all', "two\nlines"} <= set(made.encoder.words("title")),
    ),
    "windows line ends": (
        lambda: text(table()).replace("\n", "\r\n").encode(),
        lambda schema, _: schema.label == "click",
    ),
    "yes and no": (
        lambda: text(table(click=np.where(np.arange(N) % 3 == 0, "yes", "no"))).encode(),
        lambda schema, made: schema.positive is None and made.report["parts"]["train"]["click_rate"] < 0.4,
    ),
    "ja and nein": (
        lambda: text(table(click=np.where(np.arange(N) % 3 == 0, "ja", "nein"))).encode(),
        lambda schema, made: schema.positive is None and made.report["parts"]["train"]["click_rate"] < 0.4,
    ),
    "one and two": (
        lambda: text(table(click=np.where(np.arange(N) % 3 == 0, 2, 1))).encode(),
        lambda schema, made: schema.positive == "2" and made.report["parts"]["train"]["click_rate"] < 0.4,
    ),
    "dates in three layouts": (three_layouts, lambda schema, _: schema.time == "when"),
    "emoji ids": (
        emoji,
        lambda _, made: set(made.encoder.words("item_id")) == {"🍎", "🍌", "👩‍🚀", "🇩🇪", "é", "😀😀"},
    ),
    "a label with gaps": (
        lambda: text(table(click=np.where(np.arange(N) % 10 == 0, np.nan, np.arange(N) % 2))).encode(),
        lambda _, made: made.report["dropped"]["unlabelled"] == N / 10,
    ),
    "ids with gaps": (
        lambda: text(table(item_id=np.where(np.arange(N) % 7 == 0, np.nan, np.arange(N) % 20))).encode(),
        lambda _, made: "12" in made.encoder.words("item_id"),
    ),
}

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "duplicate column names": (twice, "'price'"),
    "5,000 columns": (five_thousand, "columns"),
    "nobody clicked": (lambda: text(table(click=0)).encode(), "no click"),
    "only one row": (lambda: text(table().head(1)).encode(), ""),
    "no label at all": (
        lambda: text(table(click=[f"v{row}" for row in range(N)])).encode(),
        "The label 'item_id' has 25 different values",
    ),
}


def work(content: bytes, tmp_path: Path) -> tuple[Schema, Prepared]:
    """Upload, guess, look, prepare."""
    path = tmp_path / "upload"
    path.write_bytes(content)
    frame = read_table(path)
    schema = guess_schema(frame)
    assert profile(frame, schema).rows == len(frame)
    return schema, prepare(frame, first_recipe(schema))


@pytest.mark.parametrize("case", WORKING)
def test_odd_files_that_work(case: str, tmp_path: Path) -> None:
    content, expected = WORKING[case]
    schema, made = work(content(), tmp_path)
    assert len(made.train) > 0
    assert len(made.test) > 0
    assert made.encoder.vocabulary_size > 20
    assert {field.name for field in made.encoder.fields} >= {"user_id", "item_id", "price"}
    assert expected(schema, made)


@pytest.mark.parametrize("case", REFUSED)
def test_odd_files_that_are_refused_in_two_sentences(case: str, tmp_path: Path) -> None:
    content, named = REFUSED[case]
    with pytest.raises(DataError) as caught:
        work(content(), tmp_path)
    for sentence in (caught.value.problem, caught.value.remedy):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) < 250
    assert named in caught.value.problem


def test_a_time_that_is_none_in_one_row_is_told(tmp_path: Path) -> None:
    frame = table()
    frame.loc[300, "when"] = "noon"
    schema, _ = work(text(frame).encode(), tmp_path)
    assert schema.time is None
    found = profile(frame, schema).warnings
    assert [warning.column for warning in found] == ["when"]
    assert "'noon', which is neither a number nor a date" in found[0].problem
    assert profile(table(), guess_schema(table())).warnings == []
