"""How far an explanation may be believed: verdicts side by side, and what it finds of a planted truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from ctrcore.explain.trust.check import Verdict
from ctrcore.explain.trust.words import WORDS_OF, method_words
from ctrcore.figures.orders import method_color
from ctrcore.figures.style import NEUTRAL, finish, safe, shorten
from ctrcore.language import say

COLORS: dict[Verdict, str] = {"green": "#1a9850", "amber": "#c27803", "red": "#dc2626", "shown": NEUTRAL}
# A shape for each verdict, as colours alone are not seen by everybody.
SYMBOLS: dict[Verdict, str] = {"green": "circle", "amber": "triangle-up", "red": "x", "shown": "diamond-open"}
METHOD_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x")
ROW = 32  # pixels that a line of the grid needs


@dataclass(frozen=True)
class Cell:
    """What one check found of one method of one run.

    Attributes:
        verdict: None if the check does not apply there.
        text: its figure, as it is written in the cell.
        note: more for the hover.
    """

    verdict: Verdict | None
    text: str
    note: str = ""


def verdict_grid(
    checks: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], Cell], chosen: str | None = None
) -> go.Figure:
    """A line a check, a column a method (of a run): a mark whose colour and shape tell the verdict, and the figure.

    Args:
        checks: from top to bottom. columns: from left to right.
        cells: by check and column; what is missing was not computed.
        chosen: the column that is framed.
    """
    figure = go.Figure()
    places = [(check, column) for check in checks for column in columns]
    for verdict in WORDS_OF:
        mine = [place for place in places if place in cells and cells[place].verdict == verdict]
        if mine:
            _marks(figure, checks, columns, {place: cells[place] for place in mine}, verdict)
    rest = [place for place in places if place not in cells or cells[place].verdict is None]
    _blanks(figure, checks, columns, {place: cells.get(place, Cell(None, "", say("not computed"))) for place in rest})
    if chosen in columns:
        x = columns.index(chosen)
        frame = {"color": NEUTRAL, "width": 1.5}
        figure.add_shape(type="rect", x0=x - 0.47, x1=x + 0.47, y0=-0.5, y1=len(checks) - 0.5, line=frame)
    titles = [
        "<br>".join(shorten(part, max(9, 52 // max(len(columns), 1))) for part in column.split("\n"))
        for column in columns
    ]
    finish(figure, height=150 + ROW * len(checks), top=50)
    figure.update_layout(legend={"y": -0.02, "yanchor": "top"}, dragmode=False)
    figure.update_xaxes(
        side="top",
        tickvals=list(range(len(columns))),
        ticktext=titles,
        tickangle=0,
        tickfont={"size": 11},
        range=[-0.5, max(len(columns), 2) - 0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    return figure.update_yaxes(
        tickvals=list(range(len(checks))),
        ticktext=[shorten(check, 21) for check in checks],
        tickfont={"size": 11},
        range=[len(checks) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )


def _marks(
    figure: go.Figure,
    checks: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], Cell],
    verdict: Verdict,
) -> None:
    """The marks of one verdict, with their figures to the right."""
    figure.add_scatter(
        x=[columns.index(column) - 0.22 for _, column in cells],
        y=[checks.index(check) for check, _ in cells],
        mode="markers+text",
        name=WORDS_OF[verdict],
        marker={"size": 13, "symbol": SYMBOLS[verdict], "color": COLORS[verdict], "line": {"width": 0}},
        text=[f" {safe(cell.text)}" for cell in cells.values()],
        textposition="middle right",
        textfont={"size": 11},
        cliponaxis=False,
        customdata=[
            [safe(check), safe(column.replace("\n", ", ")), safe(cell.note)] for (check, column), cell in cells.items()
        ],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}: "
        + WORDS_OF[verdict]
        + ",%{text}<br>%{customdata[2]}<extra></extra>",
    )


def _blanks(
    figure: go.Figure, checks: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], Cell]
) -> None:
    """A dash where there is nothing to say, and in the hover why."""
    if not cells:
        return
    figure.add_scatter(
        x=[columns.index(column) - 0.22 for _, column in cells],
        y=[checks.index(check) for check, _ in cells],
        mode="text",
        text=["–"] * len(cells),
        textfont={"color": NEUTRAL},
        customdata=[[safe(check), safe(cell.note)] for (check, _), cell in cells.items()],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        showlegend=False,
    )


@dataclass(frozen=True)
class Score:
    """How well a method finds what was planted in simulated data.

    Attributes:
        label: what is measured.
        method: whose score it is.
        value: of it, 1 is perfect.
        chance: what a guess would get; None if that is not known.
        note: more for the hover.
    """

    label: str
    method: str
    value: float
    chance: float | None = None
    note: str = ""


def planted_scores(planted: Mapping[str, Any]) -> list[Score]:
    """The figures of `ctrcore.explain.trust.planted.planted_checks` as lines of the scoreboard.

    Args:
        planted: plain JSON with 'pairs', 'fields' or 'behaviours', whatever suits the model.
    """
    found: list[Score] = []
    pairs, fields, behaviours = (planted.get(name) or {} for name in ("pairs", "fields", "behaviours"))
    for method in ("attention", "contribution", "interaction"):
        one = pairs.get(method)
        if one:
            ranks = ", ".join(f"{name}: {rank}" for name, rank in zip(pairs["planted"], one["ranks"], strict=True))
            guess, note = (
                min(1.0, 3 / pairs["count"]),
                say("ranks of {pairs} pairs: {ranks}", pairs=pairs["count"], ranks=ranks),
            )
            found.append(Score(say("planted pairs among the first 3"), method, float(one["hit_3"]), guess, note))
    for method, value in (fields.get("spearman") or {}).items():
        note = say("rank correlation with the true effects of the fields")
        found.append(Score(say("order of the fields"), str(method), value, 0.0, note))
    for key, label in (("row_auc", say("clicks that matter come first")), ("sign_accuracy", say("right sign"))):
        for method, value in (behaviours.get(key) or {}).items():
            note = say(
                "{relevant:,} of {clicks:,} clicks matter",
                relevant=behaviours["relevant"],
                clicks=behaviours["behaviours"],
            )
            found.append(Score(label, str(method), value, 0.5, note))
    return [score for score in found if score.value is not None]


def planted_scoreboard(scores: Sequence[Score]) -> go.Figure:
    """A line a measure, a mark a method; a tick where a guess would stand."""
    labels = list(dict.fromkeys(score.label for score in scores))
    figure = go.Figure()
    guesses = {score.label: score.chance for score in scores if score.chance is not None}
    if guesses:
        figure.add_scatter(
            x=list(guesses.values()),
            y=[labels.index(label) for label in guesses],
            mode="markers",
            name=say("a guess"),
            marker={"symbol": "line-ns-open", "size": 20, "color": NEUTRAL, "line": {"width": 2}},
            hovertemplate=say("a guess would get {value}", value="%{x:.2f}") + "<extra></extra>",
        )
    methods = list(dict.fromkeys(score.method for score in scores))
    for nth, method in enumerate(methods):
        aside = 0.12 * (nth - (len(methods) - 1) / 2)  # equal scores lie one above the other, none is covered
        mine = [score for score in scores if score.method == method]
        figure.add_scatter(
            x=[score.value for score in mine],
            y=[labels.index(score.label) + aside for score in mine],
            mode="markers",
            name=safe(method_words(method)),
            marker={
                "size": 13,
                "symbol": METHOD_SYMBOLS[nth % len(METHOD_SYMBOLS)],
                "color": method_color(method),
            },
            customdata=[[safe(score.label), safe(score.note)] for score in mine],
            hovertemplate="%{customdata[0]}: %{x:.2f}<br>%{customdata[1]}<extra>"
            + safe(method_words(method))
            + "</extra>",
        )
    finish(figure, height=120 + 40 * max(len(labels), 2), x=say("score, 1 is perfect"))
    lowest = min([0.0, *(score.value for score in scores)])
    figure.update_xaxes(range=[lowest - 0.04, 1.04])
    return figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=[shorten(label, 44) for label in labels],
        range=[len(labels) - 0.5, -0.5],
        zeroline=False,
    )
