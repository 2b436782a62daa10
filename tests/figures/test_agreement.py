"""Score against score: every point carries its row, the cloud carries all rows, text cannot act."""

from __future__ import annotations

import json

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from ctrcore.figures.agreement import Points, score_against_score

POINTS = Points(row=np.array([7, 3, 9, 4]), label=[1, 0, 0, 1], a=[0.9, 0.2, 0.5, 0.4], b=[0.8, 0.1, 0.6, 0.7])


def plot() -> go.Figure:
    return score_against_score(POINTS, ("DIN", "FM"), "probability")


def drawn() -> dict[str, object]:
    return {trace.name: trace for trace in plot().data}


def test_a_click_on_a_point_gives_its_row() -> None:
    found = drawn()
    # As plain lists: what the browser gives back of plotly's compact arrays are zeros.
    sent = {trace["name"]: trace for trace in json.loads(pio.to_json(plot()))["data"]}
    assert sent["click"]["customdata"] == [[7], [4]]
    assert sent["no click"]["customdata"] == [[3], [9]]
    assert list(found["click"].x) == [0.9, 0.4]  # type: ignore[attr-defined]
    assert list(found["no click"].y) == [0.1, 0.6]  # type: ignore[attr-defined]


def test_clicks_differ_from_other_rows_by_shape_too() -> None:
    found = drawn()
    click, other = found["click"].marker, found["no click"].marker  # type: ignore[attr-defined]
    assert click.symbol != other.symbol
    assert click.color != other.color


def test_the_cloud_holds_every_row_where_its_scores_are() -> None:
    counts = np.zeros((4, 4), dtype=int)
    counts[3, 0] = 50  # A sure, B not
    cloud = score_against_score(POINTS, ("A", "B"), "rank", counts=counts, limit=0.8).data[0]
    assert cloud.type == "heatmap"
    heavy = np.unravel_index(np.argmax(np.asarray(cloud.z, dtype=float)), (4, 4))
    assert (cloud.x[heavy[1]], cloud.y[heavy[0]]) == pytest.approx((0.7, 0.1))
    assert np.count_nonzero(np.asarray(cloud.z, dtype=float)) == 1


def test_the_row_looked_at_is_framed_and_both_axes_are_alike() -> None:
    figure = score_against_score(POINTS, ("A", "B"), "rank", chosen=(0.5, 0.6), limit=0.7)
    ring = figure.data[-1]
    assert (ring.x[0], ring.y[0]) == (0.5, 0.6)
    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    assert figure.layout.xaxis.range[1] > 0.7
    assert len(score_against_score(POINTS, ("A", "B"), "rank").data) == 3


def test_no_rows_draw_an_empty_plot() -> None:
    none = score_against_score(Points([], [], [], []), ("A", "B"), "probability")
    assert [len(trace.x) for trace in none.data] == [2, 0, 0]


def test_names_cannot_become_tags() -> None:
    text = score_against_score(POINTS, ("<a href='x'>y</a>", "%{x}"), "probability").to_json()
    assert "<a" not in text
    assert "\\u003ca" not in text
