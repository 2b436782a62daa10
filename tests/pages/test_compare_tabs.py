"""Compare, the tabs on ranking, probabilities and learning: what they draw is what the runs scored and recorded."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore import metrics
from ctrcore.comparing.measures import measure
from ctrcore.runs.repair_words import repair_in_words
from ctrcore.runs.repairs import before_after, repairs_of
from ctrcore.runs.workspace import Workspace
from tests.pages.compare_page import (
    drawn,
    figure,
    judged,
    numbers,
    run_of,
    sheet,
    stars,
    table,
)
from tests.pages.conftest import Open, texts


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


def test_calibration_carries_intervals_and_counts(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view="Probabilities", runs=run_of(space, "fm").id, level="Expert")
    rows = judged(run_of(space, "fm"))
    line = figure(app, "calibration")["data"][1]
    counts = numbers(line["customdata"])[:, 2]
    assert counts.sum() == len(rows)
    assert len(counts) == 10
    app.segmented_control(key="bins").set_value(5).run()
    assert len(numbers(figure(app, "calibration")["data"][1]["customdata"])) == 5


def test_the_run_that_needs_a_repair_most_is_offered_first(space: Workspace, visit: Open) -> None:
    rows = sheet(space)
    worst = max(rows.ids, key=lambda one: measure(rows, one)["ece"])
    app = visit("compare.py", view="Probabilities")
    assert app.selectbox(key="repair-run").value == worst
    other = next(one for one in rows.ids if one != worst)
    app.selectbox(key="repair-run").set_value(other).run()
    assert app.selectbox(key="repair-run").value == other
    assert "above show the models as they are, without repairs" in texts(app)


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
    lines = figure(app, "repaired")["data"][1:]  # the first is the diagonal
    assert len({one["line"]["color"] for one in lines}) == len({one["line"]["dash"] for one in lines}) == 3
    for one in before_after(run)[1:]:
        assert repair_in_words(before_after(run)[0], one) in texts(app)
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


def test_repairs_of_a_run_without_test_rows_are_fitted_and_said_to_be_unjudged(space: Workspace, visit: Open) -> None:
    run = run_of(space, "din")
    scored = run.predictions().query("split == 'valid'")
    backwards = (3 - 6 * scored["label"]).astype("float32")  # of which a repair warns
    scored.assign(logit=backwards).to_parquet(run.folder / "predictions.parquet")
    app = visit("compare.py", view="Probabilities", runs=run.id)
    assert any("repairs can be fitted, but not judged" in info.value for info in app.info)
    app.button(key="fit-repairs").click().run()
    assert not app.error
    assert set(repairs_of(run)) == {"platt", "isotonic"}
    assert not any("repaired" in one for one in drawn(app))
    links = [link.proto.label for link in app.get("page_link")]
    assert "Score new rows with DIN, repaired" in links
    warnings = [one.warning for one in repairs_of(run).values() if one.warning]
    assert warnings
    assert all(any(warning in shown.value for shown in app.warning) for warning in warnings)
