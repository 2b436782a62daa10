"""Figures of a profile carry the numbers they were given."""

from __future__ import annotations

import numpy as np

from ctrcore.figures.profiles import distribution, rows_over_time, value_rates


def test_whiskers_end_where_the_intervals_end() -> None:
    rates = value_rates(["a", "b"], [10, 5], [0.2, 0.4], 0.25, [(0.1, 0.35), (0.2, 0.7)]).data[1]
    np.testing.assert_allclose(np.asarray(rates.x) + rates.error_x.array, [0.35, 0.7])
    np.testing.assert_allclose(np.asarray(rates.x) - rates.error_x.arrayminus, [0.1, 0.2])
    assert value_rates(["a"], [10], [float("nan")], 0.25).data[1].error_x.array is None


def test_values_that_look_like_dates_are_no_dates() -> None:
    figure = value_rates(["2024-01-01", "12"], [10, 5], [0.2, 0.4], 0.25)
    assert figure.layout.yaxis.type == figure.layout.yaxis2.type == "category"
    assert figure.layout.xaxis.title.text == "rows"
    assert "clicked" in figure.layout.xaxis2.title.text


def test_bars_cover_their_ranges() -> None:
    figure = distribution([0.0, 2.0, 3.0, 10.0], [5, 1, 4], "price <b>")
    bars = figure.data[0]
    assert list(bars.y) == [5, 1, 4]
    np.testing.assert_allclose(np.asarray(bars.x) - np.asarray(bars.width) / 2, [0, 2, 3])
    np.testing.assert_allclose(np.asarray(bars.x) + np.asarray(bars.width) / 2, [2, 3, 10])
    assert bars.customdata[2] == "3 to 10"
    assert figure.layout.xaxis.title.text == "price ‹b›"
    assert figure.layout.yaxis.title.text == "rows"


def test_whole_numbers_are_named_by_themselves_and_one_number_is_seen() -> None:
    assert list(distribution([0.5, 1.5, 2.5], [3, 4], "stars").data[0].customdata) == ["1", "2"]
    assert list(distribution([7.0, 7.0], [3], "x").data[0].width) == [1.0]


def test_growing_ranges_get_one_width_each_and_are_named_by_their_edges() -> None:
    figure = distribution([1, 10, 100, 1000], [5, 3, 1], "price", logarithmic=True)
    assert list(figure.data[0].x) == [0, 1, 2]
    assert figure.data[0].width == 1.0
    named = dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True))
    assert named[-0.5] == "1"
    assert named[2.5] == "1e+03"


def test_rows_and_click_rates_over_time() -> None:
    figure = rows_over_time(["2024-01-01", "2024-01-02"], [10, 4], [8, 0], [2, 0], "day")
    assert list(figure.data[0].y) == [10, 4]
    assert list(figure.data[1].y) == [0.25, None]
    titles = {figure.layout.yaxis.title.text, figure.layout.yaxis2.title.text, figure.layout.xaxis2.title.text}
    assert titles == {"rows in each day", "click rate", "start of the day"}
    counter = rows_over_time(["0", "25"], [10, 4], [8, 1], [2, 0], "range")
    assert counter.layout.xaxis2.title.text == "number"
