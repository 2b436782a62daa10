"""Compare: which model ranks better, on rows that none of them has learnt from."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from ctrcore.figures.curves import Curve, auc_over, calibration, roc
from ctrcore.figures.matrices import confusion
from ctrcore.figures.profiles import score_histogram
from ctrcore.figures.style import MODEL_TITLES
from ctrcore.runs.differences import differences, in_words
from ctrcore.runs.run import Run
from pages.shared.charts import chart, csv_button
from pages.shared.forms import label_of
from pages.shared.level import level
from pages.shared.pickers import finished_runs, pick_dataset, pick_runs, run_label
from pages.shared.problems import problems_shown
from pages.shared.scores import (
    at_cutoff,
    click_rate,
    curves,
    different_rows,
    histogram,
    learning_curves,
    metrics_table,
    table_columns,
)
from pages.shared.store import judged_of, judged_part
from pages.shared.tools import PageEnd, missing, plain, ready
from pages.shared.words import WORDS

ZOOM = 0.05


def verdict(runs: list[Run]) -> None:
    """The finding in one line, and what the numbers rest on."""
    table = metrics_table(runs, runs[0])
    best, part = table.iloc[0], judged_part(runs[0])
    rows = judged_of(runs[0])
    st.markdown(
        f"**{plain(str(best['run']))}** orders clicks best: AUC {best['auc']:.4f}."
        + (
            f" It is {best['auc'] - table.iloc[1]['auc']:.4f} ahead of {plain(str(table.iloc[1]['run']))}."
            if len(table) > 1
            else ""
        )
    )
    st.caption(
        f"Measured on {len(rows):,} {'test' if part == 'test' else 'validation'} rows, "
        f"{rows['label'].mean():.1%} of them clicked."
    )
    with st.grid(6, min_column_width=105):
        for record in table.to_dict("records"):
            st.metric(f"AUC of {plain(str(record['run']))}", f"{record['auc']:.4f}", help=WORDS["auc"])
    if different_rows(runs):
        st.warning(
            "These runs were tested on different rows, because their splits differ. Small differences mean nothing.",
            icon=":material/warning:",
        )


def scoreboard(runs: list[Run]) -> None:
    """The table of metrics, against a base."""
    names = {run.id: run_label(run, runs) for run in runs}
    with st.container(border=True):
        head, choice = st.columns([3, 2], vertical_alignment="bottom")
        head.markdown("#### Every metric at a glance", help="Hover over a column's title to read what it means.")
        base = runs[0].id
        if level() != "Simple":
            base = choice.selectbox(
                "Base for RelaImpr", list(names), format_func=names.__getitem__, key="base-run", help=WORDS["rela_impr"]
            )
        table = metrics_table(runs, next(run for run in runs if run.id == base))
        shown = ["run", "auc", "log_loss", "seconds"] if level() == "Simple" else list(table.columns)
        st.dataframe(
            table,
            hide_index=True,
            column_order=shown,
            column_config=table_columns(),
            key="metrics-table",
            alt="Metrics of each run on its test rows, best AUC first",
        )
        if level() == "Learn":
            st.caption(
                "**What not to conclude:** accuracy and F1 are at a cutoff of 0.5, which with rare clicks few rows "
                "reach; move it under One cutoff. A difference of a few thousandths of AUC may be luck of the seed."
            )
        csv_button(table, "metrics")


def settings(runs: list[Run]) -> None:
    """The settings in which the runs differ: what a difference of metrics may come from."""
    found = differences([run.spec for run in runs])
    if not found:
        return
    with st.expander(f"What differs in their settings ({len(found)})", icon=":material/difference:"):
        table = pd.DataFrame({"Setting": [f"{label_of(one.section)}: {label_of(one.name)}" for one in found]})
        for number, run in enumerate(runs):
            table[run_label(run, runs)] = [in_words(one.values[number]) for one in found]
        if level() != "Simple":
            table["What it is"] = [one.about for one in found]
        st.dataframe(table, hide_index=True, key="settings-table", alt="Settings that differ between the runs")
        st.caption(
            "Settings that all these runs share are left out, and so are those that only one of the models has. "
            "– means that the model has no such setting."
        )
        csv_button(table, "settings")


def ranking(runs: list[Run]) -> None:
    """ROC curves, whole and at their start."""
    found = curves(runs, "roc")
    with st.grid(2, min_column_width=380):
        chart(
            roc(found),
            key="roc",
            title="How well clicks come first",
            help_text=WORDS["auc"],
            read="Walk down the list from the best score: each click found is a step up, each non-click a step to the "
            "right. The further a curve bends to the upper left, the better; the area under it is the AUC.",
            beware="Where curves cross, neither model is better everywhere. The curve says nothing on whether the "
            "probabilities are right.",
            alt_text="ROC curves: " + ", ".join(curve.label for curve in found),
            data=lambda: _long(found, "false_positive_rate", "true_positive_rate"),
        )
        chart(
            roc(found, zoom=ZOOM),
            key="roc-zoom",
            title=f"The top of the list: first {ZOOM:.0%} of the non-clicks",
            read="The same curves, enlarged at their start. A user sees only the top of the list, so this part counts.",
            beware="Few rows lie here, so a small lead may be chance.",
            alt_text="ROC curves up to a false-positive rate of 5 %",
            data=lambda: _long([_cut(curve) for curve in found], "false_positive_rate", "true_positive_rate"),
        )


def learning(runs: list[Run]) -> None:
    """AUC by epoch and by seconds."""
    with st.grid(2, min_column_width=380):
        for x, title in (("epoch", "epoch"), ("seconds", "seconds of training")):
            found = learning_curves(runs, x)
            chart(
                auc_over(found, title),
                key=f"auc-{x}",
                title="Learning by epoch" if x == "epoch" else "Learning by the clock",
                help_text=WORDS["epoch"] if x == "epoch" else None,
                read="The star is the epoch that was kept: the best on the validation rows."
                if x == "epoch"
                else "The same curves over time: which model is good soonest on the machine that trained it.",
                beware="Validation AUC chose the epoch, so it flatters. The table's numbers come from other rows."
                if x == "epoch"
                else "Seconds depend on the machine, on what else it did, and on the settings.",
                alt_text=f"Validation AUC over {title} of {len(found)} runs",
                data=lambda found=found, x=x: _long(found, x, "valid_auc"),
            )


@st.fragment
def cutoffs(runs: list[Run]) -> None:
    """One cutoff for all models."""
    with st.container(border=True, key="cutoff-card"):
        st.markdown("#### One cutoff for all models", help=WORDS["cutoff"])
        cutoff = st.slider(
            "Rows with at least this probability are called clicks",
            min_value=0.0,
            max_value=1.0,
            value=round(click_rate(runs[0]), 2),
            step=0.01,
            key="cutoff",
            bind="query-params",
        )
        found = {run_label(run, runs): at_cutoff(run, cutoff) for run in runs}
        with st.grid(3, min_column_width=260):
            for number, (label, counts) in enumerate(found.items()):
                with st.container():
                    st.plotly_chart(
                        confusion({name: int(counts[name]) for name in ("tp", "fp", "fn", "tn")}, label),
                        key=f"confusion-{number}",
                        config={"displayModeBar": False},
                        alt=f"Confusion matrix of {label}: {counts['tp']:.0f} clicks found, {counts['fn']:.0f} missed, "
                        f"{counts['fp']:.0f} false alarms, {counts['tn']:.0f} rightly left out",
                    )
                    st.markdown(f"Accuracy **{counts['accuracy']:.1%}** · F1 **{counts['f1']:.3f}**")
        if level() != "Expert":
            st.caption(
                "A lower cutoff finds more clicks and raises more false alarms. "
                "**What not to conclude:** high accuracy is easy with rare clicks: never calling one is right most of "
                "the time."
            )
        csv_button(
            pd.DataFrame([{"run": label, "cutoff": cutoff} | counts for label, counts in found.items()]), "cutoff"
        )


def promises(runs: list[Run]) -> None:
    """Calibration, and one run's scores of clicks and non-clicks."""
    found = curves(runs, "calibration")
    names = {run.id: run_label(run, runs) for run in runs}
    picked = st.selectbox(
        "Run whose scores are shown beside the calibration",
        list(names),
        format_func=names.__getitem__,
        key="histogram-run",
        width=360,
    )
    clicks, others, edges = histogram(next(run for run in runs if run.id == picked))
    with st.grid(2, min_column_width=380):
        chart(
            calibration(found),
            key="calibration",
            title="Do the probabilities keep their promise?",
            help_text=WORDS["calibration"],
            read="Each point is a tenth of the rows, sorted by predicted probability. On the dotted line what was "
            "predicted happened; below it the model promised too much.",
            beware="A well calibrated model may still rank badly, and the other way round.",
            alt_text="Click rate against predicted probability: " + ", ".join(curve.label for curve in found),
            data=lambda: _long(found, "predicted", "clicked"),
        )
        chart(
            score_histogram(clicks.tolist(), others.tolist(), edges.tolist()),
            key="histogram",
            title=f"Clicks and non-clicks apart: {plain(names[picked])}",
            help_text=WORDS["probability"],
            read="Each colour adds up to 100 %. The less the two overlap, the better the model tells clicks from "
            "non-clicks.",
            beware="The bars say nothing on how many clicks there are: both kinds are scaled alike.",
            alt_text=f"Predicted probabilities of clicked and other rows by {names[picked]}",
            data=lambda: pd.DataFrame({"from": edges[:-1], "to": edges[1:], "click": clicks, "no_click": others}),
        )


