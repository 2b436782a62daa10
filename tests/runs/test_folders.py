"""Folders that appear and disappear in one step, and what is left of those that did not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctrcore.runs.folders import LEFTOVER_AGE, sweep

OLD = (1e9, 1e9)


def test_only_old_leftovers_are_swept(tmp_path: Path) -> None:
    for name in (".new-a-1", ".trash-b", ".new-c-2", "whole"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, OLD)
    os.utime(tmp_path / ".new-c-2")
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new-c-2", "whole"]
    assert LEFTOVER_AGE > 3600


def test_a_folder_that_another_process_renames_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".trash-old").mkdir()
    os.utime(tmp_path / ".trash-old", OLD)
    there = [tmp_path / ".new-gone-1", tmp_path / ".trash-old"]
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(there))
    sweep(tmp_path)
    assert not (tmp_path / ".trash-old").exists()
