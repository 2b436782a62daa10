"""What if, on the page: every model scores the changed row, clicks come and go, scenarios stay."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.explain.whatif import scored
from ctrcore.metrics import sigmoid
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts
from tests.pages.test_explain_page import MODELS, figure, judged, numbers, run_of


def whatif(space: Workspace, visit: Open, row: int | None = None) -> tuple[AppTest, int, str]:
    """The tab, the row, and the beginning of its controls' keys."""
    number = int(judged(space)["row"][9]) if row is None else row
    return visit("explain.py", tab="What if", row=str(number)), number, f"whatif-{space.datasets()[0].id}-{number}-"


def now(app: AppTest) -> list[float]:
    marks = [trace for trace in figure(app, "whatif-scores")["data"] if trace.get("mode") == "markers+text"]
    return [numbers(trace["x"])[0] for trace in marks]


def test_a_changed_row_is_scored_by_every_model(space: Workspace, visit: Open) -> None:
    app, row, key = whatif(space, visit)
    assert "Nothing is changed yet" in texts(app)
    app.selectbox(key=key + "category").set_value("toys").run()
    app.number_input(key=key + "age").set_value(44.0).run()
    assert not app.exception
    cells = space.datasets()[0].table().loc[[row]]
    expected = [
        scored(run.load_model(), run.encoder(), cells, {"category": "toys", "age": 44.0})[1]
        for run in (run_of(space, model) for model in MODELS)
    ]
    assert now(app) == pytest.approx(expected, abs=1e-5)
    for model in MODELS:
        assert figure(app, f"whatif-parts-{run_of(space, model).id}")["data"]
    app.button(key="whatif-reset").click().run()
    assert "Nothing is changed yet" in texts(app)
    assert app.selectbox(key=key + "category").value == str(cells["category"].iloc[0])


def test_another_item_brings_its_own_columns_unless_told_otherwise(space: Workspace, visit: Open) -> None:
    app, row, key = whatif(space, visit)
    table = space.datasets()[0].table()
    own = table.loc[row]
    other = table[table["category"] != own["category"]].iloc[0]
    app.selectbox(key=key + "item_id").set_value(str(other["item_id"])).run()
    assert app.selectbox(key=key + "category").value == other["category"]
    app.button(key="whatif-reset").click().run()
    app.checkbox(key="whatif-along").uncheck().run()
    app.selectbox(key=key + "item_id").set_value(str(other["item_id"])).run()
    assert app.selectbox(key=key + "category").value == own["category"]


def test_clicks_are_taken_away_and_added(space: Workspace, visit: Open) -> None:
    table = space.datasets()[0].table()
    row = next(int(r) for r in judged(space)["row"] if str(table["history_item"].iloc[r]).count("|") >= 2)
    app, _, key = whatif(space, visit, row)
    clicks = app.multiselect(key=key + "clicks")
    count = len(clicks.value)
    clicks.set_value(clicks.value[1:]).run()
    assert not app.exception
    assert "history: 1 removed" in texts(app).replace("\\", "")
    app.selectbox(key="whatif-add").set_value(str(table["item_id"].iloc[0])).run()
    app.button(key="whatif-add-click").click().run()
    assert "history: 1 removed, 1 added" in texts(app).replace("\\", "")
    assert len(app.multiselect(key=key + "clicks").value) == count
    app.multiselect(key=key + "clicks").set_value([]).run()
    assert not app.exception
    assert not app.error


def test_scenarios_are_kept_side_by_side_and_survive_other_pages(space: Workspace, visit: Open) -> None:
    app, row, key = whatif(space, visit)
    app.selectbox(key=key + "category").set_value("toys").run()
    toys = now(app)
    app.text_input(key="whatif-name").set_value("=Toys").run()
    app.button(key="whatif-keep").click().run()
    app.button(key="whatif-reset").click().run()
    app.number_input(key=key + "price").set_value(1e12).run()
    assert "outside of the training range" in texts(app)
    app.button(key="whatif-keep").click().run()
    app.switch_page("home.py").run()
    app.switch_page("explain.py").run()
    assert app.number_input(key=key + "price").value == 1e12
    table = next(frame.value for frame in app.dataframe if "scenario" in frame.value.columns)
    assert list(table["scenario"]) == ["=Toys", "Scenario 2"]
    assert list(table["row"]) == [row, row]
    before = [float(sigmoid(judged(space, m)["logit"].to_numpy())[9]) for m in MODELS]
    expected = [
        f"{100 * a:.1f} % ({100 * (a - b):+z.1f})" for a, b in zip(sigmoid(np.array(toys)), before, strict=True)
    ]
    assert [table[run_of(space, model).id].iloc[0] for model in MODELS] == expected


def test_a_run_named_like_a_column_of_the_scenarios_takes_no_other_columns_place(space: Workspace, visit: Open) -> None:
    for model, name in (("lr", "row"), ("fm", "changes"), ("afm", "scenario"), ("din", "row change")):
        space.rename(run_of(space, model).id, name)
    app, row, key = whatif(space, visit)
    app.selectbox(key=key + "category").set_value("toys").run()
    app.button(key="whatif-keep").click().run()
    table = next(frame.value for frame in app.dataframe if "scenario" in frame.value.columns)
    assert table["row"].tolist() == [row]
    assert table["scenario"].tolist() == ["Scenario 1"]
    assert "toys" in table["changes"].iloc[0]
    assert {run_of(space, model).id for model in MODELS} <= set(table.columns)


def test_only_the_terms_that_moved_are_shown(space: Workspace, visit: Open) -> None:
    app, _, key = whatif(space, visit)
    app.selectbox(key=key + "category").set_value("toys").run()
    drawn = figure(app, f"whatif-parts-{run_of(space, 'lr').id}")["data"]
    before, after = (
        numbers(next(one for one in drawn if one.get("name") == name)["x"]) for name in ("as it was", "changed")
    )
    assert len(before) == 1
    assert abs(before[0] - after[0]) > 1e-5
    assert "The probability goes, by LR from " in texts(app)


def test_a_hostile_value_is_an_unknown_one(space: Workspace, visit: Open) -> None:
    app, row, _ = whatif(space, visit)
    evil = "<img src=x onerror=alert(1)> **[x](http://x)** :material/home:"
    app.session_state["explain-changes"] = {f"{space.datasets()[0].id} {row}": {"device": evil}}
    app.run()
    assert not app.exception
    assert "is unknown to the model" in texts(app)
    assert "<img" not in texts(app).replace("\\<", "")
    assert "**[x]" not in texts(app)
