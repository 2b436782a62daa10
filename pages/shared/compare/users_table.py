"""Every figure of the users' lists as a table, with which items come first."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ctrcore.comparing.per_user import TITLES, Metric, PerUser
from ctrcore.language import say
from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.compare.view import View
from pages.shared.level import level

CHART: tuple[Metric, ...] = ("ndcg", "hit_rate", "mrr", "map")


def all_figures(view: View, best: list[PerUser], k: int, everyone: bool) -> None:
    """Every figure as a table, with coverage and popularity where the items are known."""
    table = table_of(view, best, k, everyone)
    shown = ["Model", *(TITLES[name].format(k=k) for name in (CHART if level() != "Expert" else TITLES))]
    exposure = best[0].exposure
    if exposure is not None:
        shown += ["Coverage", "Popularity"] + (["Popular tenth"] if level() == "Expert" else [])
    with st.container(border=True):
        st.markdown(
            say("#### All figures") if exposure is None else say("#### All figures, and which items come first")
        )
        st.dataframe(
            table,
            hide_index=True,
            key="per-user-table",
            column_order=shown,
            column_config=_columns(k),
            alt=say("Measures of the users' lists for each model, the best first"),
        )
        if exposure is not None and level() != "Expert":
            st.caption(
                say(
                    "Coverage: share of the {offered:,} items shown that come among somebody's first {k}. "
                    "Popularity: how popular the first {k} are beside all that was shown, for the {users:,} "
                    "users with more than {k} rows. **What not to conclude:** more coverage is not better in "
                    "itself; it has to be paid for with the measures on the left.",
                    offered=exposure.offered,
                    k=k,
                    users=exposure.users,
                )
            )
        csv_button(table, "per-user-table")


def _columns(k: int) -> dict[str, Any]:
    config: dict[str, Any] = {"Model": st.column_config.TextColumn(say("Model"), pinned=True)}
    for name, title in TITLES.items():
        config[title.format(k=k)] = st.column_config.NumberColumn(format="%.4f", help=WORDS.get(name))
    config["Coverage"] = st.column_config.NumberColumn(say("Coverage"), format="percent", help=WORDS["coverage"])
    config["Popularity"] = st.column_config.NumberColumn(
        say("Popularity"), format="%.3f ×", help=WORDS["popularity bias"]
    )
    config["Popular tenth"] = st.column_config.NumberColumn(
        say("Popular tenth"),
        format="percent",
        help=say("Share of the first K places that go to the most popular tenth of the items."),
    )
    return config


def table_of(view: View, best: list[PerUser], k: int, everyone: bool) -> pd.DataFrame:
    """A line a model, best first: each measure, the ends of its interval, and what comes first."""
    lines = []
    for one in best:
        line: dict[str, Any] = {"Model": view.titles[one.id]}
        for name, title in TITLES.items():
            measured = title.format(k=k)
            line[measured], line[f"{measured} low"], line[f"{measured} high"] = ends_of(one, name, everyone)
        if one.exposure is not None:
            line |= {
                "Coverage": one.exposure.coverage,
                "Popularity": one.exposure.lift,
                "Popular tenth": one.exposure.head_share,
            }
        lines.append(line)
    return pd.DataFrame(lines)


def interval_of(one: PerUser, name: Metric, everyone: bool) -> Any:
    return (one.clicked if everyone else one.headline)[name]


def ends_of(one: PerUser, name: Metric, everyone: bool) -> tuple[float, float, float]:
    found = interval_of(one, name, everyone)
    return found.value, found.low, found.high
