"""Zip files from strangers end in files inside one folder, or in two sentences."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctrcore.data.layouts.archives import MOST_MEMBERS, files_in, is_zip, unpack
from ctrcore.data.reading import Limits
from ctrcore.errors import DataError


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "inside" / "into").mkdir(parents=True)
    return tmp_path / "inside" / "into"


def zipped(members: dict[str, bytes] | list[tuple[Any, bytes]], tmp_path: Path, packed: bool = True) -> Path:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return path


def test_names_keep_their_folders_but_not_one_around_all(tmp_path: Path, into: Path) -> None:
    content = {"top/a.csv": b"1", "top/in/b.csv": b"2", "top/README.md": b"x", "top/.DS_Store": b"x"}
    files = unpack(zipped(content, tmp_path), into, Limits())
    assert {name: path.read_bytes() for name, path in files.items()} == {"a.csv": b"1", "in/b.csv": b"2"}
    assert sorted(path.name for path in into.iterdir()) == ["0000", "0001"]
    flat = unpack(zipped({"a.csv": b"1", "b/c.csv": b"2"}, tmp_path), into, Limits())
    assert sorted(flat) == ["a.csv", "b/c.csv"]
    deep = unpack(zipped({"a/b/c.csv": b"1"}, tmp_path), into, Limits())
    assert sorted(deep) == ["c.csv"]


@pytest.mark.parametrize(
    "name", ["../out.csv", "a/../../out.csv", "/out.csv", "..\\out.csv", "C:\\out.csv", "a/..", "c:x"]
)
def test_names_that_point_outside(name: str, tmp_path: Path, into: Path) -> None:
    with pytest.raises(DataError, match="points outside"):
        unpack(zipped({"ok.csv": b"1", name: b"2"}, tmp_path), into, Limits())
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "inside", "into"]


def test_links(tmp_path: Path, into: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    with pytest.raises(DataError, match="the link 'link"):
        unpack(zipped([(link, b"/etc/passwd")], tmp_path), into, Limits())


def test_too_many_bytes_be_they_announced_or_not(tmp_path: Path, into: Path) -> None:
    path = zipped({"a.csv": bytes(600_000), "b.csv": bytes(600_000)}, tmp_path)
    with pytest.raises(DataError, match="more than 1,000,000 bytes once unpacked"):
        unpack(path, into, Limits(max_bytes=1_000_000))
    assert len(unpack(path, into, Limits(max_bytes=1_200_000))) == 2
    # The directory at the end says 10 bytes; the packed content is what it was.
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 600_000), struct.pack("<I", 10)))
    with pytest.raises(DataError):
        unpack(path, into, Limits(max_bytes=1_000_000))
    assert all(file.stat().st_size <= 600_000 for file in into.iterdir())


def test_too_many_members(tmp_path: Path, into: Path) -> None:
    path = zipped({f"{number}.csv": b"" for number in range(MOST_MEMBERS + 1)}, tmp_path)
    with pytest.raises(DataError, match="zip file holds more than 1,000 files"):
        unpack(path, into, Limits())
    assert not list(into.iterdir())


def test_encrypted(tmp_path: Path, into: Path) -> None:
    path = zipped({"a.csv": b"1"}, tmp_path, packed=False)
    data = bytearray(path.read_bytes())
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + place] |= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match="encrypted"):
        unpack(path, into, Limits())


def test_a_way_of_packing_that_is_not_known(tmp_path: Path, into: Path) -> None:
    path = zipped({"a.csv": b"1"}, tmp_path, packed=False)
    data = bytearray(path.read_bytes())
    for magic, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(magic) + place] = 97
    path.write_bytes(data)
    with pytest.raises(DataError, match="not read here"):
        unpack(path, into, Limits())


def test_one_name_twice(tmp_path: Path, into: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped([("a.csv", b"1"), ("a.csv", b"2")], tmp_path)
    with pytest.raises(DataError, match="twice"):
        unpack(path, into, Limits())


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype"])
def test_workbooks(name: str, tmp_path: Path, into: Path) -> None:
    path = zipped({name: b"x", "xl/workbook.xml": b"x"}, tmp_path)
    assert is_zip(path)
    with pytest.raises(DataError, match="workbook") as caught:
        unpack(path, into, Limits())
    assert caught.value.remedy == "Save the sheet as CSV."


def test_nothing_in_it(tmp_path: Path, into: Path) -> None:
    for members in ({}, {"README": b"x", "a/": b""}):
        path = zipped(members, tmp_path)
        assert is_zip(path)
        with pytest.raises(DataError, match="holds no files"):
            unpack(path, into, Limits())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_zips_end_in_two_sentences(data: st.DataObject, tmp_path: Path, into: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.csv", b"a,b\n1,2\n" * 50)
        archive.writestr("a/c.csv", b"x")
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with suppress(DataError):  # and nothing else
        files = unpack(path, into, Limits(max_bytes=10_000))
        assert all(file.parent == into for file in files.values())
    assert {file.name for file in tmp_path.iterdir()} == {"a.zip", "inside"}


def test_folders(tmp_path: Path) -> None:
    inner = tmp_path / "data" / "ml-1m"
    (inner / ".git").mkdir(parents=True)
    (inner / "__MACOSX").mkdir()
    for name in ("a.csv", "README", "readme.txt", ".git/config", "__MACOSX/a.csv"):
        (inner / name).write_text("x")
    (tmp_path / "secret").write_text("x")
    (inner / "link").symlink_to(tmp_path / "secret")
    (inner / "linked").symlink_to(tmp_path)
    assert files_in(tmp_path / "data") == {"a.csv": inner / "a.csv"}
    (tmp_path / "data" / "b.csv").write_text("x")
    assert sorted(files_in(tmp_path / "data")) == ["b.csv", "ml-1m/a.csv"]
    with pytest.raises(DataError, match="no folder 'gone'"):
        files_in(tmp_path / "gone")
