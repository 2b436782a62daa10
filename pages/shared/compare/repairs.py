"""Calibration repair: what Platt's line or the isotonic curve would make of a run's probabilities, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from ctrcore.comparing.measures import measure
from ctrcore.comparing.repair import KINDS, REPAIR_TITLES, Kind
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.probabilities import calibration
from ctrcore.figures.style import REPAIRED
from ctrcore.language import mark, say
from ctrcore.runs.repair_words import repair_in_words
from ctrcore.runs.repairs import Judged, before_after, fit_repairs, remove_repair, repairs_of
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart, csv_button
from pages.shared.compare.promise import as_table, numbers, reliability
from pages.shared.compare.view import View
from pages.shared.level import level
from pages.shared.problems import problems_shown, safely, show_kept
from pages.shared.store import judged_part
from pages.shared.tools import plain

BEFORE = mark("as they are")
UNJUDGED = mark(
    "**This run has no test rows: repairs can be fitted, but not judged.**  \nThey learn from the validation rows, "
    "which would flatter them. Train with a split that has test rows to see what they change."
)


def show(view: View) -> None:
    """Fit repairs of one run, and see what they change on its test rows."""
    runs = {run.id: run for run in view.runs}
    if not runs:
        return
    st.markdown(say("#### Repair the probabilities"), help=WORDS["repair"])
    if level() != "Expert":
        st.caption(
            say(
                "A model may rank well and still promise too much or too little. A repair learns from the validation "
                "rows how often a score really led to a click. Platt's leaves the order of the rows, and so the AUC, "
                "as it is, unless the model ranks backwards; the isotonic one makes rows equal, which may lower the "
                "AUC. All charts and tables above show the models as they are, without repairs."
            )
        )
    titles = view.titles
    if st.session_state.get("repair-run") not in runs:
        st.session_state["repair-run"] = _worst(view, runs)
    chosen = st.selectbox(say("Run to repair"), list(runs), format_func=titles.__getitem__, key="repair-run", width=360)
    show_kept()
    with problems_shown():
        _one(runs[chosen], titles[chosen])


def _worst(view: View, runs: Mapping[str, Run]) -> str:
    """The run whose probabilities are furthest off, which needs a repair most."""
    return max(runs, key=lambda one: measure(view.sheet, one)["ece"])


def _one(run: Run, title: str) -> None:
    kinds = tuple(repairs_of(run))
    can_be_judged = judged_part(run) == "test"
    if not can_be_judged:
        st.info(say(UNJUDGED), icon=":material/info:")
    _buttons(run, kinds)
    if not kinds:
        return
    if not can_be_judged:
        _what_next(run, title)
        return
    judged = _judged(run.id, run.finished, kinds, run)
    st.markdown("\n".join(f"- {repair_in_words(judged[0], one)}" for one in judged[1:]))
    with st.grid(2, min_column_width=380):
        _picture(run, title, judged)
        with st.container():
            _table(title, judged)
            _what_next(run, title)


def _what_next(run: Run, title: str) -> None:
    """What is doubtful about the repairs, and where they are used."""
    for kind, repair in repairs_of(run).items():
        if repair.warning:
            st.warning(f"{REPAIR_TITLES[kind].capitalize()}: {repair.warning}", icon=":material/warning:")
    st.page_link(
        "score.py",
        label=say("Score new rows with {title}, repaired", title=plain(title)),
        icon=":material/playlist_add_check:",
        query_params=address.query() | {"run": run.id, "repair": next(iter(repairs_of(run)))},
    )


def _buttons(run: Run, kinds: tuple[Kind, ...]) -> None:
    """Fit what is not there yet; remove what is."""
    missing = [kind for kind in KINDS if kind not in kinds]
    with st.container(horizontal=True, vertical_alignment="center"):
        if missing:
            st.button(
                say("Fit repairs on the validation rows and keep them"),
                key="fit-repairs",
                icon=":material/build:",
                type="primary",
                on_click=safely(fit_repairs),
                args=(run, missing),
                help=say(
                    "**Platt.** {platt} **Isotonic.** {isotonic} They are kept with the run, and used in "
                    "scoring new rows only if you say so there.",
                    platt=WORDS["platt"],
                    isotonic=WORDS["isotonic"],
                ),
            )
        for kind in kinds:
            st.button(
                say("Remove the {repair} repair", repair=REPAIR_TITLES[kind]),
                key=f"remove-{kind}",
                icon=":material/delete:",
                type="tertiary",
                on_click=safely(remove_repair),
                args=(run, kind),
            )


def _name(one: Judged) -> str:
    return say(BEFORE) if one.kind is None else say("with {repair}", repair=REPAIR_TITLES[one.kind])


def _picture(run: Run, title: str, judged: list[Judged]) -> None:
    model = run.spec.model.name
    found = [replace(reliability(_name(one), model, one.bins), color=REPAIRED[one.kind]) for one in judged]
    chart(
        calibration(found),
        key="repaired",
        **captions.repaired(plain(title)),
        help_text=WORDS["calibration"],
        alt_text=say("Click rate against probability of {title}, before and after repairs", title=title),
        data=lambda: as_table(found, "probabilities"),
    )


def _table(title: str, judged: list[Judged]) -> None:
    table = pd.DataFrame(
        [
            {
                "probabilities": _name(one),
                "ece": one.ece,
                "pcoc": one.pcoc,
                "log_loss": one.log_loss,
                "auc": one.auc,
            }
            for one in judged
        ]
    )
    with st.container(border=True, key="card-repair-numbers"):
        st.markdown(say("#### Before and after in numbers"), help=WORDS["ece"])
        numbers(
            table,
            {"probabilities": say("Probabilities")},
            ["ece", "log_loss", "auc"] if level() == "Simple" else ["ece", "pcoc", "log_loss", "auc"],
            "repair-table",
            say("Calibration error, log-loss and AUC of {title} before and after repairs", title=title),
        )
        if level() == "Learn":
            st.caption(
                say(
                    "On all {rows:,} test rows of this run. **What not to conclude:** a repair learnt on "
                    "these days may be off on others; where the model is calibrated already it can only add "
                    "noise.",
                    rows=judged[0].rows,
                )
            )
        csv_button(table, "repairs")


@st.cache_resource(show_spinner=False, max_entries=24)
def _judged(run_id: str, version: float | None, kinds: tuple[Kind, ...], _run: Run) -> list[Judged]:  # noqa: ARG001
    """Repairs of a kind are always fitted on the same validation rows, so their kinds name them."""
    return before_after(_run, kinds)
