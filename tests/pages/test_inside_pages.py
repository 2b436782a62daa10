"""The pages that look inside a model: chosen pair, row, candidate; sums that hold."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts


def judged(space: Workspace, model: str) -> pd.DataFrame:
    """The scored test rows of a model's run."""
    run = next(run for run in space.runs() if run.spec.model.name == model)
    scored = run.predictions()
    return scored[scored["split"] == "test"].reset_index(drop=True)


def metric(app: AppTest, label: str) -> float:
    return float(next(m.value for m in app.metric if m.label.startswith(label)).removesuffix("%"))


def test_the_pair_of_the_address_is_open(space: Workspace, visit: Open) -> None:
    app = visit("afm.py", pair="age × category")
    assert app.subheader[0].value == "age × category"
    assert app.selectbox(key="pair").value == "age × category"


def test_the_formula_multiplies_out(space: Workspace, visit: Open) -> None:
    app = visit("afm.py", pair="user_id × item_id", level="Expert")
    product = metric(app, "Attention") * metric(app, "The pair says")
    assert metric(app, "Contribution") == pytest.approx(product, abs=2e-4)
    steps = next(frame.value for frame in app.dataframe if "p × g" in frame.value)
    np.testing.assert_allclose(steps["v left"] * steps["v right"], steps["g = left × right"], rtol=1e-5)
    assert steps["p × g"].sum() == pytest.approx(metric(app, "The pair says"), abs=1e-4)


def test_without_a_choice_the_strongest_pair_is_open(space: Workspace, visit: Open) -> None:
    run = next(run for run in space.runs() if run.spec.model.name == "afm")
    summary = run.explanations()["pairs"]
    values = np.abs(np.triu(np.array(summary["contribution"]), 1))
    i, j = np.unravel_index(values.argmax(), values.shape)
    named = f"{summary['fields'][i]} × {summary['fields'][j]}"
    assert visit("afm.py").subheader[0].value == named.replace("_", "\\_")


@pytest.mark.parametrize("page", ["afm.py", "senet.py", "din.py"])
def test_the_row_of_the_address_is_shown_with_its_score(space: Workspace, visit: Open, page: str) -> None:
    model = {"afm.py": "afm", "senet.py": "fibinet", "din.py": "din"}[page]
    row = judged(space, model).iloc[7]
    app = visit(page, row=str(int(row["row"])))
    assert f"#### Row {int(row['row'])} of the table" in texts(app)
    assert metric(app, "Logit") == pytest.approx(row["logit"], abs=6e-4)


def test_a_row_that_is_no_test_row_gives_the_nearest_one(space: Workspace, visit: Open) -> None:
    rows = judged(space, "afm")["row"].to_numpy()
    other = next(n for n in range(500) if n not in rows)
    nearest = rows[np.abs(rows - other).argmin()]
    app = visit("afm.py", row=str(other))
    assert app.number_input(key="pick-row").value == nearest
    assert any("is not a test row" in caption.value for caption in app.caption)


def test_find_chooses_the_most_wrong_row(space: Workspace, visit: Open) -> None:
    rows = judged(space, "fibinet")
    wrong = np.where(rows["label"] == 1, rows["logit"], -rows["logit"]).argmin()
    app = visit("senet.py")
    app.get("menu_button")[0].set_value("the most wrong guess").run()
    assert app.query_params["row"] == str(int(rows["row"].iloc[wrong]))


def test_dead_gates_are_named(space: Workspace, visit: Open) -> None:
    run = next(run for run in space.runs() if run.spec.model.name == "fibinet")
    path = run.folder / "explain.json"
    stored = json.loads(path.read_text())
    stored["gates"]["dead_share"][2] = 0.9
    path.write_text(json.dumps(stored))
    app = visit("senet.py")
    assert f"Dead gates:** {stored['gates']['fields'][2]}".replace("_", "\\_") in app.warning[0].value


def test_no_dead_gate_no_banner(space: Workspace, visit: Open) -> None:
    assert not visit("senet.py").warning


def with_history(space: Workspace, empty: bool) -> int:
    """A test row whose history is empty, or has at least three entries."""
    table = space.datasets()[0].table()
    for row in judged(space, "din")["row"]:
        count = len([part for part in str(table["history_item"].iloc[row]).split("|") if part])
        if (count == 0) if empty else (count >= 3):
            return int(row)
    raise AssertionError("no such row")


def test_an_empty_history_says_no_behaviours(space: Workspace, visit: Open) -> None:
    app = visit("din.py", row=str(with_history(space, empty=True)))
    assert not app.exception
    assert "No behaviours" in app.info[0].value


def test_the_first_row_offered_has_a_history(space: Workspace, visit: Open) -> None:
    app = visit("din.py")
    assert not app.info


def test_another_candidate_changes_the_score(space: Workspace, visit: Open) -> None:
    row = with_history(space, empty=False)
    app = visit("din.py", row=str(row))
    before = metric(app, "Row as it was")
    assert metric(app, "With this candidate") == pytest.approx(before, abs=2e-3)
    box = next(box for box in app.selectbox if box.label == "Candidate item")
    own = str(space.datasets()[0].table()["item_id"].iloc[row])
    other = next(option for option in space.datasets()[0].table()["item_id"].astype(str).unique() if option != own)
    box.set_value(other).run()
    assert not app.exception
    assert metric(app, "With this candidate") != before


def test_behaviours_can_be_switched_off(space: Workspace, visit: Open) -> None:
    row = with_history(space, empty=False)
    app = visit("din.py", row=str(row))
    box = next(box for box in app.multiselect if box.label == "Switch behaviours off")
    box.set_value([0]).run()
    assert not app.exception
    off = metric(app, "With behaviours off")
    run = next(run for run in space.runs() if run.spec.model.name == "din")
    from ctrcore.explain.behaviours import history_view

    prepared = run.dataset().prepared(run.recipe)
    position = int(np.flatnonzero(prepared.test.row == row)[0])
    history = history_view(run.load_model(), run.encoder(), prepared.test, position)  # type: ignore[arg-type]
    expected = metric(app, "Row as it was") - history["leave_one_out"].iloc[0]
    assert off == pytest.approx(expected, abs=2e-3)
    box.set_value(list(range(len(history)))).run()
    assert not app.exception


def test_the_first_visit_opens_a_dataset_that_has_the_model(space: Workspace, visit: Open) -> None:
    old = space.datasets()[0]
    space.add_frame("newer.csv", old.table(), old.recipe())
    app = visit("afm.py")
    assert app.query_params["dataset"] == old.id
    assert not app.info


@pytest.mark.parametrize("page", ["afm.py", "senet.py", "din.py"])
def test_a_run_of_other_rows_is_not_explained_with_these(space: Workspace, visit: Open, page: str) -> None:
    for run in space.runs():
        path = run.folder / "encoder.json"
        path.write_text(path.read_text().replace('"shoes"', '"boots"'))
    app = visit(page)
    assert "trained on other rows" in app.error[0].value
    assert not app.exception


def test_a_run_whose_dataset_is_gone_cannot_be_looked_into_but_does_no_harm(space: Workspace, visit: Open) -> None:
    space.delete_dataset(space.datasets()[0].id)
    app = visit("afm.py")
    assert app.info
    assert not app.exception
