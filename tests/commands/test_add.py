"""Files into the workspace by the shell."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from ctrcore.cli import cli
from ctrcore.runs.workspace import Workspace
from tests.data.test_importing import TYPED, saved


def call(place: Path, *args: str) -> tuple[str, int]:
    found = CliRunner().invoke(cli, ["--workspace", str(place), "add", *args])
    return found.stdout, found.exit_code


def test_a_folder_of_files_becomes_one_dataset_once(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    saved(folder, TYPED)
    text, code = call(tmp_path / "space", str(folder))
    assert code == 0
    dataset = Workspace(tmp_path / "space").dataset(text.strip())
    assert (dataset.name, dataset.rows) == ("shop", 600)
    assert dataset.log_choices() is not None
    assert call(tmp_path / "space", str(folder))[0] == text
    other, _ = call(tmp_path / "space", str(folder), "--log.negatives", "uniform", "--log.per-positive", "1", "--json")
    record = json.loads(other)
    assert record["about"]["built"]["negatives"] == {"uniform": record["about"]["built"]["clicks"]}
    assert record["recipe"]["data_schema"]["label"] == "click"
    assert len(Workspace(tmp_path / "space").datasets()) == 2


def test_a_split_that_is_asked_for_is_kept(tmp_path: Path) -> None:
    saved(tmp_path / "shop", TYPED)
    text, _ = call(tmp_path / "space", str(tmp_path / "shop"), "--split", "leave_last_out")
    recipe = Workspace(tmp_path / "space").dataset(text.strip()).recipe()
    assert recipe is not None
    assert recipe.split.by == "leave_last_out"


def test_what_is_wrong_is_said_in_two_sentences(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = CliRunner().invoke(cli, ["--workspace", str(tmp_path / "space"), "add", str(tmp_path / "empty")])
    assert found.exit_code == 1
    assert found.stderr.splitlines() == [
        "The folder 'empty' holds no files.",
        "Give a folder with the files of a dataset.",
    ]
