"""All models, field by field: the picture that they have in common."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures.aligned import FieldParts, fields_by_model
from ctrcore.language import say, say_count
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.explain.chosen import Explained, encoded_row, run_of
from pages.shared.explain.methods import AT_ONCE, ask_for, explained, seconds_of, to_ask
from pages.shared.explain.ways import BY_FIELD, METHOD, about, about_told, pick_way
from pages.shared.level import learn, level


def show(chosen: Explained) -> None:
    """The tab."""
    learn(
        say(
            "FM adds up **pairs**, AFM pairs under **attention**, DIN **clicks**: terms of different kinds, so side by "
            "side they would say nothing. What all models have are **fields**. For each field the same question "
            "is put to each model: what does this row's value do to the score, compared with the values of other rows?"
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = pick_way(chosen.run, BY_FIELD, "by", clicks=False)
    if address.read(METHOD) in (None, "own") and level() != "Simple":
        st.caption(say("A model's own terms cannot be set beside another's, so here it starts with what is left out."))
    if level() == "Learn":
        st.caption(about_told(way.method))
    runs = [(run_of(one), encoded_row(run_of(one), chosen.row)) for one in chosen.view.contenders]
    waiting = to_ask(runs, way)
    seconds = sum(seconds_of(run, one, way) for run, one in waiting)
    if seconds > AT_ONCE:
        st.button(
            say_count(
                "Compute for {count} model (about {seconds:.0f} s)",
                "Compute for {count} models (about {seconds:.0f} s)",
                len(waiting),
                seconds=max(seconds, 1),
            ),
            icon=":material/play_arrow:",
            key="explain-compute-all",
            on_click=ask_for,
            args=(waiting, way),
        )
        return
    ask_for(waiting, way)
    found = [
        FieldParts(one.title, one.model, explanation.parts)
        for one, (run, row) in zip(chosen.view.contenders, runs, strict=True)
        if (explanation := explained(run, row, way)) is not None
    ]
    chart(
        fields_by_model(found),
        key="explain-fields",
        title=say("Row {row}, field by field", row=chosen.row),
        help_text=WORDS["shapley"] if way.method == "shapley" else about(way.method),
        read=say(
            "One line a field, one mark a model. Right of the dotted line the value speaks for a click, left of it "
            "against. Where the marks lie together, the models agree on what the value means."
        ),
        beware=say(
            "Models that agree can be wrong together. The comparison is with a sample of training rows; with other "
            "rows to compare with, the numbers are others."
        ),
        alt_text=say("Contribution of each field by {models} models", models=len(found)),
        data=_table(found),
    )


def _table(found: list[FieldParts]) -> pd.DataFrame:
    columns = ["name", "value", "contribution", "standard_error"]
    return pd.concat([one.parts[columns].assign(run=one.label) for one in found], ignore_index=True)
