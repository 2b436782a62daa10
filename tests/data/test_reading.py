from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.layouts.plan import Part
from ctrcore.data.reading import Limits, join_stored, read_table, store_part, uniform
from ctrcore.errors import DataError

FRAME = pd.DataFrame(
    {
        "id": ["007", "012", "100"],
        "name": ["Zoë", "a,b", 'say "x"\nagain'],
        "count": [1, 2, 3],
        "price": [1.5, np.nan, -2e-3],
        "seen": [1.0, np.nan, 3.0],
    }
)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes | str], Path]:
    def write(content: bytes | str, name: str = "upload.bin") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def csv(separator: str = ",") -> str:
    return FRAME.to_csv(index=False, sep=separator)


TEXTS: dict[str, bytes] = {
    **{f"separator {s!r}": csv(s).encode() for s in ",\t;|"},
    "byte order mark": csv().encode("utf-8-sig"),
    "utf-16": csv().encode("utf-16"),
    "utf-16 big": b"\xfe\xff" + csv().encode("utf-16-be"),
    "utf-32": csv().encode("utf-32"),
    "windows": csv().encode("cp1252"),
    "gzip": gzip.compress(csv().encode()),
    "gzip of windows": gzip.compress(csv("\t").encode("cp1252")),
    "line ends": csv().replace("\n", "\r\n").replace('x"\r\n', 'x"\n').replace('"\r\nagain', '"\nagain').encode(),
    "blank lines": b"\n\n" + csv().encode() + b"\n\n",
    "spaces in the header": csv().replace("id,name", " id , name").encode(),
    "no last line end": csv().rstrip("\n").encode(),
}


@pytest.mark.parametrize("case", TEXTS)
def test_texts(case: str, written: Any) -> None:
    frame = read_table(written(TEXTS[case]))
    pd.testing.assert_frame_equal(frame, FRAME)


@pytest.mark.parametrize("gz", [False, True])
def test_parquet(gz: bool, written: Any, tmp_path: Path) -> None:
    frame = FRAME.assign(
        when=pd.to_datetime(["2024-01-02", None, "2024-01-03"]),
        tags=[["a", "b"], [], None],
        flag=[True, False, True],
        kind=pd.Categorical(["x", None, "x"]),
        long=pd.array([2**60 + 1, None, 2], dtype="Int64"),
        short=pd.array([5, None, 2], dtype="Int64"),
    )
    frame.index = pd.Index([5, 6, 7], name="row")
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    read = read_table(written(gzip.compress(path.read_bytes())) if gz else path)
    pd.testing.assert_frame_equal(read[list(FRAME)], FRAME)
    assert read["when"].tolist() == [pd.Timestamp("2024-01-02"), pd.NaT, pd.Timestamp("2024-01-03")]
    assert [None if cell is None else list(cell) for cell in read["tags"]] == [["a", "b"], [], None]
    assert read["flag"].dtype == bool
    assert read["kind"].isna().tolist() == [False, True, False]
    assert read["long"].tolist()[0] == str(2**60 + 1)  # not exact as float64
    assert read["short"].tolist()[0] == 5
    assert read.index.equals(pd.RangeIndex(3))


