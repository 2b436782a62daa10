"""SENet importance: FiBiNET's gates beside what is lost when a gate, or a field, is taken away."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ctrcore.figures import captions
from ctrcore.figures.explanations import signed_bars
from ctrcore.figures.gates import DEAD, dead_fields, row_gates
from ctrcore.language import say
from ctrcore.words import WORDS
from pages.shared.badge import show_badge, show_overall
from pages.shared.charts import chart
from pages.shared.gates import overview, pair_matrix
from pages.shared.inside import Chosen, choose, show_row
from pages.shared.level import learn
from pages.shared.problems import problems_shown
from pages.shared.store import encoder_of, explanations_of, model_of
from pages.shared.tools import plain


def banner(summary: dict[str, Any]) -> None:
    """Fields whose gate is shut."""
    dead = dead_fields(summary)
    if dead:
        st.warning(captions.dead_gates(plain(", ".join(dead)), DEAD), icon=":material/toggle_off:")


def row_view(chosen: Chosen, summary: dict[str, Any]) -> None:
    """The gates of one row, and what its fields and pairs add."""
    from ctrcore.explain.rows import explain_row

    explanation = explain_row(model_of(chosen.run), encoder_of(chosen.run), chosen.rows(), chosen.position)
    fields = explanation.parts[explanation.parts["kind"] == "field"]
    pairs = explanation.parts[explanation.parts["kind"] == "pair"]
    gates = dict(zip(fields["name"], fields["weight"], strict=True))
    means = dict(zip(summary["fields"], summary["gate_mean"], strict=True))
    names = [name for name in summary["fields"] if name in gates]
    with st.grid(2, min_column_width=700):
        chart(
            row_gates(names, [gates[name] for name in names], [means[name] for name in names]),
            key="senet-row",
            title=say("Gates of row {row}", row=chosen.row),
            help_text=WORDS["gate"],
            read=say(
                "How far each gate is from its field's mean: blue is wider open than usual for this row, orange "
                "narrower."
            ),
            beware=say(
                "All gates of a field being high says nothing on this row; only the deviation does, and even that "
                "is not the effect on the score."
            ),
            alt_text=say("Deviation of each gate from its mean in row {row}", row=chosen.row),
            data=pd.DataFrame({"field": names, "gate": [gates[n] for n in names], "mean": [means[n] for n in names]}),
        )
        chart(
            signed_bars(pairs, weight=None, count=12),
            key="senet-pairs",
            title=say("Pairs of row {row}", row=chosen.row),
            help_text=WORDS["contribution"],
            read=say(
                "The largest of what the pairs add to the logit, from the raw and from the re-weighted embeddings. "
                "Blue raises the score, orange lowers it."
            ),
            beware=say(
                "FiBiNET's hidden layers mix the pairs. These numbers hold with the layers' switches held as they "
                "are for this row: exact here, but another row has other switches."
            ),
            alt_text=say("Signed contributions of the pairs of row {row}", row=chosen.row),
            data=pairs.drop(columns="weight"),
        )


chosen = choose("fibinet")
learn(
    say(
        "FiBiNET's **SENet** looks at all fields of a row and gives each a **gate**, a factor for its "
        "embedding. Gates are often read as importance. This page sets them beside two tests of that "
        "reading."
    )
)
summary = explanations_of(chosen.run)["gates"]
banner(summary)
with problems_shown():
    overview(chosen, summary)
    show_overall(chosen.run, "gate")
    pair_matrix(chosen)
show_row(chosen)
show_badge(chosen, "gate")
with problems_shown():
    row_view(chosen, summary)
