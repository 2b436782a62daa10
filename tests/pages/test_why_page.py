"""Why this item: the list is that of the package, and choices live in the address."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ctrcore.runs.workspace import Workspace
from pages.shared.why.choices import Asked
from pages.shared.why.traces import stages_of, trace_of
from tests.pages.conftest import Open, charts, texts
from tests.pages.why import listed, open_why, runs_of, traced


def test_the_list_is_that_of_the_package(space: Workspace, visit: Open) -> None:
    app = open_why(space, visit, user="7")
    expected = traced(space, "7", top_k=3).top
    shown = listed(app)
    assert shown["item"].tolist() == expected["name"].tolist()
    assert shown["probability"].tolist() == pytest.approx(expected["probability"].tolist())
    assert app.metric[1].value == f"{expected['probability'].iloc[0]:.1%}"
    assert "User 7 would be shown these **3** of 15 items" in texts(app)
    assert not app.error


def test_what_is_chosen_is_in_the_address(space: Workspace, visit: Open) -> None:
    app = open_why(space, visit, user="7")
    runs, item = runs_of(space), str(traced(space, "7", top_k=3).top["item"].iloc[0])
    for key, value in {"user": "7", "run": runs["din"].id, "recall": runs["fm"].id, "item": item}.items():
        assert app.query_params[key] in (value, [value])


def test_another_user_gets_another_moment(space: Workspace, visit: Open) -> None:
    third = str(traced(space, "7", top_k=3).top["item"].iloc[2])
    app = open_why(space, visit, user="7", item=third)
    app.selectbox(key="pick-user").set_value("3").run()
    assert app.query_params["user"] in ("3", ["3"])
    expected = traced(space, "3", top_k=3).top
    assert listed(app)["item"].tolist() == expected["name"].tolist()
    assert app.selectbox(key="pick-item").value == expected["item"].iloc[0]


def test_an_unknown_user_or_item_is_said_and_others_are_shown(space: Workspace, visit: Open) -> None:
    app = open_why(space, visit, user="nobody [x](y)", item="nothing")
    assert "There is no user 'nobody \\[x\\](y)'" in app.warning[0].value
    assert app.selectbox(key="pick-item").value == str(
        traced(space, str(app.selectbox(key="pick-user").value), top_k=3).top["item"].iloc[0]
    )


def test_the_user_of_a_row_looked_at_elsewhere(space: Workspace, visit: Open) -> None:
    table = space.datasets()[0].table()
    user = str(table["user_id"].iloc[123])
    app = open_why(space, visit, row="123")
    assert app.selectbox(key="pick-user").value == user
    other = "7" if user != "7" else "8"
    app = open_why(space, visit, row="123", user=other)
    next(button for button in app.button if button.label == "The user of row 123").click().run()
    assert app.selectbox(key="pick-user").value == user


def test_a_row_that_is_not_in_the_table_is_said(space: Workspace, visit: Open) -> None:
    app = open_why(space, visit, row="99999999")
    assert any("Row 99999999 is not in this table" in one.value for one in app.sidebar.caption)
    assert not any("99999999" in one.value for one in open_why(space, visit, row="99999999", user="7").sidebar.caption)


def test_the_way_of_the_item_is_drawn(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3, recall_size=8, popular_size=2)
    item = str(trace.top["item"].iloc[1])
    app = open_why(space, visit, user="7", item=item, recalled="8", popular="2")
    bars, line = json.loads(charts(app)["way"])["data"]
    assert [data[1] for data in bars["customdata"]] == [stage.count for stage in trace.stages]
    assert line["y"][1:] == [trace.recall_rank(item), 2, 2] or trace.channel(1) == "popular"


@pytest.mark.parametrize("said", ["-5", "abc", "1e9", ""])
def test_sizes_that_make_no_sense_are_the_usual_ones(space: Workspace, visit: Open, said: str) -> None:
    app = open_why(space, visit, user="7", top=said, recalled=said)
    assert len(listed(app)) == 10
    assert not app.error


def test_experts_change_the_sizes(space: Workspace, visit: Open) -> None:
    app = open_why(space, visit, user="7", level="Expert")
    app.number_input(key="pick-top").set_value(5).run()
    assert app.query_params["top"] in ("5", ["5"])
    assert len(listed(app)) == 5


def test_without_a_model_that_recalls_every_item_is_ranked(space: Workspace, visit: Open) -> None:
    for name in ("fm", "lr"):
        space.delete(runs_of(space)[name].id)
    app = open_why(space, visit, user="7")
    assert "no FM or LR run" in app.info[0].value
    assert listed(app)["item"].tolist() == traced(space, "7", recall=None, top_k=3).top["name"].tolist()


def test_all_items_can_be_ranked_on_request(space: Workspace, visit: Open) -> None:
    app = open_why(space, visit, user="7", recall="all")
    assert app.selectbox(key="pick-recall").value == "all"
    assert listed(app)["item"].tolist() == traced(space, "7", recall=None, top_k=3).top["name"].tolist()
    assert "recalled" not in listed(app).columns


def test_a_trace_is_kept_under_runs_row_and_sizes(space: Workspace) -> None:
    runs = runs_of(space)
    asked = Asked(space.datasets()[0], runs["din"], runs["fm"], "7", 123, 200, 20, 3, True)
    first = trace_of(asked)
    assert trace_of(replace(asked)) is first
    for other in (replace(asked, row=124), replace(asked, top=4), replace(asked, run=runs["lr"])):
        assert trace_of(other) is not first
    assert stages_of(runs["din"], runs["fm"]).recommender is first.recommender
