"""The report on the Compare page: made in the background, kept for the models and choices it was made for."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest

from ctrcore.errors import DataError
from ctrcore.report.options import SECTIONS, Options
from ctrcore.runs.repairs import fit_repairs, remove_repair
from ctrcore.runs.workspace import Workspace
from pages.shared.compare.report import Making
from tests.pages.conftest import Open, texts
from tests.report.reading import read


def made(app: AppTest) -> Making:
    """Press the button, and wait for the end."""
    app.button(key="report-make").click().run()
    assert not app.exception
    making: Making = app.session_state["report-making"]
    for _ in range(600):
        if not making.active:
            break
        time.sleep(0.1)
    assert not making.active
    app.run()
    assert not app.exception
    return making


def labels(app: AppTest) -> list[str]:
    return [element.label for element in app.get("download_button") if "report" in element.label]


def test_the_report_is_on_the_models_of_the_page(space: Workspace, visit: Open) -> None:
    ids = {run.spec.model.name: run.id for run in space.runs()}
    app = visit("compare.py", runs=f"{ids['din']},{ids['lr']}", level="Learn")
    assert labels(app) == []
    app.text_input(key="report-title").set_value("  My <b>report</b> ").run()
    making = made(app)
    assert making.error is None
    assert making.text is not None
    found = read(making.text)
    assert "My <b>report</b>" in found.text
    assert {row[0] for row in found.tables["Every metric at a glance"][1:]} == {"DIN", "LR"}
    assert [one["id"] for tag, one in found.tags if tag == "section"][1:-2] == list(SECTIONS)
    assert labels(app) == [f"Download the report ({len(making.text) / 1e6:.1f} MB)"]
    app.toggle(key="report-rows").set_value(True).run()
    assert labels(app) == []  # it would not show the rows


def test_what_goes_wrong_is_said_and_the_page_stays(space: Workspace, visit: Open) -> None:
    app = visit("compare.py")
    for run in space.runs():
        (run.folder / "predictions.parquet").unlink()
    making = made(app)
    assert making.error is not None
    assert any("has no predictions.parquet" in error.value for error in app.error)
    assert app.button(key="report-make").label == "Make the report"
    assert "It opens offline" in texts(app)


def test_a_report_is_ready_only_as_long_as_it_shows_what_there_is(space: Workspace, visit: Open) -> None:
    ids = {run.spec.model.name: run.id for run in space.runs()}
    app = visit("compare.py", runs=f"{ids['fm']},{ids['lr']}", level="Learn")
    app.pills(key="report-sections").set_value(["tests"]).run()
    made(app)
    assert len(labels(app)) == 1
    assert "Made just now." in texts(app)
    fit_repairs(space.run(ids["fm"]))
    app.run()
    assert labels(app) == []
    assert "The report made just now, on FM, LR, shows other models or choices" in texts(app)
    remove_repair(space.run(ids["fm"]), "platt")
    remove_repair(space.run(ids["fm"]), "isotonic")
    app.run()
    assert len(labels(app)) == 1  # as it was


def test_without_a_section_there_is_nothing_to_make(visit: Open) -> None:
    app = visit("compare.py", level="Learn")
    app.pills(key="report-sections").set_value([]).run()
    assert not app.exception
    assert any("Choose at least one section." in one.value for one in app.info)
    assert not [one for one in app.button if one.key == "report-make"]


def test_an_old_error_is_not_said_of_other_models(space: Workspace, visit: Open) -> None:
    ids = {run.spec.model.name: run.id for run in space.runs()}
    app = visit("compare.py", runs=f"{ids['din']},{ids['lr']}")
    making = Making(("other",), "FM", Options(), error=DataError("It broke.", "Mend it."))
    app.session_state["report-making"] = making
    app.run()
    assert not [one for one in app.error if "It broke" in one.value]
    assert app.button(key="report-make").label == "Make the report"


def test_a_report_on_its_way_says_on_which_models_it_is(space: Workspace, visit: Open) -> None:
    ids = {run.spec.model.name: run.id for run in space.runs()}
    app = visit("compare.py", runs=f"{ids['din']},{ids['lr']}")
    making = Making(("other",), "FM and AFM", Options(), share=0.3, step="curves")
    app.session_state["report-making"] = making
    app.run()
    told = [one.proto.text for one in app.get("progress")]
    assert told == ["Making another report, on FM and AFM: curves"]
    assert app.button(key="report-make").disabled
    making.text = "done"
    app.run()
    assert not app.button(key="report-make").disabled
    assert labels(app) == []
