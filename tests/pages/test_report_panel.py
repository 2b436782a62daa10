"""The report on the Compare page: made in the background, kept for the models and choices it was made for."""

from __future__ import annotations

import time

from streamlit.testing.v1 import AppTest

from ctrcore.report.options import SECTIONS
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
