"""The row as the user knows it, what training knows of its values, and what every model says of it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import joined, listed, percent_of
from ctrcore.figures.logits import Score, scores_picture
from ctrcore.language import mark, say
from ctrcore.metrics import sigmoid
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.explain.chosen import Explained, cells_of, encoded_row, names_of, rows_in_words, usual
from pages.shared.store import content_of, encoder_of, prepared
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded

SAID = 6
SEEN = mark(
    "Training rows with the same value. Past clicks on it are not counted; a dash: it has no single value to count."
)
SUPPORT = mark(
    "Well known: at least 5 times in training, in rows or in past clicks. Rare: fewer. Unknown: never. What models say "
    "of a rare or unknown value rests on next to nothing."
)
KNOWN, IN_RANGE = mark("well known"), mark("in range")
FLAGS = {
    "known": "",
    "rare": mark("rare"),
    "unknown": mark("unknown"),
    "missing": mark("missing"),
    "outside": mark("out of range"),
}
LINE = 35  # pixels of a line of a table


def show_headline(chosen: Explained) -> None:
    """What really happened, what the models say, and which values they know little of; in words."""
    title = say("#### Row {row}: a click", row=chosen.row)
    st.markdown(title if chosen.clicked else say("#### Row {row}: no click", row=chosen.row))
    st.markdown(plain(_all_say(chosen)))
    table = values_of(chosen)
    weak = table[~table["support"].isin([say(KNOWN), say(IN_RANGE)])]
    if len(weak):
        st.markdown(say(":orange-badge[:material/warning: little data] {told}", told=plain(_weak(weak))))


def _all_say(chosen: Explained) -> str:
    """'The models say from 89.5 % (lr 3) to 99.8 % (din 3).'"""
    said = sorted(((chosen.logit(one), one.title) for one in chosen.view.contenders), key=lambda pair: pair[0])
    (low, least), (high, most) = said[0], said[-1]
    if len(said) == 1:
        return say("{model} gives it a probability of {percent}.", model=least, percent=percent_of(low))
    if percent_of(low) == percent_of(high):
        return say("All {models} models give it a probability of {percent}.", models=len(said), percent=percent_of(low))
    return say(
        "The {models} models give it a probability from {low} ({least}) to {high} ({most}).",
        models=len(said),
        low=percent_of(low),
        least=least,
        high=percent_of(high),
        most=most,
    )


def show_values(chosen: Explained) -> None:
    """The row's values, and how much of them training saw."""
    table = values_of(chosen)
    with st.expander(say("The values of row {row}", row=chosen.row), icon=":material/table_rows:"):
        st.dataframe(
            table,
            hide_index=True,
            height=LINE * (len(table) + 1) + 3,
            key="explain-values",
            alt=say("The fields of row {row}, their values, and how often training saw them", row=chosen.row),
            column_config={
                "field": st.column_config.TextColumn(say("Field"), width=190),
                "value": st.column_config.TextColumn(say("Value"), width="large"),
                "seen": st.column_config.TextColumn(say("Training rows"), width=110, help=say(SEEN), alignment="right"),
                "support": st.column_config.TextColumn(say("Support"), width=110, help=say(SUPPORT)),
            },
        )
        st.caption(say("As {title} reads the row. Another row: in the sidebar.", title=plain(chosen.focus.title)))


def values_of(chosen: Explained) -> pd.DataFrame:
    """field, value, seen (training rows with it, as text) and support, as the focus' model reads the row."""
    from ctrcore.explain.support import supports

    run, row = chosen.run, chosen.row
    one = encoded_row(run, row)
    found, names = supports(encoder_of(run), one, cells_of(run, row)), names_of(run)
    dense = [field.name for field in encoder_of(run).fields if not field.is_bag]
    rows = dict(zip(dense, _rows_with(run.spec.dataset, run.recipe.id, content_of(one), run, one), strict=True))
    lines = []
    for field, group in groupby(found, key=lambda one: one.field):
        members = list(group)
        texts = [names.value(field, one.value) for one in members]
        states = [say(FLAGS[one.state]) for one in members if FLAGS[one.state]]
        several, number = encoder_of(run).field(field).is_bag, members[0].seen is None
        lines.append(
            {
                "field": field,
                "value": ", ".join(reversed(texts)) if several else texts[0],
                "seen": "–" if several or number else f"{rows[field]:,}",
                "support": listed([_counted(states, s) if several else s for s in dict.fromkeys(states)])
                or say(IN_RANGE if number else KNOWN),
            }
        )
    return pd.DataFrame(lines, columns=["field", "value", "seen", "support"])


def _counted(states: list[str], state: str) -> str:
    return say("{count} {state}", count=states.count(state), state=state)


@st.cache_resource(show_spinner=False, max_entries=400)
def _rows_with(dataset_id: str, recipe_id: str, content: str, _run: Run, _one: Encoded) -> list[int]:  # noqa: ARG001
    from ctrcore.explain.rows_seen import rows_with

    return rows_with(prepared(dataset_id, _run.recipe).train, _one)


def _weak(weak: pd.DataFrame) -> str:
    """'item_id = 12 (rare) and history_item (2 rare): the models know little of them.'"""
    told = [
        f"{field} ({support})" if support[0].isdigit() else f"{field} = {str(value)[:40]} ({support})"
        for field, value, support in zip(weak["field"], weak["value"], weak["support"], strict=True)
    ][:SAID]
    more = len(weak) - len(told)
    told += [say("{more} more", more=more)] * (more > 0)
    if len(weak) == 1:
        return say("{value}: the models have learned little or nothing about it.", value=joined(told))
    return say("{values}: the models have learned little or nothing about them.", values=joined(told))


def show_scores(chosen: Explained) -> None:
    """Every model's score of the row on one axis."""
    view = chosen.view
    scores = [Score(one.title, one.model, chosen.logit(one), spread=usual(view, one)) for one in view.contenders]
    many = len(scores) > 1
    chart(
        scores_picture(scores),
        key="explain-scores",
        title=say("What each model says") if many else say("What the model says"),
        help_text="  \n".join(
            [
                say("**Logit.** {meaning}", meaning=WORDS["logit"]),
                say("**Probability.** {meaning}", meaning=WORDS["probability"]),
            ]
        ),
        read=say(
            "One line a model. The mark is its score of this row; the grey bar holds nine tenths of "
            "its scores of all {count:,} {rows}, the short line is their middle.",
            count=len(view.sheet),
            rows=rows_in_words(view),
        ),
        beware=say("A model that is surer is not righter. The page Compare says how far its probabilities hold."),
        alt_text="; ".join(
            say(
                "{model}: logit {logit:+z.2f}, probability {percent}",
                model=s.label,
                logit=s.logit,
                percent=percent_of(s.logit),
            )
            for s in scores
        ),
        data=pd.DataFrame(
            {
                "run": [score.label for score in scores],
                "logit": [score.logit for score in scores],
                "probability": sigmoid(np.array([score.logit for score in scores])),
            }
        ),
    )
