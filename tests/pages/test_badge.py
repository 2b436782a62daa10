"""The badge beside a picture: what fails is seen at once, in words, and never only in a popover."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from safetensors.torch import load_file, save_file
from streamlit.testing.v1 import AppTest

from ctrcore.explain.trust.check import DEFINITIONS, LIVE
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts

PAGES = {"afm.py": ("afm", "attention"), "senet.py": ("fibinet", "gate"), "din.py": ("din", "attention")}


def run_of(space: Workspace, model: str) -> Run:
    return next(run for run in space.runs() if run.spec.model.name == model)


def make_inert(run: Run) -> None:
    """Take away all that AFM's attention says: every pair gets the same weight, while what it adds stays."""
    path = run.folder / "model.safetensors"
    tensors = load_file(path)
    tensors["h"].zero_()
    save_file(tensors, path)


def badge_line(app: AppTest) -> str:
    """The line of the badge itself."""
    return next(str(one.value) for one in app.markdown if "tell what matters in this row" in str(one.value))


def outside_of_popovers(block: Any) -> Iterator[str]:
    """What is written on the page without a click."""
    for child in block.children.values():
        if hasattr(child, "children"):
            if child.type != "popover":
                yield from outside_of_popovers(child)
        elif child.type == "markdown":
            yield str(child.value)


def checks_written(app: AppTest) -> list[str]:
    return [str(one.value) for one in app.markdown if any(f"**{name} " in str(one.value) for name in LIVE)]


@pytest.mark.parametrize("page", PAGES)
def test_the_badge_stands_beside_the_picture_and_leads_to_all_checks(space: Workspace, visit: Open, page: str) -> None:
    model, method = PAGES[page]
    app = visit(page)
    assert "-badge[:material/" in badge_line(app)
    link = next(one for one in app.get("page_link") if one.label == "All checks of this run")
    query = dict(part.split("=") for part in link.proto.query_string.split("&"))
    assert query["run"] == run_of(space, model).id
    assert query["method"] == method


def test_an_inert_attention_is_red_on_the_page(space: Workspace, visit: Open) -> None:
    make_inert(run_of(space, "afm"))
    app = visit("afm.py")
    assert ":red-badge[:material/cancel: should not be relied on]" in badge_line(app)
    lines = [str(one.value) for one in app.markdown if ":red-badge[:material/cancel: fails]" in str(one.value)]
    assert any("**T2 " in line for line in lines)
    assert any("**T3 " in line for line in lines)


def test_what_fails_is_written_outside_of_the_popover(space: Workspace, visit: Open) -> None:
    make_inert(run_of(space, "afm"))
    app = visit("afm.py")
    everything = [str(one.value) for one in app.markdown if "**T2 " in str(one.value)]
    seen = [text for text in outside_of_popovers(app.main) if "**T2 " in text]
    assert len(everything) == 2  # also in the popover, so the walk did leave that out
    assert len(seen) == 1
    assert ":red-badge[:material/cancel: fails]" in seen[0]


def test_all_five_checks_are_behind_it_with_question_figure_and_limit(space: Workspace, visit: Open) -> None:
    app = visit("afm.py", level="Expert")
    for name in LIVE:
        assert any(f"**{name} {DEFINITIONS[name].title}**" in str(one.value) for one in app.markdown)
        assert DEFINITIONS[name].question in [str(one.value) for one in app.caption]
    assert any("Kendall" in str(one.value) for one in app.caption)
    assert not any("Kendall" in str(one.value) for one in visit("afm.py", level="Simple").caption)


def test_thresholds_of_the_address_change_the_verdict(space: Workspace, visit: Open) -> None:
    make_inert(run_of(space, "afm"))
    app = visit("afm.py", limits="T2:-1:-1,T3:0:0,T13:1:1,T14:1:1")
    assert ":green-badge[:material/check_circle: believable]" in badge_line(app)
    assert "edited thresholds" in texts(app)


@pytest.mark.parametrize("limits", ["T2:nan:0", "T99:1:1", "T2:0.1", "x" * 3000, "T2:0.2:0.9", "T2:1e999:0", "T12:0:0"])
def test_thresholds_that_cannot_be_are_left_out(space: Workspace, visit: Open, limits: str) -> None:
    app = visit("afm.py", limits=limits)
    assert not app.error
    assert "edited thresholds" not in texts(app)


def test_dins_badge_goes_by_what_is_drawn(space: Workspace, visit: Open) -> None:
    app = visit("din.py")
    before = checks_written(app)
    box = next(box for box in app.multiselect if box.label == "Switch behaviours off")
    box.set_value([0]).run()
    assert not app.exception
    assert checks_written(app) != before
