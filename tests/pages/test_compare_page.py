"""Compare: the numbers on the page are those of the runs, and every tab shows what it says."""

from __future__ import annotations

import base64
import io
import json
import shutil
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore import metrics
from ctrcore.comparing.findings import in_words
from ctrcore.comparing.sheet import sheet_of
from ctrcore.comparing.testing import compare_all, told
from ctrcore.runs.outside import outside_of
from ctrcore.runs.repairs import repairs_of
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts

MODELS = ("lr", "fm", "afm", "fibinet", "din")
CHANCE = "Is it chance?"
TABLES = {
    "metrics-table": "Metrics of each model",
    "seeds-table": "Mean and spread",
    "settings-table": "Settings that differ",
    "tests-table": "Difference of AUC of every pair",
    "tops-table": "Lift, share of clicks found",
    "cutoff-table": "Precision, recall, F1",
    "repair-table": "Calibration error, log-loss and AUC",
}


def figure(app: AppTest, key: str) -> dict[str, Any]:
    """The plotly figure with that key."""
    element = next(e for e in app.get("plotly_chart") if e.proto.id.endswith(f"-{key}"))
    found: dict[str, Any] = json.loads(element.proto.spec)
    return found


def numbers(value: Any) -> np.ndarray:
    """An array of a figure's JSON, in which plotly may have packed it."""
    if not isinstance(value, dict):
        return np.asarray(value, dtype=float)
    flat = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
    return flat.reshape([int(part) for part in value["shape"].split(",")]) if "shape" in value else flat


def stars(app: AppTest, key: str) -> list[tuple[float, float]]:
    """Where the stars of a figure are."""
    traces = [one for one in figure(app, key)["data"] if one.get("marker", {}).get("symbol") == "star"]
    return [(float(numbers(one["x"])[0]), float(numbers(one["y"])[0])) for one in traces]


def drawn(app: AppTest) -> list[str]:
    return [element.proto.id for element in app.get("plotly_chart")]


def table(app: AppTest, key: str) -> pd.DataFrame:
    """The table with that key, known by its words for the blind: a table that cannot be clicked has no id."""
    found: pd.DataFrame = next(e for e in app.dataframe if e.proto.alt.startswith(TABLES[key])).value
    return found


def judged(run: Run) -> pd.DataFrame:
    scored = run.predictions()
    return scored[scored["split"] == "test"].reset_index(drop=True)


def run_of(space: Workspace, model: str) -> Run:
    return next(run for run in space.runs() if run.spec.model.name == model)


def copy_of(space: Workspace, run: Run, name: str, seed: int, shift: float = 0.0) -> str:
    """The run once more, as if trained with another seed; its scores are moved a little."""
    training = run.spec.training.model_copy(update={"seed": seed})
    other = space.create(run.spec.model_copy(update={"name": name, "training": training}))
    for file in ("metrics.json", "predictions.parquet", "events.jsonl", "status.json"):
        shutil.copy(run.folder / file, space.run(other).folder / file)
    scored = run.predictions()
    noise = np.random.default_rng(seed).normal(size=len(scored))
    scored.assign(logit=(scored["logit"] + shift * noise).astype("float32")).to_parquet(
        space.run(other).folder / "predictions.parquet"
    )
    return other


def test_the_table_has_the_metrics_of_the_test_rows_best_first(space: Workspace, visit: Open) -> None:
    shown = table(visit("compare.py"), "metrics-table")
    assert len(shown) == 5
    assert shown["auc"].is_monotonic_decreasing
    for run in space.runs():
        row = shown.set_index("run").loc[run.name]
        measured = run.metrics()
        assert measured is not None
        for name in ("auc", "pr_auc", "log_loss", "normalised_entropy", "ece", "pcoc", "accuracy", "f1", "gauc"):
            assert row[name] == pytest.approx(measured["test"][name], abs=1e-6)
        assert row["gauc_users"] == measured["test"]["gauc_users"]
        assert row["parameters"] == measured["parameters"]
        assert row["epochs"] == measured["epochs"]
        low, high = (float(part) for part in row["interval"].split(" to "))
        assert low < row["auc"] < high


