"""Files that are damaged, too large or no tables end in two sentences, soon."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ctrcore.data.reading import Limits, read_table
from ctrcore.errors import DataError


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("t.csv", "a,b\n1,2\n")
    return buffer.getvalue()


GOOD = parquet(pd.DataFrame({"a": range(1000), "b": "x"}))
RUBBISH = np.random.default_rng(0).bytes(5000)

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n\t\n", "is empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "is empty"),
    "empty gzip": (gzip.compress(b""), "is empty"),
    "header only": (b"a,b,c\n", "column names but no rows"),
    "rubbish": (RUBBISH, "binary data"),
    "png": (b"\x89PNG\r\n\x1a\n" + RUBBISH, "an image"),
    "zip": (zipped(), "a zip archive"),
    "gzipped zip": (gzip.compress(zipped()), "a zip archive"),
    "gzip of gzip": (gzip.compress(gzip.compress(b"a,b\n1,2\n" * 100)), "binary data"),
    "cut gzip": (gzip.compress(RUBBISH)[:2000], "damaged or cut off"),
    "damaged gzip": (gzip.compress(b"a,b\n" + b"1,2\n" * 9000)[:-8] + b"\0" * 8, "damaged or cut off"),
    "utf-16 without a mark": ("a,b\n1,2\n".encode("utf-16-le"), "binary data"),
    "NUL early": (b"a,b\n1,\x002\n", "binary data"),
    "NUL late": (b"a,b\n" + b"1,2\n" * 300_000 + b"\0,2\n", "NUL bytes"),
    "neither encoding": (b"a,b\n1,\x81\x8d\n", "not in the encoding utf-8 or cp1252"),
    "broken utf-16": (b"\xff\xfe" + "a,b\n1,2\n".encode("utf-16-le") + b"\x00\xd8\x41", "not in the encoding utf-16"),
    "too few values": (b"a,b,c\n1,2,3\n4,5\n", r"Row 3 has 2 values, but the header has 3"),
    "too many values": (b"a,b\n1,2\n3,4,5\n", r"Row 3 has 3 values, but the header has 2"),
    "same name": (b"a,b,a\n1,2,3\n", "'a' appears twice"),
    "same name but for blanks": (b"a,b, a\n1,2,3\n", "'a' appears twice"),
    "no header": (b"1,5,1\n0,7,2\n", "seems to hold values"),
    "open quotation mark": (b'a,b\n1,"x\n' + b"3,4\n" * 1_000_000, "quotation mark is never closed"),
    "open quotation mark near the end": (b'a,b\n1,2\n1,"x\n' + b"3,4\n" * 10, "A quotation mark is never closed"),
    "long line": (b"a,b\n1," + b"x" * 3_000_000 + b"\n", "longer than 1,000,000"),
    "long first line": (b"a," * 5_000_000, "first line is longer than 1,0|more than 2,000 columns"),
    "no line end": (b"x" * 3_000_000, "first line is longer"),
    "many columns": (",".join(f"c{i}" for i in range(3000)).encode() + b"\n", "more than 2,000 columns"),
    "cut parquet": (GOOD[:-100], "damaged or cut off"),
    "parquet of nothing": (b"PAR1", "damaged or cut off"),
    "damaged parquet": (GOOD[:4] + b"\xff" * 200 + GOOD[204:], "damaged or cut off"),
    "parquet without rows": (parquet(pd.DataFrame({"a": []})), "no rows"),
    "parquet of bytes": (parquet(pd.DataFrame({"a": [b"\xff\xfe"]})), "'a' holds binary data"),
    "json list": (b'[{"a": 1}]', "no object"),
    "json rubbish": (b'{"a": 1}\n{"a": \n', "Line 2 is not JSON"),
    "json number": (b'{"a": 1}\n5\n', "no object"),
    "json depth": (b'{"a": ' + b"[" * 100_000, "Line 1 is not JSON"),
    "json long number": (b'{"a": ' + b"9" * 10_000 + b"}", "Line 1 is not JSON"),
    "json twice": (b'{"a": {"b": 1}, "a.b": 2}', "two values for the column 'a.b'"),
    "json encoding": (b'{"a": "\xff"}', "not in the encoding UTF-8"),
    "json of nothing": (b"{}\n{}\n", "no values"),
    "json long line": (b'{"a": "' + b"x" * 3_000_000 + b'"}', "longer than 1,000,000"),
    "json utf-16": ('{"a": 1}'.encode("utf-16"), "encoding utf-16 are not read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_two_sentences(case: str, tmp_path: Path) -> None:
    content, message = REFUSED[case]
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_table(path)
    for sentence in (caught.value.problem, caught.value.remedy):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) < 250


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'nothing\.csv' cannot be opened"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(DataError, match="cannot be opened"):
        read_table(tmp_path)


def test_a_parquet_file_of_a_hundred_million_rows(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    table = pa.table({"a": pa.array(np.zeros(10_000_000, np.int8))})
    with pq.ParquetWriter(path, table.schema, use_dictionary=True, compression="zstd") as writer:
        for _ in range(10):
            writer.write_table(table, row_group_size=10_000_000)
    assert path.stat().st_size < 400_000
    started = time.perf_counter()
    with pytest.raises(DataError, match="more than 5,000,000 rows"):
        read_table(path)
    assert time.perf_counter() - started < 1


def test_a_parquet_file_of_few_rows_with_endless_lists(tmp_path: Path) -> None:
    members = pa.array(np.zeros(3_000_000, np.int8))
    lists = pa.ListArray.from_arrays(pa.array([0, 3_000_000], pa.int32()), members)
    pq.write_table(pa.table({"a": lists}), tmp_path / "bomb.parquet")
    with pytest.raises(DataError, match="more than 2,000,000 cells"):
        read_table(tmp_path / "bomb.parquet", Limits(max_cells=2_000_000))


@pytest.mark.parametrize("deep", [False, True])
def test_a_column_called_like_a_part_of_another(tmp_path: Path, deep: bool) -> None:
    inner = {"b": {"c": 1}} if deep else {"b.c": 1}
    pq.write_table(pa.table({"a": [inner] * 3, "a.b.c": [4] * 3}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"'a\.b\.c' appears twice"):
        read_table(tmp_path / "t.parquet")
    pq.write_table(pa.table({"a": [inner] * 3, "a.b.d": [4] * 3}), tmp_path / "t.parquet")
    assert list(read_table(tmp_path / "t.parquet").columns) == ["a.b.c", "a.b.d"]


def test_a_parquet_file_that_repeats_one_long_text(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(np.zeros(1_000_000, np.int32), ["x" * 1_000_000])
    pq.write_table(pa.table({"a": text}), tmp_path / "bomb.parquet", store_schema=False)
    started = time.perf_counter()
    with pytest.raises(DataError, match="more than 4,000,000,000 bytes once unpacked"):
        read_table(tmp_path / "bomb.parquet")
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("content", [b"a,b\n", b'{"a": 1}\n', b"PAR1"])
def test_a_gzip_bomb(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(60):
            file.write(content[:4] + content * (1_000_000 // len(content)))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(DataError, match=r"more than 20,000,000 bytes once unpacked|Line 1 is not JSON"):
        read_table(path, Limits(max_bytes=20_000_000))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(max_rows=9), "more than 9 rows.*CTR_MAX_ROWS"),
        (Limits(max_columns=1), "more than 1 columns.*CTR_MAX_COLUMNS"),
        (Limits(max_cells=19), "more than 19 cells.*CTR_MAX_CELLS"),
        (Limits(max_bytes=20), "more than 20 bytes.*CTR_MAX_BYTES"),
    ],
)
@pytest.mark.parametrize("shape", ["csv", "json", "parquet"])
def test_limits(limits: Limits, message: str, shape: str, tmp_path: Path) -> None:
    frame, path = pd.DataFrame({"a": range(10), "b": range(10)}), tmp_path / "t"
    if shape == "csv":
        frame.to_csv(path, index=False)
    elif shape == "json":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_parquet(path)
    with pytest.raises(DataError, match=message):
        read_table(path, limits)
    assert len(read_table(path, Limits(max_rows=10, max_columns=2, max_cells=20))) == 10


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise pa.ArrowMemoryError("malloc of size 1 failed")

    (tmp_path / "t.parquet").write_bytes(GOOD)
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", fail)
    monkeypatch.setattr("pyarrow.csv.open_csv", fail)
    for name in ("t.parquet", "t.csv"):
        with pytest.raises(DataError, match="needs more memory than there is"):
            read_table(tmp_path / name)


def test_limits_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_MAX_ROWS", "12")
    assert Limits.from_env() == Limits(max_rows=12)
    monkeypatch.setenv("CTR_MAX_CELLS", "many")
    with pytest.raises(DataError, match="CTR_MAX_CELLS is 'many'"):
        Limits.from_env()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(st.sampled_from('ab,;|\t"\n\r 01.-{}[]:é\x00'), max_size=80).map(str.encode),
        st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=8)).map(
            lambda cut: GOOD[: cut[0]] + cut[1] + GOOD[cut[0] + len(cut[1]) :]
        ),
    )
)
@example(content=b"\x0c")
def test_anything_ends_in_a_frame_or_in_a_data_error(content: bytes, tmp_path: Path) -> None:
    path: Any = tmp_path / "upload"
    path.write_bytes(content)
    try:
        frame = read_table(path)
    except DataError:
        return
    assert len(frame) > 0
    assert frame.columns.is_unique
    frame.to_parquet(tmp_path / "stored.parquet")
