"""Compare: the numbers on the page are those of the runs."""

from __future__ import annotations

import json
import shutil

import pytest

from ctrcore import metrics
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open


def figure(app: object, key: str) -> dict[str, object]:
    """The plotly figure with that key."""
    element = next(e for e in app.get("plotly_chart") if e.proto.id.endswith(f"-{key}"))  # type: ignore[attr-defined]
    found: dict[str, object] = json.loads(element.proto.spec)
    return found


def test_the_table_has_the_metrics_of_the_test_rows_best_first(space: Workspace, visit: Open) -> None:
    app = visit("compare.py")
    table = app.dataframe[0].value
    assert len(table) == 5
    assert table["auc"].is_monotonic_decreasing
    for run in space.runs():
        row = table.set_index("run").loc[run.name]
        measured = run.metrics()
        assert measured is not None
        assert row["auc"] == pytest.approx(measured["test"]["auc"])
        assert row["gauc_users"] == measured["test"]["gauc_users"]
        assert row["parameters"] == measured["parameters"]


def test_the_base_has_no_improvement_over_itself_and_can_be_changed(space: Workspace, visit: Open) -> None:
    app = visit("compare.py")
    table = app.dataframe[0].value.set_index("run")
    assert table.loc["LR", "rela_impr"] == 0
    fm = next(run for run in space.runs() if run.name == "FM")
    app.selectbox(key="base-run").set_value(fm.id).run()
    table = app.dataframe[0].value.set_index("run")
    assert table.loc["FM", "rela_impr"] == 0
    assert table.loc["LR", "rela_impr"] == pytest.approx(
        metrics.rela_impr(table.loc["LR", "auc"], table.loc["FM", "auc"])
    )


def test_the_runs_of_the_address_are_shown_in_its_order(space: Workspace, visit: Open) -> None:
    ids = {run.spec.model.name: run.id for run in space.runs()}
    app = visit("compare.py", runs=f"{ids['din']},{ids['lr']}")
    names = [trace["name"] for trace in figure(app, "roc")["data"]]  # type: ignore[attr-defined]
    assert names == ["random order", "DIN", "LR"]
    assert len(app.dataframe[0].value) == 2


def test_no_run_chosen_stays_no_run_chosen(space: Workspace, visit: Open) -> None:
    app = visit("compare.py")
    app.multiselect(key="pick-runs").set_value([]).run()
    assert not app.exception
    assert "Choose at least one run" in app.info[0].value
    assert app.query_params["runs"] == "none"


def test_one_cutoff_moves_all_matrices(space: Workspace, visit: Open) -> None:
    ids = {run.spec.model.name: run.id for run in space.runs()}
    app = visit("compare.py", runs=f"{ids['fm']},{ids['din']}", view="One cutoff")
    app.slider(key="cutoff").set_value(0.3).run()
    for number, model in enumerate(("fm", "din")):
        scored = space.run(ids[model]).predictions()
        test = scored[scored["split"] == "test"]
        probability = metrics.sigmoid(test["logit"].to_numpy())
        counts = metrics.confusion(test["label"].to_numpy(), probability, 0.3)
        text = figure(app, f"confusion-{number}")["data"][0]["text"]  # type: ignore[index]
        assert text[0][0].startswith(f"{counts['tp']:,}<br>")
        assert text[1][0].startswith(f"{counts['fp']:,}<br>")
        shown = metrics.accuracy(test["label"].to_numpy(), probability, 0.3)
        assert any(f"Accuracy **{shown:.1%}**" in m.value for m in app.markdown)


def test_a_link_with_a_cutoff_opens_at_that_cutoff(space: Workspace, visit: Open) -> None:
    assert visit("compare.py", cutoff="0.42", view="One cutoff").slider(key="cutoff").value == 0.42


def test_rows_that_not_all_runs_scored_are_left_out_and_said(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    scored = run.predictions()
    scored.drop(scored.index[scored["split"] == "test"][:7]).to_parquet(run.folder / "predictions.parquet")
    warnings = [warning.value for warning in visit("compare.py").warning]
    assert any("7 rows" in text and "left out" in text for text in warnings)


def test_runs_that_share_no_row_are_told_apart(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    scored = run.predictions()
    scored["row"] += 100_000
    scored.to_parquet(run.folder / "predictions.parquet")
    assert any("single common row" in error.value for error in visit("compare.py").error)


def test_a_run_that_is_not_here_is_said_so(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", runs=f"gone,{space.runs()[0].id}")
    assert any("not here" in warning.value for warning in app.warning)
    assert len(app.dataframe[0].value) == 1


@pytest.mark.parametrize(
    ("view", "keys"),
    [
        ("Ranking", {"roc", "roc-zoom"}),
        ("One cutoff", {f"confusion-{n}" for n in range(5)}),
        ("Probabilities", {"calibration", "histogram"}),
        ("Learning", {"auc-epoch", "auc-seconds"}),
    ],
)
def test_only_the_open_view_is_drawn(space: Workspace, visit: Open, view: str, keys: set[str]) -> None:
    app = visit("compare.py", view=view)
    drawn = [element.proto.id for element in app.get("plotly_chart")]
    assert len(drawn) == len(keys)
    assert all(any(one.endswith(f"-{key}") for one in drawn) for key in keys)


def test_the_settings_that_differ_are_a_table_with_one_column_a_run(space: Workspace, visit: Open) -> None:
    fm = next(run for run in space.runs() if run.name == "FM")
    changed = fm.spec.training.model_copy(update={"cold_start": 0.2, "history_crop": 0.5})
    other = space.create(fm.spec.model_copy(update={"name": "FM cold", "training": changed}))
    for file in ("metrics.json", "predictions.parquet", "events.jsonl", "status.json"):
        shutil.copy(fm.folder / file, space.run(other).folder / file)
    app = visit("compare.py", runs=f"{fm.id},{other}", level="Learn")
    assert any(part.label == "What differs in their settings (2)" for part in app.expander)
    table = app.dataframe[1].value.set_index("Setting")
    assert table.loc["Training: Cold start", ["FM", "FM cold"]].tolist() == ["0", "0.2"]
    assert table.loc["Training: History crop", ["FM", "FM cold"]].tolist() == ["0", "0.5"]
    assert "unknown" in table.loc["Training: Cold start", "What it is"]
    alone = visit("compare.py", runs=fm.id)
    assert len(alone.dataframe) == 1
