"""The tab "Pairs": which pairs of fields move the score of FM, AFM and FiBiNET most."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.comparing.intervals import NORMAL
from ctrcore.figures import importance_captions
from ctrcore.figures.importances import Dots, Panel, aligned
from ctrcore.language import mark, say
from ctrcore.runs.importances import strongest_pairs
from ctrcore.runs.run import Run
from pages.shared.charts import chart
from pages.shared.importance.kept import own_of
from pages.shared.importance.view import View
from pages.shared.inside import sample_note
from pages.shared.level import learn

DRAWN = 20
PANELS = {
    "strength": (mark("how strong"), mark("mean |contribution|")),
    "mean": (mark("which way"), mark("mean contribution")),
}


def show(view: View) -> None:
    """The strongest pairs of all models that have pairs."""
    learn(
        say(
            "A pair says what neither field says by itself: shoes may go well with one gender and badly with another. "
            "Such a pair is strong although its mean is near 0."
        )
    )
    found = [(run, pairs) for run in view.runs if (pairs := own_of(run).pairs) is not None]
    if not found:
        st.info(
            say(
                "**None of the chosen models has terms for pairs of fields.**  \nAdd a run of FM, AFM or FiBiNET in "
                "the sidebar."
            ),
            icon=":material/info:",
        )
        return
    order, total = strongest_pairs([pairs for _, pairs in found], DRAWN)
    panels = [
        Panel(say(title), say(unit), [_dots(view, run, pairs, one) for run, pairs in found])
        for one, (title, unit) in PANELS.items()
    ]
    rows = len(own_of(found[0][0]).rows)
    chart(
        aligned(panels, order),
        key="matters-pairs",
        **importance_captions.pairs(say("Means over {rows}", rows=sample_note(found[0][0], rows)), len(order), total),
        alt_text=say(
            "Strength and direction of {pairs} pairs of fields in {models} models",
            pairs=len(order),
            models=len(found),
        ),
        data=lambda: pd.concat([pairs.assign(run=view.title(run)) for run, pairs in found]),
    )


def _dots(view: View, run: Run, pairs: pd.DataFrame, measure: str) -> Dots:
    half = NORMAL * pairs[f"{measure}_error"]
    names = [f"{left} × {right}" for left, right in zip(pairs["left"], pairs["right"], strict=True)]
    low, high = pairs[measure] - half, pairs[measure] + half
    return Dots(view.title(run), run.spec.model.name, names, pairs[measure], low, high)
