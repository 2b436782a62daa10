"""Every page, with and without something to show, and for hostile addresses."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import MAIN, Open, texts

PAGES = (
    *("data.py", "train.py", "compare.py", "explain.py", "why.py", "trust.py", "importance.py", "afm.py", "senet.py"),
    *("din.py", "score.py", "runs.py"),
)
TITLES = {
    "home.py": "CTR Lens",
    "data.py": "Data",
    "train.py": "Train",
    "compare.py": "Compare",
    "explain.py": "Explain a row",
    "why.py": "Why this item",
    "trust.py": "Trust",
    "importance.py": "What matters",
    "afm.py": "AFM attention",
    "senet.py": "SENet importance",
    "din.py": "DIN attention",
    "score.py": "Score new rows",
    "runs.py": "Runs",
}
HEAVY = {"torch", "shap", "sklearn", "scipy"}


@pytest.mark.parametrize("page", TITLES)
@pytest.mark.parametrize("level", ["Simple", "Learn", "Expert"])
def test_every_page_shows_at_every_level(space: Workspace, visit: Open, page: str, level: str) -> None:
    app = visit(page, level=level)
    assert app.title[0].value == TITLES[page]
    assert not app.error
    assert app.segmented_control(key="level").value == level


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_workspace_says_what_to_do(empty_space: Workspace, visit: Open, page: str) -> None:
    app = visit(page)
    assert not app.error
    assert app.title[0].value == TITLES[page]
    assert app.info or app.file_uploader


@pytest.mark.parametrize("page", ["afm.py", "senet.py", "din.py"])
def test_a_model_that_was_never_trained_leads_to_training(space: Workspace, visit: Open, page: str) -> None:
    for run in space.runs():
        space.delete(run.id)
    app = visit(page)
    assert "has been trained on this dataset yet" in app.info[0].value
    assert any(link.label.startswith("Train") for link in app.get("page_link"))


@pytest.mark.parametrize("value", ["../../etc/passwd", "%00", "x" * 5000, "<script>", "none", ""])
@pytest.mark.parametrize("key", ["dataset", "runs", "row", "afm", "run"])
def test_a_hostile_address_shows_the_page_all_the_same(space: Workspace, visit: Open, key: str, value: str) -> None:
    for page in ("afm.py", "runs.py"):
        app = visit(page, **{key: value})
        assert not app.exception
        assert "Traceback" not in texts(app)


def test_the_levels_change_the_text_and_never_the_numbers(space: Workspace, visit: Open) -> None:
    pages = {level: visit("din.py", level=level) for level in ("Simple", "Learn", "Expert")}
    numbers = {level: [metric.value for metric in app.metric] for level, app in pages.items()}
    assert numbers["Simple"] == numbers["Learn"] == numbers["Expert"]
    warned = {level: sum("What not to conclude:" in c.value for c in app.caption) for level, app in pages.items()}
    assert warned["Simple"] == 0 < warned["Learn"]


def test_pages_import_nothing_heavy_before_they_show() -> None:
    for path in sorted(MAIN.parent.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & HEAVY, path


def test_the_main_script_has_no_folder_of_pages_beside_it() -> None:
    assert not (Path(MAIN).parent / "pages").exists()
