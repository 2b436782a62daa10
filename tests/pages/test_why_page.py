"""Why this item: the list is that of the package, choices live in the address, nothing to show is said gracefully."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.data.recipe import Recipe
from ctrcore.models.config import LRConfig
from ctrcore.recommend.counterfactual import drop
from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.options import Options
from ctrcore.recommend.sentences import of_counterfactual
from ctrcore.recommend.why import above, why, why_not
from ctrcore.runs.recommending import open_two_stages
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from pages.shared.tools import plain
from pages.shared.why.choices import Asked
from pages.shared.why.traces import stages_of, trace_of
from tests.data.tables import clicks_table
from tests.pages.conftest import Open, charts, texts
from tests.trained import RECIPE

TOP = "3"  # of the 15 items, so that there is something that is not on the list


def runs_of(space: Workspace) -> dict[str, Run]:
    return {run.spec.model.name: run for run in space.runs()}


def traced(space: Workspace, user: str, model: str = "din", recall: str | None = "fm", **options: int) -> Trace:
    """The reference: the list made by the package alone."""
    runs = runs_of(space)
    two = open_two_stages(runs[model], runs[recall] if recall is not None else None)
    return recommend(two.recommender, two.last_moment(user), Options(**options))


def listed(app: AppTest) -> pd.DataFrame:
    """The list on the page."""
    return next(frame.value for frame in app.dataframe if {"rank", "item", "probability"} <= {*frame.value.columns})


def open_why(space: Workspace, visit: Open, **query: str) -> AppTest:
    return visit("why.py", **{"run": runs_of(space)["din"].id, "top": TOP, **query})


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


def test_the_item_of_the_address_is_explained_and_another_one_can_be_chosen(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    first, second = (str(item) for item in trace.top["item"].iloc[:2])
    app = open_why(space, visit, user="7", item=second)
    drawn = json.loads(charts(app)["reasons"])["data"][0]
    assert drawn["x"][0] == pytest.approx(float(trace.logits.mean()), abs=1e-4)
    assert drawn["x"][-1] == pytest.approx(float(trace.logits[1]), abs=1e-4)
    assert app.selectbox(key="pick-item").value == second
    for sentence in why(trace, second, counterfactual=False).sentences:
        assert plain(sentence) in texts(app)
    assert plain(of_counterfactual(trace, drop(trace, second))) in texts(app)
    app.selectbox(key="pick-item").set_value(first).run()
    assert app.query_params["item"] in (first, [first])
    assert f"#### Why {plain(trace.items.names.item(first))}?" in texts(app)
    assert app.metric[0].value == "1"


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


def test_the_way_of_the_item_is_drawn(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3, recall_size=8, popular_size=2)
    item = str(trace.top["item"].iloc[1])
    app = open_why(space, visit, user="7", item=item, recalled="8", popular="2")
    bars, line = json.loads(charts(app)["way"])["data"]
    assert [data[1] for data in bars["customdata"]] == [stage.count for stage in trace.stages]
    assert line["y"][1:] == [trace.recall_rank(item), 2, 2] or trace.channel(1) == "popular"


def test_ranks_of_other_models_stand_beside_the_list(space: Workspace, visit: Open) -> None:
    runs = runs_of(space)
    app = open_why(space, visit, user="7", runs=f"{runs['lr'].id},{runs['afm'].id}")
    top = traced(space, "7", top_k=3).top["item"]
    shown = listed(app)
    for model in ("lr", "afm"):
        ranks = traced(space, "7", model, top_k=3).candidates.set_index("item")["rank"]
        assert shown[f"by {runs[model].name}"].tolist() == ranks.loc[top].tolist()
    inside = (shown[[f"by {runs[model].name}" for model in ("lr", "afm")]] <= 3).sum(axis=1)
    assert shown["agree"].tolist() == [f"{count} of 2" for count in inside]


def test_why_one_stands_above_another(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    first, _, third = (str(item) for item in trace.top["item"])
    app = open_why(space, visit, user="7", item=third, over=first, ask="Why above another?")
    found = above(trace, first, third)
    drawn = json.loads(charts(app)["above"])["data"][0]["x"]
    assert drawn[-1] == pytest.approx(found.difference, abs=1e-6)
    assert sum(drawn[:-1]) == pytest.approx(found.difference, abs=1e-4)
    for sentence in found.sentences:
        assert plain(sentence) in texts(app)


def test_why_not_an_item_that_is_not_on_the_list(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    last = str(trace.candidates["item"].iloc[-1])
    app = open_why(space, visit, user="7", missed=last, ask="Why not another item?")
    assert app.selectbox(key="pick-missed").value == last
    for sentence in why_not(trace, last).sentences:
        assert plain(sentence) in texts(app)
    app = open_why(space, visit, user="7", missed="nothing", ask="Why not another item?")
    assert "There is no item 'nothing'" in app.warning[0].value


def test_every_run_says_where_it_puts_the_item(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    item = str(trace.top["item"].iloc[0])
    app = open_why(space, visit, user="7", ask="Do the other models agree?")
    ranks = {name: traced(space, "7", name, top_k=3).rank(item) for name in runs_of(space)}
    known = [rank for rank in ranks.values() if rank is not None]
    assert sorted(json.loads(charts(app)["agree"])["data"][0]["x"]) == sorted(known)
    inside = sum(rank <= 3 for rank in known)
    assert f"**{inside} of {len(ranks)}** runs" in texts(app)


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


def trained_without(space: Workspace, table: pd.DataFrame, **schema: object) -> Run:
    """A quick LR on a table whose schema lacks something."""
    columns = RECIPE.data_schema.model_copy(update=schema)
    recipe = Recipe(data_schema=columns, split=RECIPE.split)
    dataset = space.add_frame("other.csv", table, recipe)
    training = TrainConfig(epochs=1, batch_size=64, device="cpu")
    run = run_here(space, RunSpec(dataset=dataset, recipe=recipe, model=LRConfig(), training=training))
    assert run.state == "done", run.error
    return run


def test_a_user_without_a_history_is_told_what_the_list_rests_on(empty_space: Workspace, visit: Open) -> None:
    table = clicks_table(200)
    table.loc[table["user_id"] == 7, ["history_item", "history_category"]] = ""
    trained_without(empty_space, table)
    app = visit("why.py", user="7")
    assert any("had clicked nothing before this moment" in info.value for info in app.info)
    assert not app.error


def test_a_table_without_histories_says_so(empty_space: Workspace, visit: Open) -> None:
    columns = [column for column in RECIPE.data_schema.columns if column.kind != "history"]
    trained_without(empty_space, clicks_table(200), columns=columns)
    assert any("No model here reads a history" in info.value for info in visit("why.py", user="7").info)


def test_without_an_item_column_there_is_nothing_to_recommend(empty_space: Workspace, visit: Open) -> None:
    trained_without(empty_space, clicks_table(200), item=None)
    app = visit("why.py")
    assert "names no item column" in app.info[0].value
    assert not app.error


def test_without_a_user_column_a_row_is_chosen(empty_space: Workspace, visit: Open) -> None:
    trained_without(empty_space, clicks_table(200), user=None)
    app = visit("why.py")
    row = app.number_input(key="pick-row").value
    assert f"The user of row {row} would be shown these **10** of 15 items" in texts(app)
    assert not app.error


def test_a_catalogue_of_one_item(empty_space: Workspace, visit: Open) -> None:
    trained_without(empty_space, clicks_table(200).assign(item_id=1, history_item="", history_category=""))
    for ask in ("Why above another?", "Why not another item?", "Do the other models agree?"):
        app = visit("why.py", ask=ask, seen="False")
        assert len(listed(app)) == 1
        assert not app.error
        assert any("single item" in i.value or "is on the list" in i.value or "no other" in i.value for i in app.info)


def test_levels_change_the_text_and_never_the_numbers(space: Workspace, visit: Open) -> None:
    pages = {level: open_why(space, visit, user="7", level=level) for level in ("Simple", "Learn", "Expert")}
    numbers = [[metric.value for metric in app.metric[:3]] for app in pages.values()]
    lists = [listed(app)[["item", "probability"]].to_numpy().tolist() for app in pages.values()]
    assert numbers[0] == numbers[1] == numbers[2]
    assert lists[0] == lists[1] == lists[2]


def test_names_of_items_and_users_cannot_act_as_markdown(empty_space: Workspace, visit: Open) -> None:
    evil = "<b>x</b> [a](http://b) $c$ :red[d] "
    table = clicks_table(200)
    table["item_id"] = evil + table["item_id"].astype(str)
    table["user_id"] = evil + table["user_id"].astype(str)
    trained_without(empty_space, table)
    for ask in ("Every part of the score", "Why above another?", "Why not another item?"):
        app = visit("why.py", ask=ask)
        assert not app.error
        assert "<b>x</b>" not in texts(app)
        assert "[a](http" not in texts(app)
        assert all("<b>x" not in spec for spec in charts(app).values())


def test_a_trace_is_kept_under_runs_row_and_sizes(space: Workspace) -> None:
    runs = runs_of(space)
    asked = Asked(space.datasets()[0], runs["din"], runs["fm"], "7", 123, 200, 20, 3, True)
    first = trace_of(asked)
    assert trace_of(replace(asked)) is first
    for other in (replace(asked, row=124), replace(asked, top=4), replace(asked, run=runs["lr"])):
        assert trace_of(other) is not first
    assert stages_of(runs["din"], runs["fm"]).recommender is first.recommender
