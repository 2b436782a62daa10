"""Explain a row: rows are found, sums hold on the page, two rows, what if, scenarios."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.explain.sentences import signed
from ctrcore.metrics import sigmoid
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts

MODELS = ("lr", "fm", "afm", "fibinet", "din")
VIEWS = ("Why this score", "All models", "Two rows", "What if")
NUMBER = re.compile(r"\(([+-][^()\s]+|0\.00)\)")


def run_of(space: Workspace, model: str) -> Run:
    return next(run for run in space.runs() if run.spec.model.name == model)


def judged(space: Workspace, model: str = "fm") -> pd.DataFrame:
    scored_rows = run_of(space, model).predictions()
    return scored_rows[scored_rows["split"] == "test"].reset_index(drop=True)


def figure(app: AppTest, key: str) -> dict[str, Any]:
    spec: dict[str, Any] = next(
        json.loads(element.proto.spec) for element in app.get("plotly_chart") if element.proto.id.endswith(f"-{key}")
    )
    return spec


def numbers(values: Any) -> list[float]:
    """Plotly writes long arrays in base64."""
    if isinstance(values, dict):
        import base64

        return list(np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).astype(float))
    return [float(value) for value in values]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("level", ["Simple", "Learn", "Expert"])
def test_every_tab_shows_at_every_level(space: Workspace, visit: Open, view: str, level: str) -> None:
    rows = judged(space)["row"]
    app = visit("explain.py", tab=view, level=level, row=str(rows[3]), pin=str(rows[5]))
    assert not app.error
    assert f"#### Row {rows[3]}: " in texts(app)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("how", ["own", "left out", "gradients", "shapley"])
def test_the_waterfall_ends_at_the_models_score(space: Workspace, visit: Open, model: str, how: str) -> None:
    one = judged(space, model).iloc[11]
    app = visit("explain.py", row=str(int(one["row"])), run=run_of(space, model).id, how=how)
    compute = [button for button in app.button if button.key == "explain-compute"]
    if compute:
        compute[0].click().run()
    bars = next(trace for trace in figure(app, "explain-waterfall")["data"] if trace["type"] == "waterfall")
    heights = numbers(bars["x"])
    assert heights[-1] == pytest.approx(one["logit"], abs=1e-4)
    assert sum(heights[:-1]) == pytest.approx(one["logit"], abs=2e-3)
    assert "not explained:" in texts(app)


def test_the_numbers_in_the_words_are_on_the_chart(space: Workspace, visit: Open) -> None:
    for row in judged(space, "din")["row"][:4]:
        app = visit("explain.py", row=str(row), run=run_of(space, "din").id)
        bars = next(trace for trace in figure(app, "explain-waterfall")["data"] if trace["type"] == "waterfall")
        words = [one.value for one in app.markdown if one.value.startswith(("What ", "Mainly "))]
        told = [number for sentence in words for number in NUMBER.findall(sentence)]
        assert told
        assert set(told) <= set(bars["text"])


def test_all_scores_stand_on_one_axis(space: Workspace, visit: Open) -> None:
    rows = {model: judged(space, model).iloc[2] for model in MODELS}
    app = visit("explain.py", row=str(int(rows["fm"]["row"])))
    marks = [trace for trace in figure(app, "explain-scores")["data"] if trace.get("mode") == "markers+text"]
    assert [numbers(trace["x"])[0] for trace in marks] == pytest.approx([rows[m]["logit"] for m in MODELS], abs=1e-5)
    assert [trace["text"][0].split(" · ")[0] for trace in marks] == [signed(rows[m]["logit"]) for m in MODELS]


def test_fields_of_all_models_are_aligned(space: Workspace, visit: Open) -> None:
    app = visit("explain.py", tab="All models", row=str(judged(space)["row"][4]))
    traces = figure(app, "explain-fields")["data"]
    assert len(traces) == len(MODELS)
    assert len({tuple(sorted(trace["y"])) for trace in traces}) == 1


def test_the_most_disputed_row_is_the_one_with_the_widest_range(space: Workspace, visit: Open) -> None:
    probabilities = np.stack([sigmoid(judged(space, model)["logit"].to_numpy()) for model in MODELS])
    widest = int((probabilities.max(0) - probabilities.min(0)).argmax())
    app = visit("explain.py")
    app.get("menu_button")[0].set_value("the most disputed row").run()
    assert app.query_params["row"] == str(judged(space)["row"][widest])


def test_a_single_model_disputes_nothing(space: Workspace, visit: Open) -> None:
    app = visit("explain.py", runs=run_of(space, "fm").id)
    assert not any("disputed" in option for option in app.get("menu_button")[0].proto.options)


def test_rows_are_found_by_a_value(space: Workspace, visit: Open) -> None:
    table = space.datasets()[0].table()
    rows = judged(space)["row"]
    users = table["user_id"].iloc[rows].value_counts()
    user = str(users.index[0])
    app = visit("explain.py", field="user_id", value=user)
    assert str(table["user_id"].iloc[int(app.query_params["row"])]) == user
    assert any(f"{users.iloc[0]} of {len(rows)} rows have it" in caption.value for caption in app.caption)
    for _ in range(3):
        app.get("menu_button")[0].set_value("a random non-click").run()
        assert str(table["user_id"].iloc[int(app.query_params["row"])]) == user


@pytest.mark.parametrize("value", ["../../etc/passwd", "x" * 3000, "<script>", "none", "", "-1", "9" * 30])
@pytest.mark.parametrize(
    "key", ["row", "pin", "field", "value", "tab", "how", "by", "clicks", "together", "run", "runs"]
)
def test_a_hostile_address_shows_the_page_all_the_same(space: Workspace, visit: Open, key: str, value: str) -> None:
    query = {"field": "user_id"} if key == "value" else {}
    app = visit("explain.py", **query, **{key: value})
    assert not app.exception
    assert "Traceback" not in texts(app)


def test_two_rows_differ_by_what_the_chart_says(space: Workspace, visit: Open) -> None:
    rows = judged(space, "fm")
    pinned, shown = rows.iloc[1], rows.iloc[8]
    app = visit("explain.py", tab="Two rows", row=str(int(shown["row"])))
    assert "No row is pinned" in texts(app)
    app = visit(
        "explain.py",
        tab="Two rows",
        run=run_of(space, "fm").id,
        row=str(int(shown["row"])),
        pin=str(int(pinned["row"])),
    )
    apart = float(shown["logit"]) - float(pinned["logit"])
    assert f"{signed(apart)} for row {int(shown['row'])}." in texts(app)
    assert len(figure(app, "explain-two")["data"]) > 2


def test_a_row_is_pinned_and_unpinned(space: Workspace, visit: Open) -> None:
    row = str(judged(space)["row"][6])
    app = visit("explain.py", row=row)
    app.button(key="pin-row").click().run()
    assert app.query_params["pin"] == row
    app.button(key="unpin-row").click().run()
    assert "pin" not in app.query_params


def test_values_that_training_hardly_knows_are_marked(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    encoder, rows = run.encoder(), judged(space)["row"]
    table = space.datasets()[0].table()
    missing = [int(row) for row in rows if pd.isna(table["device"].iloc[row])]
    app = visit("explain.py", row=str(missing[0]))
    assert "device = unknown (unknown)" in texts(app).replace("\\", "")
    values = next(frame.value for frame in app.dataframe if "support" in frame.value.columns).set_index("field")
    item = str(table["item_id"].iloc[missing[0]])
    run = run_of(space, "fm")
    train = run.dataset().prepared(run.recipe).train
    place = [field.name for field in encoder.fields if not field.is_bag].index("item_id")
    rows = int((train.ids[:, place] == encoder.id_of("item_id", item)).sum())
    assert values.loc["item_id", "seen"] == f"{rows:,}"
    assert rows <= len(train)
    assert values["support"].ne("").all()


def test_a_run_of_other_rows_is_left_out_and_said(space: Workspace, visit: Open) -> None:
    path = run_of(space, "afm").folder / "encoder.json"
    path.write_text(path.read_text().replace('"shoes"', '"boots"'))
    app = visit("explain.py")
    assert "trained on other rows" in app.error[0].value
    marks = [trace for trace in figure(app, "explain-scores")["data"] if trace.get("mode") == "markers+text"]
    assert len(marks) == len(MODELS) - 1


def test_without_a_run_the_page_leads_to_training(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        space.delete(run.id)
    app = visit("explain.py")
    assert "has been trained on this dataset yet" in app.info[0].value


def test_a_row_with_more_clicks_is_timed_by_itself(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed: list[int] = []

    def seconds(*args: Any, **options: Any) -> float:
        timed.append(len(timed))
        return 50.0 if len(timed) > 1 else 0.0

    monkeypatch.setattr("ctrcore.explain.leave_one_out.shapley_seconds", seconds)
    past = space.datasets()[0].table()["history_item"].astype("string").fillna("")
    clicks = past.map(lambda text: len([one for one in text.split("|") if one])).iloc[judged(space, "din")["row"]]
    options = {"run": run_of(space, "din").id, "how": "shapley", "clicks": "each"}
    few, many = int(clicks.idxmin()), int(clicks.idxmax())
    assert not [b for b in visit("explain.py", row=str(few), **options).button if b.key == "explain-compute"]
    assert [b for b in visit("explain.py", row=str(many), **options).button if b.key == "explain-compute"]
