"""`trust`: the checks as tables and as JSON, the card as a file, and what is said of a wrong wish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctrcore.explain.trust.check import DEFINITIONS
from tests.commands.conftest import Shell
from tests.trained import Trained

Json = Callable[..., Any]


def test_all_checks_of_all_methods_with_their_verdicts(as_json: Json, trained: Trained) -> None:
    told = as_json("trust", "AFM", "--rows", 30, workspace=trained.workspace.root)
    assert list(told["methods"]) == ["attention", "contribution"]
    for method, checks in told["methods"].items():
        assert [check["id"] for check in checks] == list(DEFINITIONS)
        assert told["verdicts"][method]["overall"] in ("green", "amber", "red")
        assert told["verdicts"][method]["T0"] == "green"
    assert told["rows"] == 30


def test_the_tables_are_readable_and_the_card_is_written(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    shown = shell("trust", "FM", "--rows", 30, "--html", tmp_path / "card.html", workspace=trained.workspace.root)
    assert "sample of 30 of 100 judged rows" in shown.stdout
    assert "T3 Sign agrees with effect" in shown.stdout
    assert "Written to" in shown.stderr
    assert (tmp_path / "card.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_missing_folder_is_said_before_the_work(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    told = shell("trust", "FM", "--html", tmp_path / "no" / "card.html", workspace=trained.workspace.root, code=1)
    assert "There is no folder" in told.stderr
