"""Compare, slices and lists of users: what they show is what the package finds."""

from __future__ import annotations

import pandas as pd
import pytest

from ctrcore.comparing.best_lists import against_best
from ctrcore.comparing.findings import best_lists_in_words
from ctrcore.comparing.per_user import per_user
from ctrcore.comparing.slice_words import lead_in_words
from ctrcore.comparing.slices import difference_table, slice_table
from ctrcore.runs.contenders import contenders
from ctrcore.runs.workspace import Workspace
from pages.shared.compare.rows import groupings_of
from pages.shared.compare.view import View, view_of
from tests.pages.compare_page import (
    SLICES,
    USERS,
    best_two,
    figure,
    ids_of,
    sheet,
    table,
)
from tests.pages.conftest import Open, texts


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
    assert (shown["Other than elsewhere?"] == "○ may be chance").tolist() == (~expected["beyond_told"]).tolist()
    overall = view.sheet.ranked(ids["lr"]).auc - view.sheet.ranked(ids["din"]).auc
    assert lead_in_words(expected, "LR", "DIN", overall) in texts(app)
    lines = [one for one in figure(app, "slices-difference")["data"] if one["mode"] == "lines" and one["x"][0]]  # type: ignore[attr-defined]
    assert lines[0]["x"] == pytest.approx([overall, overall])
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
        low = found[run.id].headline["hit_rate"].low  # not known where too few users have a list to order
        assert shown.loc[run.name, "HR@3 low"] == pytest.approx(low, nan_ok=True)
    assert shown["Coverage"].between(0, 1).all()
    assert shown["NDCG@3"].is_monotonic_decreasing
    best = sorted(found.values(), key=lambda one: -one.headline["ndcg"].value)
    titles = {run.id: f"**{run.name}**" for run in space.runs()}
    for said in best_lists_in_words(against_best(best, "ndcg"), "NDCG@3", titles):
        assert said in texts(app)
    app.slider(key="k").set_value(1).run()
    assert table(app, "per-user").set_index("Model")["NDCG@1"].notna().all()


def test_the_model_that_is_best_depends_on_the_measure(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=USERS, k="2")
    app.segmented_control(key="best-by").set_value("mrr").run()
    assert table(app, "per-user")["MRR"].is_monotonic_decreasing
    best = table(app, "per-user")["Model"][0]
    assert any(f"**{best}**" in one.value and "users" in one.value for one in app.markdown)


def test_without_users_it_is_said_how_to_name_them(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        path = run.folder / "predictions.parquet"
        pd.read_parquet(path).assign(group=-1).to_parquet(path)
    app = visit("compare.py", view=USERS)
    assert not app.error
    assert any("These rows have no users" in info.value for info in app.info)
