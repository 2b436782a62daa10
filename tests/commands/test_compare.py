"""Models side by side from a shell."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.comparing.answers import answer
from ctrcore.comparing.testing import Test
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from tests.commands.conftest import Shell
from tests.trained import Trained

Json = Callable[..., Any]
NAMES = ["LR", "FM", "AFM", "FiBiNET", "DIN"]


def test_the_table_is_that_of_the_runs(as_json: Json, trained: Trained) -> None:
    told = as_json("compare", *NAMES, workspace=trained.workspace.root)
    table = told["runs"]
    assert (told["on"], told["rows"], told["base"]) == ("test", 100, trained.runs["lr"])
    assert sorted(row["name"] for row in table) == sorted(NAMES)
    aucs = [row["auc"] for row in table]
    assert aucs == sorted(aucs, reverse=True)
    base, low = next((row["auc"], row["auc_low"]) for row in table if row["name"] == "LR")
    surely = low is not None and low > 0.5
    assert bool([note for note in told["notes"] if "no RelaImpr" in note]) is not surely
    for row in table:
        run = trained.workspace.run(row["id"])
        figures = run.metrics() or {}
        assert row["auc"] == pytest.approx(figures["test"]["auc"])
        assert row["log_loss"] == pytest.approx(figures["test"]["log_loss"])
        assert row["rela_impr"] == (pytest.approx((row["auc"] - 0.5) / (base - 0.5) - 1) if surely else None)
        assert row["meaning"] == "probability"
        assert row["auc_low"] < row["auc"] < row["auc_high"]
        assert (row["parameters"], row["finished"]) == (figures["parameters"], run.finished)


def test_every_pair_is_tested(as_json: Json, shell: Shell, trained: Trained) -> None:
    root = trained.workspace.root
    told = as_json("compare", *NAMES, workspace=root)
    tests, aucs = told["tests"], {row["id"]: row["auc"] for row in told["runs"]}
    assert (tests["method"], len(tests["pairs"])) == ("clustered", 10)  # its rows belong to users
    for pair in tests["pairs"]:
        assert pair["difference"] == pytest.approx(aucs[pair["a"]] - aucs[pair["b"]])
        assert pair["told"] == (pair["adjusted"] < 0.05)
    text = shell("compare", *NAMES, workspace=root).stdout
    order = [row["id"] for row in told["runs"]]
    tests_made = [Test(**{name: pair[name] for name in Test.__dataclass_fields__}) for pair in tests["pairs"]]
    for line in answer(tests_made, order, {row["id"]: row["name"] for row in told["runs"]}):
        assert f"\n{line}\n" in text
    text = shell("compare", "LR", "FM", workspace=root).stdout
    assert as_json("compare", "LR", "FM", workspace=root)["tests"]["pairs"][0]["in_words"] in text
    assert "told apart" in text
    assert "tests" not in as_json("compare", "LR", "FM", "--tests", "none", workspace=root)
    assert "told apart" not in shell("compare", "LR", "--tests", "delong", workspace=root).stdout


def test_rows_of_users_taken_as_independent_are_said(as_json: Json, shell: Shell, trained: Trained) -> None:
    root = trained.workspace.root
    for method in ("auto", "clustered", "users", "delong", "bootstrap"):
        said = "Rows of a user are alike" in shell("compare", "LR", "FM", "--tests", method, workspace=root).stderr
        assert said is (method in ("delong", "bootstrap"))
    told = as_json("compare", "LR", "FM", "--tests", "delong", workspace=root)["tests"]
    assert {pair["method"] for pair in told["pairs"]} == {told["method"]} == {"delong"}


@pytest.mark.parametrize("method", ["bootstrap", "users"])
def test_bootstraps(as_json: Json, shell: Shell, trained: Trained, method: str) -> None:
    root = trained.workspace.root
    words = ("compare", "LR", "FM", "AFM", "--tests", method, "--replicates", 100)
    told = as_json(*words, workspace=root)["tests"]
    assert (told["method"], told["replicates"]) == (method, 100)
    assert {pair["method"] for pair in told["pairs"]} == {method}
    result = shell(*words, workspace=root)
    assert f"({method}, 100 draws)" in result.stdout
    assert "100 draws are too few to tell any of 3 pairs apart" in result.stderr
    assert "120 are needed" in result.stderr
    assert "too few" not in shell(*words[:-1], 120, workspace=root).stderr
    shell(*words[:-1], 99, workspace=root, code=2)


def test_settings_that_differ(as_json: Json, shell: Shell, trained: Trained) -> None:
    root = trained.workspace.root
    told = as_json("compare", *NAMES, workspace=root)
    assert told["settings"]["model.name"] == {run: model for model, run in trained.runs.items()}
    assert told["settings"]["model.hidden_units"][trained.runs["din"]] == [200, 80]
    assert "settings that differ" in shell("compare", "LR", "FM", workspace=root).stdout
    assert "settings that differ" not in shell("compare", "LR", "LR", workspace=root).stdout


def test_base_part_and_cutoff(as_json: Json, shell: Shell, trained: Trained) -> None:
    root, ids = trained.workspace.root, trained.runs
    on_valid = as_json("compare", "FM", "LR", "--base", "LR", "--on", "valid", workspace=root)
    assert (on_valid["base"], on_valid["on"]) == (ids["lr"], "valid")
    figures = trained.workspace.run(ids["fm"]).metrics() or {}
    fm = next(row for row in on_valid["runs"] if row["name"] == "FM")
    assert fm["auc"] == pytest.approx(figures["valid"]["auc"])
    strict = as_json("compare", "FM", "--cutoff", 0.999, workspace=root)["runs"][0]
    test = trained.workspace.run(ids["fm"]).predictions().query("split == 'test'")
    assert strict["accuracy"] == pytest.approx(1 - test["label"].mean())
    assert strict["auc"] == pytest.approx(figures["test"]["auc"])
    assert "none of the models compared" in shell("compare", "FM", "--base", "DIN", workspace=root, code=1).stderr
    shell("compare", workspace=root, code=2)


def test_a_run_that_is_not_done(shell: Shell, copied: Path, trained: Trained) -> None:
    workspace = Workspace(copied)
    spec = workspace.run(trained.runs["fm"]).spec
    waiting = workspace.create(spec.model_copy(update={"name": "waiting"}))
    assert "'waiting' is queued" in shell("compare", waiting, workspace=copied, code=1).stderr


def test_a_base_that_means_two_runs_is_refused(shell: Shell, as_json: Json, copied: Path, trained: Trained) -> None:
    ids = trained.runs
    Workspace(copied).rename(ids["fm"], "LR")
    words = ("compare", ids["lr"], ids["fm"], "--base")
    error = shell(*words, "LR", workspace=copied, code=1).stderr
    assert "'LR' means 2 of the models compared" in error
    assert ids["lr"] in error
    assert ids["fm"] in error
    for text in (ids["fm"], f"LR · {ids['fm'][-4:]}"):
        assert as_json(*words, text, workspace=copied)["base"] == ids["fm"]


@pytest.mark.parametrize("method", ["delong", "none"])
def test_draws_are_refused_where_nothing_is_drawn(shell: Shell, trained: Trained, method: str) -> None:
    words = ("compare", "LR", "FM", "--tests", method, "--replicates", 500)
    assert "--replicates is for" in shell(*words, workspace=trained.workspace.root, code=2).stderr


def test_json_says_what_to_beware_of(as_json: Json, shell: Shell, copied: Path, trained: Trained) -> None:
    """Runs of two datasets, a rerun, and too few draws: the same sentences as a person reads."""
    workspace = Workspace(copied)
    spec: RunSpec = workspace.run(trained.runs["lr"]).spec
    rerun = run_here(workspace, spec)
    other = workspace.run(trained.runs["fm"])
    manifest = other.folder / "manifest.json"
    shutil.copytree(copied / "datasets" / spec.dataset, copied / "datasets" / "another")
    manifest.write_text(manifest.read_text().replace(spec.dataset, "another"))
    words = ("compare", trained.runs["lr"], rerun.id, other.id, "--over-seeds", "--tests", "bootstrap")
    words = (*words, "--replicates", 100)
    told = as_json(*words, workspace=copied)
    assert any("different datasets" in note for note in told["notes"])
    assert any("1 older run of 'LR' is left out over seeds" in note for note in told["notes"])
    assert any("100 draws are too few" in note for note in told["notes"])
    lines = shell(*words, workspace=copied).stderr.replace("\n", " ")
    for note in told["notes"]:
        assert note in lines
    pooled = next(row for row in told["over_seeds"] if row["run"] == "LR")
    assert (pooled["ids"], pooled["runs"], pooled["reruns"]) == ([rerun.id], 1, 1)
    assert pooled["auc_sd"] is None


def test_over_seeds(as_json: Json, shell: Shell, copied: Path, trained: Trained, tmp_path: Path) -> None:
    workspace = Workspace(copied)
    spec: RunSpec = workspace.run(trained.runs["lr"]).spec
    training = spec.training.model_copy(update={"seed": 9})
    second = run_here(workspace, spec.model_copy(update={"training": training}))
    words = ("compare", trained.runs["lr"], second.id, "FM", "--over-seeds")
    told = as_json(*words, "--csv", tmp_path / "seeds.csv", workspace=copied)
    assert {row["run"]: row["runs"] for row in told["over_seeds"]} == {"LR": 2, "FM": 1}
    pooled = next(row for row in told["over_seeds"] if row["run"] == "LR")
    aucs = [row["auc"] for row in told["runs"] if row["model"] == "lr"]
    assert pooled["auc"] == pytest.approx(np.mean(aucs))
    assert pooled["auc_sd"] == pytest.approx(np.std(aucs, ddof=1))
    assert pooled["seeds"] == "1, 9"
    written = pd.read_csv(tmp_path / "seeds.csv")
    assert written["auc"].tolist() == pytest.approx([row["auc"] for row in told["over_seeds"]])
    assert f"{pooled['auc']:.4f} ± {pooled['auc_sd']:.4f}" in shell(*words, workspace=copied).stdout
    shell("compare", "FM", "AFM", "--csv", tmp_path / "runs.csv", workspace=copied)
    assert sorted(pd.read_csv(tmp_path / "runs.csv")["run"]) == ["AFM", "FM"]


def test_other_splits_share_only_some_rows(shell: Shell, as_json: Json, copied: Path, trained: Trained) -> None:
    workspace = Workspace(copied)
    spec = workspace.run(trained.runs["lr"]).spec
    split = spec.recipe.split.model_copy(update={"seed": 3})
    recipe = spec.recipe.model_copy(update={"split": split})
    other = run_here(workspace, spec.model_copy(update={"recipe": recipe, "name": "other split"}))
    told = as_json("compare", "LR", "other split", workspace=copied)
    rows = [
        set(run.predictions().query("split == 'test'")["row"]) for run in (workspace.run(trained.runs["lr"]), other)
    ]
    shared = len(rows[0] & rows[1])
    assert 0 < shared < 100
    assert told["rows"] == shared
    assert set(told["left_out"].values()) == {100 - shared}
    assert (
        f"{100 - shared} rows of 'other split' are left out"
        in shell("compare", "LR", "other split", workspace=copied).stderr
    )


def test_a_name_that_looks_like_markup(shell: Shell, copied: Path, trained: Trained) -> None:
    Workspace(copied).rename(trained.runs["fm"], "[red]FM[/nonsense]")
    text = shell("compare", "LR", trained.runs["fm"], workspace=copied).stdout
    assert text.count("[red]FM[/nonsense]") >= 4  # both tables, the tests and the heading of the settings


def test_a_run_without_test_rows_moves_all_to_validation_rows(shell: Shell, as_json: Json, copied: Path) -> None:
    run = next(run for run in Workspace(copied).runs() if run.name == "LR")
    run.predictions().query("split == 'valid'").to_parquet(run.folder / "predictions.parquet")
    told = shell("compare", "FM", "LR", workspace=copied)
    assert "100 validation rows" in told.stdout
    assert "All models are compared on validation rows, because there are no test rows of 'LR'." in told.stderr
    assert as_json("compare", "FM", "LR", workspace=copied)["on"] == "valid"
    assert "no scores of test rows" in shell("compare", "FM", "LR", "--on", "test", workspace=copied, code=1).stderr
