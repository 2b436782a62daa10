"""The table in numbers, and what looks wrong with it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.data.profiles import Profile, TimeSpan
from ctrcore.figures import captions
from ctrcore.figures.profiles import class_balance, rows_over_time
from ctrcore.language import say, say_in
from ctrcore.words import WORDS
from pages.shared.charts import chart, csv_button
from pages.shared.column_profile import column_view
from pages.shared.level import learn
from pages.shared.tools import plain

SHOWN_WARNINGS = 2


def show_warnings(profile: Profile) -> None:
    """What would spoil a model without an error; the first few open, the others folded."""
    found = [f"**{plain(warning.problem)}**  \n{plain(warning.remedy)}" for warning in profile.warnings]
    for text in found[:SHOWN_WARNINGS]:
        st.warning(text, icon=":material/warning:")
    if len(found) > SHOWN_WARNINGS:
        with st.expander(say("{count} more warnings", count=len(found) - SHOWN_WARNINGS)):
            for text in found[SHOWN_WARNINGS:]:
                st.warning(text, icon=":material/warning:")


def show_profile(profile: Profile) -> None:
    """Class balance, every column in a line, and one column's values."""
    with st.grid(4, min_column_width=130):
        st.metric(say_in("people", "Users"), "—" if profile.users is None else f"{profile.users:,}")
        st.metric(say("Items"), "—" if profile.items is None else f"{profile.items:,}")
        st.metric(say("Rows without a label"), f"{profile.rows - profile.labelled:,}")
        st.metric(
            say("Repeated rows"), f"{profile.duplicates:,}", help=say("Rows equal to an earlier one in every column.")
        )
    chart(
        class_balance(profile.clicks, profile.labelled),
        key="class-balance",
        **captions.said(captions.CLASS_BALANCE),
        help_text=WORDS["click-through rate"],
        alt_text=say(
            "{clicks:,} of {labelled:,} labelled rows were clicked", clicks=profile.clicks, labelled=profile.labelled
        ),
    )
    columns_table(profile)
    shown = [column for column in profile.columns if column.top or column.histogram or column.lengths]
    shown.sort(key=lambda column: column.kind == "ignore")
    if shown:
        learn(
            say(
                "Click a line of the table, or choose a column here, to see what it holds and how often that is "
                "clicked."
            )
        )
        names = [column.name for column in shown]
        if st.session_state.get("profile-column") not in names:
            st.session_state.pop("profile-column", None)
        name = st.selectbox(say("Column"), names, key="profile-column", width=320)
        column_view(next(column for column in shown if column.name == name), profile)
    if profile.times is not None:
        st.markdown(say("### Over time"))
        over_time(profile.times)
    st.markdown(say("### Columns that determine each other"))
    determined(profile)


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
                "sample": column.sample,
            }
            for column in profile.columns
        ]
    )
    if table["sample"].isna().all():
        table = table.drop(columns="sample")

    def choose() -> None:
        rows = st.session_state["profile-columns"]["selection"]["rows"]
        if rows:
            st.session_state["profile-column"] = profile.columns[rows[0]].name

    with st.container(border=True):
        st.markdown(say("#### Columns"))
        st.dataframe(
            table,
            hide_index=True,
            key="profile-columns",
            placeholder="",
            on_select=choose,
            selection_mode="single-row",
            alt=say("Every column with missing share, number of values, rare share, range and its AUC alone"),
            column_config={
                "name": say("Column"),
                "kind": say("Kind"),
                "missing": st.column_config.NumberColumn(
                    say("Missing"), format="percent", help=say("Share of empty cells.")
                ),
                "distinct": st.column_config.NumberColumn(
                    say_in("of a column", "Values"), format="localized", help=say("Different values.")
                ),
                "rare": st.column_config.NumberColumn(
                    say("Rare"),
                    format="percent",
                    help=say("Share of cells whose value occurs fewer than 5 times in the table."),
                ),
                "minimum": st.column_config.NumberColumn(say("Least"), format="%.4g"),
                "mean": st.column_config.NumberColumn(
                    say("Mean"), format="%.4g", help=say("Of a list: its mean length.")
                ),
                "maximum": st.column_config.NumberColumn(
                    say("Most"), format="%.4g", help=say("Of a list: its largest length.")
                ),
                "auc": st.column_config.NumberColumn(
                    say("AUC alone"),
                    format="%.3f",
                    help=say(
                        "How well this column alone orders the clicks, on at most 200,000 rows. Near 1 it probably "
                        "knows the answer: a leak."
                    ),
                ),
                "sample": st.column_config.NumberColumn(
                    say("Sample of"),
                    format="localized",
                    help=say("Rows looked at, where the table has too many to look at all."),
                ),
            },
        )
        csv_button(table, "columns")


def over_time(times: TimeSpan) -> None:
    """When the rows happened, and how the click rate moved."""
    step = say("range of numbers") if times.unit == "range" else times.unit
    gap = say(" {missing:,} rows have no time.", missing=times.missing) if times.missing else ""
    st.caption(
        say(
            "From {first} to {last}{value}.{gap} {note}",
            first=times.first,
            last=times.last,
            value="" if times.unit == "range" else " (UTC)",
            gap=gap,
            note=plain(times.note),
        )
    )
    points = pd.DataFrame([point.model_dump() for point in times.points])
    chart(
        rows_over_time(
            [point.start for point in times.points],
            [point.rows for point in times.points],
            [point.labelled for point in times.points],
            [point.clicks for point in times.points],
            times.unit,
        ),
        key="profile-time",
        **captions.over_time(plain(times.column), step),
        alt_text=say(
            "Rows and click rate of each {step} from {first} to {last}", step=step, first=times.first, last=times.last
        ),
        data=points,
    )


def determined(profile: Profile) -> None:
    """Which columns say no more than another one does."""
    if not profile.determined:
        st.caption(say("No categorical column says what another one is."))
        return
    table = pd.DataFrame(
        [
            {
                "a": pair.a,
                "b": pair.b,
                "share": pair.share,
                "meaning": say("two names for the same thing")
                if pair.both
                else say("each {a} has one {b}", a=pair.a, b=pair.b),
                "rows": pair.rows,
            }
            for pair in profile.determined
        ]
    )
    with st.container(border=True):
        learn(
            say(
                "A column that another one determines adds nothing that a model could not learn from the other, but it "
                "helps where the other's values are rare: a new item still has a known category. Of two names for the "
                "same thing, one is enough."
            )
        )
        st.dataframe(
            table,
            hide_index=True,
            key="profile-determined",
            alt=say("Pairs of columns of which the first determines the second"),
            column_config={
                "a": say("Column"),
                "b": say("Determines"),
                "share": st.column_config.NumberColumn(
                    say_in("of a share of rows", "In"),
                    format="percent",
                    help=say("Share of the rows that agree with the commonest one of their value."),
                ),
                "meaning": say("That is"),
                "rows": st.column_config.NumberColumn(
                    say("Rows"),
                    format="localized",
                    help=say("Rows compared; of large tables a sample of whole users and items."),
                ),
            },
        )
        csv_button(table, "determined")
