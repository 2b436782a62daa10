"""How each run learnt: by epoch, by step, by the clock."""

from __future__ import annotations

from typing import Literal, NamedTuple

import streamlit as st

from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.curves import Curve, learning
from ctrcore.figures.live import points_of, thin
from ctrcore.language import mark, say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.compare.view import View, long
from pages.shared.tools import plain


class Measure(NamedTuple):
    """Something measured while a run learns."""

    record: str
    title: str
    best: Literal["highest", "lowest"] | None
    word: str


MEASURES = {
    "AUC": Measure("valid_auc", mark("AUC on validation rows"), "highest", "auc"),
    mark("Log-loss"): Measure("valid_log_loss", mark("log-loss on validation rows"), "lowest", "log_loss"),
    mark("Training loss"): Measure("train_loss", mark("training loss"), None, "log_loss"),
}
AXES = {
    mark("Epoch"): ("epoch", mark("epoch")),
    mark("Step"): ("step", mark("step")),
    mark("Seconds"): ("seconds", mark("seconds of training")),
}
POINTS = 1000


@st.fragment
def show(view: View) -> None:
    """One measure over one axis, for all runs."""
    trained = [one for one in view.contenders if one.run is not None]
    outside = [plain(one.title) for one in view.contenders if one.run is None]
    if outside:
        st.caption(
            say("Not shown: {models}. How another system learnt is not known here.", models=say(", ").join(outside))
        )
    if not trained:
        st.info(say("Choose a run that was trained here."), icon=":material/info:")
        return
    with st.container(horizontal=True):
        measure = MEASURES[address.choose(say("What"), list(MEASURES), "AUC", "learning-what", words=say)]
        about = say(
            "{epoch} A step is one batch. Seconds show which model is good soonest on the machine that trained it.",
            epoch=WORDS["epoch"],
        )
        x, axis = AXES[address.choose(say("Over"), list(AXES), "Epoch", "learning-over", about, words=say)]
    found, title = _curves(view, measure, x), say(measure.title)
    chart(
        learning(found, say(axis), title, measure.best),
        key=f"learning-{measure.record}-{x}",
        **captions.learning(measure.title, x),
        help_text=say(
            "{measure} **Validation rows.** {validation}", measure=WORDS[measure.word], validation=WORDS["validation"]
        ),
        alt_text=say("{title} over {axis} of {count} runs", title=title, axis=say(axis), count=len(found)),
        data=lambda: long(found, x, measure.record),
    )


def _curves(view: View, measure: Measure, x: str) -> list[Curve]:
    """The records of each run; the loss of single steps where they are asked for."""
    by_step = measure.record == "train_loss" and x != "epoch"
    name, kind = ("loss", "step") if by_step else (measure.record, "epoch")
    found = []
    for one in view.contenders:
        if one.run is not None:
            points = thin(points_of({one.id: one.run.events()}, kind).dropna(subset=[name]), POINTS)
            found.append(Curve(one.title, one.model, points[x].tolist(), points[name].tolist()))
    return found
