"""A table on disk against the same table in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ctrcore.data import sides
from ctrcore.data.encoding import Encoder
from ctrcore.data.formats import delimited, parquet
from ctrcore.data.layouts.plan import Part
from ctrcore.data.members import as_members
from ctrcore.data.preparing import prepare
from ctrcore.data.reading import join_stored, read_table, store_part
from ctrcore.data.recipe import BuildHistory, Cleaning, Recipe, Split
from ctrcore.data.stored import Stored, take_rows
from ctrcore.data.values import as_numbers, as_words
from ctrcore.errors import DataError
from tests.data.tables import clicks_schema, clicks_table


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few rows are read in many slices."""
    monkeypatch.setattr(delimited, "SLICE_BYTES", 1)
    monkeypatch.setattr(parquet, "SLICE", 7)


def stored(frame: pd.DataFrame, folder: Path, groups: int = 16) -> Stored:
    frame.to_parquet(folder / "table.parquet", index=False, row_group_size=groups)
    return Stored(folder / "table.parquet")


def test_columns_and_rows_are_those_of_the_frame(tmp_path: Path) -> None:
    frame = clicks_table()
    table = stored(frame, tmp_path)
    assert (len(table), list(table.columns)) == (len(frame), list(frame.columns))
    rows = np.array([0, 3, 17, 18, len(frame) - 1])
    for name in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[name]):
            np.testing.assert_array_equal(as_numbers(table[name]), as_numbers(frame[name]))
        else:
            assert as_words(table[name]).texts().tolist() == as_words(frame[name]).texts().tolist()
        assert table.take(rows)[name].index.tolist() == rows.tolist()
    pd.testing.assert_frame_equal(table.frame(), frame, check_dtype=False, check_column_type=False)
    pd.testing.assert_frame_equal(table.frame(rows), frame.iloc[rows], check_dtype=False, check_column_type=False)
    again = table.take(rows).take(np.array([1, 3]))
    pd.testing.assert_frame_equal(again.frame(), frame.iloc[[3, 18]], check_dtype=False, check_column_type=False)
    assert again.at([18]).index.tolist() == [18]
    with pytest.raises(KeyError):
        again.at([4])
    for nowhere in (-1, len(frame)):
        with pytest.raises(KeyError):
            table.at([nowhere])
    with pytest.raises(KeyError):
        table["nothing"]
    slices = pd.concat(table.slices(7))
    assert slices.index.tolist() == list(range(len(frame)))
    assert max(len(part) for part in table.slices(7)) == 7
    assert take_rows(frame, rows).index.tolist() == rows.tolist()


def test_more_columns_go_with_their_rows(tmp_path: Path) -> None:
    frame = clicks_table()
    more = pd.Series(np.arange(len(frame)), name="more")
    table = stored(frame, tmp_path).assign(more=more)
    assert list(table.columns) == [*frame.columns, "more"]
    assert table.take(np.array([2, 5]))["more"].tolist() == [2, 5]
    assert table.frame(np.array([2, 5]))["more"].tolist() == [2, 5]


def open_files(folder: Path) -> list[str]:
    """Files of the folder that this process holds open."""
    held = Path("/proc/self/fd")
    if not held.is_dir():
        pytest.skip("this system does not tell which files are open")
    return [
        str(path.readlink()) for path in held.iterdir() if path.is_symlink() and str(folder) in str(path.readlink())
    ]


def cancel(done: float) -> None:
    raise KeyboardInterrupt


def test_a_reading_that_is_cancelled_leaves_no_file_open(tmp_path: Path) -> None:
    stored(clicks_table(), tmp_path)
    with pytest.raises(KeyboardInterrupt) as caught:  # it keeps all frames, and so the sink, alive
        store_part(Part(tmp_path / "table.parquet"), tmp_path / "copy.parquet", progress=cancel)
    assert not [path for path in open_files(tmp_path) if "copy" in path]
    assert caught.tb


