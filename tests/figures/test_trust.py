"""Verdicts are told by shape and word as well as by colour; curves and scores stand where their numbers say."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.explain.trust.check import Verdict
from ctrcore.explain.trust.words import WORDS_OF
from ctrcore.figures.orders import Order, Orders, order_curves
from ctrcore.figures.trust import (
    COLORS,
    SYMBOLS,
    Cell,
    Score,
    planted_scoreboard,
    planted_scores,
    verdict_grid,
)

LIGHT, DARK = "#ffffff", "#0f172a"


def contrast(color: str, background: str) -> float:
    """WCAG 2.1, relative luminance."""

    def luminance(text: str) -> float:
        parts = [int(text[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    high, low = sorted((luminance(color), luminance(background)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_no_verdict_is_told_by_its_colour_alone() -> None:
    assert len({SYMBOLS[verdict] for verdict in WORDS_OF}) == len({WORDS_OF[verdict] for verdict in WORDS_OF}) == 4


@pytest.mark.parametrize("verdict", WORDS_OF)
def test_every_verdict_is_seen_on_light_and_on_dark(verdict: Verdict) -> None:
    assert min(contrast(COLORS[verdict], LIGHT), contrast(COLORS[verdict], DARK)) >= 3


def test_the_grid_puts_each_figure_into_its_cell_and_a_dash_where_there_is_none() -> None:
    cells = {
        ("sum", "attention"): Cell("green", "1e-7"),
        ("order", "attention"): Cell("red", "0.12", "<b>note</b>"),
        ("sum", "gate"): Cell(None, "", "a gate adds nothing up"),
    }
    figure = verdict_grid(["sum", "order"], ["attention", "gate"], cells, chosen="gate")
    found = {}
    for trace in figure.data:
        for x, y, text in zip(trace.x, trace.y, trace.text, strict=True):
            found[y, int(np.round(x + 0.22))] = (trace.name, text.strip())
    assert found == {
        (0, 0): ("holds", "1e-7"),
        (1, 0): ("fails", "0.12"),
        (0, 1): (None, "–"),
        (1, 1): (None, "–"),
    }
    notes = [point for trace in figure.data for point in trace.customdata]
    assert any("‹b›note" in str(note) for note in notes)
    assert any("a gate adds nothing up" in str(note) for note in notes)
    assert any("not computed" in str(note) for note in notes)
    assert (figure.layout.shapes[0].x0 + figure.layout.shapes[0].x1) / 2 == 1
    assert list(figure.layout.yaxis.ticktext) == ["sum", "order"]


def test_checks_of_equal_beginning_stay_apart() -> None:
    checks = [f"{'x' * 60}{end}" for end in "ab"]
    figure = verdict_grid(checks, ["m"], {(checks[1], "m"): Cell("amber", "1")})
    marks = next(trace for trace in figure.data if trace.name == WORDS_OF["amber"])
    assert list(marks.y) == [1]


def test_the_curves_of_methods_lie_beside_the_band_of_random_orders() -> None:
    panel = Orders(
        "taken away",
        [1, 2, 10],
        [Order("attention", [0.2, 0.4, 0.9]), Order("contribution", [0.8, 0.9, 1.0])],
        ([0.1, 0.2, None], [0.0, 0.1, None], [0.2, 0.3, None]),
        best=[0.9, 1.0, None],
        worst=[0.0, 0.1, None],
    )
    figure = order_curves([panel, panel], "share")
    band, mean, best, worst, *methods = [trace for trace in figure.data if trace.xaxis == "x"]
    assert list(band.y) == [0.2, 0.3, 0.1, 0.0]  # there and back; where no row has ten parts there is no band
    assert list(mean.y) == [0.1, 0.2]
    assert list(best.y)[:2] == [0.9, 1.0]
    assert list(worst.y)[:2] == [0.0, 0.1]
    assert [list(trace.y) for trace in methods] == [[0.2, 0.4, 0.9], [0.8, 0.9, 1.0]]
    assert methods[0].line.dash != methods[1].line.dash
    named = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert sorted(named) == [
        *("attention", "by leaving out one by one", "contribution", "random orders", "the same, turned round")
    ]
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "10"]


def test_the_scoreboard_has_a_line_a_measure_and_a_tick_for_a_guess() -> None:
    scores = [
        Score("planted pair first", "attention", 1.0, 0.1),
        Score("planted pair first", "contribution", 0.8, 0.1),
        Score("sign right", "contribution", 0.99),
    ]
    figure = planted_scoreboard(scores)
    guess, attention, contribution = figure.data
    assert list(guess.x) == [0.1]
    assert list(attention.x) == [1.0]
    assert list(contribution.x) == [0.8, 0.99]
    assert [round(place) for place in contribution.y] == [0, 1]
    assert attention.y[0] != contribution.y[0]  # equal scores would cover each other
    assert attention.marker.symbol != contribution.marker.symbol


def test_what_was_planted_becomes_lines_with_the_figure_of_a_guess() -> None:
    pairs = {
        "planted": ["a × b", "c × d"],
        "count": 30,
        "attention": {"ranks": [1, 9], "hit_1": True, "hit_3": 0.5},
        "contribution": {"ranks": [1, 2], "hit_1": True, "hit_3": 1.0},
        "interaction": None,
    }
    behaviours = {
        "behaviours": 50,
        "relevant": 12,
        "row_auc": {"attention": 0.98},
        "sign_accuracy": {"attention": 0.4, "contribution": None},
    }
    scores = planted_scores({"rows": 9, "pairs": pairs, "behaviours": behaviours})
    assert [(score.label, score.method, score.value, score.chance) for score in scores] == [
        ("planted pairs among the first 3", "attention", 0.5, 0.1),
        ("planted pairs among the first 3", "contribution", 1.0, 0.1),
        ("clicks that matter come first", "attention", 0.98, 0.5),
        ("right sign", "attention", 0.4, 0.5),
    ]
    assert "c × d: 9" in scores[0].note
    fields = planted_scores({"fields": {"spearman": {"gate": -0.3, "ablation": None}}})
    assert [(score.method, score.value) for score in fields] == [("gate", -0.3)]
    assert planted_scoreboard(fields).layout.xaxis.range[0] < -0.3
    assert planted_scores({"rows": 3}) == []
