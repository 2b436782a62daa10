"""Files that others read while they are written, or that a crash left half."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ctrcore.runs.files import FileCache, LineCache, append_line, read_json, replacing, write_json, write_lines


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"n": 1})
    writer = replacing(path)
    writer.__enter__().write_text("half")
    assert not writer.__exit__(ValueError, ValueError("stop"), None)
    assert read_json(path) == {"n": 1}
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_numbers_that_json_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"nan": float("nan"), "list": [np.float32(0.5), float("inf")], "array": np.arange(2), 3: True})
    assert json.loads(path.read_text()) == {"nan": None, "list": [0.5, None], "array": [0, 1], "3": True}


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00\xff", "[" * 100_000])
def test_garbage_is_no_json(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    assert read_json(path) is None
    assert read_json(tmp_path / "missing.json") is None


def test_lines_torn_garbled_and_appended(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.jsonl", LineCache(4)
    assert cache.get(path) == []
    append_line(path, {"n": 1})
    with path.open("a") as file:
        file.write('garbage\n[1]\n{"n": 2')
    assert cache.get(path) == [{"n": 1}]
    with path.open("a") as file:
        file.write("}\n")
    assert cache.get(path) == [{"n": 1}, {"n": 2}]
    append_line(path, {"n": 3})
    assert [record["n"] for record in cache.get(path)] == [1, 2, 3]


def test_lines_of_a_replaced_file_are_read_anew(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.jsonl", LineCache(4)
    write_lines(path, [{"n": 1}, {"n": 2}])
    assert len(cache.get(path)) == 2
    write_lines(path, [{"n": 9}, {"n": 8}, {"n": 7}])
    assert [record["n"] for record in cache.get(path)] == [9, 8, 7]
    path.unlink()
    assert cache.get(path) == []


def test_only_the_new_part_of_a_growing_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ctrcore.runs import files

    taken = []
    original = files.parse_lines
    monkeypatch.setattr(files, "parse_lines", lambda data: taken.append(len(data)) or original(data))
    path, cache = tmp_path / "a.jsonl", LineCache(4)
    write_lines(path, ({"n": n} for n in range(1000)))
    cache.get(path)
    append_line(path, {"n": 1000})
    assert len(cache.get(path)) == 1001
    cache.get(path)
    assert len(taken) == 2
    assert taken[1] < 20


def test_what_a_reader_does_with_the_list_stays_with_the_reader(tmp_path: Path) -> None:
    path, cache = tmp_path / "a.jsonl", LineCache(4)
    append_line(path, {"n": 1})
    cache.get(path).clear()
    assert len(cache.get(path)) == 1


def test_a_file_is_parsed_again_only_when_it_changes(tmp_path: Path) -> None:
    parsed: list[str] = []
    cache = FileCache(lambda path: parsed.append(path.read_text()), size=2)
    path = tmp_path / "a"
    assert cache.get(path) is None
    path.write_text("1")
    cache.get(path)
    cache.get(path)
    path.write_text("22")
    cache.get(path)
    assert parsed == ["1", "22"]
