"""What the look-inside pages show over many rows: parts that add up, words that follow the figures, choices kept."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, charts, texts
from tests.pages.test_inside_pages import metric, with_history


def test_what_attention_did_adds_up_to_the_logit(space: Workspace, visit: Open) -> None:
    app = visit("afm.py", pair="age × category")
    assert {"spread", "values", "scatter", "row"} <= set(charts(app))
    parts = [metric(app, label) for label in ("Bias and single", "Pairs, weighed evenly", "What attention changed")]
    assert sum(parts) == pytest.approx(metric(app, "Together, the logit"), abs=2e-3)
    assert metric(app, "Together, the logit") == pytest.approx(metric(app, "Logit"), abs=1e-6)
    assert "of all attention lies on pairs that lower the score" in texts(app)


def test_a_pair_whose_values_hardly_meet_says_so(space: Workspace, visit: Open) -> None:
    app = visit("afm.py", pair="user_id × item_id")
    assert any("No two values of this pair meet in 5 rows" in info.value for info in app.info)
    assert "values" not in charts(app)


def test_gates_beside_what_is_known(space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit("senet.py")
    assert "Three views" in texts(app)
    assert texts(app).count("(Spearman ") + texts(app).count("cannot be compared") == 3
    assert "A gate is not an importance" in texts(app)
    run = next(run for run in space.runs() if run.spec.model.name == "fibinet")
    names = [str(name) for name in run.explanations()["gates"]["fields"]]
    fields = [{"name": name, "shapley": 0.1 * place} for place, name in enumerate(names[:-2])]
    fields.append({"name": " + ".join(names[-2:]), "shapley": 0.05})
    found = {"rows": 50, "background": "50 training rows, seed 0", "fields": fields}
    study = SimpleNamespace(result=lambda: found)
    monkeypatch.setattr("pages.shared.gates.find_study", lambda run, kind, options: study)
    app = visit("senet.py")
    assert "Four views" in texts(app)
    assert "50 rows against 50 training rows, seed 0" in texts(app)
    assert "The mean gate and mean |Shapley|" in texts(app)
    app.segmented_control(key="senet-order").set_value("shapley").run()
    assert not app.exception


def test_clicks_are_grouped_by_the_column_of_the_address(space: Workspace, visit: Open) -> None:
    row = with_history(space, empty=False)
    app = visit("din.py", row=str(row), group="history_item")
    assert {"groups", "cloud"} <= set(charts(app))
    assert "The history by history\\_item" in texts(app)
    app.segmented_control(key="group").set_value("history_category").run()
    assert app.query_params["group"] == "history_category"
    assert "The history by history\\_category" in texts(app)
    assert "of the attention lies on clicks that lower the score" in texts(app)
