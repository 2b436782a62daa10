"""Scoring new rows: what the page asks for, what it does with a file, and what it shows of the scores."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.models.config import LRConfig
from ctrcore.runs import scorings
from ctrcore.runs.needs import template
from ctrcore.runs.repairs import fit_repairs
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.score_job import score_upload
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.worker import Reporter
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.behaviour_logs import add_films
from tests.data.tables import clicks_table
from tests.pages.conftest import Open, charts, texts
from tests.trained import ROWS

EVIL = '=HYPERLINK("https://evil.example")'


def run_of(space: Workspace, model: str) -> Run:
    return next(run for run in space.runs() if run.spec.model.name == model)


def csv(frame: pd.DataFrame) -> bytes:
    text = io.StringIO()
    frame.to_csv(text, index=False)
    return text.getvalue().encode()


def scored(
    space: Workspace, run: Run, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, name: str = "n.csv"
) -> str:
    """A file that was scored already, in this process."""
    with monkeypatch.context() as patch:
        patch.setattr(scorings, "start", lambda folder, order: None)
        scoring_id = space.add_scoring(run.id, name, csv(frame))
    folder = space.scoring(scoring_id).folder
    score_upload(folder, Reporter(folder, "test"))
    write_status(folder, JobStatus("done", progress=1.0))
    return scoring_id


def upload(app: AppTest, name: str, content: bytes, space: Workspace) -> AppTest:
    """Upload a file, start, and wait until the worker is done."""
    app.file_uploader(key="score-file-0").upload(name, content).run()
    app.button(key="score-start").click().run()
    assert not app.exception
    deadline = time.monotonic() + 120
    while any(one.active for one in space.scorings()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return app.run()


def test_a_file_is_uploaded_scored_and_shown(space: Workspace, visit: Open) -> None:
    run = run_of(space, "din")
    app = upload(visit("score.py", run=run.id), "new rows.csv", csv(clicks_table(ROWS)), space)
    assert not app.exception
    assert not app.error
    assert app.subheader[0].value == "new rows.csv"
    shown = {metric.label: metric.value for metric in app.metric}
    scoring = space.scorings(run.id)[0]
    report = scoring.report()
    assert shown["Rows"] == f"{ROWS:,}"
    assert shown["AUC"] == f"{report.metrics['auc']:.4f}"
    assert shown["Mean probability"] == f"{report.mean_probability:.1%}"
    preview = next(table.value for table in app.dataframe if "probability" in table.value)
    kept = run.predictions().set_index("row")["logit"]
    both = preview.set_index("row")["logit"].loc[lambda logit: logit.index.isin(kept.index)]
    np.testing.assert_allclose(both, kept.loc[both.index], atol=1e-5)
    assert app.query_params["scoring"] == scoring.id
    figure = json.loads(charts(app)["histogram"])
    assert figure["data"][0]["y"] == report.histogram


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("rubbish.csv", bytes(range(256)) * 20, ""),
        ("other.csv", b"a,b\n1,2\n", "none of the columns"),
    ],
)
def test_a_hostile_file_gets_two_sentences(space: Workspace, visit: Open, name: str, content: bytes, word: str) -> None:
    app = upload(visit("score.py"), name, content, space)
    assert not app.exception
    assert len(app.error) == 1
    problem, _, remedy = app.error[0].value.partition("  \n")
    assert problem.startswith("**")
    assert problem.endswith(".**")
    assert remedy.endswith(".")
    assert word in problem
    assert "Traceback" not in texts(app)
    app.button(key="remove-scoring").click().run()
    assert not app.exception
    assert space.scorings() == []


def test_an_empty_file_is_refused_at_once(space: Workspace, visit: Open) -> None:
    app = visit("score.py")
    app.file_uploader(key="score-file-0").upload("empty.csv", b"").run()
    app.button(key="score-start").click().run()
    assert "empty" in app.error[0].value
    assert space.scorings() == []


def test_hostile_cells_and_names_are_text_in_page_and_file(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(space, "fm")
    frame = clicks_table(20).assign(**{EVIL: EVIL, "a\nb": "x\ny", "![x](https://evil.example/x.png)": ":red[a]"})
    scored(space, run, frame, monkeypatch, name="![x](https://evil.example) :red[n].csv")
    app = visit("score.py", run=run.id)
    assert not app.exception
    assert "![x]" not in texts(app)
    assert " :red[" not in texts(app)
    found = list(space.scorings()[0].slices(7))
    assert len(found) == 3
    from ctrcore.figures.export import to_csv, to_csv_of

    whole = to_csv_of(found)
    assert whole == to_csv(pd.concat(found, ignore_index=True))
    back = pd.read_csv(io.BytesIO(whole))
    assert "'" + EVIL in back.columns
    assert set(back["'" + EVIL]) == {"'" + EVIL}
    assert back["row"].tolist() == list(range(20))


def test_the_columns_that_are_needed_are_told_and_come_as_a_template(space: Workspace, visit: Open) -> None:
    run = run_of(space, "din")
    app = visit("score.py", run=run.id)
    needs = app.dataframe[0].value.set_index("name")
    assert list(needs.index) == [column.name for column in run.recipe.data_schema.fields] + ["click"]
    assert needs.loc["device", "stand_in"] == "unknown"
    assert needs.loc["history_item", "kind"] == "history"
    assert any(button.label == "Template" for button in app.get("download_button"))
    assert list(template(run)) == list(needs.index)[:-1]


def test_what_was_filled_in_and_what_is_new_is_said(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(space, "fm")
    frame = clicks_table(30).drop(columns=["age", "click"]).assign(item_id=10**6, colour="red")
    scored(space, run, frame, monkeypatch)
    app = visit("score.py", run=run.id)
    said = [warning.value for warning in app.warning]
    assert len(said) == 2
    assert "lacks 1 of the model's columns" in said[0]
    assert "age" in said[0]
    assert "Most values of item\\_id" in said[1]
    assert "AUC" not in {metric.label for metric in app.metric}
    fields = next(table.value for table in app.dataframe if "stand_in" in table.value and "unknown" in table.value)
    assert fields.set_index("field").loc["item_id", "unknown"] == 1.0
    assert fields.set_index("field").loc["age", "stand_in"]
    assert "time, colour" in texts(app)


def test_a_file_under_way_shows_its_progress_and_can_be_cancelled(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorings, "start", lambda folder, order: None)
    run = run_of(space, "fm")
    scoring_id = space.add_scoring(run.id, "slow.csv", csv(clicks_table(5)))
    folder = space.scoring(scoring_id).folder
    write_status(folder, JobStatus("queued", progress=0.4, message="scoring the rows", submitted=time.time()))
    app = visit("score.py", run=run.id)
    assert any(bar.proto.value == 40 for bar in app.get("progress"))
    app.button(key="cancel-scoring").click().run()
    assert (folder / "cancel").exists()
    write_status(folder, JobStatus("cancelled"))
    app.run()
    assert "cancelled" in app.info[0].value


def test_files_belong_to_their_run_and_the_link_names_one(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    fm, lr = run_of(space, "fm"), run_of(space, "lr")
    first = scored(space, fm, clicks_table(10), monkeypatch, "first.csv")
    scored(space, fm, clicks_table(20), monkeypatch, "second.csv")
    app = visit("score.py", run=fm.id, scoring=first)
    assert app.subheader[0].value == "first.csv"
    assert len(app.selectbox(key="score-shown").options) == 2
    app.selectbox(key="score-run").set_value(lr.id).run()
    assert not app.exception
    assert not app.subheader
    assert app.query_params["run"] == lr.id


def test_probabilities_are_repaired_if_the_run_has_a_repair(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    bare = visit("score.py", run=run.id)
    assert "as the model gives them" in texts(bare)
    assert not any(box.label == "Probabilities" for box in bare.selectbox)
    repair = fit_repairs(run, ["isotonic"])["isotonic"]
    app = visit("score.py", run=run.id)
    choice = next(box for box in app.selectbox if box.label == "Probabilities")
    assert choice.options == ["as the model gives them", "repaired (isotonic)"]
    assert choice.value is None
    choice.set_value("isotonic")
    upload(app, "new.csv", csv(clicks_table(60)), space)
    assert not app.exception
    scoring = space.scorings(run.id)[0]
    assert scoring.report().repair == "isotonic"
    found = scoring.head(60)
    np.testing.assert_allclose(found["probability"], repair.apply(found["logit"].to_numpy()), atol=1e-6)
    assert "repaired (isotonic), fitted on the run's validation rows" in texts(app)


def test_a_link_opens_the_page_with_its_repair_chosen(space: Workspace, visit: Open) -> None:
    run = run_of(space, "fm")
    fit_repairs(run, ["platt", "isotonic"])
    compare = visit("compare.py", runs=run.id, view="Probabilities")
    (link,) = (one.proto for one in compare.get("page_link") if one.proto.label.endswith("repaired"))
    assert parse_qs(link.query_string)["repair"] == ["platt"]
    app = visit("score.py", run=run.id, repair="platt")
    choice = next(box for box in app.selectbox if box.label == "Probabilities")
    assert choice.value == "platt"
    assert "The file's probabilities will be repaired (Platt)" in texts(app)
    choice.set_value(None).run()
    assert app.query_params["repair"] == "None"
    assert "will be repaired" not in texts(app)


def test_a_run_that_came_from_elsewhere_scores_too(space: Workspace, visit: Open, tmp_path: object) -> None:
    data = space.export(run_of(space, "lr").id)
    for run in space.runs():
        space.delete(run.id)
    space.delete_dataset(space.datasets()[0].id)
    space.import_run(data)
    app = visit("score.py")
    assert not app.error
    assert "data not here" in app.selectbox(key="score-run").options[0]
    assert f"ctrcore calibrate {space.runs()[0].id}" in texts(app)
    assert len(app.dataframe[0].value) == 10


def test_rows_built_from_behaviours_are_looked_up_by_three_columns(
    empty_space: Workspace, tmp_path: Path, visit: Open
) -> None:
    dataset = add_films(empty_space, tmp_path)
    recipe = dataset.recipe()
    assert recipe is not None
    training = TrainConfig(epochs=1, device="cpu")
    run = run_here(empty_space, RunSpec(dataset=dataset.id, recipe=recipe, model=LRConfig(), training=training))
    assert run.state == "done", run.error
    app = visit("score.py", level="Simple")
    needs = app.dataframe[0].value.set_index("name")
    assert needs["without"][needs["without"] != ""].to_dict() == {
        "user_id": "nothing can be looked up",
        "item_id": "nothing can be looked up",
        "timestamp": "all behaviours of the user count as the past",
    }
    assert "by them the rest is looked up" in texts(app)
    assert "Required" not in texts(app)
