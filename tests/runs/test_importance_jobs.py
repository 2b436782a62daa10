"""Studies of importance and of Shapley values: made by a process, kept beside the run, the same as made here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.explain.background import background_of
from ctrcore.explain.permutation import permutation_importance
from ctrcore.explain.players import field_groups
from ctrcore.explain.sampling import sample_rows
from ctrcore.explain.shapley import shapley_rows
from ctrcore.explain.shapley_table import shapley_values
from ctrcore.runs import importance_job, shapley_job
from ctrcore.runs.files import finite
from ctrcore.runs.importance_job import measure_importance
from ctrcore.runs.opening import Opened, open_for_explaining
from ctrcore.runs.run import Run
from ctrcore.runs.shapley_job import TABLE, measure_shapley
from ctrcore.runs.studies import find_study, start_study
from ctrcore.runs.workspace import Workspace
from tests.runs.waiting import ended
from tests.trained import Trained

SHAPLEY = shapley_job.OPTIONS | {"rows": 6, "background": 5}
IMPORTANCE = importance_job.OPTIONS | {"rows": 60, "repeats": 2}


@pytest.fixture
def copy(trained: Trained, tmp_path: Path) -> Workspace:
    shutil.copytree(trained.workspace.root, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def din(copy: Workspace, trained: Trained) -> Run:
    return copy.run(trained.runs["din"])


def opened_of(trained: Trained, name: str) -> Opened:
    return open_for_explaining(trained.workspace.run(trained.runs[name]))


def test_a_process_measures_what_is_measured_here(din: Run) -> None:
    start_study(din, "importance", IMPORTANCE)
    found = find_study(din, "importance", IMPORTANCE)
    assert found is not None
    assert ended(found.folder, 120).state == "done"
    result = found.result()
    assert result is not None
    here = json.loads(json.dumps(finite(measure_importance(open_for_explaining(din), IMPORTANCE))))  # as files are
    assert result["fields"] == [
        {name: pytest.approx(value, abs=1e-6) for name, value in one.items()} for one in here["fields"]
    ]
    assert (result["rows"], result["units"], result["ties"]) == (60, "users", [])
    assert set(result["behaviours"]) == {"history_item", "history_category"}
    assert "leave_one_out" in result["behaviours"]["history_category"][0]


def test_shapley_values_are_kept_as_a_table(din: Run) -> None:
    start_study(din, "shapley", SHAPLEY)
    found = find_study(din, "shapley", SHAPLEY)
    assert found is not None
    assert ended(found.folder, 120).state == "done"
    result, table = found.result(), pd.read_parquet(found.folder / TABLE)
    assert result is not None
    opened = open_for_explaining(din)
    rows = sample_rows(opened.judged, 6, 0)
    background = background_of(opened.prepared.train, 5, 0)
    expected = shapley_rows(opened.model, rows, background, tolerance=shapley_job.TOLERANCE)
    values = shapley_values(table)
    assert list(values.columns) == expected.names
    assert np.allclose(values, expected.values, atol=1e-5)
    assert table["row"].tolist() == rows.row.tolist()
    for one in result["fields"]:
        assert one["shapley"] == pytest.approx(values[one["name"]].abs().mean())
    assert result["background"] == background.name


def test_tied_columns_are_one(trained: Trained) -> None:
    opened = opened_of(trained, "fm")
    apart = measure_importance(opened, IMPORTANCE)
    tied = measure_importance(opened, IMPORTANCE | {"tied": True})
    assert tied["ties"] == [["item_id", "category"]]
    name = "item_id + category"
    assert name in [one["name"] for one in tied["fields"]]
    assert len(tied["fields"]) == len(apart["fields"]) - 1
    rows = sample_rows(opened.judged, 60, 0)
    groups = field_groups(opened.model.fields, tied["ties"])
    expected = permutation_importance(opened.model, rows, groups, repeats=2)
    assert [one["drop"] for one in tied["fields"]] == pytest.approx(expected.drop.tolist())
    shapley, table = measure_shapley(opened, SHAPLEY | {"tied": True})
    assert name in shapley_values(table).columns
    assert table[f"data.{name}"].str.contains(", ").all()
    assert shapley["ties"] == tied["ties"]


def test_progress_goes_up_to_the_end(trained: Trained) -> None:
    told: list[float] = []
    measure_importance(opened_of(trained, "din"), IMPORTANCE, lambda done, _text: told.append(done))
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1
    told.clear()
    measure_shapley(opened_of(trained, "afm"), SHAPLEY, lambda done, _text: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1
