"""One user's events and rows as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.language import say, say_count
from pages.shared.charts import csv_button
from pages.shared.preview import PARTS
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.logs.timeline import Timeline
HEIGHT = 320
FRAMED = "background-color: rgba(225, 29, 72, 0.16)"  # the colour of the frames in the figure, on light and on dark


def rows_table(timeline: Timeline, chosen: int | None, key: str) -> None:
    """The rows, the latest first; one of them can be chosen, and `place_of` tells which one it is."""
    frame = pd.DataFrame(
        [
            {
                "time": _when(row.time),
                "item": row.item,
                "label": say("click") if row.label else say("no click"),
                "from": say("drawn") if row.drawn else say("the log"),
                "part": PARTS.get(row.part or "", "—"),
                "length": len(row.history),
                "history": list(reversed(row.history)),
                "row": row.position,
            }
            for row in reversed(timeline.rows)
        ]
    )
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height=min(HEIGHT, 38 + 35 * len(frame)),
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [] if chosen is None else [place_of(timeline, chosen)]}},
        alt=say("The {count:,} rows made of the events of user {user}", count=len(frame), user=timeline.user),
        column_config={
            "time": say("Time"),
            "item": st.column_config.TextColumn(say("Item"), width="medium"),
            "label": say("Label"),
            "from": st.column_config.TextColumn(
                say("From"),
                help=say("Whether the log has such an event, or the item was drawn as one that was not clicked."),
            ),
            "length": st.column_config.NumberColumn(say("Length"), help=say("Behaviours in the history.")),
            "history": st.column_config.ListColumn(
                say("History, most recent first"),
                width="large",
                help=say("What the user did strictly before this row's time."),
            ),
            "part": st.column_config.TextColumn(
                say("Used for"), help=say("Whether the row trains, validates or tests.")
            ),
            "row": st.column_config.NumberColumn(say("Row"), help=say("Its number in the table, counted from 0.")),
        },
    )
    csv_button(frame.assign(history=[" | ".join(items) for items in frame["history"]]), "timeline-rows")


def place_of(timeline: Timeline, place: int) -> int:
    """From a row's place in time to its place in the table, and back."""
    return len(timeline.rows) - 1 - place


def events_table(timeline: Timeline, chosen: int | None, key: str) -> None:
    """The events, the latest first; those in the history of the chosen row are marked."""
    with st.container(border=True):
        st.markdown(say("#### Events of the log"))
        events, row = timeline.events, timeline.rows[chosen] if chosen is not None else None
        back = {}
        if row is not None:
            count = len(row.behaviours)
            back = {event: count - place for place, event in enumerate(row.behaviours) if event >= 0}
            st.caption(_told(len(back), count, row.item, row.time))
        only = bool(back) and st.toggle(say("Only what the chosen row remembers"), key=f"timeline-only-{key}")
        places = sorted(back if only else range(len(events)), reverse=True)
        frame = pd.DataFrame(
            [
                {
                    "time": _when(events[place].time),
                    "item": events[place].item,
                    "action": events[place].action,
                    "rating": events[place].rating,
                    "click": say("click") if events[place].click else say("no click"),
                    "back": say("{back} back", back=back[place]) if place in back else "",
                }
                for place in places
            ],
            columns=["time", "item", "action", "rating", "click", "back"],
        )
        told = [name for name in ("action", "rating") if frame[name].isna().all()]
        frame = frame.drop(columns=told)
        st.dataframe(
            frame.style.apply(lambda line: [FRAMED if line["back"] else ""] * len(line), axis=1),
            hide_index=True,
            height=min(HEIGHT, 38 + 35 * len(frame)),
            key=f"timeline-events-{key}",
            alt=say(
                "The {count:,} events of user {user}; those in the chosen row's history are marked",
                count=len(frame),
                user=timeline.user,
            ),
            column_config={
                "time": say("Time"),
                "item": st.column_config.TextColumn(say("Item"), width="medium"),
                "action": say("Action"),
                "rating": say("Rating"),
                "click": say("Counts as"),
                "back": st.column_config.TextColumn(
                    say("In the history"),
                    help=say("How many behaviours back from the chosen row; 1 back is the most recent."),
                ),
            },
        )


def _told(found: int, count: int, item: str | None, time: str | float) -> str:
    """What the chosen row is, and how much of its history is found among the events."""
    what = say(
        "The chosen row asks about {item} at {time}.", item=plain(item or say("no item")), time=plain(_when(time))
    )
    if not count:
        return say("{what} Its history is empty: nothing that is remembered came before.", what=what)
    missing = say(" {count} of them are not among the events shown.", count=count - found) if found < count else ""
    return say_count(
        "{what} Its history remembers {count} event, marked below.{missing}",
        "{what} Its history remembers {count} events, marked below.{missing}",
        count,
        what=what,
        missing=missing,
    )


def _when(time: str | float) -> str:
    return time.replace("T", " ") if isinstance(time, str) else f"{time:.15g}"
