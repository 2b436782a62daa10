"""The table in numbers, and what looks wrong with it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.data.profiles import ColumnProfile, Profile
from ctrcore.figures.profiles import class_balance, value_rates
from pages.shared.charts import chart, csv_button
from pages.shared.level import learn
from pages.shared.tools import plain
from pages.shared.words import WORDS

SHOWN_WARNINGS = 2


def show_warnings(profile: Profile) -> None:
    """What would spoil a model without an error; the first few open, the others folded."""
    found = [f"**{plain(warning.problem)}**  \n{plain(warning.remedy)}" for warning in profile.warnings]
    for text in found[:SHOWN_WARNINGS]:
        st.warning(text, icon=":material/warning:")
    if len(found) > SHOWN_WARNINGS:
        with st.expander(f"{len(found) - SHOWN_WARNINGS} more warnings"):
            for text in found[SHOWN_WARNINGS:]:
                st.warning(text, icon=":material/warning:")


def show_profile(profile: Profile) -> None:
    """Class balance, every column in a line, and one column's values."""
    with st.grid(4, min_column_width=130):
        st.metric("Users", "—" if profile.users is None else f"{profile.users:,}")
        st.metric("Items", "—" if profile.items is None else f"{profile.items:,}")
        st.metric("Rows without a label", f"{profile.rows - profile.labelled:,}")
        st.metric("Repeated rows", f"{profile.duplicates:,}", help="Rows equal to an earlier one in every column.")
    chart(
        class_balance(profile.clicks, profile.labelled),
        key="class-balance",
        title="Clicks and non-clicks",
        help_text=WORDS["click-through rate"],
        read="How many of the labelled rows were clicked.",
        beware="A rare click is normal. It makes accuracy useless as a measure: never saying 'click' is right most of "
        "the time.",
        alt_text=f"{profile.clicks:,} of {profile.labelled:,} labelled rows were clicked",
    )
    columns_table(profile)
    learn("Choose a column to see its commonest values, or for a number its ranges, and how often each is clicked.")
    names = [column.name for column in profile.columns if column.top]
    if names:
        name = st.selectbox("Column", names, key="profile-column", width=320)
        column_view(next(column for column in profile.columns if column.name == name), profile)


def columns_table(profile: Profile) -> None:
    """One line a column."""
    table = pd.DataFrame(
        [
            {
                "name": column.name,
                "kind": column.kind,
                "missing": column.missing_share,
                "distinct": column.distinct,
                "rare": column.rare_share,
                "minimum": column.minimum,
                "mean": column.lengths.mean if column.lengths is not None else column.mean,
                "maximum": column.lengths.longest if column.lengths is not None else column.maximum,
                "auc": column.auc,
            }
            for column in profile.columns
        ]
    )
    with st.container(border=True):
        st.markdown("#### Columns")
        st.dataframe(
            table,
            hide_index=True,
            key="profile-columns",
            placeholder="",
            alt="Every column with missing share, number of values, rare share, range and its AUC alone",
            column_config={
                "name": "Column",
                "kind": "Kind",
                "missing": st.column_config.NumberColumn("Missing", format="percent", help="Share of empty cells."),
                "distinct": st.column_config.NumberColumn("Values", format="localized", help="Different values."),
                "rare": st.column_config.NumberColumn(
                    "Rare", format="percent", help="Share of cells whose value occurs fewer than 5 times in the table."
                ),
                "minimum": st.column_config.NumberColumn("Least", format="%.4g"),
                "mean": st.column_config.NumberColumn("Mean", format="%.4g", help="Of a list: its mean length."),
                "maximum": st.column_config.NumberColumn("Most", format="%.4g", help="Of a list: its largest length."),
                "auc": st.column_config.NumberColumn(
                    "AUC alone",
                    format="%.3f",
                    help="How well this column alone orders the clicks. Near 1 it probably knows the answer: a leak.",
                ),
            },
        )
        csv_button(table, "columns")


def column_view(column: ColumnProfile, profile: Profile) -> None:
    """The values of one column with their click rates."""
    rates = [float("nan") if top.click_rate is None else top.click_rate for top in column.top]
    numeric = column.kind == "numeric"
    chart(
        value_rates(
            [top.value for top in column.top],
            [top.rows for top in column.top],
            rates,
            profile.click_rate,
        ),
        key="profile-values",
        title=f"{'Ranges' if numeric else 'Commonest values'} of {plain(column.name)}",
        read="Left: how many rows. Right: the share of them that was clicked; the dotted line is that of all rows.",
        beware="A high click rate on few rows may be chance, and need not be caused by this column.",
        alt_text=f"Rows and click rate of {len(column.top)} values of {column.name}",
        data=pd.DataFrame([top.model_dump() for top in column.top]),
    )