def test_json_lines(written: Any) -> None:
    text = """{"user": {"id": 1, "place": {"city": "Rome"}}, "tags": ["a", "b"], "x": 1, "mixed": 1}

    {"user": {"id": 2}, "tags": "c", "x": 2.5, "y": null, "mixed": "one", "big": 99999999999999999999}
    {"x": 3, "tags": null, "flag": true, "long": 9007199254740993, "half": "\\ud83d!", "face": "\\ud83d\\ude00"}
    """
    for content in (text.encode(), gzip.compress(text.encode()), b"\xef\xbb\xbf" + text.encode()):
        frame = read_table(written(content))
        assert frame["user.id"].tolist()[:2] == [1, 2]
        assert frame["user.place.city"].tolist()[0] == "Rome"
        assert frame["tags"].tolist() == [["a", "b"], ["c"], None]
        assert frame["x"].tolist() == [1, 2.5, 3]
        assert frame["mixed"].tolist()[:2] == ["1", "one"]
        assert frame["mixed"].isna().tolist() == [False, False, True]
        assert frame["big"].tolist()[1] == "99999999999999999999"
        assert frame["long"].tolist()[2] == "9007199254740993"
        assert frame["half"].tolist()[2] == "?!"
        assert frame["face"].tolist()[2] == "\U0001f600"
        assert frame["y"].isna().all()


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_what_is_read_can_be_stored(suffix: str, written: Any, tmp_path: Path) -> None:
    odd = pd.DataFrame(
        {"a": [1, "x", None, [1, "b"]], "b": [[1, 2], None, [3], 4], "c": [{"d": 1}, {}, None, {"d": "e"}]}
    )
    path = tmp_path / f"t.{suffix}"
    if suffix == "csv":
        odd.to_csv(path, index=False)
    elif suffix == "json":
        odd.to_json(path, orient="records", lines=True)
    else:
        odd.assign(a=["1", "x", None, "y"], b=[[1, 2], None, [3], [4]])[["a", "b"]].to_parquet(path)
    frame = read_table(path)
    frame.to_parquet(tmp_path / "stored.parquet")
    again = read_table(tmp_path / "stored.parquet")

    def plain(table: pd.DataFrame) -> pd.DataFrame:
        return table.map(lambda cell: cell.tolist() if isinstance(cell, np.ndarray) else cell).astype(str)

    pd.testing.assert_frame_equal(plain(again), plain(frame))


CELLS = {
    "whole": (["1", "-2", "+3"], [1, -2, 3]),
    "whole with gaps": (["1", "", "3"], [1.0, None, 3.0]),
    "spaces": (["1", " 2 ", "3"], [1, 2, 3]),
    "numbers": (["1", "2.5", "1e3"], [1, 2.5, 1000]),
    "leading zeros": (["1", "02", "3"], ["1", "02", "3"]),
    "leading zeros of numbers": (["1.5", "02.5", "3"], ["1.5", "02.5", "3"]),
    "zero": (["0", "0.5", "-0.25"], [0, 0.5, -0.25]),
    "long ids": (["12345678901234567890123", "1", "2"], ["12345678901234567890123", "1", "2"]),
    "long ids with gaps": (["9007199254740993", "", "2"], ["9007199254740993", None, "2"]),
    "text": (["1", "x", "3"], ["1", "x", "3"]),
    "hexadecimal": (["68fd1e64", "05db9164", "12e4"], ["68fd1e64", "05db9164", "12e4"]),
    "booleans stay as written": (["true", "false", "true"], ["true", "false", "true"]),
    "missing": (["NA", "null", "x"], [None, None, "x"]),
    "nothing": (["", "", ""], [None, None, None]),
    "blanks stay": ([" x", "x ", "x"], [" x", "x ", "x"]),
    "lists": (['"[1, 2]"', "[]", "[3]"], [[1, 2], [], [3]]),
    "lists of words": (["\"['a', 'b']\"", "\"['c']\"", ""], [["a", "b"], ["c"], None]),
    "no lists": (["[x]", "[1", "[2]"], ["[x]", "[1", "[2]"]),
}


@pytest.mark.parametrize("case", CELLS)
def test_cells_of_text(case: str, written: Any) -> None:
    cells, expected = CELLS[case]
    frame = read_table(written("a,b\n" + "".join(f"{cell},x\n" for cell in cells)))
    found = [None if not isinstance(cell, list) and pd.isna(cell) else cell for cell in frame["a"]]
    assert found == expected
    assert [type(cell) for cell in found] == [type(cell) for cell in expected] or all(
        isinstance(cell, (int, float)) for cell in found
    )


def test_a_late_text_makes_the_whole_column_text(written: Any) -> None:
    frame = read_table(written("a,b\n" + "1,1\n" * 5000 + "x,2\n" + "7,0003\n"))
    assert frame["a"].tolist()[-2:] == ["x", "7"]
    assert frame["a"].tolist()[0] == "1"
    assert frame["b"].tolist()[-1] == "0003"