VIEWS: dict[str, Callable[[list[Run]], None]] = {
    "Ranking": ranking,
    "One cutoff": cutoffs,
    "Probabilities": promises,
    "Learning": learning,
}


def _long(found: list[Curve], x: str, y: str) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({"run": c.label, x: c.x, y: c.y}) for c in found], ignore_index=True)


def _cut(curve: Curve) -> Curve:
    count = int((pd.Series(curve.x) <= ZOOM).sum())
    return Curve(curve.label, curve.model, curve.x[:count], curve.y[:count])


dataset = ready(pick_dataset(MODEL_TITLES))
if not finished_runs(dataset):
    missing(
        "No model has been trained on this dataset yet.",
        "Train some: the quick preset takes a minute or so.",
        "train.py",
        "Go to Train",
        ":material/model_training:",
    )
chosen = pick_runs(dataset)
if not chosen:
    st.info("Choose at least one run in the sidebar.", icon=":material/arrow_back:")
    raise PageEnd
verdict(chosen)
with problems_shown():
    scoreboard(chosen)
    settings(chosen)
# Only the open tab is drawn: a page of a dozen charts would keep a slow machine busy for seconds.
tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
for tab, show in zip(tabs, VIEWS.values(), strict=True):
    if tab.open:
        with tab, problems_shown():
            show(chosen)