def test_the_verdict_is_the_test_of_the_best_against_the_next(space: Workspace, visit: Open) -> None:
    sheet = sheet_of({run.id: judged(run) for run in space.runs()})
    found = compare_all(sheet)
    first, second = sorted(sheet.ids, key=lambda one: -found.intervals[one].value)[:2]
    test = next(test for test in found.tests if {test.a, test.b} == {first, second})
    titles = {run.id: f"**{run.name}**" for run in space.runs()}
    app = visit("compare.py")
    (said,) = app.success if told(test) else app.info
    assert said.value.startswith(in_words(test, titles))
    assert ("Choose by cost" in said.value) is not told(test)
    assert (found.method, test.users) == ("clustered", 20)
    assert any("by users because rows of a user are alike" in caption.value for caption in app.caption)
    tiles = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    interval = found.intervals[first]
    name = next(run.name for run in space.runs() if run.id == first)
    assert tiles[name] == (f"{interval.value:.4f}", f"{interval.low:.4f} to {interval.high:.4f}")


def test_one_run_alone_has_a_verdict_and_nothing_to_test(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", runs=run_of(space, "fm").id, view=CHANCE)
    assert any("has an AUC of" in part.value for part in app.info)
    assert any("at least two models" in part.value for part in app.info)


def test_the_base_has_no_improvement_over_itself_and_can_be_changed(space: Workspace, visit: Open) -> None:
    app = visit("compare.py")
    assert table(app, "metrics-table").set_index("run").loc["LR", "rela_impr"] == 0
    app.selectbox(key="base-run").set_value(run_of(space, "fm").id).run()
    shown = table(app, "metrics-table").set_index("run")
    assert shown.loc["FM", "rela_impr"] == 0
    assert shown.loc["LR", "rela_impr"] == pytest.approx(
        metrics.rela_impr(shown.loc["LR", "auc"], shown.loc["FM", "auc"])
    )


def test_the_runs_of_the_address_are_shown_in_its_order(space: Workspace, visit: Open) -> None:
    ids = {model: run_of(space, model).id for model in MODELS}
    app = visit("compare.py", runs=f"{ids['din']},{ids['lr']}", view="Ranking")
    assert [trace["name"] for trace in figure(app, "roc")["data"]] == ["random order", "DIN", "LR"]
    assert len(table(app, "metrics-table")) == 2


def test_no_run_chosen_stays_no_run_chosen(space: Workspace, visit: Open) -> None:
    app = visit("compare.py")
    app.multiselect(key="pick-runs").set_value([]).run()
    assert not app.exception
    assert "Choose at least one run" in app.info[0].value
    assert app.query_params["runs"] == "none"


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
    assert len(table(app, "metrics-table")) == 1


@pytest.mark.parametrize(
    ("view", "keys"),
    [
        (CHANCE, {"differences", "auc-intervals"}),
        ("Ranking", {"roc", "roc-zoom", "precision-recall", "gain", "lift"}),
        ("One cutoff", {"over-cutoffs", *(f"confusion-{n}" for n in range(5))}),
        ("Probabilities", {"calibration", "histograms"}),
        ("Learning", {"learning-valid_auc-epoch"}),
    ],
)
def test_only_the_open_view_is_drawn(space: Workspace, visit: Open, view: str, keys: set[str]) -> None:
    found = drawn(visit("compare.py", view=view))
    assert len(found) == len(keys)
    assert all(any(one.endswith(f"-{key}") for one in found) for key in keys)


@pytest.mark.parametrize("level", ["Simple", "Expert"])
@pytest.mark.parametrize("view", [CHANCE, "Ranking", "One cutoff", "Probabilities", "Learning"])
def test_every_tab_shows_at_every_level(space: Workspace, visit: Open, view: str, level: str) -> None:
    app = visit("compare.py", view=view, level=level)
    assert not app.exception
    assert not app.error
    assert drawn(app)


def test_every_pair_is_tested_and_said_in_words(space: Workspace, visit: Open) -> None:
    sheet = sheet_of({run.id: judged(run) for run in space.runs()})
    found = compare_all(sheet)
    app = visit("compare.py", view=CHANCE)
    shown = table(app, "tests-table")
    assert len(shown) == 10
    assert (shown["difference"] >= 0).all()
    assert sorted(shown["difference"]) == pytest.approx(sorted(abs(test.difference) for test in found.tests))
    titles = {run.id: f"**{run.name}**" for run in space.runs()}
    for test in found.tests:
        assert in_words(test, titles) in texts(app)
    traces = {trace["name"]: trace for trace in figure(app, "differences")["data"]}
    clear = len(traces["told apart"]["y"]) if "told apart" in traces else 0
    assert clear == sum(told(test) for test in found.tests)


def test_rows_of_users_taken_as_independent_are_said(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=CHANCE)
    assert app.segmented_control(key="test-method").value == "clustered"
    assert set(table(app, "tests-table")["method"]) == {"clustered"}
    assert not any("takes them as independent" in caption.value for caption in app.caption)
    app.segmented_control(key="test-method").set_value("delong").run()
    sheet = sheet_of({run.id: judged(run) for run in space.runs()})
    errors = sorted(test.standard_error for test in compare_all(sheet, "delong").tests)
    assert sorted(table(app, "tests-table")["standard_error"]) == pytest.approx(errors)
    assert any("takes them as independent" in caption.value for caption in app.caption)


def test_too_few_users_leave_the_verdict_open(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        scored = run.predictions()
        scored.assign(group=scored["group"] % 5).to_parquet(run.folder / "predictions.parquet")
    app = visit("compare.py", view=CHANCE)
    assert not app.exception
    assert not app.success
    assert "cannot be told: these" in app.info[0].value
    assert "belong to only 5 users (at least 20 are needed)" in app.info[0].value
    assert table(app, "metrics-table")["interval"].isin(["–", "", None]).all()


def test_pairs_with_one_model_keep_the_correction_of_all(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=CHANCE)
    before = table(app, "tests-table").set_index(["ahead", "behind"])["adjusted"].to_dict()
    app.selectbox(key="test-pairs").set_value(run_of(space, "fm").id).run()
    after = table(app, "tests-table")
    assert len(after) == 4
    assert after.set_index(["ahead", "behind"])["adjusted"].to_dict().items() <= before.items()


def test_the_bootstrap_waits_for_its_button_and_is_kept(space: Workspace, visit: Open) -> None:
    ids = ",".join(run_of(space, model).id for model in ("fm", "din"))
    app = visit("compare.py", runs=ids, view=CHANCE)
    app.segmented_control(key="test-method").set_value("users").run()
    assert not drawn(app)
    assert any("2 models: about" in caption.value for caption in app.caption)
    app.select_slider(key="replicates").set_value(200).run()
    app.button(key="start-bootstrap").click().run()
    assert not app.exception
    shown = table(app, "tests-table")
    assert shown["method"].tolist() == ["users"]
    sheet = sheet_of({run.id: judged(run) for run in (run_of(space, "fm"), run_of(space, "din"))})
    (expected,) = compare_all(sheet, "users", 200).tests
    assert shown["standard_error"][0] == pytest.approx(expected.standard_error)
    again = visit("compare.py", runs=ids, view=CHANCE)
    again.segmented_control(key="test-method").set_value("users").run()
    again.select_slider(key="replicates").set_value(200).run()
    assert drawn(again)


def test_the_start_of_the_roc_curve_is_enlarged_as_chosen(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view="Ranking", zoom="10 %")
    assert 0.1 <= figure(app, "roc-zoom")["layout"]["xaxis"]["range"][1] < 0.11
    app.segmented_control(key="zoom").set_value("1 %").run()
    assert 0.01 <= figure(app, "roc-zoom")["layout"]["xaxis"]["range"][1] < 0.011


def test_the_whole_list_in_numbers(space: Workspace, visit: Open) -> None:
    shown = table(visit("compare.py", view="Ranking"), "tops-table")
    assert shown["best"].tolist() == ["1%"] * 5 + ["5%"] * 5 + ["10%"] * 5
    rows = judged(run_of(space, "fm")).sort_values("logit", ascending=False)
    tenth = shown[(shown["best"] == "10%") & (shown["run"] == "FM")].iloc[0]
    assert tenth["precision"] == pytest.approx(rows["label"].head(len(rows) // 10).mean())


def test_one_cutoff_moves_all_matrices(space: Workspace, visit: Open) -> None:
    ids = {model: run_of(space, model).id for model in ("fm", "din")}
    app = visit("compare.py", runs=",".join(ids.values()), view="One cutoff")
    app.slider(key="cutoff").set_value(0.3).run()
    shown = table(app, "cutoff-table").set_index("run")
    for number, (model, name) in enumerate({"fm": "FM", "din": "DIN"}.items()):
        rows = judged(space.run(ids[model]))
        label, probability = rows["label"].to_numpy(), metrics.sigmoid(rows["logit"].to_numpy())
        counts = metrics.confusion(label, probability, 0.3)
        text = figure(app, f"confusion-{number}")["data"][0]["text"]
        assert text[0][0].startswith(f"{counts['tp']:,}<br>")
        assert text[1][0].startswith(f"{counts['fp']:,}<br>")
        assert shown.loc[name, "accuracy"] == pytest.approx(metrics.accuracy(label, probability, 0.3))
        assert shown.loc[name, "f1"] == pytest.approx(metrics.f1(label, probability, 0.3))
        assert shown.loc[name, "cost"] * len(rows) == pytest.approx(counts["fp"] + counts["fn"])
    assert figure(app, "over-cutoffs")["layout"]["shapes"][0]["x0"] == 0.3


def test_the_best_cutoff_is_a_button_away(space: Workspace, visit: Open) -> None:
    run = run_of(space, "din")
    app = visit("compare.py", runs=run.id, view="One cutoff")
    app.button(key=f"jump-{run.id}").click().run()
    rows = judged(run)
    label, probability = rows["label"].to_numpy(), metrics.sigmoid(rows["logit"].to_numpy())
    best = max(metrics.f1(label, probability, cutoff - 1e-9) for cutoff in np.unique(probability))
    assert table(app, "cutoff-table")["f1"][0] == pytest.approx(best)
    assert stars(app, "over-cutoffs")[0][0] == app.slider(key="cutoff").value


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
    expected = metrics.f1(rows["label"].to_numpy(), metrics.sigmoid(rows["logit"].to_numpy()), 0.25)
    assert table(app, "metrics-table")["f1"][0] == pytest.approx(expected)
    assert not [button for button in app.button if button.key == "cutoff-to-table"]


def test_a_link_with_a_cutoff_opens_at_that_cutoff(space: Workspace, visit: Open) -> None:
    assert visit("compare.py", cutoff="0.42", view="One cutoff").slider(key="cutoff").value == 0.42


def test_where_clicks_are_rare_the_cutoffs_are_finer(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    scored = run.predictions()
    scored["logit"] = (scored["logit"] - 7).astype("float32")
    scored.to_parquet(run.folder / "predictions.parquet")
    slider = visit("compare.py", runs=run.id, view="One cutoff").slider(key="cutoff").proto
    assert slider.max < 0.1
    assert slider.step < 0.001
    bars = figure(visit("compare.py", runs=run.id, view="Probabilities"), "histograms")["data"][0]
    assert numbers(bars["customdata"]).max() == pytest.approx(slider.max)


def test_calibration_carries_intervals_and_counts(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view="Probabilities", runs=run_of(space, "fm").id, level="Expert")
    rows = judged(run_of(space, "fm"))
    line = figure(app, "calibration")["data"][1]
    counts = numbers(line["customdata"])[:, 2]
    assert counts.sum() == len(rows)
    assert len(counts) == 10
    app.segmented_control(key="bins").set_value(5).run()
    assert len(numbers(figure(app, "calibration")["data"][1]["customdata"])) == 5


def test_repairs_are_fitted_kept_shown_and_removed(space: Workspace, visit: Open) -> None:
    run = run_of(space, "din")
    app = visit("compare.py", view="Probabilities", runs=run.id)
    assert not any("repaired" in one for one in drawn(app))
    app.button(key="fit-repairs").click().run()
    assert not app.error
    assert set(repairs_of(run)) == {"platt", "isotonic"}
    shown = table(app, "repair-table")
    assert shown["probabilities"].tolist() == ["as they are", "with Platt", "with isotonic"]
    rows = judged(run)
    repaired = repairs_of(run)["platt"].logit(rows["logit"].to_numpy())
    assert shown["log_loss"][1] == pytest.approx(metrics.log_loss(rows["label"].to_numpy(), repaired))
    assert len(figure(app, "repaired")["data"]) == 4
    app.button(key="remove-platt").click().run()
    assert set(repairs_of(run)) == {"isotonic"}


@pytest.mark.parametrize(
    ("what", "over"),
    [("AUC", "Epoch"), ("Log-loss", "Seconds"), ("Training loss", "Step"), ("Training loss", "Epoch")],
)
def test_learning_shows_what_was_recorded(space: Workspace, visit: Open, what: str, over: str) -> None:
    run = run_of(space, "afm")
    link = {"learning-what": what, "learning-over": over}
    app = visit("compare.py", view="Learning", runs=run.id, **link)
    key = learning_key(app)
    by_step = what == "Training loss" and over != "Epoch"
    loss = "loss" if by_step else "train_loss"
    name = {"AUC": "valid_auc", "Log-loss": "valid_log_loss", "Training loss": loss}[what]
    kind = "step" if by_step else "epoch"
    expected = [event[name] for event in run.events() if event["kind"] == kind]
    assert numbers(figure(app, key)["data"][0]["y"]) == pytest.approx(expected)
    best = {"AUC": [max(expected)], "Log-loss": [min(expected)], "Training loss": []}[what]
    assert [y for _, y in stars(app, key)] == best


def learning_key(app: AppTest) -> str:
    """The key of the only learning curve."""
    (found,) = drawn(app)
    return found[found.index("learning-") :]


def test_the_settings_that_differ_are_a_table_with_one_column_a_run(space: Workspace, visit: Open) -> None:
    fm = run_of(space, "fm")
    changed = fm.spec.training.model_copy(update={"cold_start": 0.2, "history_crop": 0.5})
    other = space.create(fm.spec.model_copy(update={"name": "FM cold", "training": changed}))
    for file in ("metrics.json", "predictions.parquet", "events.jsonl", "status.json"):
        shutil.copy(fm.folder / file, space.run(other).folder / file)
    app = visit("compare.py", runs=f"{fm.id},{other}", level="Learn")
    assert any(part.label == "What differs in their settings (2)" for part in app.expander)
    shown = table(app, "settings-table").set_index("Setting")
    assert shown["FM"].to_dict() == {"Training: Cold start": "0", "Training: History crop": "0"}
    assert shown["FM cold"].to_dict() == {"Training: Cold start": "0.2", "Training: History crop": "0.5"}
    assert "unknown" in shown["What it is"]["Training: Cold start"]
    alone = visit("compare.py", runs=fm.id)
    assert not any("What differs" in part.label for part in alone.expander)


def test_several_seeds_make_one_line_with_mean_and_spread(space: Workspace, visit: Open) -> None:
    fm, lr = run_of(space, "fm"), run_of(space, "lr")
    ids = [fm.id, copy_of(space, fm, "FM seed 1", 1, 0.5), copy_of(space, fm, "FM seed 2", 2, 0.5), lr.id]
    app = visit("compare.py", runs=",".join(ids))
    aucs = table(app, "metrics-table").set_index("run")["auc"]
    app.toggle(key="over-seeds").set_value(True).run()
    shown = table(app, "seeds-table").set_index("run")
    assert len(shown) == 2
    line = shown[shown["runs"] == 3].iloc[0]
    of_fm = aucs[aucs.index != "LR"]
    assert line["auc"] == pytest.approx(of_fm.mean())
    assert line["auc_sd"] == pytest.approx(of_fm.std())
    assert not [one for one in visit("compare.py", runs=f"{fm.id},{lr.id}").toggle if one.key == "over-seeds"]


def test_a_run_without_test_rows_moves_all_to_validation_rows(space: Workspace, visit: Open) -> None:
    lr, fm = run_of(space, "lr"), run_of(space, "fm")
    lr.predictions().query("split == 'valid'").to_parquet(lr.folder / "predictions.parquet")
    app = visit("compare.py", runs=f"{fm.id},{lr.id}")
    assert any("because there are no test rows of 'LR'" in one.value for one in app.warning)
    assert "on 100 validation rows" in texts(app)
    measured = fm.metrics()
    assert measured is not None
    shown = table(app, "metrics-table").set_index("run")
    assert shown["auc"]["FM"] == pytest.approx(measured["valid"]["auc"], abs=1e-6)


def outside_csv(space: Workspace, *, order: bool = False) -> bytes:
    rows = judged(run_of(space, "din"))
    score = rows["logit"] * 3 + 2 if order else metrics.sigmoid(rows["logit"].to_numpy()) ** 2
    buffer = io.StringIO()
    pd.DataFrame({"row": rows["row"], "score": score}).to_csv(buffer, index=False)
    return buffer.getvalue().encode()


def add_outside(app: AppTest, content: bytes, name: str = "boosting.csv") -> AppTest:
    app.session_state["outside-panel"] = True
    app.run()
    app.file_uploader(key="outside-file-0").upload(name, content).run()
    return app


def test_scores_of_another_system_join_the_comparison(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    assert not app.error
    assert "Found **100 rows** by row; the score is **score**, read as a probability" in texts(app)
    app.button(key="outside-add").click().run()
    assert not app.exception
    (one,) = outside_of(space.datasets()[0])
    assert app.query_params["runs"] == f"{run_of(space, 'fm').id},{one.id}"
    shown = table(app, "metrics-table").set_index("run")
    measured = run_of(space, "din").metrics()
    assert measured is not None
    assert shown["auc"]["boosting"] == pytest.approx(measured["test"]["auc"])
    assert shown["parameters"].isna()["boosting"]
    for view in (CHANCE, "Ranking", "One cutoff", "Probabilities", "Learning"):
        tab = visit("compare.py", runs=app.query_params["runs"], view=view)
        assert not tab.exception
        assert not tab.error


def test_an_order_without_probabilities_is_left_out_where_they_are_needed(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space, order=True))
    app.button(key="outside-add").click().run()
    runs = app.query_params["runs"]
    assert table(app, "metrics-table").set_index("run")["log_loss"].isna()["boosting"]
    for view, key in (("One cutoff", "over-cutoffs"), ("Probabilities", "calibration")):
        tab = visit("compare.py", runs=runs, view=view)
        assert any("Left out: boosting" in caption.value for caption in tab.caption)
        assert "boosting" not in [trace.get("name") for trace in figure(tab, key)["data"]]
    ranking = visit("compare.py", runs=runs, view="Ranking")
    assert "boosting" in [trace["name"] for trace in figure(ranking, "roc")["data"]]
    alone = visit("compare.py", runs=runs.split(",")[1], view="One cutoff")
    assert any("gives probabilities" in info.value for info in alone.info)


def test_what_a_file_means_can_be_said_and_is_looked_at_again(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    app.selectbox(key="outside-meaning-0").set_value("order").run()
    assert "read as an order only" in texts(app)
    app.multiselect(key="outside-ids-0").set_value(["score"]).run()
    assert app.error
    assert not [button for button in app.button if button.key == "outside-add"]


@pytest.mark.parametrize("content", [b"", b"row,score\n", b"row,score\n1,x\n", bytes(range(256)) * 20])
def test_a_file_that_cannot_be_read_gets_two_sentences(space: Workspace, visit: Open, content: bytes) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), content)
    assert not app.exception
    assert len(app.error) == 1
    assert len(app.error[0].value.split("  \n")) == 2
    assert "log says more" not in app.error[0].value


def test_outside_scores_are_renamed_and_deleted(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    app.button(key="outside-add").click().run()
    (one,) = outside_of(space.datasets()[0])
    app.text_input(key=f"outside-rename-{one.id}").set_value("Old system").run()
    app.button(key=f"outside-do-rename-{one.id}").click().run()
    assert "Old system" in table(app, "metrics-table")["run"].tolist()
    app.button(key=f"outside-delete-{one.id}").click().run()
    assert not app.exception
    assert table(app, "metrics-table")["run"].tolist() == ["FM"]
    assert not outside_of(space.datasets()[0])
