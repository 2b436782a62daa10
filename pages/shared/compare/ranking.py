"""How well each model orders the rows: ROC with its start, precision and recall, gain, lift."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.comparing.tops import tops
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.captions import said
from ctrcore.figures.curves import gain, lift, precision_recall, roc, start_of
from ctrcore.language import say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart, csv_button
from pages.shared.compare import kept
from pages.shared.compare.view import View, long, say_one_class
from pages.shared.level import level

ZOOMS = {"1 %": 0.01, "5 %": 0.05, "10 %": 0.1}
SHARES = (0.01, 0.05, 0.1)


@st.fragment
def show(view: View) -> None:
    """All curves on the same rows; the ones that need more explanation only where there is some."""
    if not view.both_classes:
        say_one_class(view)
        return
    names = say(", ").join(one.title for one in view.contenders)
    about = say("Enlarge the start of the ROC curve: the first of the non-clicks")
    zoom = address.choose(about, list(ZOOMS), "5 %", "zoom")
    with st.grid(2, min_column_width=380):
        _roc(view, names, ZOOMS[zoom])
        if level() != "Simple":
            _precision_recall(view, names)
            _gain(view, names)
            _lift(view, names)
            _top_of_the_list(view)


def _roc(view: View, names: str, share: float) -> None:
    found = kept.curves(view, "roc")
    chart(
        roc(found),
        key="roc",
        **said(captions.ROC),
        help_text=WORDS["roc"],
        alt_text=say("ROC curves: {names}", names=names),
        data=lambda: long(found, "false_positive_rate", "true_positive_rate"),
    )
    chart(
        roc(found, zoom=share),
        key="roc-zoom",
        **captions.zoomed(share),
        alt_text=say("ROC curves up to a false-positive rate of {share:.0%}: {names}", share=share, names=names),
        data=lambda: long([start_of(curve, share) for curve in found], "false_positive_rate", "true_positive_rate"),
    )


def _precision_recall(view: View, names: str) -> None:
    found = kept.curves(view, "precision_recall")
    chart(
        precision_recall(found, view.click_rate),
        key="precision-recall",
        **said(captions.PRECISION_RECALL),
        help_text=say(
            "{area} **Precision.** {precision} **Recall.** {recall}",
            area=WORDS["pr_auc"],
            precision=WORDS["precision"],
            recall=WORDS["recall"],
        ),
        alt_text=say("Precision against recall: {names}", names=names),
        data=lambda: long(found, "recall", "precision"),
    )


def _gain(view: View, names: str) -> None:
    found = kept.curves(view, "gain")
    chart(
        gain(found, view.click_rate),
        key="gain",
        **said(captions.GAIN),
        help_text=WORDS["gain"],
        alt_text=say("Share of the clicks found against share of the list: {names}", names=names),
        data=lambda: long(found, "share_of_rows", "share_of_clicks"),
    )


def _lift(view: View, names: str) -> None:
    found = kept.curves(view, "lift")
    chart(
        lift(found),
        key="lift",
        **said(captions.LIFT),
        help_text=WORDS["lift"],
        alt_text=say("Lift against share of the list: {names}", names=names),
        data=lambda: long(found, "share_of_rows", "lift"),
    )


def _top_of_the_list(view: View) -> None:
    """What the best 1, 5 and 10 % of the list hold, in numbers."""
    rows = [
        {
            "best": f"{top.share:.0%}",
            "run": one.title,
            "lift": top.lift,
            "recall": top.recall,
            "precision": top.precision,
            "rows": top.rows,
        }
        for place in range(len(SHARES))
        for one in view.contenders
        for top in (tops(view.sheet.ranked(one.id), SHARES)[place],)
    ]
    table = pd.DataFrame(rows)
    with st.container(border=True, key="card-tops", height="stretch"):
        st.markdown(say("#### The top of the list in numbers"), help=WORDS["lift"])
        if level() != "Expert":
            st.caption(say("What the best 1, 5 and 10 % of the rows hold: the part of a list that anybody sees."))
        st.dataframe(
            table,
            hide_index=True,
            height=min(38 + 35 * len(table), 600),
            key="tops-table",
            column_order=["best", "run", "lift", "recall", "precision"],
            column_config={
                "best": st.column_config.TextColumn(say("Best"), pinned=True),
                "run": st.column_config.TextColumn(say("Run")),
                "lift": st.column_config.NumberColumn(say("Lift"), format="%.2f", help=WORDS["lift"]),
                "recall": st.column_config.NumberColumn(say("Clicks found"), format="percent", help=WORDS["recall"]),
                "precision": st.column_config.NumberColumn(say("Precision"), format="percent", help=WORDS["precision"]),
            },
            alt=say(
                "Lift, share of clicks found and precision in the best 1, 5 and 10 percent of the list, for each run"
            ),
        )
        csv_button(table, "top-of-the-list")
