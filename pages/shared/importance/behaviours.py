"""The tab "Past behaviours": what DIN makes of a user's history, value by value."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures import importance_captions
from ctrcore.figures.importances import Dots, Panel, aligned
from ctrcore.language import mark, say, say_in
from ctrcore.runs.importances import both_ends
from ctrcore.runs.run import Run
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.importance.kept import own_of, result_of
from pages.shared.importance.view import View
from pages.shared.inside import sample_note
from pages.shared.level import learn
from pages.shared.store import item_names_of
from pages.shared.tools import plain

ENDS = 12  # values drawn at either end
LEAST = 10  # behaviours that a value needs to be drawn
PANELS = {
    "mean": (mark("contribution"), mark("change of logit"), "low", "high"),
    "leave_one_out": (mark("left out"), mark("logit lost"), "leave_one_out_low", "leave_one_out_high"),
    "attention": (mark("attention"), mark("mean |attention|"), None, None),
}


def show(view: View) -> None:
    """The behaviours of all chosen runs of DIN, by a column of the history."""
    learn(
        say(
            "DIN looks at each past click in the light of the item at hand. Over many rows one sees which kinds of "
            "past clicks raise the score, and which lower it: who just bought a fridge, for example, may not want "
            "another one."
        )
    )
    runs = [run for run in view.runs if own_of(run).behaviours]
    if not runs:
        st.info(
            say("**None of the chosen models looks at single past behaviours.**  \nAdd a run of DIN in the sidebar."),
            icon=":material/info:",
        )
        return
    names = list(dict.fromkeys(name for run in runs for name in own_of(run).behaviours))
    by = address.choose(say_in("a column", "By"), names, names[-1], "matters-by") if len(names) > 1 else names[0]
    found = [_of(view, run, by) for run in runs if by in own_of(run).behaviours]
    order, left_out = both_ends([table for _, table, _ in found], ENDS, LEAST, value="mean", count="behaviours")
    panels = [
        Panel(say(title), say(unit), dots)
        for measure, (title, unit, low, high) in PANELS.items()
        if (dots := [_dots(view, run, table, (measure, low, high)) for run, table, _ in found if measure in table])
    ]
    left_out_known = any("leave_one_out" in table for _, table, _ in found)
    friendly = item_names_of(view.dataset, runs[0].recipe)
    counts = {str(v): int(n) for _, table, _ in found for v, n in zip(table["value"], table["behaviours"], strict=True)}
    rests_on = say("Means over {rows}", rows=sample_note(runs[0], found[0][2]))
    if left_out:
        rests_on = f"{rests_on}. {left_out.rstrip('.')}"
    chart(
        aligned(panels, order, {value: f"{friendly.value(by, value)} ({counts[value]:,})" for value in order}),
        key="matters-behaviours",
        **importance_captions.behaviours(plain(by), rests_on, left_out=left_out_known),
        alt_text=say("Contribution of past behaviours by {values} values of {column}", values=len(order), column=by),
        data=lambda: pd.concat([table.assign(run=view.title(run)) for run, table, _ in found]),
    )
    if not left_out_known:
        st.caption(
            say(
                "What is lost when a behaviour is left out takes a forward pass each: it comes with the intervals for "
                "shuffling, on the tab Fields."
            )
        )


def _of(view: View, run: Run, by: str) -> tuple[Run, pd.DataFrame, int]:
    """The study's table, which has what leaving out does, or else that of the page; and the rows it rests on."""
    result = result_of(run, "importance", view.importance)
    if result is not None:
        return run, pd.DataFrame(result["behaviours"][by]), int(result["behaviour_rows"])
    own = own_of(run)
    return run, own.behaviours[by], len(own.rows)


def _dots(view: View, run: Run, table: pd.DataFrame, columns: tuple[str, str | None, str | None]) -> Dots:
    value, low, high = (table[one] if one is not None else [float("nan")] * len(table) for one in columns)
    note = say("{share:.0%} of them lower the score").format
    notes = {str(name): note(share=share) for name, share in zip(table["value"], table["against"], strict=True)}
    return Dots(view.title(run), run.spec.model.name, table["value"].tolist(), value, low, high, notes=notes)