def test_an_encoding_that_is_cancelled_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with pytest.raises(KeyboardInterrupt) as caught:
        Encoder().fit_parts(clicks_table(), clicks_schema(), {"train": None}, tmp_path / "made", cancel)
    assert open_files(tmp_path / "made") == []
    assert caught.tb


@pytest.mark.parametrize("by", ["random", "time", "user"])
def test_preparing_from_disk_equals_preparing_in_memory(by: str, tmp_path: Path) -> None:
    frame = pd.concat([clicks_table()] * 3, ignore_index=True)
    schema = clicks_schema()
    columns = [c.model_copy(update={"kind": "ignore"}) if c.kind == "history" else c for c in schema.columns]
    recipe = Recipe.model_validate(
        {
            "data_schema": schema.model_copy(update={"columns": columns}),
            "cleaning": Cleaning(drop_duplicates=True),
            "split": Split(by=by, valid=0.2, test=0.2),  # type: ignore[arg-type]
            "history": BuildHistory(columns=["item_id", "device"], max_length=3),
            "keep_negatives": 0.8,
        }
    )
    shares: list[float] = []
    ours = prepare(stored(frame, tmp_path), recipe, shares.append, tmp_path / "made")
    plain = prepare(frame, recipe)
    assert ours.encoder.to_json() == plain.encoder.to_json()
    assert shares == sorted(shares)
    assert shares[-1] == 1
    for name in ("train", "valid", "test"):
        on_disk, in_memory = getattr(ours, name), getattr(plain, name)
        for array in ("ids", "numbers", "numeric", "label", "group", "row"):
            np.testing.assert_array_equal(getattr(on_disk, array), getattr(in_memory, array))
        for bag in in_memory.bags:
            np.testing.assert_array_equal(on_disk.bags[bag].ids, in_memory.bags[bag].ids)
            np.testing.assert_array_equal(on_disk.bags[bag].offsets, in_memory.bags[bag].offsets)
    assert {**ours.report, "seconds": 0} == {**plain.report, "seconds": 0}