def test_decimal_commas_where_the_delimiter_is_a_semicolon(written: Any) -> None:
    assert read_table(written("a;b\n3,5;x\n-1,25;y\n"))["a"].tolist() == [3.5, -1.25]
    assert read_table(written('a,b\n"3,5",x\n1,y\n'))["a"].tolist() == ["3,5", "1"]


def test_types_in_the_header_are_left_out(written: Any) -> None:
    frame = read_table(written("user_id:token\titem_id:token\trating:float\tclass:token_seq\n1\t2\t3\tAction Drama\n"))
    assert list(frame) == ["user_id", "item_id", "rating", "class"]
    assert frame.iloc[0].tolist() == [1, 2, 3, "Action Drama"]
    assert list(read_table(written("a:token,b:c\n1,2\n"))) == ["a:token", "b:c"]


def test_delimiters_inside_cells_do_not_mislead(written: Any) -> None:
    frame = read_table(written("user,history,click\n1,3|4|5,0\n2,6|7|8,1\n"))
    assert list(frame) == ["user", "history", "click"]
    frame = read_table(written('a;b\n"1,2,3";x\n"4,5,6";y\n'))
    assert list(frame) == ["a", "b"]
    assert list(read_table(written("only\n1\n2\n"))) == ["only"]


def test_columns_without_a_name(written: Any) -> None:
    assert list(read_table(written(",a\n0,x\n1,y\n"))) == ["unnamed_1", "a"]
    assert list(read_table(written("a,b,\n1,2,\n3,4,\n"))) == ["a", "b"]  # a delimiter ends each line


def test_progress(written: Any, tmp_path: Path) -> None:
    lines = "a,b\n" + "".join(f"{i},{i}\n" for i in range(300_000))
    FRAME.to_parquet(tmp_path / "t.parquet", row_group_size=1)
    json_lines = '{"a": 1}\n' * 300_000
    for path in (written(lines), tmp_path / "t.parquet", written(gzip.compress(json_lines.encode()), "j")):
        told: list[float] = []
        read_table(path, progress=told.append)
        assert told == sorted(told)
        assert len(told) > 2
        assert told[-1] == 1


def read_tables(
    train: Path, valid: Path | None = None, test: Path | None = None, limits: Limits | None = None
) -> pd.DataFrame:
    """Given parts as one table."""
    files = {name: path for name, path in (("train", train), ("valid", valid), ("test", test)) if path is not None}
    with TemporaryDirectory() as place:
        stored = [Path(place) / name for name in files]
        for path, target in zip(files.values(), stored, strict=True):
            store_part(Part(path), target, limits)
        join_stored(stored, Path(place) / "all", list(files), list(files))
        return read_table(Path(place) / "all", limits)


def test_given_parts(written: Any) -> None:
    train, test = written("click,x\n1,a\n0,b\n", "train"), written("x,click\nc,1\n", "test")
    frame = read_tables(train, test=test)
    assert frame["split"].tolist() == ["train", "train", "test"]
    assert frame["x"].tolist() == ["a", "b", "c"]
    assert frame["click"].tolist() == [1, 0, 1]
    mixed = read_tables(train, written("click,x\n1,7\n0,8\n", "valid"), test)
    assert mixed["x"].tolist() == ["a", "b", "7", "8", "c"]
    with pytest.raises(DataError, match="column 'y' is in only one of the train and test"):
        read_tables(train, test=written("x,y,click\n1,2,3\n", "other"))
    with pytest.raises(DataError, match="already has a column 'split'"):
        read_tables(written("x,split\n1,2\n", "other"))
    with pytest.raises(DataError, match="more than 4 rows"):
        read_tables(train, train, test, Limits(max_rows=4))


def test_uniform_leaves_good_columns_alone() -> None:
    assert uniform(FRAME) is FRAME
    odd = uniform(pd.DataFrame({"a": pd.Series([1, 2.5, None], dtype=object)}))
    assert odd["a"].dtype == np.float64
