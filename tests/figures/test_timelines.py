"""A user's events and rows stand where they belong, and a chosen row shows its history."""

from __future__ import annotations

from typing import Any

import pytest

from ctrcore.data.logs.timeline import Timeline, UserEvent, UserRow
from ctrcore.figures.style import MARK, NEGATIVE, POSITIVE
from ctrcore.figures.timelines import user_lanes

TIMELINE = Timeline(
    user="7",
    events=(
        UserEvent("2024-01-01T10:00:00", "1", "buy", None, True),
        UserEvent("2024-01-01T11:00:00", "2", "view", "2", False),
        UserEvent("2024-01-01T11:00:00", "<b>3", "buy", None, True),
    ),
    rows=(
        UserRow(10, "2024-01-01T10:00:00", "1", 1, False, (), (), "train"),
        UserRow(11, "2024-01-01T10:00:00", "5", 0, True, (), (), "train"),
        UserRow(12, "2024-01-01T11:00:00", "<b>3", 1, False, ("1",), (0,), "test"),
        UserRow(13, "2024-01-01T11:00:00", "6", 0, True, ("1",), (0,), "test"),
        UserRow(14, "2024-01-01T11:00:00", "2", 0, False, ("1", "9"), (0, -1), None),
    ),
)


def points(chosen_row: int | None = None) -> dict[tuple[str, int], dict[str, Any]]:
    """Every point by its lane and position."""
    found = {}
    for trace in user_lanes(TIMELINE, chosen_row).data:
        for place, where in enumerate(trace.customdata if trace.customdata is not None else []):
            found[where[0], where[1]] = {
                "x": trace.x[place], "y": trace.y[place], "text": trace.text[place],
                "color": trace.marker.color, "symbol": trace.marker.symbol,
            }  # fmt: skip
    return found


def test_every_event_and_every_row_is_one_point_in_its_lane() -> None:
    found = points()
    assert set(found) == {("event", i) for i in range(3)} | {("row", i) for i in range(5)}
    for (lane, place), point in found.items():
        one = TIMELINE.events[place] if lane == "event" else TIMELINE.rows[place]
        assert point["x"] == one.time
        assert (point["y"] > 0) == (lane == "event")
        click = one.click if isinstance(one, UserEvent) else one.label == 1
        assert point["color"] == (POSITIVE if click else NEGATIVE)
        drawn = isinstance(one, UserRow) and one.drawn
        assert point["symbol"] == ("circle-open" if drawn else "circle")


def test_points_of_one_time_do_not_cover_each_other() -> None:
    places = [(point["x"], round(point["y"], 6)) for point in points().values()]
    assert len(set(places)) == len(places)


def test_what_is_read_over_a_point() -> None:
    found = points()
    assert found["event", 1]["text"] == "item 2<br>2024-01-01 11:00:00<br>no click<br>view<br>rating 2"
    assert (
        found["row", 3]["text"]
        == "item 6<br>2024-01-01 11:00:00<br>row 13: no click, drawn<br>1 in the history<br>test"
    )
    assert "item ‹b›3" in found["event", 2]["text"]


@pytest.mark.parametrize(("chosen", "behaviours"), [(0, []), (3, [0]), (4, [0])])
def test_a_chosen_row_is_framed_with_the_events_that_it_remembers(chosen: int, behaviours: list[int]) -> None:
    figure, found = user_lanes(TIMELINE, chosen), points()
    frame = next(trace for trace in figure.data if trace.marker.line.color == MARK)
    expected = [found["row", chosen], *(found["event", place] for place in behaviours)]
    assert list(zip(frame.x, frame.y, strict=True)) == [(point["x"], point["y"]) for point in expected]
    assert points(chosen) == found


def test_without_a_choice_nothing_is_framed() -> None:
    assert all(trace.marker.line.color != MARK for trace in user_lanes(TIMELINE).data)
    assert len(user_lanes(TIMELINE).data) == len(user_lanes(TIMELINE, 0).data) - 2


def test_a_user_without_rows_and_numbers_for_times() -> None:
    exact = user_lanes(Timeline("7", (UserEvent(1_234_567.0, "1", None, None, True),), ()))
    assert exact.data[0].text[0] == "item 1<br>1234567<br>click"
    figure = user_lanes(Timeline("7", (UserEvent(3.0, None, None, None, False),), ()))
    assert [list(trace.x) for trace in figure.data] == [[3.0]]
    assert figure.data[0].text[0] == "no item<br>3<br>no click"
    assert len(user_lanes(Timeline("7", (), ())).data) == 0