TRICKY = {
    "int": ["1", "2", "-3", "4"],
    "int then float": ["1", "2", "3.5", ""],
    "int then text": ["1", "2", "three", "4"],
    "int then code": ["1", "22", "007", "4"],
    "float then code": ["1.5", "2", "007", "4"],
    "empty then int": ["", "", "5", "6"],
    "empty then list": ["", "", '"[1, 2]"', '"[3]"'],
    "list then wider list": ["[1]", "[2.5]", '"[1, 2]"', "[]"],
    "list then text": ["[1]", "[2]", "x", "[]"],
    "number then list": ["1", "2", "[3]", "4"],
    "long": ["1", "12345678901234567890123", "3", "4"],
    "never": ["", "", "", ""],
}


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("case", TRICKY)
def test_slices_that_contradict_each_other_give_what_one_slice_gives(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{cell},{'x' * 300},\n" for cell in TRICKY[case]]
    path.write_text("a,b,\n" + "".join(rows), encoding="utf-8")
    limits = {"CTR_MAX_LINE": "400"}  # a block, and so a slice, holds one row or two
    for name, value in limits.items():
        monkeypatch.setenv(name, value)
    store_part(Part(path), tmp_path / "t.parquet")
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups > 1
    sliced, joined = Stored(tmp_path / "t.parquet").frame(), read_table(path)
    monkeypatch.delenv("CTR_MAX_LINE")
    monkeypatch.setattr(delimited, "SLICE_BYTES", 1 << 20)
    whole = read_table(path)
    for found in (sliced, joined):
        pd.testing.assert_frame_equal(found, whole)
    assert list(whole.columns) == ["a", "b"]


@pytest.mark.usefixtures("small_slices")
def test_parquet_is_copied_slice_by_slice(tmp_path: Path) -> None:
    frame = clicks_table()
    frame.to_parquet(tmp_path / "in.parquet")
    store_part(Part(tmp_path / "in.parquet"), tmp_path / "out.parquet")
    assert pq.ParquetFile(tmp_path / "out.parquet").num_row_groups > 5
    pd.testing.assert_frame_equal(Stored(tmp_path / "out.parquet").frame(), read_table(tmp_path / "in.parquet"))


def test_tables_below_each_other_agree_on_types(tmp_path: Path) -> None:
    for name, text in (("one", "a,b\n1,x\n2,y\n"), ("two", "b,a\n5,1.5\n"), ("three", "a,b\n7,z\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        store_part(Part(tmp_path / f"{name}.csv"), tmp_path / name)
    parts = [tmp_path / "one", tmp_path / "two", tmp_path / "three"]
    join_stored(parts, tmp_path / "all", ["one", "two", "three"], ["train", "valid", "test"])
    found = Stored(tmp_path / "all").frame()
    assert found["a"].tolist() == [1, 2, 1.5, 7]
    assert found["b"].tolist() == ["x", "y", "5", "z"]
    assert found["split"].tolist() == ["train", "train", "valid", "test"]


def test_tidying_is_done_on_each_slice(small_slices: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_MAX_LINE", "400")
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{row},{'x' * 300}\n" for row in range(5)), encoding="utf-8")
    part = Part(path, tidy=lambda frame: frame.assign(twice=2 * frame["a"])[["a", "twice"]])
    store_part(part, tmp_path / "t.parquet")
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups > 1
    found = Stored(tmp_path / "t.parquet").frame()
    assert found["twice"].tolist() == [0, 2, 4, 6, 8]


def test_lists_of_a_stored_table_are_read_without_python(tmp_path: Path) -> None:
    frame = pd.DataFrame({"tags": [["a", "b"], [], None, ["c"]], "x": [1, 2, 3, 4]})
    cells = stored(frame, tmp_path)["tags"]
    assert isinstance(cells.dtype, pd.ArrowDtype)
    members = as_members(cells, "|")
    assert members.lengths.tolist() == [2, 0, 0, 1]
    assert members.words[members.codes].tolist() == ["a", "b", "c"]


def test_a_part_in_which_a_column_is_empty_says_nothing_of_it(tmp_path: Path) -> None:
    for name, text in (("one", "price,x\n12.5,1\n3.5,2\n"), ("two", "price,x\n,3\n,4\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        store_part(Part(tmp_path / f"{name}.csv"), tmp_path / name)
    for order in (["one", "two"], ["two", "one"]):
        join_stored([tmp_path / name for name in order], tmp_path / "all", order)
        assert pd.api.types.is_float_dtype(Stored(tmp_path / "all").frame()["price"])


def test_ids_too_long_for_decimals_become_text_beside_them(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(f"id,x\n{2**60 + 1},1\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("id,x\n1.5,1\n", encoding="utf-8")
    for name in ("one", "two"):
        store_part(Part(tmp_path / f"{name}.csv"), tmp_path / name)
    join_stored([tmp_path / "one", tmp_path / "two"], tmp_path / "all", ["one", "two"])
    assert Stored(tmp_path / "all").frame()["id"].tolist() == [str(2**60 + 1), "1.5"]


def test_lists_beside_texts_are_refused_in_two_sentences(tmp_path: Path) -> None:
    pd.DataFrame({"a": [["x"]], "b": [1]}).to_parquet(tmp_path / "one")
    pd.DataFrame({"a": ["x"], "b": [1]}).to_parquet(tmp_path / "two")
    with pytest.raises(DataError, match="holds lists in one file"):
        join_stored([tmp_path / "one", tmp_path / "two"], tmp_path / "all", ["one", "two"])


def test_the_first_rows_need_not_tell_what_a_column_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "ROW_GROUP", 2)
    frame = pd.DataFrame({"tags": [None, None, ["x"], ["y", "z"]], "n": range(4)})
    sides.write_table(frame, tmp_path / "t.parquet")
    assert Stored(tmp_path / "t.parquet").frame()["tags"].tolist() == frame["tags"].tolist()
    with pytest.raises(DataError, match="several kinds"):
        sides.write_table(pd.DataFrame({"a": ["x", ["y"]]}), tmp_path / "u.parquet")
