"""Compare where there is little to compare: rows of one label, a single row or run, validation rows, no users."""

from __future__ import annotations

import pandas as pd
import pytest

from ctrcore.figures.comparison_captions import FLATTERED
from ctrcore.runs.workspace import Workspace
from tests.pages.compare_page import CHANCE, DIFFER, SLICES, USERS, run_of
from tests.pages.conftest import Open, texts

TABS = (CHANCE, "Ranking", "One cutoff", "Probabilities", DIFFER, SLICES, USERS, "Learning")


def keep(space: Workspace, wanted: str, rows: int | None = None) -> None:
    """Leave only those test rows, at most so many, to all runs."""
    for run in space.runs():
        kept = run.predictions().query(f"split == 'test' and {wanted}").head(rows)
        kept.to_parquet(run.folder / "predictions.parquet")


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("runs", ["all", "one"])
def test_rows_of_one_label_rank_nothing_and_that_is_said_first(
    space: Workspace, visit: Open, tab: str, runs: str
) -> None:
    keep(space, "label == 0")
    app = visit("compare.py", view=tab, **({} if runs == "all" else {"runs": run_of(space, "fm").id}))
    assert not app.exception
    # The rows that were taken away are missed where the table itself is looked at.
    assert all("was trained on other rows" in error.value for error in app.error)
    assert "have the same label (no click), so nothing can be ranked" in app.info[0].value
    said = texts(app)
    assert "nan" not in said.replace("tenant", "").lower().split()
    assert "Nor can" not in said
    assert "Choose by cost" not in said
    for element in [*app.get("plotly_chart"), *app.dataframe]:
        assert "nan" not in element.proto.alt.lower().replace("(", " ").replace(",", " ").split()


@pytest.mark.parametrize("tab", TABS)
def test_a_single_row_is_spoken_of_as_one(space: Workspace, visit: Open, tab: str) -> None:
    keep(space, "label == 1", 1)
    app = visit("compare.py", view=tab)
    assert not app.exception
    assert "There is a single row (a click), so nothing can be ranked" in app.info[0].value
    assert any("Measured on 1 test row of 1 user; 1 of the rows (100.0%) was clicked." in c.value for c in app.caption)
    assert "1 test rows" not in texts(app)
    assert "these 1 rows" not in texts(app)


def test_one_run_alone_was_not_tested_against_any(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    said = next(one.value for one in visit("compare.py", runs=run.id).caption if "Measured on" in one.value)
    clicks = int(run.predictions().query("split == 'test'")["label"].sum())
    assert f"; {clicks} of the rows ({clicks}.0%) were clicked. Interval by DeLong's formula" in said
    assert "aired test" not in said
    assert "all pairs" not in said
    app = visit("compare.py")
    assert not any(FLATTERED in one.value for one in app.warning)
    both = next(one.value for one in app.caption if "Measured on" in one.value)
    assert "Paired test by DeLong's formula" in both


def test_validation_rows_flatter_and_that_is_said(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        run.predictions().query("split == 'valid'").to_parquet(run.folder / "predictions.parquet")
    app = visit("compare.py", view="Learning")
    assert any("Measured on" in one.value and "validation rows" in one.value for one in app.caption)
    assert any(FLATTERED in one.value for one in app.warning)
    assert "come from other rows" not in texts(app)


def test_rows_whose_users_are_unknown_do_not_ask_for_a_user_column(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        run.predictions().assign(group=-1).to_parquet(run.folder / "predictions.parquet")
    (said,) = (one.value for one in visit("compare.py", view=USERS).info if "These rows have no users" in one.value)
    column = space.runs()[0].recipe.data_schema.user
    assert column is not None
    assert "names the users, but it is empty in all of them" in said
    assert "train again" not in said


def test_the_file_of_metrics_says_its_cutoff_and_base(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, pd.DataFrame] = {}
    monkeypatch.setattr("pages.shared.compare.scoreboard.csv_button", lambda frame, key, *_: files.update({key: frame}))
    app = visit("compare.py", view="One cutoff", cutoff="0.25")
    app.selectbox(key="base-run").set_value(run_of(space, "fm").id).run()
    app.button(key="cutoff-to-table").click().run()
    assert set(files["metrics"]["cutoff"]) == {0.25}
    assert set(files["metrics"]["base"]) == {"FM"}
