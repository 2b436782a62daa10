"""Check one user: what it did, the rows made of that, and the history of one row, to be followed by eye."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.typing import DataframeState

from ctrcore.data.values import word
from ctrcore.figures.timelines import in_even_steps, user_lanes
from ctrcore.language import mark, say
from ctrcore.runs.dataset import Dataset
from pages.shared import address
from pages.shared.behaviours_store import names_of, timeline_of, users_of
from pages.shared.charts import chart, selected
from pages.shared.drafts import saved_or_guessed
from pages.shared.level import learn
from pages.shared.timeline_tables import events_table, place_of, rows_table
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.logs.timeline import Timeline
MOST = 600  # events and rows shown; more would fill the figure from edge to edge
EVEN, CLOCK = mark("In even steps"), mark("By the clock")


def check_one_user(dataset: Dataset) -> None:
    """The whole section: choose a user, see its two lanes, its rows and its events."""
    st.markdown(say("#### Check one user"))
    learn(
        say(
            "Does the construction hold? Choose a row: only events **strictly before** its time may be in "
            "its history, and none that was left out. An item that was drawn must not be among the user's "
            "clicks."
        )
    )
    user = _pick_user(dataset)
    if user is None:
        st.info(say("No user of the log has a click."), icon=":material/info:")
        return
    recipe = saved_or_guessed(dataset)
    whole = timeline_of(dataset, user, recipe)
    timeline = with_names(latest(whole, MOST), names_of(dataset))
    if not timeline.rows:
        st.info(say("No row was made of this user's events; they are below."), icon=":material/info:")
        events_table(timeline, None, f"{dataset.id}-{user}")
        return
    key = f"{dataset.id}-{user}"
    place = _chosen(key, timeline)
    even = st.segmented_control(
        say("Time axis"),
        [EVEN, CLOCK],
        default=EVEN,
        format_func=say,
        required=True,
        key="timeline-axis",
        persist_state="session",
        help=say(
            "Even steps tell moments apart that lie close together; the clock shows visits and the gaps between them."
        ),
    )
    lanes = user_lanes(timeline, place)
    chart(
        in_even_steps(lanes) if even == EVEN else lanes,
        key="timeline",
        title=say(
            "User {user}: {events:,} events and the {rows:,} rows made of them",
            user=plain(user),
            events=len(timeline.events),
            rows=len(timeline.rows),
        ),
        read=say(
            "Above the line what the user did, below it the rows. Blue: a click; orange: none; hollow: an item that "
            "was drawn. The chosen row and what its history remembers are framed; click another row to choose it."
        ),
        beware=say("A drawn row is no refusal: nobody knows whether the user ever saw that item."),
        alt_text=_alt(timeline, place),
        on_select=lambda: _clicked(key),
    )
    if len(timeline.rows) < len(whole.rows) or len(timeline.events) < len(whole.events):
        st.caption(
            say(
                "Shown are the latest {events:,} of {all_events:,} events and the latest {rows:,} of {all_rows:,} "
                "rows.",
                events=len(timeline.events),
                all_events=len(whole.events),
                rows=len(timeline.rows),
                all_rows=len(whole.rows),
            )
        )
    _rows(timeline, key, place)
    if not dataset.is_prepared(recipe):
        st.caption(say("Which rows train and which test is known once they were prepared: see 'What the models see'."))
    events_table(timeline, place, key)


def with_names(timeline: Timeline, names: dict[str, str]) -> Timeline:
    """The timeline with what items are called beside their ids."""
    if not names:
        return timeline

    def called(item: str | None) -> str | None:
        return f"{names[item]} ({item})" if item in names else item

    return replace(
        timeline,
        events=tuple(replace(event, item=called(event.item)) for event in timeline.events),
        rows=tuple(
            replace(row, item=called(row.item), history=tuple(str(called(item)) for item in row.history))
            for row in timeline.rows
        ),
    )


def latest(timeline: Timeline, most: int) -> Timeline:
    """The timeline with at most so many events and rows, the last ones."""
    cut = max(0, len(timeline.events) - most)
    rows = tuple(
        replace(row, behaviours=tuple(-1 if event < cut else event - cut for event in row.behaviours))
        for row in timeline.rows[-most:]
    )
    return replace(timeline, events=timeline.events[cut:], rows=rows)


def _pick_user(dataset: Dataset) -> str | None:
    """A user of those offered, or any id that is typed; the address keeps it."""
    users = users_of(dataset)
    if not users:
        return None
    said = address.read("user")
    options = list(users) if said is None or said in users else [said, *users]

    def label(user: str) -> str:
        one = users.get(user)
        return (
            user
            if one is None
            else say("{user} · {clicks:,} clicks in {events:,} events", user=user, clicks=one.clicks, events=one.events)
        )

    chosen = st.selectbox(
        say("User"),
        options,
        index=options.index(said) if said is not None else 0,
        format_func=label,
        accept_new_options=True,
        key=f"timeline-user-{dataset.id}",
        width=420,
        help=say(
            "First come users with a handful of clicks, whose rows are checked quickly, then the busiest. Any other "
            "id can be typed."
        ),
    )
    user = word(chosen) or options[0]
    address.write("user", user)
    return user


def _rows(timeline: Timeline, key: str, place: int | None) -> None:
    """The rows, one of which can be chosen."""
    with st.container(border=True):
        st.markdown(say("#### Rows made of this user's events"))
        learn(say("Click the box at the left end of a row to see what its history remembers."))
        rows_table(timeline, place, _table_key(key))


def _chosen(key: str, timeline: Timeline) -> int | None:
    """The row to look at: at first the last click that has a history, so that there is something to see."""
    known = f"timeline-row-{key}"
    table: DataframeState | None = st.session_state.get(_table_key(key))
    if table is not None:
        rows = table["selection"]["rows"]
        st.session_state[known] = place_of(timeline, rows[0]) if rows else None
    elif known not in st.session_state:
        told = [place for place, row in enumerate(timeline.rows) if row.history]
        clicks = [place for place in told if timeline.rows[place].label]
        st.session_state[known] = (clicks or told or [0])[-1]
    place: int | None = st.session_state[known]
    return place if place is not None and place < len(timeline.rows) else None


def _table_key(key: str) -> str:
    """A table keeps its own choice, so that another choice needs another table."""
    return f"timeline-rows-{key}-{st.session_state.get(f'timeline-edition-{key}', 0)}"


def _clicked(key: str) -> None:
    for lane, place in (point[:2] for point in selected("timeline")):
        if lane == "row":
            st.session_state[f"timeline-row-{key}"] = int(str(place))
            st.session_state[f"timeline-edition-{key}"] = int(st.session_state.get(f"timeline-edition-{key}", 0)) + 1


def _alt(timeline: Timeline, place: int | None) -> str:
    seen = say(
        "{events:,} events of user {user} and {rows:,} rows over time",
        events=len(timeline.events),
        user=timeline.user,
        rows=len(timeline.rows),
    )
    if place is None:
        return seen
    return say(
        "{seen}; the chosen row remembers {count} of the events", seen=seen, count=len(timeline.rows[place].history)
    )
