"""The funnel, an item's rank by every model, appeal and fit, and the difference of two items."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ctrcore.figures.funnel import TOP, Step, funnel, milliseconds, ranks_by_model
from ctrcore.figures.recommended import appeal_and_fit, difference_bars, score_steps
from ctrcore.figures.style import MODEL_COLORS, NEGATIVE, POSITIVE
from ctrcore.recommend.path import Stop

STEPS = [
    Step("All items", 1682),
    Step("Recalled", 240, 0.0042, "FM 200 + popular 50"),
    Step("Ranked", 240, 0.021, "by DIN"),
    Step("Top 10", 10),
]


def test_bars_span_the_ranks_that_are_left() -> None:
    bars = funnel(STEPS).data[0]
    assert [base + length for base, length in zip([bars.base] * 4, bars.y, strict=True)] == pytest.approx(
        [1682.5, 240.5, 240.5, 10.5]
    )
    assert bars.base == TOP < 1


def test_the_head_of_a_stage_says_count_way_and_time() -> None:
    text = funnel(STEPS).layout.xaxis.ticktext
    assert "<b>1,682</b> items" in text[0]
    assert "FM 200 +<br>popular 50" in text[1]
    assert len({label.count("<br>") for label in text}) == 1
    assert "4.2 ms" in text[1]
    assert "21 ms" in text[2]
    assert "<b>1</b> item<br>" in funnel([Step("All items", 1)]).layout.xaxis.ticktext[0]


def stops(*ranks: int | None, kept: bool = True) -> list[Stop | None]:
    """Stops at these ranks, the last of them kept or not."""
    found = [None if rank is None else Stop(rank, True, "FM") for rank in ranks]
    last = max(at for at, stop in enumerate(found) if stop is not None)
    return [stop and replace(stop, kept=kept) if at == last else stop for at, stop in enumerate(found)]


def test_the_path_ends_with_a_cross_where_the_item_is_left_out() -> None:
    path = funnel(STEPS, stops(900, 412, None, None, kept=False), "X").data[1]
    assert (list(path.x), list(path.y)) == ([0, 1], [900, 412])
    assert list(path.marker.symbol) == ["circle", "x"]
    kept = funnel(STEPS, stops(900, 12, 3, 3), "X").data[1]
    assert (list(kept.y), set(kept.marker.symbol)) == ([900, 12, 3, 3], {"circle"})


def test_a_stage_without_a_rank_is_passed_over() -> None:
    path = funnel(STEPS, stops(5, None, 3, 3), "X").data[1]
    assert (list(path.x), list(path.y)) == ([0, 2, 3], [5, 3, 3])
    assert len(funnel(STEPS).data) == 1


def test_the_axis_reaches_a_rank_beyond_all_bars_and_names_cannot_act_as_tags() -> None:
    figure = funnel([Step("All", 5), Step("<a href='x'>", 2)], stops(1, 400), "<b>bad</b>")
    low, high = figure.layout.yaxis.range
    assert 10**low > 400
    assert high < 0  # rank 1 is at the top
    assert "<a" not in figure.layout.xaxis.ticktext[1]
    assert "<b>bad" not in figure.data[1].hovertemplate


def test_times_are_short() -> None:
    assert [milliseconds(s) for s in (0.0004, 0.0042, 0.021, 1.26)] == ["0.4 ms", "4.2 ms", "21 ms", "1.3 s"]


def test_every_model_has_its_dot_and_those_that_did_not_rank_have_none() -> None:
    figure = ranks_by_model(["a", "b", "c"], ["fm", "din", "lr"], [4, None, 30], 10)
    dots = figure.data[0]
    assert list(dots.x) == [4, 30]
    assert list(dots.marker.color) == [MODEL_COLORS["fm"], MODEL_COLORS["lr"]]
    assert figure.layout.shapes[0].x0 == 10.5


def test_runs_of_one_name_stay_apart() -> None:
    assert len(set(ranks_by_model(["a", "a"], ["fm", "fm"], [1, 2], 10).data[0].y)) == 2


def test_appeal_and_fit_add_up_to_the_score() -> None:
    bars = appeal_and_fit(-0.4, 1.3).data[0]
    assert list(bars.x) == pytest.approx([-0.4, 1.3, 0.9])
    assert list(bars.measure) == ["relative", "relative", "total"]
    assert bars.text[2] == "+0.90 (71.1 %)"


def test_steps_to_a_score_add_up_and_stay_within_the_picture() -> None:
    figure = score_steps([("candidates", -0.6), ("item", 0.4), ("user", 2.1), ("both", -0.3)])
    bars = figure.data[0]
    assert list(bars.x) == pytest.approx([-0.6, 0.4, 2.1, -0.3, 1.6])
    assert list(bars.text) == ["-0.60", "+0.40", "+2.10", "-0.30", "+1.60 (83.2 %)"]
    low, high = figure.layout.xaxis.range
    assert low < -0.6
    assert high > 1.9


def parts(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"value_b": "", "value_a": "", **columns})


def test_the_difference_shows_every_part_and_its_sum() -> None:
    table = parts(
        name=["year", "user × item", "c"],
        value_a=["1994", "9 × Fargo", ""],
        value_b=["1957", "9 × Alien", ""],
        difference=[0.5, -0.2, 0.01],
    )
    bars = difference_bars(table, 0.31, "A", "B", count=2).data[0]
    assert list(bars.x) == pytest.approx([0.5, -0.2, 0.01, 0.31])
    labels = ["year: 1994 | 1957", "user × item", "1 smaller part", "difference"]
    assert [label.replace(chr(8203), "") for label in bars.y] == labels
    assert list(bars.marker.color[:2]) == [POSITIVE, NEGATIVE]
    assert bars.customdata[1] == "user × item<br>9 × Fargo<br>against 9 × Alien"


def test_a_value_that_both_have_is_told_once() -> None:
    table = parts(name=["kind"], value_a=["a"], value_b=["a"], difference=[0.3])
    assert difference_bars(table, 0.3, "A", "B").data[0].y[0] == "kind: a"


def test_a_difference_that_is_not_explained_is_a_bar() -> None:
    bars = difference_bars(parts(name=["a"], difference=[0.5]), 0.7, "A", "B").data[0]
    assert [label.replace(chr(8203), "") for label in bars.y] == ["a", "not explained", "difference"]
    assert bars.x[1] == pytest.approx(0.2)
