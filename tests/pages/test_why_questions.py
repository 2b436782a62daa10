"""Why this item: what else can be asked says what the package says."""

from __future__ import annotations

import json

import pytest

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.recommend.why import above, why_not
from ctrcore.runs.workspace import Workspace
from pages.shared.tools import plain
from tests.pages.conftest import Open, charts, texts
from tests.pages.why import open_why, runs_of, traced


def test_why_one_stands_above_another(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    first, _, third = (str(item) for item in trace.top["item"])
    app = open_why(space, visit, user="7", item=third, over=first, ask="Above another")
    found = above(trace, first, third)
    drawn = json.loads(charts(app)["above"])["data"][0]["x"]
    assert drawn[-1] == pytest.approx(found.difference, abs=1e-6)
    assert sum(drawn[:-1]) == pytest.approx(found.difference, abs=1e-4)
    for sentence in found.sentences:
        assert plain(sentence) in texts(app)


def test_why_not_an_item_that_is_not_on_the_list(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    last = str(trace.candidates["item"].iloc[-1])
    app = open_why(space, visit, user="7", missed=last, ask="Not another")
    assert app.selectbox(key="pick-missed").value == last
    for sentence in why_not(trace, last).sentences:
        assert plain(sentence) in texts(app)
    app = open_why(space, visit, user="7", missed="nothing", ask="Not another")
    assert "There is no item 'nothing'" in app.warning[0].value


def test_every_run_says_where_it_puts_the_item(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    item = str(trace.top["item"].iloc[0])
    app = open_why(space, visit, user="7", ask="Other models")
    ranks = {name: traced(space, "7", name, top_k=3).rank(item) for name in runs_of(space)}
    known = [rank for rank in ranks.values() if rank is not None]
    assert sorted(json.loads(charts(app)["agree"])["data"][0]["x"]) == sorted(known)
    inside = sum(rank <= 3 for rank in known)
    assert f"**{inside} of {len(ranks)}** runs" in texts(app)
    assert "newest of" not in texts(app)  # all of them were asked
    assert all(f"of 1 {MODEL_TITLES[name]}" in texts(app) for name in ranks)
