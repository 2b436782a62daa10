"""Home: the demo in one click, the newest things, and what is being worked on."""

from __future__ import annotations

import time

import pytest

from ctrcore.errors import RunError
from ctrcore.figures.style import MODEL_TITLES
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts


def test_the_demo_opens_on_compare_with_its_runs(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {run.spec.model.name: run.id for run in space.runs()}
    monkeypatch.setattr("pages.shared.samples.install_demo", lambda workspace: sorted(ids.values()))
    monkeypatch.setattr("pages.shared.samples.SHOP", space.datasets()[0].id)
    app = visit("home.py")
    app.button(key="open-demo").click().run()
    assert not app.exception
    assert app.title[0].value == "Compare"
    assert app.query_params["dataset"] == space.datasets()[0].id
    assert app.query_params["runs"] == ",".join(ids[model] for model in MODEL_TITLES)
    assert len(app.dataframe[0].value) == 5


def test_without_the_demo_home_says_how_to_get_it(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(workspace: Workspace) -> list[str]:
        raise RunError("The demo is not part of this installation.", "Build it.")

    monkeypatch.setattr("pages.shared.samples.install_demo", missing)
    app = visit("home.py")
    app.button(key="open-demo").click().run()
    assert app.error[0].value == "**The demo is not part of this installation.**  \nBuild it."
    assert app.title[0].value == "CTR Lens"


def test_the_newest_datasets_and_runs_are_links(space: Workspace, visit: Open) -> None:
    labels = [link.label for link in visit("home.py").get("page_link")]
    assert space.datasets()[0].name in labels
    assert {run.name for run in space.runs()} <= set(labels)


def test_three_doors_lead_to_comparing_to_learning_and_to_why_an_item(empty_space: Workspace, visit: Open) -> None:
    app = visit("home.py")
    titles = ("Compare models", "Learn how they work", "Why this item?")
    assert [title for title in titles if title in texts(app)] == list(titles)
    pages = {link.label: link.proto.page for link in app.get("page_link")}
    assert pages["Why this item"] == "why"
    leading = {"Open Compare": "compare", "Lessons": "learn", "Playground": "playground", "Explain a row": "explain"}
    assert {label: pages[label] for label in leading} == leading


def test_newest_runs_of_one_name_have_the_end_of_their_id(space: Workspace, visit: Open) -> None:
    first, second, *others = space.runs()
    space.rename(second.id, first.name)
    labels = [link.label for link in visit("home.py").get("page_link")]
    assert {f"{first.name} · {one.id[-4:]}" for one in (first, second)} <= set(labels)
    assert others[0].name in labels


def test_an_empty_workspace_offers_the_demo_and_an_upload(empty_space: Workspace, visit: Open) -> None:
    app = visit("home.py")
    assert app.button(key="open-demo")
    assert "Use my own data" in [link.label for link in app.get("page_link")]
    assert "Newest" not in texts(app)


def test_a_file_being_scored_is_shown(space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctrcore.runs.scorings.start", lambda folder, order: None)
    scoring = space.scoring(space.add_scoring(space.runs()[0].id, "new_rows.csv", b"a\n1\n"))
    try:
        app = visit("home.py")
        assert not app.exception
        assert "Working now" in texts(app)
        assert "Scoring **new\\_rows.csv**: waiting" in [bar.proto.text for bar in app.get("progress")]
    finally:
        write_status(scoring.folder, JobStatus("cancelled"))
        scoring.delete()


def test_live_jobs_are_shown(space: Workspace, visit: Open) -> None:
    assert not visit("home.py").get("progress")
    run = space.runs()[0]
    write_status(run.folder, JobStatus("queued", message="waiting, 1 ahead", submitted=time.time()))
    app = visit("home.py")
    assert "Working now" in texts(app)
    assert "waiting, 1 ahead" in app.get("progress")[0].text
