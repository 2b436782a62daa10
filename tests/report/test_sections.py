"""The sections say what the runs say."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ctrcore.report import SECTIONS
from ctrcore.runs.contenders import Contender, contenders
from ctrcore.runs.outside import add_outside
from ctrcore.runs.repairs import before_after, fit_repairs
from ctrcore.runs.run import Run
from tests.report.conftest import MODELS, of
from tests.report.reading import Read
from tests.trained import Trained


def test_the_numbers_are_those_of_the_runs(whole: Read, chosen: list[Contender]) -> None:
    table = whole.tables["Every metric at a glance"]
    rows = {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    for one in chosen:
        assert one.run is not None
        measured = one.run.metrics()
        assert measured is not None
        assert rows[one.title]["AUC"] == f"{measured['test']['auc']:.4f}"
        assert rows[one.title]["Log-loss"] == f"{measured['test']['log_loss']:.4f}"
        assert rows[one.title]["gAUC"] == f"{measured['test']['gauc']:.4f}"


def test_the_data_are_described(whole: Read, trained: Trained) -> None:
    dataset = trained.workspace.dataset(trained.dataset)
    profile = dataset.profile(trained.workspace.runs()[0].recipe.data_schema)
    table = whole.tables["Columns"]
    assert [row[0] for row in table[1:]] == [column.name for column in profile.columns]
    kinds = {row[0]: row[1] for row in table[1:]}
    assert kinds["time"] == "time"
    assert kinds["user_id"] == "categorical, user"
    assert kinds["tags"] == "multi-value"
    for warning in profile.warnings:
        assert warning.remedy in whole.text
    report = (trained.workspace.runs()[0].metrics() or {})["data"]
    parts = next(rows for title, rows in whole.tables.items() if title.startswith("Rows by part"))
    assert [row[1] for row in parts[1:]] == [f"{part['rows']:,}" for part in report["parts"].values()]
    cold = whole.tables["Users and items that training never saw"]
    assert {row[1] for row in cold[1:]} == {"user", "item"}


def test_settings_that_differ_and_all_of_them(whole: Read) -> None:
    differing = {row[0]: row[1:] for row in whole.tables["What differs in their settings"][1:]}
    assert differing["model: name"] == list(MODELS)
    every = {row[0]: row[1:] for row in whole.tables["All settings"][1:]}
    assert every["training: epochs"][:5] == ["2"] * 5
    assert set(differing) <= set(every)
    assert not any("column" in name.split(": ")[1] and "user_id" in name for name in every)
    seeds = whole.tables["How and where they were trained"]
    assert {row[1] for row in seeds[1:]} == {"own settings"}


def test_each_model_is_looked_into(whole: Read) -> None:
    names = [name.removeprefix("plot-").split("-")[0] for name in whole.figures]
    assert names.count("attention") == 1
    assert names.count("contribution") == 3
    assert names.count("gates") == 1
    assert names.count("recency") == 1
    assert names.count("importance") == 1
    assert "High attention is not importance" in whole.text
    assert "A large gate is not importance" in whole.text
    assert "attention alone is not shown as importance" in whole.text


def test_single_rows_are_shown_only_if_asked_for(chosen: list[Contender], whole: Read) -> None:
    assert any("furthest apart" in title for title in whole.tables)
    without = of(chosen, "differences")
    assert not any("furthest apart" in title for title in without.tables)


def test_users_in_several_lists(runs: list[Run]) -> None:
    found = of(contenders(runs), "users")
    assert "can be in a good or a bad order" in found.text
    assert "Coverage" in found.tables["All figures of the lists"][0]


def test_scores_of_another_system(runs: list[Run], tmp_path: Path) -> None:
    scored = runs[0].predictions()
    own = pd.DataFrame({"row": scored["row"], "score": 10 + 3 * scored["logit"]})
    own.to_csv(tmp_path / "other.csv", index=False)
    outside = add_outside(runs[0].dataset(), runs[0].recipe, tmp_path / "other.csv", "other <system>")
    assert outside.meaning == "order"
    found = of(contenders(runs, [outside]), *SECTIONS)
    assert "other <system> comes from another system" in found.text
    rows = {row[0]: row for row in found.tables["Every metric at a glance"][1:]}
    assert rows["other <system>"][1] == rows["FM"][1]
    assert "other <system>" not in {row[0] for row in found.tables["What a cutoff brings"][1:]}
    assert f"--outside {outside.id}" in found.text
    alone = of([one for one in contenders(runs, [outside]) if one.outside is not None], "metrics")
    assert "python -m ctrcore report" not in alone.text
    assert "in a shell a report needs a trained run" in alone.text


def test_repairs_kept_with_a_run_are_shown_before_and_after(runs: list[Run], whole: Read) -> None:
    title = "Repaired probabilities, before and after"
    assert title not in whole.tables
    fit_repairs(runs[0])
    table = of(contenders(runs), "curves").tables[title]
    assert [row[0] for row in table[1:]] == ["FM"] * 3
    measured = runs[0].metrics()
    assert measured is not None
    assert table[1][1:3] == ["as they are", f"{measured['test']['log_loss']:.4f}"]
    judged = before_after(runs[0])
    assert [row[2] for row in table[1:]] == [f"{one.log_loss:.4f}" for one in judged]


def test_repairs_that_no_test_rows_can_judge_are_said_and_cost_no_other_curve(runs: list[Run]) -> None:
    for run in runs:
        fit_repairs(run)
    runs[1].predictions().query("split == 'valid'").to_parquet(runs[1].folder / "predictions.parquet")
    found = of(contenders(runs), "curves")
    assert "DIN has no test rows, so what its repairs change cannot be judged" in found.text
    table = found.tables["Repaired probabilities, before and after"]
    assert [row[0] for row in table[1:]] == ["FM"] * 3
    assert {"plot-roc", "plot-calibration", "plot-learning-epoch"} <= set(found.figures)
