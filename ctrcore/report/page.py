"""From a report's content to one HTML file that holds everything it needs and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ctrcore.language import Spoken, language, mark
from ctrcore.report.content import Chart, Heading, Note, Report, Table, Text
from ctrcore.report.writing import STAR

HERE = Path(__file__).parent
WORDS = Spoken(
    {
        "beware": mark("What not to conclude:"),
        "skip": mark("Skip to the content"),
        "contents": mark("Contents"),
        "finding": mark("The finding"),
        "glossary": mark("The words used"),
        "made": mark("How this report was made"),
        "no_scripts": mark("Scripts are switched off, so the charts are not drawn. Texts and tables are complete."),
        "command": mark("The same report is made in a shell, over the same workspace, by:"),
        "page": mark("It was made on the Compare page: in a shell a report needs a trained run among its models."),
        "one_file": mark(
            "Everything is in this one file. It asks no server for anything, so it can be kept, mailed and opened "
            "offline."
        ),
    }
)
# Characters that could end a script element or, in old readers of scripts, a line.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_KINDS = {Heading: "heading", Text: "text", Note: "note", Chart: "chart", Table: "table"}
SMALL = 64  # arrays of more numbers than this are kept in single precision, which no screen can tell from double

# Readable on light and on dark paper; the colours of texts and grids come from the style sheet, as they change with it.
SEQUENTIAL = [[0, "rgba(47,126,216,0.04)"], [1, "rgb(47,126,216)"]]
LOOK: dict[str, Any] = {
    "data": {"heatmap": [{"colorscale": SEQUENTIAL}]},
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif", "size": 13},
        "xaxis": {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "rgba(128,128,128,0.45)"},
        "yaxis": {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "rgba(128,128,128,0.45)"},
        "colorscale": {
            "sequential": SEQUENTIAL,
            "sequentialminus": [[0, "rgb(217,115,13)"], [1, "rgba(217,115,13,0.04)"]],
            "diverging": [[0, "rgb(217,115,13)"], [0.5, "rgba(132,139,152,0.06)"], [1, "rgb(47,126,216)"]],
        },
    },
}


def to_html(report: Report) -> str:
    """The whole file. Texts are escaped, figures are data that no browser runs, and the two scripts are named by their
    hashes, so that nothing else can run."""
    plotly, draw = _plotly(), _file("report.js")
    template = _environment().get_template("report.html.j2")
    return template.render(
        report=report,
        language=language(),
        words=WORDS,
        style=Markup(_file("report.css")),
        plotly=Markup(plotly),
        draw=Markup(draw),
        look=Markup(_json(LOOK)),
        hashes=[_hash(plotly), _hash(draw)],
    )


def bold(text: str) -> Markup:
    """Escaped, with words between two stars each in bold, but for the stars of `writing.literal`."""
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(text))).replace(STAR, "*"))


def figure_json(figure: go.Figure) -> str:
    """A figure without its template, safe inside a script element; long arrays in single precision."""
    from plotly.io.json import to_json_plotly

    plain = figure.to_plotly_json()
    plain["layout"].pop("template", None)
    text: str = to_json_plotly(_lighter(plain))
    return _escaped(text)


def _lighter(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("dtype") == "f8" and "bdata" in value:
            numbers = np.frombuffer(base64.b64decode(value["bdata"]), dtype="<f8")
            if len(numbers) > SMALL:
                short = base64.b64encode(numbers.astype("<f4").tobytes()).decode()
                return value | {"dtype": "f4", "bdata": short}
        return {key: _lighter(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lighter(item) for item in value]
    return value


def _json(value: Any) -> str:
    return _escaped(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _escaped(text: str) -> str:
    for character, code in _UNSAFE.items():
        text = text.replace(character, code)
    return text


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    if "</script" in script or "<!--" in script:
        raise AssertionError("plotly.js cannot stand inside a script element")
    return script


@cache
def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["bold"] = bold
    made.filters["figure"] = lambda figure: Markup(figure_json(figure))
    made.tests["of"] = lambda part, kind: _KINDS[type(part)] == kind
    return made
