"""From behaviours to rows: what came of a log, how, and how to build its rows in another way."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.wording import click_in_words, negatives_in_words, remembered_in_words
from ctrcore.explain.sentences import joined
from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.runs.dataset import Dataset
from ctrcore.words import WORDS
from pages.shared.behaviours_form import Form
from pages.shared.behaviours_store import first_choices
from pages.shared.level import expert, learn, level
from pages.shared.problems import problems_shown
from pages.shared.store import workspace
from pages.shared.timeline import check_one_user
from pages.shared.tools import plain
from pages.shared.uploading import open_dataset

TAB = mark("Behaviours → rows")
DROPPED = Spoken(
    {
        "no_user": mark("events without a user"),
        "no_item": mark("events without an item"),
        "no_time": mark("events without a time"),
        "little_activity": mark("events of users or items with too few events"),
        "answered": mark("events without a click that a click on the same item answers"),
    }
)
DRAWN = Spoken(
    {
        "given": mark("are the log's other events"),
        "uniform": mark("were drawn, any item alike"),
        "popularity": mark("were drawn, popular items more often"),
        "hard": mark("were drawn from the same category"),
    }
)


def show_behaviours(dataset: Dataset, choices: LogChoices) -> None:
    """What was built, the choices behind it, and one user to check it by."""
    learn(
        say(
            "A behaviour log says what users did. A model learns from **rows**: an item, a user, and whether "
            "it was clicked. Here the rows are built: some events count as clicks, rows without a click are "
            "added, and each row gets the **history** of what its user did strictly before."
        )
    )
    show_report(dataset.about.get("built", {}))
    st.markdown(" ".join(plain(sentence) for sentence in in_words(choices)))
    with problems_shown():
        change(dataset, choices)
    with problems_shown():
        check_one_user(dataset)


def in_words(choices: LogChoices) -> list[str]:
    """The choices in a few sentences."""
    columns = [choices.item, *choices.history_columns]
    return [
        say("A click is {choices}.", choices=click_in_words(choices)),
        negatives_in_words(choices),
        say(
            "A history holds the user's {choices} before the row's time, at most {history_length}: "
            "of each its {columns}.",
            choices=remembered_in_words(choices),
            history_length=choices.history_length,
            columns=joined(columns),
        ),
    ]


def show_report(built: dict[str, Any]) -> None:
    """What happened, in plain numbers."""
    if not built:
        return
    rows, clicks = built["rows"], built["rows_with_click"]
    with st.grid(4, min_column_width=130):
        st.metric(say("Events"), f"{built['events']:,}", help=say("Lines of the log."))
        st.metric(
            say_in("people", "Users"), f"{built['users']:,}", help=say("Users with an event that is not left out.")
        )
        st.metric(say("Items"), f"{built['items']:,}", help=say("Items with an event that is not left out."))
        st.metric(say("Clicks"), f"{built['clicks']:,}", help=say("Events that count as a click."))
        st.metric(say("Rows"), f"{rows:,}", help=say("Rows to learn from and to test on."))
        st.metric(
            say("Rows with a click"),
            f"{clicks:,}",
            help=say("Fewer than clicks, if first clicks only fill the history."),
        )
        st.metric(say("Rows without a click"), f"{rows - clicks:,}")
        st.metric(say("Mean history"), f"{built['mean_history_length']:.1f}", help=WORDS["history"])
    left_out = [f"{count:,} {DROPPED.get(why, why)}" for why, count in built["dropped"].items() if count]
    sources = [f"{count:,} {DRAWN.get(kind, kind)}" for kind, count in built["negatives"].items() if count]
    notes = [say("Left out: {left_out}.", left_out=", ".join(left_out)) if left_out else say("No event was left out.")]
    notes += [say("Rows without a click: {sources}.", sources=", ".join(sources))] if sources else []
    if built["users_with_too_few_candidates"]:
        notes.append(
            say(
                "{users_with_too_few_candidates:,} users had too few items to draw from.",
                users_with_too_few_candidates=built["users_with_too_few_candidates"],
            )
        )
    empty = built["rows_with_empty_history"]
    notes.append(
        say("{empty:,} rows have an empty history.", empty=empty) if empty else say("No row has an empty history.")
    )
    st.caption(" ".join(notes))


def change(dataset: Dataset, now: LogChoices) -> None:
    """The choices as a form, and the button that builds another dataset with them."""
    key = f"log-edition-{dataset.id}"
    edition = int(st.session_state.get(key, 0))
    panel = st.expander(
        say("Change how rows are built"),
        expanded=level() != "Simple",
        icon=":material/tune:",
        key=f"log-form-{dataset.id}",
        on_change="rerun",
    )
    if not panel.open:
        return
    with panel, problems_shown():
        learn(say("Below each choice stands what it does to this log. Nothing changes before you build again."))
        choices = Form(dataset, now, edition).read()
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                say("Build again with these choices"),
                type="primary",
                icon=":material/build:",
                key="rebuild",
                disabled=choices == now,
                help=say("Makes another dataset. This one stays, and so do the models trained on it."),
            ):
                open_dataset(workspace().rebuild(dataset.id, choices))
            if choices != now:
                st.button(say("Undo my changes"), icon=":material/undo:", key="log-undo", on_click=_undo, args=(key,))
            if expert() and st.button(
                say("Use the rows as they are"),
                icon=":material/table_rows:",
                key="as-impressions",
                help=say(
                    "Makes another dataset in which each event is a row, and a column says whether it was clicked."
                ),
            ):
                open_dataset(workspace().rebuild(dataset.id, None))


def offer_behaviours(dataset: Dataset) -> None:
    """For experts: take a table of impressions that looks like a log for one."""
    choices = first_choices(dataset)
    if choices is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            say("Use as behaviours instead"),
            icon=":material/timeline:",
            key="as-behaviours",
            help=say(
                "Makes another dataset, whose rows are built from these: clicks, rows without a click, histories."
            ),
        ):
            open_dataset(workspace().rebuild(dataset.id, choices))
        st.caption(plain(" ".join(in_words(choices))))


def _undo(key: str) -> None:
    st.session_state[key] = int(st.session_state.get(key, 0)) + 1
