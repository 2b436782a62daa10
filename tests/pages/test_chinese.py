"""In Chinese no sentence of the app is English any more, and another visitor still reads English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts
from tests.pages.test_every_page import TITLES

CODE = re.compile(r"`[^`]*`|\$[^$]*\$|https?://\S+|:material/\w+:|python -m [^\n]*")
SENTENCE = re.compile(r"[A-Za-z]{2,}(?:[ ,;:'’-]+[A-Za-z]{2,}){3,}")  # four English words in a row
LABELLED = ("button", "selectbox", "multiselect", "radio", "slider", "number_input", "text_input", "toggle", "checkbox")


def written(app: AppTest) -> Iterator[str]:
    """Texts, labels, helps and what stands in charts."""
    yield from texts(app).splitlines()
    for kind in LABELLED:
        for element in app.get(kind):
            yield str(element.label)
            yield str(getattr(element, "help", "") or "")
    for element in app.get("metric"):
        yield f"{element.label}\n{element.help}"
    for element in app.get("plotly_chart"):
        figure = json.loads(element.proto.spec)
        yield from strings(figure.get("layout", {}))
        yield from strings([{key: one.get(key) for key in ("name", "hovertemplate")} for one in figure["data"]])


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            if key != "template":
                yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


@pytest.mark.parametrize("page", [*TITLES, "learn.py", "playground.py"])
@pytest.mark.parametrize("level", ["Simple", "Expert"])
def test_no_sentence_is_left_in_english(space: Workspace, visit: Open, page: str, level: str) -> None:
    app = visit(page, language="zh", level=level)
    left = {found.group() for line in written(app) if (found := SENTENCE.search(CODE.sub(" ", line)))}
    assert not left
    assert re.search(r"[\u4e00-\u9fff]", texts(app))


def test_each_visitor_reads_the_own_language(space: Workspace, visit: Open) -> None:
    chinese, english = visit("afm.py", language="zh"), visit("afm.py")
    assert chinese.title[0].value == "AFM 注意力"
    assert english.title[0].value == "AFM attention"
    assert not re.search(r"[\u4e00-\u9fff]", texts(english))


def test_the_language_is_chosen_in_the_sidebar_and_kept_in_the_address(space: Workspace, visit: Open) -> None:
    app = visit("home.py")
    app.segmented_control(key="language").set_value("zh").run()
    assert "比较模型" in texts(app)
    assert app.query_params["language"] in ("zh", ["zh"])


def test_a_language_that_is_not_there_is_english(space: Workspace, visit: Open) -> None:
    assert "Compare models" in texts(visit("home.py", language="tlh"))
