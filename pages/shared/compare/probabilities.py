"""Whether the probabilities keep their promise, how far clicks and non-clicks lie apart, and how to mend them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.comparing.measures import measure
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.captions import said
from ctrcore.figures.probabilities import Spread, calibration, score_histograms
from ctrcore.language import mark, say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart, csv_button
from pages.shared.compare import kept
from pages.shared.compare.promise import as_table, numbers, reliability
from pages.shared.compare.repairs import show as show_repairs
from pages.shared.compare.view import View, say_left_out
from pages.shared.level import expert, level

BINS = (5, 10, 20)


@st.fragment
def show(view: View) -> None:
    """Calibration of all models and where their scores lie; then what a repair would change."""
    say_left_out(
        view,
        mark(
            "Left out: {models}. Their scores are no probabilities, only their order means something, so calibration "
            "would say nothing."
        ),
        mark(
            "Left out: {models}. Its scores are no probabilities, only their order means something, so calibration "
            "would say nothing."
        ),
    )
    if not view.probable:
        st.info(say("Choose a model that gives probabilities."), icon=":material/info:")
        return
    bins = 10
    if expert():
        bins = address.choose(say("Groups of rows in the calibration"), BINS, 10, "bins")
    with st.grid(2, min_column_width=380):
        with st.container():
            _calibration(view, bins)
            _table(view)
        _histograms(view)
    show_repairs(view)


def _calibration(view: View, bins: int) -> None:
    binned = kept.bins(view, bins)
    found = [reliability(one.title, one.model, binned[one.id]) for one in view.probable]
    chart(
        calibration(found),
        key="calibration",
        **said(captions.CALIBRATION),
        help_text=WORDS["calibration"],
        alt_text=say(
            "Click rate against predicted probability: {models}", models=say(", ").join(one.label for one in found)
        ),
        data=lambda: as_table(found, "run"),
    )


def _histograms(view: View) -> None:
    shares = kept.histograms(view)
    found = [Spread(one.title, one.model, *shares[one.id]) for one in view.probable]
    chart(
        score_histograms(found),
        key="histograms",
        **said(captions.HISTOGRAMS),
        help_text=WORDS["probability"],
        alt_text=say(
            "Predicted probabilities of clicked and other rows by {models}",
            models=say(", ").join(one.label for one in found),
        ),
        data=lambda: pd.concat(
            [
                pd.DataFrame(
                    {
                        "run": one.label,
                        "from": one.edges[:-1],
                        "to": one.edges[1:],
                        "click": one.clicks,
                        "no_click": one.others,
                    }
                )
                for one in found
            ],
            ignore_index=True,
        ),
    )


def _table(view: View) -> None:
    """What sums calibration up."""
    measures = ["ece", "pcoc", "log_loss", "normalised_entropy"]
    table = pd.DataFrame(
        [
            {"run": one.title} | {name: found[name] for name in measures}
            for one in view.probable
            for found in (measure(view.sheet, one.id),)
        ]
    )
    with st.container(border=True, key="card-promise"):
        st.markdown(say("#### Calibration in numbers"), help=WORDS["calibration"])
        numbers(
            table,
            {"run": say("Run")},
            ["ece", "log_loss"] if level() == "Simple" else measures,
            "promise-table",
            say("Calibration error, predicted over observed clicks and log-loss of each run"),
        )
        csv_button(table, "calibration-numbers")
