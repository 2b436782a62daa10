"""The way from all items to the list, with the path of the item that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.figures.funnel import Step, funnel
from ctrcore.language import Spoken, mark, say
from ctrcore.recommend.path import path
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.tools import plain
from pages.shared.why.choices import Asked

if TYPE_CHECKING:
    from ctrcore.recommend.funnel import Trace

NAMES = Spoken(
    {"all items": mark("All items"), "recall": mark("Recalled"), "ranking": mark("Ranked"), "list": mark("Shown")}
)


def show_way(asked: Asked, trace: Trace, item: str, key: str = "way") -> None:
    """All items, those recalled, those ranked, and the list."""
    steps = [Step(NAMES[stage.name], stage.count, stage.seconds or None, stage.how) for stage in trace.stages]
    stops = path(trace, item)
    ranks = [None if stop is None else stop.rank for stop in stops]
    name = trace.items.names.item(item)
    chart(
        funnel(steps, stops, name, asked.run.spec.model.name),
        key=key,
        title=say("From all items to the list: the way of {item}", item=plain(name)),
        help_text="  \n".join([WORDS["funnel"], say("**Recalled.** {meaning}", meaning=WORDS["recalled"])]),
        read=say(
            "Each bar holds the items that are left, the best on top. The red line is the item looked at: its rank "
            "by number of clicks among all items, by the quick model's score, then by the ranking model. A "
            "cross is where "
            "it is left out."
        ),
        beware=say(
            "The ranking model never sees what was not recalled: a list can be short of good items without any "
            "fault of the ranking. Milliseconds are those of this server."
        ),
        alt_text=say(
            "{steps}. Ranks of {item}: {ranks}",
            steps="; ".join(say("{step}: {items:,} items", step=step.name, items=step.count) for step in steps),
            item=name,
            ranks=", ".join(say("unknown") if rank is None else str(rank) for rank in ranks),
        ),
        data=pd.DataFrame(
            {
                "stage": [step.name for step in steps],
                "items": [step.count for step in steps],
                "seconds": [stage.seconds for stage in trace.stages],
                "how": [step.how for step in steps],
                "rank of the item": ranks,
            }
        ),
    )
    if len(trace.left_out):
        st.caption(say("{items:,} items of the user's history are left out from the start.", items=len(trace.left_out)))
