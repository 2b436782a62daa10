"""What the models will see: the rows after cleaning, splitting and encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.data.recipe import Recipe
from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.runs.dataset import Dataset
from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.chores import rows_ready
from pages.shared.level import learn, level
from pages.shared.store import prepared

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.data.encoding import Encoder

SHOWN = 15
PARTS = Spoken({"train": mark("training"), "valid": mark("validation"), "test": mark("test")})


def show_preview(dataset: Dataset, recipe: Recipe) -> None:
    """Counts of the three parts, and the first rows of one of them, as values and as numbers."""
    if not rows_ready(dataset, recipe):
        return
    with st.spinner(say("Splitting and encoding the rows")):
        made = prepared(dataset.id, recipe)
    counts(made.report)
    part = st.segmented_control(
        say("Rows of"), list(PARTS), default="train", required=True, format_func=PARTS.__getitem__, key="preview-part"
    )
    rows: Encoded = getattr(made, part)
    few = rows.take(np.arange(min(SHOWN, len(rows))))
    with st.container(border=True):
        st.markdown(say("#### As values"), help=f"'unknown': {WORDS['unknown']}")
        learn(
            say(
                "Rare values have become **unknown**, missing ones are filled in, and a history holds only what came "
                "before the row."
            )
        )
        values = made.encoder.inverse(few)
        clicked, unclicked = say("click"), say("no click")
        # In the index, for a column of the table may have any name.
        values.index = pd.Index(
            [f"{row}: {clicked if label else unclicked}" for row, label in zip(few.row, few.label, strict=True)]
        )
        st.dataframe(values, key="preview-values", alt=say("The first rows as values: {part}", part=PARTS[part]))
        csv_button(values, "values")
    if level() != "Simple":
        with st.container(border=True):
            st.markdown(say("#### As numbers"), help=WORDS["embedding"])
            learn(
                say(
                    "This is all that a model gets. A category is the **number of its embedding**; all "
                    "fields share one table of {vocabulary_size:,} embeddings. A number, scaled as chosen, "
                    "multiplies the one embedding of its column. A history is a list of embedding numbers.",
                    vocabulary_size=made.encoder.vocabulary_size,
                )
            )
            st.dataframe(
                as_numbers(few, made.encoder),
                hide_index=True,
                key="preview-numbers",
                alt=say("The first rows as the models read them: {part}", part=PARTS[part]),
            )
    never_seen(made.report.get("cold"))
    if level() != "Simple":
        unknown(made.report["unknown_share"])


def counts(report: dict[str, Any]) -> None:
    """How many rows each part has, and what was left out."""
    table = pd.DataFrame(
        [{"part": PARTS[name], **{key: report["parts"][name][key] for key in COUNTED}} for name in PARTS]
    )
    st.dataframe(
        table,
        hide_index=True,
        key="preview-counts",
        alt=say("Rows, clicks, click rate and users of training, validation and test rows"),
        column_config={
            "part": say("Rows for"),
            "rows": st.column_config.NumberColumn(say("Rows"), format="localized"),
            "clicks": st.column_config.NumberColumn(say("Clicks"), format="localized"),
            "click_rate": st.column_config.NumberColumn(say("Click rate"), format="percent"),
            "users": st.column_config.NumberColumn(say_in("people", "Users"), format="localized"),
        },
    )
    dropped = [f"{count:,} {DROPPED.get(name, name)}" for name, count in report["dropped"].items() if count]
    if dropped:
        st.caption(say("Left out: {what}.", what=", ".join(dropped)))


WHOSE = Spoken({"user": mark("users"), "item": mark("items")})
COUNTED = ("rows", "clicks", "click_rate", "users")
DROPPED = Spoken(
    {
        "duplicates": mark("repeated rows"),
        "unlabelled": mark("rows without a label"),
        "negatives": mark("training rows without a click"),
    }
)


def never_seen(cold: dict[str, dict[str, dict[str, float]]] | None) -> None:
    """How much of validation and test is about users and items without a training row."""
    table = pd.DataFrame(
        [
            {"part": PARTS[part], "what": WHOSE[key], **{name: found[key][name] for name in COLD}}
            for part, found in (cold or {}).items()
            for key in found
            if found[key]["rows"]
        ]
    )
    if table.empty:
        return
    with st.container(border=True):
        st.markdown(say("#### Users and items that training never saw"))
        learn(
            say(
                "Of a **new** user or item a model knows only what it shares with others, its age group or its "
                "category. The more such rows, the less the test says on how well known ones are ranked, and the "
                "other way round."
            )
        )
        st.dataframe(
            table,
            hide_index=True,
            key="preview-cold",
            alt=say("Share of validation and test rows whose user or item has no training row"),
            column_config={
                "part": say("Rows for"),
                "what": say("Of"),
                "share": st.column_config.ProgressColumn(
                    say("Rows of new ones"),
                    min_value=0.0,
                    max_value=1.0,
                    format="percent",
                    help=say("Share of the part's rows."),
                ),
                "cold_rows": st.column_config.NumberColumn(say("Such rows"), format="localized"),
                "cold": st.column_config.NumberColumn(
                    say("New ones"), format="localized", help=say("Different new ones.")
                ),
                "distinct": st.column_config.NumberColumn(say("Different ones in all"), format="localized"),
            },
        )
        csv_button(table, "new-users-and-items")


COLD = ("share", "cold_rows", "cold", "distinct")


def unknown(shares: dict[str, dict[str, float]]) -> None:
    """Share of unknown values per field and part: what the models have to guess at."""
    table = pd.DataFrame({name: shares[name] for name in PARTS}).rename_axis("field").reset_index()
    table = table[table.drop(columns="field").max(axis=1) > 0]
    if table.empty:
        return
    with st.container(border=True):
        st.markdown(say("#### Unknown values"), help=WORDS["unknown"])
        st.dataframe(
            table.sort_values("test", ascending=False),
            hide_index=True,
            key="preview-unknown",
            column_config={
                "field": say("field"),
                **{
                    name: st.column_config.ProgressColumn(word, min_value=0.0, max_value=1.0, format="percent")
                    for name, word in PARTS.items()
                },
            },
            alt=say("Share of unknown values of each field"),
        )


def as_numbers(rows: Encoded, encoder: Encoder) -> pd.DataFrame:
    """Embedding numbers of categories, scaled values of numbers, lists of embedding numbers of bags."""
    columns: dict[str, Any] = {}
    for place, field in enumerate(encoder.fields):
        if field.is_bag:
            bag = rows.bags[field.name]
            columns[field.name] = [part.tolist() for part in np.split(bag.ids, bag.offsets[1:-1])]
        else:
            columns[field.name] = rows.values[:, place] if field.kind == "numeric" else rows.ids[:, place]
    return pd.DataFrame(columns)
