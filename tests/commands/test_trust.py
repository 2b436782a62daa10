"""`trust`: the checks as tables and as JSON, the card as a file, and what is said of a wrong wish."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ctrcore.explain.trust.check import DEFINITIONS
from ctrcore.runs.studies import RESULT, find_study, start_study
from ctrcore.runs.workspace import Workspace
from tests.commands.conftest import Shell
from tests.runs.waiting import ended
from tests.trained import Trained

Json = Callable[..., Any]


def test_all_checks_of_all_methods_with_their_verdicts(as_json: Json, trained: Trained) -> None:
    told = as_json("trust", "AFM", "--rows", 30, workspace=trained.workspace.root)
    assert list(told["methods"]) == ["attention", "contribution", "model"]
    found = [check["id"] for name in ("attention", "model") for check in told["methods"][name]]
    assert sorted(found) == sorted(DEFINITIONS)
    for method in told["methods"]:
        assert told["verdicts"][method]["overall"] in ("green", "amber", "red")
    assert told["verdicts"]["model"]["T0"] == "green"
    assert told["rows"] == 30


def test_the_tables_are_readable_and_the_card_is_written(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    shown = shell("trust", "FM", "--rows", 30, "--html", tmp_path / "card.html", workspace=trained.workspace.root)
    assert "sample of 30 of 100 judged rows" in shown.stdout
    assert "T3 Sign agrees with effect" in shown.stdout
    assert re.search(r"95 % +. +rows +. +found", shown.stdout)
    assert "Written to" in shown.stderr
    assert (tmp_path / "card.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_kept_card_of_another_version_is_made_anew(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    run = Workspace(tmp_path / "copy").run(trained.runs["lr"])
    options = {"seed": 0, "rows": 30, "retrain": False}
    start_study(run, "trust", options)
    study = find_study(run, "trust", options)
    assert study is not None
    assert ended(study.folder, 120).state == "done"
    assert "Found among" in shell("trust", run.id, "--rows", 30, workspace=tmp_path / "copy").stderr
    kept = json.loads((study.folder / RESULT).read_text(encoding="utf-8"))
    del kept["background_rows"]
    (study.folder / RESULT).write_text(json.dumps(kept), encoding="utf-8")
    shown = shell("trust", run.id, "--rows", 30, workspace=tmp_path / "copy")
    assert "another version" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert "T3 Sign agrees with effect" in shown.stdout


def test_a_missing_folder_is_said_before_the_work(shell: Shell, trained: Trained, tmp_path: Path) -> None:
    told = shell("trust", "FM", "--html", tmp_path / "no" / "card.html", workspace=trained.workspace.root, code=1)
    assert "There is no folder" in told.stderr
