"""Runs and other systems side by side."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.comparing.sheet import sheet_of
from ctrcore.errors import DataError, RunError
from ctrcore.runs.contenders import contenders, judged
from ctrcore.runs.outside import OutsideScores, add_outside
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.data.tables import clicks_table
from tests.trained import RECIPE, ROWS, Trained


@pytest.fixture
def space(trained: Trained, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def of_model(space: Workspace, model: str) -> Run:
    return next(run for run in space.runs() if run.spec.model.name == model)


def outside(run: Run, tmp_path: Path, split: str = "test", name: str = "other", shift: float = 5.0) -> OutsideScores:
    """The run's own scores of a part, moved so that they are no probabilities."""
    scored = run.predictions().query("split == @split")
    path = tmp_path / "scores.csv"
    scored[["row"]].assign(score=scored["logit"] + shift).to_csv(path, index=False)
    return add_outside(run.dataset(), run.recipe, path, name)


def test_runs_come_first_and_other_systems_follow(space: Workspace, tmp_path: Path) -> None:
    fm, din = of_model(space, "fm"), of_model(space, "din")
    other = outside(fm, tmp_path)
    found = contenders([din, fm], [other])
    assert [one.id for one in found] == [din.id, fm.id, other.id]
    assert [one.model for one in found] == ["din", "fm", "outside"]
    assert [one.title for one in found] == ["DIN", "FM", "other"]
    assert [one.meaning for one in found] == ["probability", "probability", "order"]
    assert (found[0].run, found[2].run, found[2].reference) == (din, None, din)
    assert found[2].version == (other.created, din.id, din.finished)


def test_contenders_of_one_name_are_told_apart(space: Workspace, tmp_path: Path) -> None:
    fm = of_model(space, "fm")
    other = outside(fm, tmp_path, name="FM")
    assert [one.title for one in contenders([fm], [other])] == [f"FM · {fm.id[-4:]}", f"FM · {other.id[-4:]}"]


def test_another_system_has_the_rows_of_the_reference(space: Workspace, tmp_path: Path) -> None:
    fm = of_model(space, "fm")
    run, other = contenders([fm], [outside(fm, tmp_path)])
    columns = ["split", "row", "label", "group"]
    pd.testing.assert_frame_equal(other.judged("test")[columns], run.judged("test")[columns])
    assert list(other.judged("test").columns) == list(run.judged("test").columns)
    ranks = run.judged("test")["logit"].rank(method="dense")
    pd.testing.assert_series_equal(other.judged("test")["logit"].rank(method="dense"), ranks)
    assert set(other.predictions()["split"]) == {"test"}
    assert len(run.judged("valid")) == (run.predictions()["split"] == "valid").sum()
    with pytest.raises(DataError, match="'other' has no scores of validation rows"):
        other.judged("valid")


def test_scores_that_cover_other_rows_are_no_test_scores(space: Workspace, tmp_path: Path) -> None:
    """Validation rows never stand in for test rows that are missing."""
    fm = of_model(space, "fm")
    one_by_one = RECIPE.model_copy(update={"split": RECIPE.split.model_copy(update={"seed": 5})})
    test = pd.Series(fm.dataset().prepared(one_by_one).test.row)
    tested = set(fm.predictions().query("split == 'test'")["row"])
    path = tmp_path / "scores.csv"
    pd.DataFrame({"row": test[~test.isin(tested)]}).assign(score=lambda f: f["row"] % 7 / 7).to_csv(path, index=False)
    other = add_outside(fm.dataset(), one_by_one, path)
    with pytest.raises(DataError, match="no scores of test rows"):
        contenders([fm], [other])[1].judged("test")


def test_another_dataset(space: Workspace, tmp_path: Path) -> None:
    fm = of_model(space, "fm")
    stranger = space.dataset(space.add_frame("other.csv", clicks_table(ROWS), RECIPE))
    path = tmp_path / "scores.csv"
    fm.predictions()[["row", "logit"]].to_csv(path, index=False)
    other = add_outside(stranger, RECIPE, path)
    with pytest.raises(RunError, match="None of the runs was trained on the dataset"):
        contenders([fm], [other])


def split_anew(run: Run, seed: int) -> None:
    """As if the run had been trained with another split."""
    scored = run.predictions()
    parts = np.random.default_rng(seed).choice(["valid", "test"], len(scored))
    scored.assign(split=parts).to_parquet(run.folder / "predictions.parquet")


def test_the_runs_chosen_say_the_rows_and_the_reference_only_where_there_is_none(
    space: Workspace, tmp_path: Path
) -> None:
    """A newer run with another split takes no rows from a comparison it is not part of."""
    fm, din, newest = of_model(space, "fm"), of_model(space, "din"), of_model(space, "lr")
    other = outside(fm, tmp_path)
    split_anew(newest, 1)
    found = contenders([fm, din], [other], [newest])
    assert found[2].reference == fm
    assert set(judged(found).rows[other.id]["row"]) == set(fm.predictions().query("split == 'test'")["row"])
    (alone,) = contenders([], [other], [newest])
    assert alone.reference == newest
    assert alone.version != contenders([], [other], [fm])[0].version


def test_without_a_run_the_rows_are_those_under_whose_choices_the_scores_were_added(
    space: Workspace, tmp_path: Path
) -> None:
    fm, newest = of_model(space, "fm"), of_model(space, "lr")
    anew = newest.recipe.model_copy(update={"split": newest.recipe.split.model_copy(update={"seed": 7})})
    newest = replace(newest, spec=newest.spec.model_copy(update={"recipe": anew}))
    assert contenders([], [outside(fm, tmp_path)], [newest, fm])[0].reference == fm


def test_one_part_judges_all(space: Workspace, tmp_path: Path) -> None:
    """The validation rows of one are not compared with the test rows of another, even if they are the same rows."""
    fm, din = of_model(space, "fm"), of_model(space, "din")
    found = contenders([fm, din])
    usual = judged(found)
    assert (usual.part, usual.note) == ("test", "")
    swapped = din.predictions().query("split == 'test'").assign(split="valid")
    swapped.to_parquet(din.folder / "predictions.parquet")
    made = judged(found)
    assert made.part == "valid"
    assert made.note == "All models are compared on validation rows, because there are no test rows of 'DIN'."
    assert all(set(rows["split"]) == {"valid"} for rows in made.rows.values())
    with pytest.raises(DataError, match="single common row"):
        sheet_of(made.rows)
    with pytest.raises(DataError, match="'DIN' has no scores of test rows"):
        judged(found, "test")
    assert judged(contenders([din])).note == ""
