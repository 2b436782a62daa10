"""The axis of even steps keeps the order and the lanes, and says the true times."""

from __future__ import annotations

from ctrcore.data.logs.timeline import Timeline, UserEvent
from ctrcore.figures.timelines import in_even_steps, user_lanes
from tests.figures.test_timelines import TIMELINE


def test_each_time_is_one_step_after_the_one_before() -> None:
    clock, even = user_lanes(TIMELINE, 2), in_even_steps(user_lanes(TIMELINE, 2))
    place = {"2024-01-01T10:00:00": 0, "2024-01-01T11:00:00": 1}
    assert len(clock.data) == len(even.data)
    for before, after in zip(clock.data, even.data, strict=True):
        assert list(after.x) == [None if time is None else place[time] for time in before.x]
        assert list(after.y) == list(before.y)
        assert after.text == before.text
    assert list(even.layout.xaxis.tickvals) == [0, 1]
    assert list(even.layout.xaxis.ticktext) == ["2024-01-01<br>10:00:00", "2024-01-01<br>11:00:00"]


def test_numbers_for_times_are_written_in_full() -> None:
    events = tuple(UserEvent(time, "1", None, None, True) for time in (1_234_567.0, 1_234_568.0))
    axis = in_even_steps(user_lanes(Timeline("7", events, ()))).layout.xaxis
    assert list(axis.ticktext) == ["1234567", "1234568"]


def test_no_more_ticks_than_asked_for() -> None:
    assert list(in_even_steps(user_lanes(TIMELINE), ticks=1).layout.xaxis.tickvals) == [0]
