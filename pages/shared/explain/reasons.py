"""Why one model gives the row its score: in plain words, as a waterfall, and how far that may be believed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.errors import DataError
from ctrcore.explain.sentences import ANYWAY, HELD_PART, HIDDEN, percent_of, sentences, signed
from ctrcore.figures.explanations import waterfall
from ctrcore.figures.recommended import appeal_and_fit
from ctrcore.language import mark, say
from ctrcore.words import WORDS
from pages.shared.badge import show_badge
from pages.shared.charts import chart
from pages.shared.explain.chosen import Explained, encoded_row, focus_buttons
from pages.shared.explain.methods import explained
from pages.shared.explain.said import show_scores
from pages.shared.explain.ways import METHODS, Way, about_told, pick_way
from pages.shared.inside import Chosen
from pages.shared.level import level
from pages.shared.problems import problems_shown
from pages.shared.store import background_for, encoder_of, judged_rows, model_of
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.appeal import Appeal
    from ctrcore.explain.explanation import Explanation
    from ctrcore.runs.run import Run

ROUNDING = 1e-4
HELD = mark(
    "Hidden layers, constant part: what they add whatever the values are, through those of their units that this row "
    "switches on."
)


def show(chosen: Explained) -> None:
    """The tab."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        focus_buttons(chosen.view)
        way = pick_way(chosen.run, list(METHODS), "how")
    one = encoded_row(chosen.run, chosen.row)
    with problems_shown():
        explanation = explained(chosen.run, one, way)
        if explanation is not None:
            explanation = _told_simply(explanation)
            _words(explanation)
            _badge(chosen, one)
            if level() == "Learn":
                st.caption(about_told(way.method))
            _waterfall(chosen, explanation, way)
    with st.grid(2, min_column_width=380):
        show_scores(chosen)
        _appeal(chosen, one)


def _told_simply(explanation: Explanation) -> Explanation:
    """In Simple no hidden layers: what they add to any row is called so, in the words and in the picture."""
    parts = explanation.parts
    if level() != "Simple":
        return explanation
    anyway = (parts["name"] == HIDDEN) & (parts["value"] == HELD_PART)
    return replace(
        explanation,
        parts=parts.assign(name=parts["name"].mask(anyway, ANYWAY), value=parts["value"].mask(anyway, "")),
    )


def _words(explanation: Explanation) -> None:
    with st.container(border=True, key="explain-words"):
        st.markdown(say("#### In plain words"))
        for sentence in sentences(explanation):
            st.markdown(plain(sentence))
        if level() != "Expert":
            st.caption(
                say(
                    "The **logit** is the score before it is made a probability: 0 stands for 50 %, and each "
                    "step up or "
                    "down makes a click more or less likely. This is how the model comes to its score. It does "
                    "not say why "
                    "the user clicked or did not."
                )
            )


def _waterfall(chosen: Explained, explanation: Explanation, way: Way) -> None:
    held = bool((explanation.parts["kind"] == "other").any())
    sampled = bool(np.isfinite(explanation.parts["standard_error"].to_numpy(dtype=float)).any())
    chart(
        waterfall(explanation, start=way.start),
        key="explain-waterfall",
        title=say("How {title} comes to its score of row {row}", title=plain(chosen.focus.title), row=chosen.row),
        help_text=WORDS["contribution"],
        read=_read(held, sampled),
        beware=say(
            "The same step in logits is worth many percentage points in the middle and few near 0 or 100 %. A part "
            "that adds much is not the cause of a click: it is what this model makes of the value."
        ),
        alt_text=say(
            "Waterfall from {base} to the logit {logit}", base=signed(explanation.base), logit=signed(explanation.logit)
        ),
        data=explanation.parts,
    )
    if level() != "Simple" or _unexplained(explanation):
        computed = say("Computed by: {method}.", method=plain(say(explanation.method)))
        st.caption(f"{_residual(explanation)} {computed}")


def _read(held: bool, sampled: bool) -> str:
    """How to read the waterfall, with what stands in this one."""
    told = [
        say(
            "From the start on top to the logit at the bottom, the largest parts first: blue raises the score, orange "
            "lowers it. The axis on top says what a logit is as a probability."
        )
    ]
    if held and level() != "Simple":
        told.append(say(HELD))
    if sampled:
        told.append(say("Whiskers: where a part ends is a sample's estimate; 95 % intervals."))
    return " ".join(told)


def _unexplained(explanation: Explanation) -> bool:
    """True if the parts leave over more than rounding."""
    return abs(explanation.residual) > ROUNDING * max(1.0, abs(explanation.logit))


def _residual(explanation: Explanation) -> str:
    """What the parts leave over, always said."""
    total = float(explanation.parts["contribution"].sum())
    numbers = {"base": signed(explanation.base), "total": signed(total), "logit": signed(explanation.logit)}
    if not _unexplained(explanation):
        return say(
            "Start {base}, all parts {total}, logit {logit}; not explained: {residual:.0e} (rounding).",
            **numbers,
            residual=explanation.residual,
        )
    return say(
        "Start {base}, all parts {total}, logit {logit}; **not explained: {residual}**.",
        **numbers,
        residual=signed(explanation.residual),
    )


def _appeal(chosen: Explained, one: Encoded) -> None:
    schema = encoder_of(chosen.run).schema
    if schema.user is None or schema.item is None:
        return
    try:
        found = _split(chosen.run, one)
    except DataError:
        return  # no field describes the item: there is nothing to split
    chart(
        appeal_and_fit(found.appeal, found.fit),
        key="explain-appeal",
        title=say("The item, and this user"),
        help_text="  \n".join(
            [
                say("**Appeal.** {meaning}", meaning=WORDS["appeal"]),
                say("**Fit.** {meaning}", meaning=WORDS["fit"]),
            ]
        ),
        read=say(
            "For anybody: the item's mean score with the users, pasts and moments of {rows} other "
            "rows, {appeal}. For this user: what is left, {fit}.",
            rows=found.rows,
            appeal=percent_of(found.appeal),
            fit=signed(found.fit),
        ),
        beware=say(
            "The other rows are a sample of the training rows. What the model learned of the item came from users "
            "who were shown it, who may be of a special kind."
        ),
        alt_text=say("For anybody {appeal}, for this user {fit}", appeal=signed(found.appeal), fit=signed(found.fit)),
        data=pd.DataFrame({"part": ["appeal", "fit", "logit"], "value": [found.appeal, found.fit, found.logit]}),
    )


def _split(run: Run, one: Encoded) -> Appeal:
    from ctrcore.explain.appeal import appeal_and_fit as split
    from ctrcore.explain.appeal import other_users

    others = background_for(run).rows
    return split(model_of(run), one, 0, others.take(np.flatnonzero(other_users(others, one, encoder_of(run)))))


def _badge(chosen: Explained, one: Encoded) -> None:
    """How far the model's own terms may be believed in this row."""
    position = np.flatnonzero(judged_rows(chosen.run).row == chosen.row)
    at = Chosen(
        dataset=chosen.dataset,
        run=chosen.run,
        position=int(position[0]) if len(position) else 0,
        row=chosen.row,
        label=int(chosen.clicked),
        logit=chosen.logit(chosen.focus),
    )
    show_badge(at, "contribution", one)
