"""One column of the profile: how its values spread, and how often each is clicked."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.data.profiles import ColumnProfile, Histogram, Profile
from ctrcore.figures.profiles import distribution, value_rates
from ctrcore.language import say
from pages.shared.charts import chart
from pages.shared.level import learn
from pages.shared.tools import plain

QUANTILES = {0.0: "least", 1.0: "most"}


def column_view(column: ColumnProfile, profile: Profile) -> None:
    """What one column holds, and the click rates of its values."""
    name = plain(column.name)
    if column.sample is not None:
        st.caption(
            say(
                "All numbers of {name} are from a sample of {sample:,} of the {rows:,} rows.",
                name=name,
                sample=column.sample,
                rows=profile.rows,
            )
        )
    if column.histogram is not None:
        numbers(column, column.histogram)
    if column.lengths is not None and column.lengths.histogram is not None:
        lengths(column, column.lengths.histogram)
    if not column.top:
        return
    intervals = [(value.low, value.high) for value in column.top if value.low is not None and value.high is not None]
    chart(
        value_rates(
            [value.value for value in column.top],
            [value.rows for value in column.top],
            [float("nan") if value.click_rate is None else value.click_rate for value in column.top],
            profile.click_rate,
            intervals if len(intervals) == len(column.top) else None,
        ),
        key="profile-values",
        title=say("Ranges of {name}", name=name)
        if column.kind == "numeric"
        else say("Commonest values of {name}", name=name),
        read=say(
            "Left: how many rows. Right: the share of them that was clicked, with a line from the least to the "
            "largest rate that so many rows leave possible (95 %, Wilson); the dotted line is the rate of all rows."
        ),
        beware=say(
            "Two values whose lines overlap may well have the same click rate. A rate need not be caused by this "
            "column."
        ),
        alt_text=say("Rows and click rate of {count} values of {name}", count=len(column.top), name=column.name),
        data=pd.DataFrame([value.model_dump() for value in column.top]),
    )


def numbers(column: ColumnProfile, found: Histogram) -> None:
    """How the numbers of a column spread."""
    name = plain(column.name)
    chart(
        distribution(found.edges, found.counts, column.name, found.logarithmic),
        key="profile-distribution",
        title=say("How the numbers of {name} spread", name=name),
        read=say(
            "Each bar is a range of numbers; its height is the number of rows in it. "
            "Each range is a multiple of the one before, for most numbers are small."
        )
        if found.logarithmic
        else say(
            "Each bar is a range of numbers; its height is the number of rows in it. "
            "The first and the last range may be wider: they hold what is rare."
        ),
        beware=say(
            "A rare large number is not wrong because it is rare. Ranges of another width would show other bumps."
        ),
        alt_text=say("Histogram of {name} in {counts} ranges", name=column.name, counts=len(found.counts)),
        data=bars(found),
    )
    quantiles = {QUANTILES.get(found.share, f"{found.share:.0%}"): [found.value] for found in column.quantiles}
    st.dataframe(
        pd.DataFrame(quantiles),
        hide_index=True,
        key="profile-quantiles",
        column_config={name: st.column_config.NumberColumn(format="%.6g") for name in quantiles},
        alt=say("Quantiles of {name}", name=column.name),
    )
    learn(
        say("A quarter of the numbers are at most as large as the one below 25 %, half of them as the one below 50 %.")
    )


def lengths(column: ColumnProfile, found: Histogram) -> None:
    """How long the lists of a column are."""
    what = say("behaviours") if column.kind == "history" else say("members")
    chart(
        distribution(found.edges, found.counts, say("{what} in a row", what=what), found.logarithmic),
        key="profile-lengths",
        title=say("Length of {name}", name=plain(column.name)),
        read=say("How many rows have no {what}, one, two, and so on.", what=what),
        beware=say(
            "A long history is no better history: models keep only its most recent part, as long as the schema "
            "says. A row without one tells a model nothing through this column."
        ),
        alt_text=say("Histogram of the number of {what} of {name}", what=what, name=column.name),
        data=bars(found),
    )


def bars(found: Histogram) -> pd.DataFrame:
    """A histogram as a table."""
    return pd.DataFrame({"from": found.edges[:-1], "to": found.edges[1:], "rows": found.counts})
