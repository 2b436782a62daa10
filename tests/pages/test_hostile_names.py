"""Names and values come from files: whatever they look like, a page shows them as text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.recipe import Recipe, Split
from ctrcore.models.config import AFMConfig, DINConfig, FiBiNETConfig
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.schema import Column, Schema
from ctrcore.training.config import TrainConfig
from tests.pages.conftest import Open, texts, use

IMAGE = "![x](https://evil.example/x.png)"
NAMES = [IMAGE, "<b>bold</b>", ":red[a]", "a × b", "b", "a", "row", "example", "why", "name", "kind", "$x_i$", "# head"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A dataset whose columns and values try everything, with the three models that can be looked into."""
    rng = np.random.default_rng(0)
    values = [IMAGE + end for end in ("", " <script>alert(1)</script>", " :red[v]", " $x$")]
    frame = pd.DataFrame({name: rng.choice(values, 300) for name in NAMES})
    frame["the past"] = ["|".join(rng.choice(values, rng.integers(0, 4))) for _ in range(300)]
    frame["click"] = rng.integers(0, 2, 300)
    columns = [Column(name=name, kind="categorical", role="item") for name in NAMES]
    columns.append(Column(name="the past", kind="history", role="user", of="b"))
    schema = Schema(label="click", item="b", columns=columns)
    recipe = Recipe(data_schema=schema, split=Split(valid=0.2, test=0.2))
    space = Workspace(tmp_path_factory.mktemp("hostile"))
    dataset = space.add_frame(f"{IMAGE} # :red[set]", frame, recipe)
    for config in (AFMConfig(), FiBiNETConfig(hidden_units=(8,)), DINConfig()):
        training = TrainConfig(epochs=1, batch_size=128, device="cpu")
        spec = RunSpec(name=f"{IMAGE} :red[run]", dataset=dataset, recipe=recipe, model=config, training=training)
        assert run_here(space, spec).state == "done"
    return space


@pytest.mark.parametrize(
    "page", ["home.py", "data.py", "train.py", "compare.py", "afm.py", "senet.py", "din.py", "score.py", "runs.py"]
)
def test_names_and_values_are_shown_as_text(
    hostile: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    use(hostile.root, monkeypatch)
    app = visit(page, run=hostile.runs()[0].id)
    assert not app.error
    shown = texts(app)
    assert "![x]" not in shown
    assert " :red[" not in shown
    assert "<script>" not in shown


def test_every_tab_of_the_data_page_takes_any_name(
    hostile: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(hostile.root, monkeypatch)
    app = visit("data.py", level="Expert")
    for tab in ("Profile", "Split, histories, cleaning", "What the models see", "Columns"):
        app.session_state["data-tab"] = tab
        app.run()
        assert not app.exception
        assert not app.error
        assert "![x]" not in texts(app)


def test_a_pair_whose_name_holds_the_sign_between_pairs_opens(
    hostile: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(hostile.root, monkeypatch)
    app = visit("afm.py", pair="a × b × b")
    assert app.subheader[0].value == "a × b × b"


@pytest.mark.parametrize(
    ("page", "query"),
    [
        *(("explain.py", {"tab": tab}) for tab in ("Why this score", "All models", "What if")),
        *(("importance.py", {"matters": tab}) for tab in ("Fields", "Values", "Pairs", "Past behaviours")),
        ("din.py", {"group": "the past"}),
    ],
)
def test_names_of_items_are_shown_as_text(
    hostile: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch, page: str, query: dict[str, str]
) -> None:
    from ctrcore.explain.names import Names

    items = hostile.datasets()[0].table()["b"].unique()
    evil = {str(item): f"<script>{n}</script> {IMAGE} :red[name] $x$ **bold**" for n, item in enumerate(items)}
    use(hostile.root, monkeypatch)
    monkeypatch.setattr("pages.shared.store._item_names", lambda *_: Names(evil, frozenset({"b", "the past"})))
    app = visit(page, **query)
    assert not app.error
    shown = texts(app)
    for mark in ("![x]", " :red[", "<script>", "**bold**"):
        assert mark not in shown
    for chart in app.get("plotly_chart"):
        assert "<script>" not in chart.proto.spec.replace("\\u003c", "<")
