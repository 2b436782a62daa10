"""The row as the user knows it, what training knows of its values, and what every model says of it."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import joined, percent_of
from ctrcore.figures.logits import Score, scores_picture
from ctrcore.metrics import sigmoid
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.explain.chosen import Explained, cells_of, encoded_row, names_of, rows_in_words, usual
from pages.shared.level import level
from pages.shared.store import encoder_of
from pages.shared.tools import plain

SAID = 6
SEEN = "How often the value occurs in training, histories included."
SUPPORT = "Rare: fewer than 5 times in training. Unknown: never. What models say of it rests on next to nothing."
FLAGS = {"known": "", "rare": "rare", "unknown": "unknown", "outside": "out of range"}


def show_row(chosen: Explained) -> None:
    """The row beside the models' scores of it."""
    with st.grid(2, min_column_width=380):
        _facts(chosen)
        _scores(chosen)


def _facts(chosen: Explained) -> None:
    table = values_of(chosen)
    weak = table[table["support"] != ""]
    with st.container(border=True, key="explain-row", height="stretch"):
        st.markdown(f"#### Row {chosen.row}: {'a click' if chosen.clicked else 'no click'}")
        if level() != "Expert":
            st.caption("What really happened, and what the model knows of the row. Find another row in the sidebar.")
        st.dataframe(
            table,
            hide_index=True,
            height="stretch",
            key="explain-values",
            alt=f"The fields of row {chosen.row}, their values, and how often training saw them",
            column_config={
                "field": st.column_config.TextColumn("Field", width=105),
                "value": st.column_config.TextColumn("Value", width=125),
                "seen": st.column_config.NumberColumn("Seen", width=60, format="localized", help=SEEN),
                "support": st.column_config.TextColumn("Support", width=80, help=SUPPORT),
            },
        )
        if len(weak):
            st.markdown(f":orange-badge[:material/warning: little data] {plain(_weak(weak))}")


def values_of(chosen: Explained) -> pd.DataFrame:
    """field, value, seen (times in training, None for numbers) and support, as the focus' model reads the row."""
    from ctrcore.explain.support import supports

    run, row = chosen.run, chosen.row
    found, names = supports(encoder_of(run), encoded_row(run, row), cells_of(run, row)), names_of(run)
    lines = []
    for field, group in groupby(found, key=lambda one: one.field):
        members = list(group)
        texts = [names.value(field, one.value) for one in members]
        states = [FLAGS[one.state] for one in members if FLAGS[one.state]]
        several = encoder_of(run).field(field).is_bag
        lines.append(
            {
                "field": field,
                "value": ", ".join(reversed(texts)) if several else texts[0],
                "seen": None if several else members[0].seen,
                "support": ", ".join(f"{states.count(s)} {s}" if several else s for s in dict.fromkeys(states)),
            }
        )
    return pd.DataFrame(lines, columns=["field", "value", "seen", "support"])


def _weak(weak: pd.DataFrame) -> str:
    """'item_id = 12 (rare) and history_item (2 rare): the models know little of them.'"""
    told = [
        f"{field} ({support})" if support[0].isdigit() else f"{field} = {str(value)[:40]} ({support})"
        for field, value, support in zip(weak["field"], weak["value"], weak["support"], strict=True)
    ][:SAID]
    more = len(weak) - len(told)
    told += [f"{more} more"] * (more > 0)
    return f"{joined(told)}: the models have learned little or nothing about {'it' if len(weak) == 1 else 'them'}."


def _scores(chosen: Explained) -> None:
    view = chosen.view
    scores = [Score(one.title, one.model, chosen.logit(one), spread=usual(view, one)) for one in view.contenders]
    many = len(scores) > 1
    chart(
        scores_picture(scores),
        key="explain-scores",
        title="What each model says" if many else "What the model says",
        help_text=f"**Logit.** {WORDS['logit']}  \n**Probability.** {WORDS['probability']}",
        read=f"One line a model. The mark is its score of this row; the grey bar holds nine tenths of its scores of "
        f"all {len(view.sheet):,} {rows_in_words(view)}, the short line is their middle.",
        beware="A model that is surer is not righter. The page Compare says how far its probabilities hold.",
        alt_text="; ".join(f"{s.label}: logit {s.logit:+.2f}, probability {percent_of(s.logit)}" for s in scores),
        data=pd.DataFrame(
            {
                "run": [score.label for score in scores],
                "logit": [score.logit for score in scores],
                "probability": sigmoid(np.array([score.logit for score in scores])),
            }
        ),
    )
