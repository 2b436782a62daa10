"""Verdicts side by side: the methods of one model, and other runs on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.explain.trust.check import DEFINITIONS, Check, Thresholds, verdict
from ctrcore.explain.trust.words import WORDS_OF, figure_text, finding_text, method_words
from ctrcore.figures.trust import Cell, planted_scores, verdict_grid
from ctrcore.language import say
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.level import level
from pages.shared.pickers import finished_runs, run_label
from pages.shared.tools import plain
from pages.shared.trust.kept import Options, checks_shown, newest_card, pictures_of

if TYPE_CHECKING:
    from ctrcore.explain.trust.card import Card

MOST = 1  # other runs that are shown unasked: a narrow window has room for four columns
Columns = dict[tuple[str, str], Sequence[Check]]  # (run, method)


def show_beside(dataset: Dataset, run: Run, card: Card, options: Options, chosen: tuple[str, Thresholds]) -> None:
    """A grid of check by method and run.

    Args:
        dataset: of all runs.
        run: the one looked at.
        card: its card.
        options: of the card.
        chosen: the method looked at, and the thresholds.
    """
    method, thresholds = chosen
    runs = finished_runs(dataset)
    cards = {one.id: found for one in runs if one.id != run.id and (found := newest_card(one, options)) is not None}
    titles = {one.id: run_label(one, runs) for one in runs}
    others = _pick_others(cards, titles, len(runs) - 1)
    columns: Columns = {(titles[run.id], name): checks_shown(card, name) for name in pictures_of(card)}
    for one in others:
        columns |= {(titles[one], name): checks_shown(cards[one], name) for name in pictures_of(cards[one])}
    if len(columns) < 2:
        return
    names = {place: f"{method_words(place[1])}\n{place[0]}" for place in columns}
    simple = level() == "Simple"
    checks = {DEFINITIONS[name].title if simple else f"{name}  {DEFINITIONS[name].title}": name for name in DEFINITIONS}
    chart(
        verdict_grid(
            list(checks),
            list(names.values()),
            _cells(columns, checks, names, thresholds),
            names[titles[run.id], method],
        ),
        key="trust-beside",
        title=say("The same checks of other pictures and runs"),
        read=say(
            "One line a check, one column a method (of a run); the frame is around what you look at. Colour and "
            "shape give the verdict, the number is the check's figure. A dash: it does not apply, or was not computed."
        ),
        beware=say(
            "A method with more green is better tested, not proven right; and a model that can be explained well "
            "may still rank badly. The scales of the checks differ, so compare along a line, not down a column."
        ),
        alt_text=_in_words(columns, thresholds),
        data=lambda: _table(columns, thresholds),
    )


def _pick_others(cards: Mapping[str, Card], titles: Mapping[str, str], others: int) -> list[str]:
    """The runs to set beside it, kept in the address."""
    if not cards:
        if others:
            st.caption(
                say(
                    "Other runs on this dataset can be set beside this one once their trust cards are computed: choose "
                    "them in the sidebar."
                )
            )
        return []
    said = [one for one in address.read_list("beside") if one in cards]
    default = said if said or address.read("beside") == address.NOTHING else list(cards)[:MOST]
    if st.session_state.get("trust-runs") != default:
        st.session_state["trust-runs"] = default
    return st.multiselect(
        say("Other runs beside it"),
        list(cards),
        format_func=titles.__getitem__,
        key="trust-runs",
        on_change=lambda: address.write_list("beside", st.session_state["trust-runs"]),
        placeholder=say("None"),
        help=say("Runs on the same dataset whose trust cards were computed with the same options."),
    )


def _cells(
    columns: Columns, checks: Mapping[str, str], names: Mapping[tuple[str, str], str], thresholds: Thresholds
) -> dict[tuple[str, str], Cell]:
    labels = {name: label for label, name in checks.items()}
    return {
        (labels[check.id], names[place]): Cell(
            None if _figure(check, place[1], thresholds) is None else verdict(check, thresholds),
            _figure(check, place[1], thresholds) or "",
            finding_text(check),
        )
        for place, found in columns.items()
        for check in found
    }


def _figure(check: Check, method: str, thresholds: Thresholds) -> str | None:
    """What stands in a cell. The planted truth has several figures: the first one of the method."""
    if check.value is not None:
        return figure_text(check.id, check.value, thresholds.of(check.id))
    scores = planted_scores(check.details) if check.id == "T12" and check.details else []
    return next((figure_text(check.id, score.value) for score in scores if score.method == method), None)


def _table(columns: Columns, thresholds: Thresholds) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "run": run,
                "method": method,
                "check": check.id,
                "title": DEFINITIONS[check.id].title,
                "verdict": WORDS_OF[verdict(check, thresholds)],
                "figure": check.value,
                "low": check.low,
                "high": check.high,
                "rows": check.rows,
            }
            for (run, method), checks in columns.items()
            for check in checks
        ]
    )


def _in_words(columns: Columns, thresholds: Thresholds) -> str:
    """Which checks fail where, for those who cannot see the grid."""
    said = []
    for (run, method), checks in columns.items():
        failed = [check.id for check in checks if verdict(check, thresholds) == "red"]
        words = {"run": plain(run), "picture": method_words(method), "checks": ", ".join(failed)}
        said.append(
            say("{run}, {picture}: fails {checks}", **words)
            if failed
            else say("{run}, {picture}: nothing fails", **words)
        )
    return "; ".join(said)
