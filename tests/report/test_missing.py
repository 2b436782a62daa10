"""What is missing is said in a sentence; the rest of the report is made all the same."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from ctrcore.errors import DataError
from ctrcore.report import SECTIONS, Options, make_report
from ctrcore.runs.contenders import contenders
from ctrcore.runs.run import Run
from tests.report.conftest import of


def test_a_dataset_that_is_gone(runs: list[Run]) -> None:
    runs[0].dataset().delete()
    found = of(contenders(runs), *SECTIONS)
    assert "is not in this workspace any more" in found.text
    assert "so its rows cannot be looked at" in found.text
    assert "Which items come first is not known." in found.text
    assert "plot-roc" in found.figures
    assert "plot-per-user" in found.figures
    assert "Columns" not in found.tables


def test_rows_without_users(runs: list[Run]) -> None:
    for run in runs:
        scored = run.predictions().assign(group=np.int32(-1))
        scored.to_parquet(run.folder / "predictions.parquet")
    found = of(contenders(runs), "users", "metrics")
    assert "no users, so there are no lists to judge" in found.text
    assert "plot-per-user" not in found.figures
    assert "gAUC" not in found.tables["Every metric at a glance"][0]
    problem = "The rows belong to no users"
    with pytest.raises(DataError, match=problem):
        make_report(contenders(runs), Options(tests="users"))


def test_a_run_without_explanations_or_curves(runs: list[Run]) -> None:
    for run in runs:
        (run.folder / "explain.json").unlink()
        (run.folder / "events.jsonl").unlink()
    found = of(contenders(runs), "inside", "curves")
    assert "No explanation was kept" in found.text
    assert "No learning curves were kept" in found.text


def test_no_model_and_models_of_two_datasets(runs: list[Run]) -> None:
    with pytest.raises(DataError, match="no model"):
        make_report([])
    spec = runs[1].spec.model_copy(update={"dataset": "other"})
    (runs[1].folder / "manifest.json").write_text(
        f'{{"spec": {spec.model_dump_json()}, "created": {runs[1].created}}}', encoding="utf-8"
    )
    with pytest.raises(DataError, match="different datasets"):
        make_report(contenders([runs[0], runs[0].workspace.run(runs[1].id)]))


def test_a_report_has_at_least_one_section() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        Options(sections=())
