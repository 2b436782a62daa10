from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.data import cells
from ctrcore.data.cells import cells_of, codes_of, parts_of
from ctrcore.data.guesses.facts import whole_keys
from ctrcore.data.members import as_members
from ctrcore.data.stored import Stored
from ctrcore.data.values import as_words

RNG = np.random.default_rng(0)
N = 1000


@pytest.fixture
def tables(tmp_path: Path) -> tuple[pd.DataFrame, Stored]:
    """The same table in memory and on disk, in row groups of another size than the parts."""
    frame = pd.DataFrame(
        {
            "number": RNG.normal(size=N),
            "text": pd.Series(RNG.choice(["a", "b|c", "", None], N), dtype="str"),
            "own": [f"row {row}" for row in range(N)],
            "list": [[str(row), "x"][: row % 3] for row in range(N)],
        }
    )
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=170)
    return frame, Stored(tmp_path / "t.parquet")


@pytest.mark.parametrize("size", [1, 128, 5000])
def test_parts_make_the_column(tables: tuple[pd.DataFrame, Stored], size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "AT_ONCE", size)
    frame, stored = tables
    some = np.array([0, 1, 169, 170, 500, 999])
    kept = np.arange(3, N, 2)
    for rows, expected in ((None, frame), (some, frame.iloc[some]), (np.arange(0), frame.iloc[:0])):
        for name in frame.columns:
            for table in (frame, stored):
                parts = list(parts_of(table, name, rows))
                assert all(0 < len(part) <= size for part in parts)
                whole = [cell for part in parts for cell in as_words(part).texts()]
                assert whole == as_words(expected[name]).texts().tolist()
    # Rows of a table that is a choice of rows already.
    chosen = stored.take(kept)
    for name in frame.columns:
        found = as_words(cells_of(chosen, name, some[:4])).texts().tolist()
        assert found == as_words(frame[name].iloc[kept[some[:4]]]).texts().tolist()
    # A column that is not in the file.
    with_more = stored.assign(more=frame["text"])
    assert as_words(cells_of(with_more, "more", some)).texts().tolist() == (
        as_words(frame["text"].iloc[some]).texts().tolist()
    )


def test_cells_of_some_rows_do_not_bring_the_texts_of_the_others(tables: tuple[pd.DataFrame, Stored]) -> None:
    frame, stored = tables
    rows = np.array([5, 6, 700])
    for table in (frame, stored, frame.astype({"own": "category"})):
        assert as_words(cells_of(table, "own", rows)).words.tolist() == ["row 5", "row 6", "row 700"]
    members = as_members(cells_of(stored, "list", rows), "|")
    assert members.lengths.tolist() == [2, 0, 1]


def test_equal_codes_are_equal_cells(tables: tuple[pd.DataFrame, Stored]) -> None:
    frame, _ = tables
    for cells_ in (frame["number"].round(1), frame["text"], frame["text"].astype("category"), frame["list"]):
        codes, words = codes_of(cells_), as_words(cells_)
        pairs = pd.DataFrame({"a": codes[words.known], "b": words.codes[words.known]}).drop_duplicates()
        assert pairs["a"].is_unique
        assert pairs["b"].is_unique


def test_whole_keys_takes_all_rows_of_the_keys_it_takes() -> None:
    codes = RNG.integers(-1, 100, 5000)
    rows, rows_of = whole_keys(codes, 1000)
    np.testing.assert_array_equal(rows_of, np.bincount(codes[codes >= 0], minlength=100))
    assert 500 < len(rows) <= 1000
    for code in set(codes[rows].tolist()):
        assert code >= 0
        assert (codes[rows] == code).sum() == rows_of[code]
    assert (np.diff(rows) > 0).all()
    # One key may have more rows than wanted.
    assert len(whole_keys(np.zeros(50, np.int64), 10)[0]) == 50
    assert len(whole_keys(np.full(50, -1), 10)[0]) == 0
