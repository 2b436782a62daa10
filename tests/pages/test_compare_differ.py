"""Compare, the tabs that look for where models differ: what they show is what the package finds."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.comparing.disputes import agreement, disputed
from ctrcore.comparing.per_user import paired, per_user
from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.comparing.slices import difference_table, slice_table
from ctrcore.metrics import sigmoid
from ctrcore.runs.contenders import contenders, judged
from ctrcore.runs.outside import add_outside
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.workspace import Workspace
from pages.shared.compare.rows import groupings_of
from pages.shared.compare.view import View, view_of
from tests.pages.conftest import Open, texts, use
from tests.pages.test_hostile_names import hostile

__all__ = ["hostile"]
DIFFER, SLICES, USERS = "Where they differ", "Slices", "Per user"
TABLES = {
    "metrics": "Metrics of each",
    "disputed": "dispute most, the most disputed first",
    "row-scores": "What each model says of row",
    "row-cells": "The row's values",
    "row-history": "behaviours before the row",
    "slices": "Every slice with its rows",
    "per-user": "Measures of the users' lists",
}


def ids_of(space: Workspace) -> dict[str, str]:
    return {run.spec.model.name: run.id for run in space.runs()}


def sheet(space: Workspace) -> Sheet:
    return sheet_of(judged(contenders(space.runs())).rows)


def best_two(space: Workspace) -> tuple[str, str]:
    rows = sheet(space)
    first, second, *_ = sorted(rows.ids, key=lambda one: -rows.ranked(one).auc)
    return first, second


def table(app: AppTest, key: str) -> pd.DataFrame:
    """The table with that key, known by its words for the blind: a table that cannot be clicked has no id."""
    shown: pd.DataFrame = next(one for one in app.dataframe if TABLES[key] in one.proto.alt).value
    return shown


def figure(app: AppTest, key: str) -> dict[str, object]:
    element = next(one for one in app.get("plotly_chart") if one.proto.id.endswith(f"-{key}"))
    found: dict[str, object] = json.loads(element.proto.spec)
    return found


def test_the_best_two_are_set_against_each_other(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=DIFFER)
    assert not app.error
    assert [app.selectbox(key=f"differ-{name}").value for name in "ab"] == list(best_two(space))
    found = agreement(sheet(space), *best_two(space))
    assert f"rank correlation {found.spearman:.3f}" in texts(app)
    assert f"**{found.shared:.0%}** are among" in texts(app)


def test_the_disputed_rows_are_those_of_the_package(space: Workspace, visit: Open) -> None:
    ids = ids_of(space)
    app = visit("compare.py", view=DIFFER, a=ids["lr"], b=ids["din"])
    expected = disputed(sheet(space), ids["lr"], ids["din"])
    shown = table(app, "disputed")
    assert shown["row"].tolist() == expected["row"].tolist()
    assert shown["gap"].tolist() == pytest.approx(expected["gap"].abs().tolist())
    assert shown["probability A: LR"].tolist() == pytest.approx(expected["probability_a"].tolist())
    app.segmented_control(key="differ-by").set_value("loss").run()
    expected = disputed(sheet(space), ids["lr"], ids["din"], by="loss")
    assert table(app, "disputed")["row"].tolist() == expected["row"].tolist()


def test_a_model_chosen_twice_changes_places_and_the_link_keeps_both(space: Workspace, visit: Open) -> None:
    ids = ids_of(space)
    app = visit("compare.py", view=DIFFER, a=ids["fm"], b=ids["afm"])
    app.selectbox(key="differ-a").set_value(ids["afm"]).run()
    assert [app.selectbox(key=f"differ-{name}").value for name in "ab"] == [ids["afm"], ids["fm"]]
    assert (app.query_params["a"], app.query_params["b"]) == (ids["afm"], ids["fm"])
    app.multiselect(key="pick-runs").set_value([ids["fm"], ids["lr"]]).run()
    assert app.selectbox(key="differ-b").value == ids["fm"]
    assert app.selectbox(key="differ-a").value == ids["lr"]


def test_every_row_is_a_point_where_there_are_few(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=DIFFER)
    traces = {trace["name"]: trace for trace in figure(app, "score-against-score")["data"] if "name" in trace}  # type: ignore[attr-defined]
    rows = sheet(space)
    drawn = [row for name in ("click", "no click") for (row,) in traces[name]["customdata"]]
    assert sorted(drawn) == sorted(rows.row.tolist())
    assert len(traces["click"]["customdata"]) == rows.clicks
    assert "All 100 rows are points" in texts(app)


def test_a_row_is_shown_with_its_values_and_every_models_score(space: Workspace, visit: Open) -> None:
    rows = sheet(space)
    row = int(rows.row[7])
    app = visit("compare.py", view=DIFFER, row=str(row))
    assert f"#### Row {row}: {'a click' if rows.label[7] else 'no click'}" in texts(app)
    said = table(app, "row-scores").set_index("Model")
    source = space.datasets()[0].table().loc[row]
    for run in space.runs():
        scores = rows.logit[run.id]
        assert said.loc[run.name, "probability"] == pytest.approx(float(sigmoid(scores[7])))
        assert said.loc[run.name, "rank"] == 1 + (scores > scores[7]).sum()
    cells = table(app, "row-cells").set_index("column")
    assert cells.loc["item_id", "value"] == str(source["item_id"])
    assert cells.loc["click", "read as"] == "label"
    before = [part for part in str(source["history_item"]).split("|") if part]
    if before:
        assert table(app, "row-history")["history_item"].tolist() == before[::-1]


def test_links_look_inside_on_the_row(space: Workspace, visit: Open) -> None:
    row = int(sheet(space).row[3])
    app = visit("compare.py", view=DIFFER, row=str(row))
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    for label, model in (("AFM attention: AFM", "afm"), ("DIN attention: DIN", "din")):
        assert f"row={row}" in links[label]
        assert f"{model}={ids_of(space)[model]}" in links[label]
    assert not any("LR" in label for label in links)


@pytest.mark.parametrize("row", ["0", "99999999", "x", "-3"])
def test_a_row_that_was_not_scored_gives_way_to_the_most_disputed_one(space: Workspace, visit: Open, row: str) -> None:
    app = visit("compare.py", view=DIFFER, row=row)
    first = int(disputed(sheet(space), *best_two(space))["row"].iloc[0])
    assert f"#### Row {first}:" in texts(app)


def test_one_model_alone_differs_from_none(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=DIFFER, runs=space.runs()[0].id)
    assert any("at least two models" in info.value for info in app.info)
    slices = visit("compare.py", view=SLICES, runs=space.runs()[0].id)
    assert not [one for one in slices.segmented_control if one.key == "slices-of"]
    assert not slices.error
    users = visit("compare.py", view=USERS, runs=space.runs()[0].id)
    assert not users.error


def test_too_few_rows_for_places_are_said_to_be_so(space: Workspace, visit: Open) -> None:
    assert any("too few to look for places" in info.value for info in visit("compare.py", view=DIFFER).info)


@pytest.fixture
def view(space: Workspace) -> View:
    """What the page compares, outside of it."""
    return view_of(space.datasets()[0], contenders(space.runs()))


def test_slices_are_those_of_the_package_worst_first(space: Workspace, view: View, visit: Open) -> None:
    app = visit("compare.py", view=SLICES, level="Expert")
    app.number_input(key="slices-least").set_value(20).run()
    model = best_two(space)[0]
    assert app.selectbox(key="slices-model").value == model
    expected = slice_table(view.sheet, groupings_of(view), view.sheet.ids, 20)
    expected = expected[(expected["model"] == model) & expected["auc"].notna()]
    shown = table(app, "slices")
    assert shown["Slice"].tolist() == [f"{one.grouping}: {one.slice}" for one in expected.itertuples()]
    assert shown["AUC"].tolist() == pytest.approx(expected["auc"].tolist())
    assert (shown["Beyond chance?"] == "○ may be chance").tolist() == (~expected["told"].astype(bool)).tolist()
    assert f"{len(expected)} slices were looked at" in texts(app)
    names = figure(app, "slices")["layout"]["yaxis"]["ticktext"]  # type: ignore[index]
    assert len(names) == len(expected) > 1
    assert names[0].replace("<br>", " ").startswith(shown["Slice"].iloc[0])


def test_kinds_choose_what_is_shown_not_how_much_was_looked_at(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=SLICES, level="Expert")
    app.number_input(key="slices-least").set_value(20).run()
    looked = [one.value for one in app.caption if "looked at" in one.value]
    app.pills(key="slices-kinds").set_value(["history"]).run()
    shown = table(app, "slices")
    assert shown["Slice"].str.startswith("length of history_item: ").all()
    assert [one.value for one in app.caption if "looked at" in one.value] == looked
    app.pills(key="slices-kinds").set_value([]).run()
    assert any("No slice of these kinds" in info.value for info in app.info)


@pytest.mark.parametrize(("measure", "column"), [("log_loss", "Log-loss"), ("pcoc", "PCOC")])
def test_other_measures_have_their_own_order(space: Workspace, visit: Open, measure: str, column: str) -> None:
    app = visit("compare.py", view=SLICES, level="Expert")
    app.number_input(key="slices-least").set_value(20).run()
    app.segmented_control(key="slices-measure-3").set_value(measure).run()
    assert not app.exception
    shown = table(app, "slices")
    bad = shown["95 % from"] if measure == "log_loss" else (shown["95 % from"] - 1).clip(lower=1 - shown["to"])
    assert bad.is_monotonic_decreasing
    assert shown[column].notna().all()
    assert ("Beyond chance?" in shown.columns) == (measure == "pcoc")


def test_the_lead_of_a_is_above_zero_where_a_is_better_in_either_measure(
    space: Workspace, view: View, visit: Open
) -> None:
    ids = ids_of(space)
    app = visit("compare.py", view=SLICES, level="Expert", a=ids["lr"], b=ids["din"])
    app.number_input(key="slices-least").set_value(20).run()
    app.segmented_control(key="slices-of").set_value("A minus B").run()
    groups = groupings_of(view)
    expected = difference_table(view.sheet, groups, ids["lr"], ids["din"], least_rows=20)
    shown = table(app, "slices")
    assert shown["Lead of A"].tolist() == pytest.approx(expected["difference"].tolist())
    assert shown["A: LR"].tolist() == pytest.approx(expected["auc_a"].tolist())
    app.segmented_control(key="slices-measure-2").set_value("log_loss").run()
    expected = difference_table(view.sheet, groups, ids["lr"], ids["din"], least_rows=20, by="log_loss")
    shown = table(app, "slices")
    assert shown["Lead of A"].tolist() == pytest.approx((expected["loss_b"] - expected["loss_a"]).tolist())
    assert (shown["95 % from"] < shown["Lead of A"]).all()


def test_lists_of_users_are_measured_for_the_k_of_the_link(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=USERS, k="3")
    rows = sheet(space)
    found = {one: per_user(rows, one, 3) for one in rows.ids}
    shown = table(app, "per-user").set_index("Model")
    for run in space.runs():
        assert shown.loc[run.name, "NDCG@3"] == pytest.approx(found[run.id].headline["ndcg"].value)
        assert shown.loc[run.name, "HR@3 low"] == pytest.approx(found[run.id].headline["hit_rate"].low)
    assert shown["Coverage"].between(0, 1).all()
    assert shown["NDCG@3"].is_monotonic_decreasing
    first, second = sorted(found.values(), key=lambda one: -one.headline["ndcg"].value)[:2]
    gap = paired(first, second, "ndcg")
    assert f"NDCG@3 {gap.value:+.4f}, 95 % {gap.low:+.4f} to {gap.high:+.4f}" in texts(app)
    told = gap.low > 0 or gap.high < 0
    assert ("No difference between" in texts(app)) != told
    app.slider(key="k").set_value(1).run()
    assert table(app, "per-user").set_index("Model")["NDCG@1"].notna().all()


def test_the_model_that_is_best_depends_on_the_measure(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=USERS, k="2")
    app.segmented_control(key="best-by").set_value("mrr").run()
    assert table(app, "per-user")["MRR"].is_monotonic_decreasing
    assert "MRR" in next(one.value for one in app.markdown if "95 %" in one.value and "users" in one.value)


def test_without_users_it_is_said_how_to_name_them(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        path = run.folder / "predictions.parquet"
        pd.read_parquet(path).assign(group=-1).to_parquet(path)
    app = visit("compare.py", view=USERS)
    assert not app.error
    assert any("These rows have no users" in info.value for info in app.info)


@pytest.mark.parametrize("tab", [DIFFER, SLICES, USERS])
def test_a_lost_table_is_told_in_the_tab_only(space: Workspace, visit: Open, tab: str) -> None:
    dataset = space.datasets()[0]
    (dataset.folder / "table.parquet").unlink()
    app = visit("compare.py", view=tab)
    assert not app.exception
    assert [error.value for error in app.error if "has lost its table" in error.value] == [app.error[0].value]
    assert table(app, "metrics").shape[0] == 5
    if tab == DIFFER:
        assert len(table(app, "disputed")) == 50
    if tab == USERS:
        assert "NDCG@5" in table(app, "per-user").columns or "users" in texts(app)


def test_a_run_from_elsewhere_is_told_where_the_table_is_needed(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        path = run.folder / "predictions.parquet"
        scored = pd.read_parquet(path)
        scored.drop(scored.index[scored["split"] == "test"][:7]).to_parquet(path)
    app = visit("compare.py", view=DIFFER)
    assert any("was trained on other rows than this dataset holds" in error.value for error in app.error)
    assert len(table(app, "disputed")) == 50
    slices = visit("compare.py", view=SLICES)
    assert any("was trained on other rows" in error.value for error in slices.error)


def test_scores_that_only_rank_rows_have_no_probabilities_here(space: Workspace, visit: Open) -> None:
    fm = next(run for run in space.runs() if run.name == "FM")
    scored = fm.predictions()
    path = space.root / "order.csv"
    pd.DataFrame({"row": scored["row"], "score": scored["logit"] * 9 + 40}).to_csv(path, index=False)
    order = add_outside(space.datasets()[0], fm.recipe, path, "boosting", OutsideChoices(meaning="order"))
    runs = f"{ids_of(space)['lr']},{order.id}"
    app = visit("compare.py", view=DIFFER, runs=runs)
    assert not app.error
    assert not [one for one in app.segmented_control if one.key == "differ-scale"]
    title = figure(app, "score-against-score")["layout"]["xaxis"]["title"]["text"]  # type: ignore[index]
    assert "share of rows it is above" in title
    assert table(app, "row-scores").set_index("Model").loc["boosting"].isna()["probability"]
    slices = visit("compare.py", view=SLICES, runs=runs, level="Expert")
    slices.selectbox(key="slices-model").set_value(order.id).run()
    assert not slices.error
    assert [one.key for one in slices.segmented_control if "measure" in str(one.key)] == ["slices-measure-1"]
    assert not visit("compare.py", view=USERS, runs=runs).error
    assert not visit("compare.py", view=SLICES, runs=order.id).error


@pytest.mark.parametrize("tab", [DIFFER, SLICES, USERS])
def test_names_and_values_are_shown_as_text(
    hostile: Workspace,
    visit: Open,
    monkeypatch: pytest.MonkeyPatch,
    tab: str,
) -> None:
    use(hostile.root, monkeypatch)
    app = visit("compare.py", view=tab, level="Expert")
    assert not app.error
    shown = texts(app)
    assert "![x]" not in shown
    assert " :red[" not in shown
    for element in app.get("plotly_chart"):
        assert "<script" not in element.proto.spec
        assert "\\u003cscript" not in element.proto.spec


@pytest.mark.parametrize("level", ["Simple", "Learn", "Expert"])
@pytest.mark.parametrize("tab", [DIFFER, SLICES, USERS])
def test_the_reading_level_never_changes_a_number(space: Workspace, visit: Open, tab: str, level: str) -> None:
    app = visit("compare.py", view=tab, level=level)
    assert not app.error
    key = {DIFFER: "disputed", USERS: "per-user"}.get(tab)
    if key is not None:
        pd.testing.assert_frame_equal(table(app, key), table(visit("compare.py", view=tab, level="Learn"), key))
