"""Compare, one cutoff for all models: matrices, costs, and where it is kept."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_curve
from streamlit.testing.v1 import AppTest

from ctrcore import metrics
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.pages.compare_page import (
    copy_of,
    figure,
    judged,
    numbers,
    run_of,
    stars,
    table,
)
from tests.pages.conftest import Open


def slider(app: AppTest) -> Any:
    """The slider of the cutoff; its key ends with the end of its axis."""
    (found,) = (one for one in app.slider if str(one.key).startswith("cutoff-slider-"))
    return found


def test_one_cutoff_moves_all_matrices(space: Workspace, visit: Open) -> None:
    ids = {model: run_of(space, model).id for model in ("fm", "din")}
    app = visit("compare.py", runs=",".join(ids.values()), view="One cutoff")
    slider(app).set_value(0.3).run()
    shown = table(app, "cutoff-table").set_index("run")
    for number, (model, name) in enumerate({"fm": "FM", "din": "DIN"}.items()):
        rows = judged(space.run(ids[model]))
        label, probability = rows["label"].to_numpy(), metrics.sigmoid(rows["logit"].to_numpy())
        called = probability >= 0.3
        (_, false_alarms), (missed, found) = confusion_matrix(label, called)
        text = figure(app, f"confusion-{number}")["data"][0]["text"]
        assert text[0][0].startswith(f"{found:,}<br>")
        assert text[1][0].startswith(f"{false_alarms:,}<br>")
        assert shown.loc[name, "accuracy"] == pytest.approx(accuracy_score(label, called))
        assert shown.loc[name, "f1"] == pytest.approx(f1_score(label, called))
        assert shown.loc[name, "cost"] * len(rows) == pytest.approx(false_alarms + missed)
    assert figure(app, "over-cutoffs")["layout"]["shapes"][0]["x0"] == 0.3


def test_the_best_cutoff_is_a_button_away(space: Workspace, visit: Open) -> None:
    run = run_of(space, "din")
    app = visit("compare.py", runs=run.id, view="One cutoff")
    app.button(key=f"jump-{run.id}").click().run()
    rows = judged(run)
    label, probability = rows["label"].to_numpy(), metrics.sigmoid(rows["logit"].to_numpy())
    precision, recall, _ = precision_recall_curve(label, probability)
    best = np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12))
    assert table(app, "cutoff-table")["f1"][0] == pytest.approx(best)
    assert stars(app, "over-cutoffs")[0][0] == slider(app).value
    assert app.query_params["cutoff"] == f"{slider(app).value:.4g}"  # the address is short, the value above exact


def test_every_model_has_a_button_for_its_best_cutoff(space: Workspace, visit: Open) -> None:
    fm = run_of(space, "fm")
    ids = [*(run.id for run in space.runs()), copy_of(space, fm, "FM b", 8, 0.5), copy_of(space, fm, "FM c", 9, 0.5)]
    app = visit("compare.py", runs=",".join(ids), view="One cutoff")
    assert [one.key for one in app.button if str(one.key).startswith("jump-")] == [f"jump-{name}" for name in ids]


def test_costs_decide_which_cutoff_is_best(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    app = visit("compare.py", runs=run.id, view="One cutoff", goal="Cost")
    app.number_input(key="cost-missed").set_value(50.0).run()
    app.button(key=f"jump-{run.id}").click().run()
    shown = table(app, "cutoff-table")
    assert shown["recall"][0] > 0.95
    assert shown["total"][0] == pytest.approx(shown["fp"][0] + 50 * shown["fn"][0])


def test_the_cutoff_can_be_brought_to_the_table(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    app = visit("compare.py", runs=run.id, view="One cutoff", cutoff="0.25")
    app.button(key="cutoff-to-table").click().run()
    rows = judged(run)
    expected = f1_score(rows["label"], metrics.sigmoid(rows["logit"].to_numpy()) >= 0.25)
    assert table(app, "metrics-table")["f1"][0] == pytest.approx(expected)
    assert not [button for button in app.button if button.key == "cutoff-to-table"]


def test_a_link_with_a_cutoff_opens_at_that_cutoff(space: Workspace, visit: Open) -> None:
    assert slider(visit("compare.py", cutoff="0.42", view="One cutoff")).value == 0.42


def test_where_clicks_are_rare_the_cutoffs_are_finer(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    scored = run.predictions()
    scored["logit"] = (scored["logit"] - 7).astype("float32")
    scored.to_parquet(run.folder / "predictions.parquet")
    axis = slider(visit("compare.py", runs=run.id, view="One cutoff")).proto
    assert axis.max < 0.1
    assert axis.step < 0.001
    bars = figure(visit("compare.py", runs=run.id, view="Probabilities"), "histograms")["data"][0]
    assert numbers(bars["customdata"]).max() == pytest.approx(axis.max)


def rare(space: Workspace, model: str) -> Run:
    """The run with clicks so rare that the axis of cutoffs ends early."""
    run = run_of(space, model)
    scored = run.predictions()
    scored.assign(logit=(scored["logit"] - 9).astype("float32")).to_parquet(run.folder / "predictions.parquet")
    return run


def test_a_look_at_rare_clicks_leaves_the_cutoff_as_it_was_chosen(space: Workspace, visit: Open) -> None:
    few, run = rare(space, "fm"), run_of(space, "din")
    app = visit("compare.py", runs=run.id, view="One cutoff")
    slider(app).set_value(0.3).run()
    app.multiselect(key="pick-runs").set_value([few.id]).run()
    top = slider(app).proto.max
    assert slider(app).value == top < 0.1
    assert any("The cutoff 0.3 that was chosen is not shown: hardly any row" in one.value for one in app.caption)
    assert app.query_params["cutoff"] == "0.3"
    app.multiselect(key="pick-runs").set_value([run.id]).run()
    assert slider(app).value == 0.3
    assert not any("is not shown" in one.value for one in app.caption)


def test_a_link_to_a_cutoff_beyond_the_axis_says_so(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", runs=rare(space, "fm").id, view="One cutoff", cutoff="0.5")
    assert any("The cutoff 0.5 that was chosen is not shown" in one.value for one in app.caption)
    for nonsense in ("x", "7", "nan", "-1"):
        app = visit("compare.py", runs=run_of(space, "din").id, view="One cutoff", cutoff=nonsense)
        assert slider(app).value == pytest.approx(judged(run_of(space, "din"))["label"].mean())


def test_another_dataset_starts_with_its_own_cutoffs(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    other = shutil.copytree(space.datasets()[0].folder, space.root / "datasets" / "20250101-000000-copy").name
    app = visit("compare.py", runs=run.id, view="One cutoff", cutoff="0.25")
    app.button(key="cutoff-to-table").click().run()
    app.selectbox(key="pick-dataset").set_value(other).run()
    assert "cutoff" not in app.query_params
    app.selectbox(key="pick-dataset").set_value(run.spec.dataset).run()
    app.multiselect(key="pick-runs").set_value([run.id]).run()
    rows = judged(run)
    expected = f1_score(rows["label"], metrics.sigmoid(rows["logit"].to_numpy()) >= 0.5)
    assert table(app, "metrics-table")["f1"][0] == pytest.approx(expected)
    assert slider(app).value == pytest.approx(rows["label"].mean())
