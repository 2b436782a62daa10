"""Compare, above the tabs: the numbers on the page are those of the runs, and what is not quite right is said."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from ctrcore import metrics
from ctrcore.comparing.findings import in_words
from ctrcore.comparing.sheet import sheet_of
from ctrcore.comparing.testing import compare_all, told
from ctrcore.runs.workspace import Workspace
from tests.pages.compare_page import (
    CHANCE,
    MODELS,
    copy_of,
    drawn,
    figure,
    judged,
    run_of,
    table,
)
from tests.pages.conftest import Open, texts


def test_the_table_has_the_metrics_of_the_test_rows_best_first(space: Workspace, visit: Open) -> None:
    app = visit("compare.py")
    shown = table(app, "metrics-table")
    assert len(shown) == 5
    element = next(one for one in app.dataframe if one.proto.alt.startswith("Metrics of each model"))
    first = ["run", "auc", "interval", "rela_impr", "gauc", "log_loss", "pr_auc", "normalised_entropy"]
    assert list(element.proto.column_order)[:8] == first
    assert "gauc_users" not in element.proto.column_order
    assert "The table scrolls to the right" in texts(app)
    assert shown["auc"].is_monotonic_decreasing
    for run in space.runs():
        row = shown.set_index("run").loc[run.name]
        measured = run.metrics()
        assert measured is not None
        for name in ("auc", "pr_auc", "log_loss", "normalised_entropy", "ece", "pcoc", "accuracy", "f1", "gauc"):
            assert row[name] == pytest.approx(measured["test"][name], abs=1e-6)
        assert f"gAUC rests on {measured['test']['gauc_users']:,.0f} users." in texts(app)  # one number for all of them
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


def test_the_base_can_be_changed(space: Workspace, visit: Open) -> None:
    for run in space.runs():  # all of them surely better than a random order, or there is no improvement over them
        scored = run.predictions()
        scored.assign(logit=scored["logit"] + 2 * scored["label"]).to_parquet(run.folder / "predictions.parquet")
    app = visit("compare.py")
    for base in ("LR", "FM"):  # a base that may be no better than chance makes dashes of all
        app.selectbox(key="base-run").set_value(run_of(space, base.lower()).id).run()
        shown = table(app, "metrics-table").set_index("run")
        if not shown.loc[base, "auc_low"] > 0.5:
            assert shown["rela_impr"].isna().all()
            continue
        for name in shown.index:
            assert shown.loc[name, "rela_impr"] == pytest.approx(
                metrics.rela_impr(shown.loc[name, "auc"], shown.loc[base, "auc"])
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
    assert any(
        "compared on 93 test rows only, of the 100 test rows" in text
        and f"**{run.name}** has scores of only 93" in text
        for text in warnings
    )


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


def test_the_simple_level_has_no_metric_that_needs_a_paper(space: Workspace, visit: Open) -> None:
    for level, shown in (("Simple", False), ("Learn", True)):
        app = visit("compare.py", view="Probabilities", level=level)
        columns = {name for one in app.dataframe for name in one.proto.column_order}
        assert {"rela_impr", "normalised_entropy", "pcoc"} & columns == (
            {"rela_impr", "normalised_entropy", "pcoc"} if shown else set()
        )
        assert {"auc", "ece", "log_loss"} <= columns


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
    (about,) = (part.value for part in app.caption if "**Training: Cold start.**" in part.value)
    assert "unknown" in about  # in full, below the table
    alone = visit("compare.py", runs=fm.id)
    assert not any("What differs" in part.label for part in alone.expander)


def test_what_the_cutoff_of_accuracy_and_f1_means_is_counted(space: Workspace, visit: Open) -> None:
    sheet = sheet_of({run.id: judged(run) for run in space.runs()})
    best = sheet.best_first()[0]
    share = float(np.mean(metrics.sigmoid(sheet.logit[best]) >= 0.5))
    said = f"at a cutoff of 0.5, where {space.run(best).name} calls {share:.1%} of the rows clicks"
    assert said in texts(visit("compare.py", level="Learn"))


def test_models_without_a_tile_are_counted(space: Workspace, visit: Open) -> None:
    fm = run_of(space, "fm")
    ids = [*(run.id for run in space.runs()), copy_of(space, fm, "FM b", 8, 0.5), copy_of(space, fm, "FM c", 9, 0.5)]
    captions = [one.value for one in visit("compare.py", runs=",".join(ids)).caption]
    assert "1 more is in the table." in captions


def test_several_seeds_make_one_line_with_mean_and_spread(space: Workspace, visit: Open) -> None:
    fm, lr = run_of(space, "fm"), run_of(space, "lr")
    ids = [fm.id, copy_of(space, fm, "FM seed 8", 8, 0.5), copy_of(space, fm, "FM seed 9", 9, 0.5), lr.id]
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
