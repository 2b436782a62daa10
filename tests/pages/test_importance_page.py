"""What matters: fields, values, pairs and past behaviours of several runs, and what takes longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.runs import importance_job, shapley_job
from ctrcore.runs.run import Run
from ctrcore.runs.studies import find_study, start_study
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, charts, texts
from tests.runs.waiting import ended
from tests.trained import Trained

SHAPLEY = shapley_job.OPTIONS | {"rows": 50, "background": 10}
FEW = {"shapley-rows": "50", "shapley-background": "10"}


def figure(app: AppTest, key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(charts(app)[key.rsplit("-", 1)[-1]])
    return found


def titles(found: dict[str, Any]) -> list[str]:
    return [one["text"] for one in found["layout"].get("annotations", [])]


def make(run: Run, kind: Any, options: dict[str, Any]) -> Path:
    start_study(run, kind, options)
    study = find_study(run, kind, options)
    assert study is not None
    assert ended(study.folder, 120).state == "done"
    return study.folder


def test_all_models_stand_side_by_side_at_once(space: Workspace, visit: Open, trained: Trained) -> None:
    app = visit("importance.py", dataset=trained.dataset)
    assert not app.error
    shown = figure(app, "matters-fields")
    assert titles(shown) == ["shuffling", "own terms"]
    assert {trace["name"] for trace in shown["data"]} == {"LR", "FM", "AFM", "FiBiNET", "DIN"}
    assert "history_item + history_category" in str(shown["layout"]["yaxis"]["ticktext"])
    agreement = next(table.value for table in app.dataframe if "model" in table.value)
    assert len(agreement) == 5
    starts = [button for button in app.button if str(button.key).startswith("start-")]
    assert len(starts) == 10  # two studies for each of five runs


def test_one_model_shows_its_own_weight(space: Workspace, visit: Open, trained: Trained) -> None:
    for name, weight in (("afm", "attention"), ("fibinet", "gate"), ("fm", None)):
        app = visit("importance.py", dataset=trained.dataset, **{"matters-of": trained.runs[name]})
        assert titles(figure(app, "matters-fields"))[2:] == ([weight] if weight else [])
    alone = visit("importance.py", dataset=trained.dataset, runs=trained.runs["afm"])
    assert titles(figure(alone, "matters-fields"))[-1] == "attention"


def test_studies_add_intervals_and_shapley_values(space: Workspace, visit: Open, trained: Trained) -> None:
    run = space.run(trained.runs["fm"])
    make(run, "importance", importance_job.OPTIONS)
    make(run, "shapley", SHAPLEY)
    app = visit("importance.py", dataset=trained.dataset, runs=run.id, **FEW)
    shown = figure(app, "matters-fields")
    assert titles(shown) == ["shuffling", "Shapley", "own terms"]
    assert "95 % interval" in str(shown["data"][0]["customdata"])
    assert "sample of 50" in texts(app)
    assert not [button for button in app.button if str(button.key).startswith("start-")]
    values = visit("importance.py", dataset=trained.dataset, runs=run.id, matters="Values", **FEW)
    assert "matters-measure" in [one.key for one in values.segmented_control]
    assert "Shapley value" in texts(
        visit(
            "importance.py",
            dataset=trained.dataset,
            runs=run.id,
            matters="Values",
            **(FEW | {"matters-measure": "Shapley", "matters-field": "category"}),
        )
    )
    expert = visit("importance.py", dataset=trained.dataset, runs=run.id, level="Expert", **FEW)
    assert {number.key: number.value for number in expert.number_input} == {
        "shapley-rows": 50,
        "shapley-background": 10,
        "matters-seed": 0,
    }


def test_the_button_starts_the_study(space: Workspace, visit: Open, trained: Trained) -> None:
    run = space.run(trained.runs["lr"])
    app = visit("importance.py", dataset=trained.dataset, runs=run.id)
    next(button for button in app.button if button.label == "Compute Shapley values").click().run()
    assert not app.exception
    study = find_study(run, "shapley", shapley_job.OPTIONS)
    assert study is not None
    assert ended(study.folder, 120).state == "done"
    app.run()
    assert "Shapley" in titles(figure(app, "matters-fields"))
    assert any(str(one.proto.id).endswith(f"csv-shapley-{run.id}") for one in app.get("download_button"))


@pytest.mark.parametrize("field", ["item_id", "tags", "history_category", "price", "every field"])
def test_values_of_any_field(space: Workspace, visit: Open, trained: Trained, field: str) -> None:
    app = visit("importance.py", dataset=trained.dataset, matters="Values", **{"matters-field": field})
    assert not app.error
    shown = figure(app, "matters-values")
    assert {trace["name"] for trace in shown["data"]} == {"LR", "FM", "AFM", "FiBiNET", "DIN"}
    if field.startswith("history"):
        assert "moves together with history\\_item" in texts(app)


def test_a_number_is_a_curve(space: Workspace, visit: Open, trained: Trained) -> None:
    app = visit("importance.py", dataset=trained.dataset, matters="Values", **{"matters-field": "age"})
    lines = [trace for trace in figure(app, "matters-curve")["data"] if trace.get("name")]
    assert len(lines) == 5


def test_tied_columns_move_together(space: Workspace, visit: Open, trained: Trained) -> None:
    app = visit("importance.py", dataset=trained.dataset, tied="True")
    assert "item_id + category" in str(figure(app, "matters-fields")["layout"]["yaxis"]["ticktext"])
    values = visit(
        "importance.py", dataset=trained.dataset, tied="True", matters="Values", **{"matters-field": "category"}
    )
    assert "moves together with item\\_id" in texts(values)


def test_pairs_and_behaviours_need_a_model_that_has_them(space: Workspace, visit: Open, trained: Trained) -> None:
    pairs = visit("importance.py", dataset=trained.dataset, matters="Pairs")
    assert {trace["name"] for trace in figure(pairs, "matters-pairs")["data"]} == {"FM", "AFM", "FiBiNET"}
    behaviours = visit("importance.py", dataset=trained.dataset, matters="Past behaviours")
    assert titles(figure(behaviours, "matters-behaviours")) == ["contribution", "attention"]
    for tab, missing in (("Pairs", "FM, AFM or FiBiNET"), ("Past behaviours", "a run of DIN")):
        alone = visit("importance.py", dataset=trained.dataset, matters=tab, runs=trained.runs["lr"])
        assert missing in texts(alone)
    run = space.run(trained.runs["din"])
    make(run, "importance", importance_job.OPTIONS)
    more = visit("importance.py", dataset=trained.dataset, matters="Past behaviours")
    assert titles(figure(more, "matters-behaviours")) == ["contribution", "left out", "attention"]


def test_the_levels_change_the_text_and_never_the_numbers(space: Workspace, visit: Open, trained: Trained) -> None:
    drawn = {
        level: figure(visit("importance.py", dataset=trained.dataset, level=level, **FEW), "matters-fields")["data"]
        for level in ("Simple", "Learn", "Expert")
    }
    assert drawn["Simple"] == drawn["Learn"] == drawn["Expert"]


@pytest.mark.parametrize("key", ["matters", "matters-of", "matters-field", "tied", "shapley-rows", "matters-least"])
def test_a_hostile_address_shows_the_page(space: Workspace, visit: Open, trained: Trained, key: str) -> None:
    for value in ("<script>", "9" * 400, "-1", "nan"):
        for tab in ("Fields", "Values"):
            app = visit(
                "importance.py", **({"dataset": trained.dataset, "matters": tab, "level": "Expert"} | {key: value})
            )
            assert not app.exception
            assert not app.error
