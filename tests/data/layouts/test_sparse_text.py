"""libsvm, libfm and libffm: what columns come out, beside a plain loop over the lines."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctrcore.data.layouts import sparse_blocks
from ctrcore.data.layouts.recognising import recognise
from ctrcore.data.layouts.sparse_reading import SparseReader
from ctrcore.data.reading import Limits, read_part
from ctrcore.errors import DataError

Line = list[tuple[int, int, float]]


def text_of(lines: list[tuple[int, Line]], has_fields: bool) -> str:
    def entry(field: int, index: int, value: float) -> str:
        return f"{field}:{index}:{value:g}" if has_fields else f"{index}:{value:g}"

    return "".join(" ".join([str(label), *(entry(*one) for one in line)]) + "\n" for label, line in lines)


def read(text: str, folder: Path, has_fields: bool = False, names: tuple[str, ...] = ()) -> pd.DataFrame:
    path = folder / "lines.txt"
    path.write_text(text)
    return SparseReader(path, has_fields, names)(path, Limits(), None)


class Expected:
    """What each line should give each column, found with plain loops."""

    def __init__(self, lines: list[tuple[int, Line]], has_fields: bool) -> None:
        self.has_fields = has_fields
        self.values: dict[tuple[int, int], set[float]] = {}
        for field, index, value in (entry for _, line in lines for entry in line):
            self.values.setdefault((field, index), set()).add(value)
        self.several = {
            field
            for _, line in lines
            for field, _, _ in line
            if has_fields and [one[0] for one in line].count(field) > 1
        }

    def is_number(self, field: int, index: int) -> bool:
        """True if the value of the index varies, and in libffm if it is the only index of its field."""
        alone = [key[0] for key in self.values].count(field) == 1 and field not in self.several
        return len(self.values[field, index]) > 1 and (alone or not self.has_fields)

    def row(self, line: Line) -> dict[str, Any]:
        """The cells that are not empty, by column; members as a list."""
        cells: dict[str, Any] = {}
        for field, index, value in line:
            name = f"field_{field}" if self.has_fields else "features"
            if self.is_number(field, index):
                cells[name if self.has_fields else f"feature_{index}"] = value
            elif self.has_fields and field not in self.several:
                cells[name] = index
            elif value != 0:
                cells.setdefault(name, []).append(index)
        return cells


def check(lines: list[tuple[int, Line]], frame: pd.DataFrame, has_fields: bool) -> None:
    """Every entry is in its column, and nothing else is anywhere."""
    expected = Expected(lines, has_fields)
    for row, (label, line) in enumerate(lines):
        cells = expected.row(line)
        assert frame["label"][row] == label
        assert set(cells) <= set(frame.columns)
        for name in frame.columns.drop("label"):
            found = frame[name][row]
            if name not in cells:
                assert pd.isna(found) or found == 0
            elif isinstance(cells[name], list):
                assert [int(member) for member in found.split(" ")] == cells[name]
            else:
                assert found == pytest.approx(cells[name])


ENTRIES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.sampled_from([0.0, 1.0, 1.0, 1.0, 0.5, -2.25])),
    max_size=6,
    unique_by=lambda entry: entry[1],
)

LINES = st.lists(st.tuples(st.sampled_from([0, 1, -1]), ENTRIES), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(st.sampled_from([0, 1, -1]), ENTRIES), min_size=1, max_size=12), has_fields=st.booleans()
)
def test_columns_hold_what_the_lines_hold(
    lines: list[tuple[int, Line]], has_fields: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_fields:
        lines = [(label, [(0, index, value) for _, index, value in line]) for label, line in lines]
    monkeypatch.setattr(sparse_blocks, "BLOCK_BYTES", 40)  # several blocks, cut anywhere
    if not any(line for _, line in lines):
        with pytest.raises(DataError, match="no entries"):
            read(text_of(lines, has_fields), tmp_path, has_fields)
        return
    frame = read(text_of(lines, has_fields), tmp_path, has_fields)
    if "field_1" in frame and not has_fields:  # one index out of each of several ranges
        for row, (_, line) in enumerate(lines):
            assert frame.iloc[row, 1:].tolist() == [index for _, index, _ in line]
        return
    check(lines, frame, has_fields)


def one_hot(rows: int, low: tuple[int, ...] = (0, 50, 500)) -> list[tuple[int, Line]]:
    chance = random.Random(5)
    return [(row % 2, [(0, start + chance.randint(0, 9), 1.0) for start in low]) for row in range(rows)]


def test_one_index_out_of_each_range_becomes_a_column(tmp_path: Path) -> None:
    lines = one_hot(50)
    frame = read(text_of(lines, False), tmp_path)
    assert list(frame) == ["label", "field_1", "field_2", "field_3"]
    assert frame["field_2"].tolist() == [line[1][1] for _, line in lines]
    named = read(text_of(lines, False), tmp_path, names=("user_id", "item_id", "hour"))
    assert list(named) == ["label", "user_id", "item_id", "hour"]


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line[:2],
        lambda line: [*line, (0, 900, 1.0)],
        lambda line: [(0, 55, 1.0), *line[1:]],  # within the range of another position
        lambda line: [(0, line[0][1], 0.5), *line[1:]],
    ],
)
def test_one_line_that_is_no_such_makes_a_set_of_indices(change: Any, tmp_path: Path) -> None:
    lines = one_hot(50)
    lines[30] = (1, change(lines[30][1]))
    frame = read(text_of(lines, False), tmp_path)
    assert "features" in frame
    assert "field_1" not in frame


def test_many_indices_with_weights_are_members_without_them(tmp_path: Path) -> None:
    chance = random.Random(6)
    lines = [(row % 2, [(0, index, chance.random()) for index in range(201)]) for row in range(3)]
    assert list(read(text_of(lines, False), tmp_path)) == ["label", "features"]
    few = [(label, line[:200]) for label, line in lines]
    assert len(read(text_of(few, False), tmp_path).columns) == 201


def test_labels_are_whole_where_they_can_be(tmp_path: Path) -> None:
    assert read("+1 1:1 2:1\n-1 2:1\n", tmp_path)["label"].tolist() == [1, -1]
    assert read("3.5 1:1 2:1\n2 2:1\n", tmp_path)["label"].tolist() == [3.5, 2.0]


ENTRIES_NOT_READ = ["x:1", "1:y", "1:2:3:4", "1", "-1:1", "1.5:1", f"{2**60}:1", "1:1:", "1:nan", "1:inf"]


@pytest.mark.parametrize("wrong", [*(f"1 {entry}" for entry in ENTRIES_NOT_READ), "one 1:1"])
def test_a_wrong_line_is_named(wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse_blocks, "BLOCK_BYTES", 16)
    with pytest.raises(DataError, match="Line 4 "):
        read("1 1:1 2:1\n0 1:1\n1 3:1\n" + wrong + "\n0 1:1\n", tmp_path)


def test_forms_of_numbers(tmp_path: Path) -> None:
    """A sign before a value, and entries of both forms in one block, are read one by one."""
    frame = read("1\t1:+0.5  2:1e-3\n0 1:.25 2:-1.\n", tmp_path)
    assert frame["feature_1"].tolist() == [0.5, 0.25]
    assert frame["feature_2"].tolist() == [0.001, -1]
    assert read("1 1:1 1:2:1\n0 2:3:1\n", tmp_path, has_fields=True).columns.tolist() == [
        "label", "field_0", "field_1", "field_2",
    ]  # fmt: skip


def test_limits(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("1 1:1 2:1\n" * 10)
    reader = SparseReader(path, False)
    for limits in (Limits(max_rows=9), Limits(max_cells=15), Limits(max_bytes=50)):
        with pytest.raises(DataError, match="more than"):
            reader(path, limits, None)
    told: list[float] = []
    assert len(reader(path, Limits(), told.append)) == 10
    assert told[-1] == 1


def test_parts_get_the_columns_of_the_training_file(tmp_path: Path) -> None:
    """A test file may have other indices, and values that happen not to vary."""
    train, test, wrong = (tmp_path / f"x.{name}.txt" for name in ("train", "test", "validation"))
    train.write_text("1 1:0.5 3:1\n0 1:0.25 4:1\n")
    test.write_text("1 1:0.5 9:1\n0 1:0.5\n")
    plan = recognise({path.name: path for path in (train, test)})
    assert plan is not None
    assert plan.test is not None
    rows, tested = read_part(plan.rows), read_part(plan.test)
    assert list(rows) == list(tested) == ["label", "features", "feature_1"]
    assert tested["feature_1"].tolist() == [0.5, 0.5]
    assert tested["features"].tolist()[0] == "9"
    assert pd.isna(tested["features"][1])
    train.write_text("1 1:1 30:1\n0 2:1 40:1\n")
    wrong.write_text("1 1:1 30:1\n0 2:1\n")
    plan = recognise({path.name: path for path in (train, wrong)})
    assert plan is not None
    assert plan.valid is not None
    with pytest.raises(DataError, match="Line 2 has 1 entries, but each line of the training file has 2"):
        read_part(plan.valid)


def test_a_changed_file_is_looked_at_again(tmp_path: Path) -> None:
    assert list(read("1 1:1 20:1\n0 2:1 30:1\n", tmp_path)) == ["label", "field_1", "field_2"]
    assert list(read("1 1:1\n0 2:1 30:1\n", tmp_path)) == ["label", "features"]


def test_frappe_gets_the_names_of_its_columns(tmp_path: Path) -> None:
    line = " ".join(f"{10 * place}:1" for place in range(10))
    path = tmp_path / "frappe.train.libfm"
    path.write_text(f"-1 {line}\n1 {line}\n")
    plan = recognise({path.name: path})
    assert plan is not None
    assert (plan.hints.label, plan.hints.user, plan.hints.item) == ("label", "user_id", "item_id")
    frame = read_part(plan.rows)
    assert list(frame)[:4] == ["label", "user_id", "item_id", "daytime"]
    assert np.array_equal(frame.iloc[0, 1:].to_numpy(), 10 * np.arange(10))
