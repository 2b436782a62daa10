"""Compare, where two models differ: what is shown is what the package finds."""

from __future__ import annotations

import pytest

from ctrcore.comparing.disputes import agreement, disputed
from ctrcore.metrics import sigmoid
from ctrcore.runs.workspace import Workspace
from tests.pages.compare_page import (
    DIFFER,
    SLICES,
    USERS,
    best_two,
    figure,
    ids_of,
    sheet,
    table,
)
from tests.pages.conftest import Open, texts


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


def test_a_link_keeps_axes_and_measure(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=DIFFER)
    app.segmented_control(key="differ-by").set_value("loss").run()
    app.segmented_control(key="differ-scale").set_value("rank").run()
    link = {key: app.query_params[key] for key in ("differ-by", "differ-scale")}
    assert link == {"differ-by": "loss", "differ-scale": "rank"}
    again = visit("compare.py", view=DIFFER, **link)
    assert {key: again.segmented_control(key=key).value for key in link} == link
