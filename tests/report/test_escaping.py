"""Names, values and titles come from files and people: in a report they are text and nothing else."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.recipe import Recipe, Split
from ctrcore.figures.curves import Curve, roc
from ctrcore.models.config import AFMConfig, DINConfig, FiBiNETConfig
from ctrcore.report import Options, make_report
from ctrcore.report.page import SMALL, bold, figure_json
from ctrcore.report.writing import literal
from ctrcore.runs.contenders import contenders
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.schema import Column, Schema
from ctrcore.training.config import TrainConfig
from tests.report.reading import Read, read

STARRED = "2**3 and **4"
EVIL = "</script><script>alert(1)</script>"
TRIES = (
    EVIL,
    '"><img src=x onerror=alert(1)>',
    "<!--",
    "a & b",
    "{{ 7 * 7 }}",
    "%{x}",
    "\u2028 \u2029",
    "<a href='x'>y",
    f"{STARRED} **",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The report on runs whose dataset, names, columns and values try everything."""
    rng = np.random.default_rng(0)
    names = [f"{text} {place}" for place, text in enumerate(TRIES)]
    frame = pd.DataFrame({name: rng.choice(TRIES, 600) for name in names})
    frame["user"] = rng.integers(0, 40, 600)
    frame["past"] = ["|".join(rng.choice(TRIES, rng.integers(0, 4))) for _ in range(600)]
    frame["click"] = rng.integers(0, 2, 600)
    columns = [Column(name=name, kind="categorical", role="item") for name in names]
    columns += [Column(name="past", kind="history", role="user", of=names[0])]
    columns += [Column(name="user", kind="categorical", role="user")]
    schema = Schema(label="click", item=names[0], user="user", columns=columns)
    recipe = Recipe(data_schema=schema, split=Split(valid=0.2, test=0.5))
    space = Workspace(tmp_path_factory.mktemp("hostile"))
    dataset = space.add_frame(f"{EVIL}.csv", frame, recipe)
    runs = []
    for name, config in ((STARRED, AFMConfig()), (EVIL, FiBiNETConfig(hidden_units=(8,))), (EVIL, DINConfig())):
        training = TrainConfig(epochs=1, batch_size=128, device="cpu")
        runs.append(
            run_here(space, RunSpec(name=name, dataset=dataset, recipe=recipe, model=config, training=training))
        )
    text = make_report(contenders(runs), Options(title=EVIL, rows=True))
    return read(text)


def test_no_text_becomes_an_element(hostile: Read) -> None:
    tags = [tag for tag, _ in hostile.tags]
    assert "img" not in tags
    running = [found for found, _ in hostile.scripts if found.get("type") != "application/json"]
    assert len(running) == 2
    for tag, found in hostile.tags:
        assert not [name for name in found if name.startswith("on")], tag
    assert all(str(found["href"]).startswith("#") for tag, found in hostile.tags if tag == "a")


def test_all_of_it_is_shown_as_it_is(hostile: Read) -> None:
    assert EVIL in hostile.text
    assert "{{ 7 * 7 }}" in hostile.text
    assert {row[0] for row in hostile.tables["Columns"][1:]} >= {f"{EVIL} 0", "a & b 3"}
    rows = next(table for title, table in hostile.tables.items() if "furthest apart" in title)
    assert EVIL in {cell for row in rows for cell in row}


def test_stars_of_names_make_nothing_bold(hostile: Read) -> None:
    assert [text for text in hostile.texts if STARRED in text and "these" in text]  # a sentence of a test
    assert "2 3 and 4" not in hostile.text  # what is left of it where its stars are taken for marks
    assert str(bold(f"**{literal('a**b**c')}** is **d**")) == "<strong>a**b**c</strong> is <strong>d</strong>"


def test_figures_hold_no_markup_that_plotly_would_follow(hostile: Read) -> None:
    assert len(hostile.figures) > 15
    for name, figure in hostile.figures.items():
        if "contribution" in name or "attention" in name:  # fields as they are, for clicks on a page: never drawn
            assert "customdata[0]" not in figure["data"][1]["hovertemplate"]
            del figure["data"][1]["customdata"]
        told = json.dumps([figure["data"], figure["layout"]])
        for mark in ("<script", "<img", "<a href"):
            assert mark not in told, name


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40))
def test_a_figure_is_data_inside_a_script_element(label: str) -> None:
    figure = roc([Curve("a", "fm", [0.0, 1.0], [0.0, 1.0])])
    figure.data[0].name = label
    written = figure_json(figure)
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written)["data"][0]["name"] == label


@given(st.text(max_size=60))
def test_bold_words_let_nothing_else_through(text: str) -> None:
    made = bold(text)
    assert "<" not in made.replace("<strong>", "").replace("</strong>", "")
    assert made.count("<strong>") == made.count("</strong>")


def test_long_arrays_are_short_numbers_and_others_are_kept() -> None:
    rng = np.random.default_rng(0)
    long, brief = rng.random(SMALL + 1), rng.random(SMALL)
    figure = roc([Curve("a", "fm", long, long), Curve("b", "fm", brief, brief)])
    _, first, second = json.loads(figure_json(figure))["data"]
    assert first["x"]["dtype"] == "f4"
    assert second["x"]["dtype"] == "f8"
    plain = json.loads(figure.to_json())["data"][2]["x"]
    assert second["x"] == plain


def test_only_pairs_of_stars_make_bold_words() -> None:
    assert str(bold("**a** & **b**")) == "<strong>a</strong> &amp; <strong>b</strong>"
    assert str(bold("2 ** 3")) == "2 ** 3"
