"""A chart is never alone: it has a title, how to read it, what not to conclude, a text for the blind, and its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.typing import PlotlyState

from ctrcore.figures.export import to_csv
from ctrcore.language import say
from pages.shared.level import level

Data = pd.DataFrame | Callable[[], pd.DataFrame]


def chart(
    figure: go.Figure | alt.Chart | dict[str, Any],
    *,
    key: str,
    title: str,
    read: str,
    beware: str,
    alt_text: str,
    data: Data | None = None,
    help_text: str | None = None,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Draw a figure as a card.

    Args:
        figure: plotly for what is finished, altair for what still grows, Vega-Lite as plain values for what changes at
            a pace at which altair is too slow.
        key: unique on the page; also the name of the downloads.
        title: what the figure is on.
        read: how to read it. beware: what not to conclude from it.
        alt_text: what is seen, for readers who cannot see it.
        data: the numbers behind it, for the CSV button; a function is called only when the button is pressed.
        help_text: explains a term of the title.
        on_select: called when a point is clicked; the selection is in `st.session_state[key]`.
    """
    with st.container(border=True, key=f"card-{key}", height="stretch"):
        st.markdown(f"#### {title}", help=help_text)
        if level() != "Expert":
            st.caption(read)
        if isinstance(figure, go.Figure):
            _plotly(figure, key, alt_text, on_select)
        elif isinstance(figure, dict):
            st.vega_lite_chart(None, figure, key=key, alt=alt_text, width="stretch")
        else:
            st.altair_chart(figure, key=key, alt=alt_text, width="stretch")
        _foot(key, read, beware, data)


def selected(key: str) -> list[list[object]]:
    """The custom data of the points clicked in a chart; empty if none is."""
    state: PlotlyState | None = st.session_state.get(key)
    if not state:
        return []
    return [list(point["customdata"]) for point in state["selection"]["points"] if "customdata" in point]


def csv_button(frame: Data, key: str, label: str = "CSV") -> None:
    """A table as a file that a spreadsheet may open without running formulas in it."""
    st.download_button(
        label,
        lambda: to_csv(frame() if callable(frame) else frame),
        file_name=f"{key}.csv",
        mime="text/csv",
        key=f"csv-{key}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help=say("The numbers behind this view, as a file."),
    )


def _plotly(figure: go.Figure, key: str, alt_text: str, on_select: Callable[[], None] | None) -> None:
    config = {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"filename": key, "scale": 2},
    }
    if on_select is None:
        st.plotly_chart(figure, key=key, alt=alt_text, width="stretch", config=config)
    else:
        st.plotly_chart(
            figure,
            key=key,
            alt=alt_text,
            width="stretch",
            config=config,
            on_select=on_select,
            selection_mode="points",
        )


def _foot(key: str, read: str, beware: str, data: Data | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if level() == "Learn":
            st.caption(say("**What not to conclude:** {beware}", beware=beware))
        else:
            with st.popover(say("How to read this"), type="tertiary", icon=":material/help:"):
                st.markdown(say("**How to read this.** {read}", read=read))
                st.markdown(say("**What not to conclude.** {beware}", beware=beware))
        if data is not None:
            csv_button(data, key)
