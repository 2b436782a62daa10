"""One cutoff for all models: what it calls, what it costs, and where each model's best one lies."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd
import streamlit as st

from ctrcore.comparing import cutoffs
from ctrcore.comparing.counts import Counts
from ctrcore.comparing.cutoffs import Goal
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.curves import Curve
from ctrcore.figures.cutoffs import Best, over_cutoffs
from ctrcore.language import mark, say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart, csv_button
from pages.shared.compare import chosen_cutoff, kept
from pages.shared.compare.matrices import show_matrices
from pages.shared.compare.view import View, say_left_out
from pages.shared.level import level
from pages.shared.tools import plain

GOALS: dict[str, Goal] = {"F1": "f1", mark("Accuracy"): "accuracy", mark("Cost"): "cost"}
TITLES: dict[Goal, str] = {"f1": "F1", "accuracy": mark("accuracy"), "cost": mark("mean cost of a row")}
BEST = mark("Best {measure}: {value:.4f}.")
NEVER = mark("Best {measure}: {value:.4f}. It is reached by calling no row a click.")
MOST = 1e9  # a cost


class Costs(NamedTuple):
    """What mistakes cost."""

    false_alarm: float = 1.0
    missed: float = 1.0


@st.fragment
def show(view: View) -> None:
    """Everything that a cutoff decides; moving the slider runs this part of the page alone."""
    say_left_out(
        view,
        mark(
            "Left out: {models}. Their scores are no probabilities, only their order means something, so a cutoff on "
            "them would say nothing."
        ),
        mark(
            "Left out: {models}. Its scores are no probabilities, only their order means something, so a cutoff on "
            "them would say nothing."
        ),
    )
    if not view.probable:
        st.info(say("Choose a model that gives probabilities."), icon=":material/info:")
        return
    grid, _ = kept.over_cutoffs(view)
    top = float(grid[-1])
    with st.container(border=True, key="cutoff-card"):
        st.markdown(say("#### One cutoff for all models"), help=WORDS["cutoff"])
        goal, costs = _goal()
        best = kept.best_cutoffs(view, goal, *costs)
        _jumps(view, goal, best, top)
        cutoff = _slider(view, top)
        counts = {one.id: cutoffs.at(view.sheet, one.id, cutoff) for one in view.probable}
        show_matrices(view, counts)
        _table(view, counts, cutoff, costs)
    _chart(view, goal, costs, best, cutoff)


def _goal() -> tuple[Goal, Costs]:
    """What the best cutoff is best at."""
    with st.container(horizontal=True, vertical_alignment="top"):
        about = say(
            "**F1.** {f1} **Accuracy.** {accuracy} **Cost.** {cost}",
            f1=WORDS["f1"],
            accuracy=WORDS["accuracy"],
            cost=WORDS["cost"],
        )
        goal = GOALS[address.choose(say("Best for"), list(GOALS), "F1", "goal", about, words=say)]
        if goal != "cost":
            return goal, Costs()
        return goal, Costs(
            _cost(say("Cost of a false alarm"), 1.0, "cost-alarm"),
            _cost(say("Cost of a missed click"), 2.0, "cost-missed"),
        )


def _cost(label: str, default: float, key: str) -> float:
    address.show_number(key, key, default, 0.0, MOST)
    return st.number_input(
        label,
        min_value=0.0,
        max_value=MOST,
        key=key,
        on_change=address.take,
        args=(key, key),
        width=200,
        help=WORDS["cost"],
    )


def _slider(view: View, top: float) -> float:
    """The cutoff. Where clicks are rare the axis ends early, and the steps are finer."""
    places = 2 - round(math.log10(top)) if top < 1 else 3
    said = chosen_cutoff.chosen()
    key = f"cutoff-slider-{top:g}"  # a slider whose ends change would start anew
    st.session_state[key] = min(round(view.click_rate, places) if said is None else said, top)
    shown = float(
        st.slider(
            say("Rows with at least this probability are called clicks"),
            min_value=0.0,
            max_value=top,
            step=top / 1000,
            format=f"%.{places + 1}f" if top < 1 else "%.3f",
            key=key,
            on_change=_moved,
            args=(key,),
        )
    )
    if said is not None and said > top:
        st.caption(
            say(
                "The cutoff {cutoff:.3g} that was chosen is not shown: hardly any row of these models has "
                "a probability above {top:g}, where this axis ends. It comes back with models that reach "
                "it.",
                cutoff=said,
                top=top,
            )
        )
    address.flush()  # a moved slider runs this part of the page alone, not the end that would write the address
    return shown


def _moved(key: str) -> None:
    chosen_cutoff.choose(st.session_state[key])


def _jumps(view: View, goal: Goal, best: dict[str, tuple[float, float]], top: float) -> None:
    """A button for the best cutoff of each model."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(say("Go to the best cutoff of"))
        for one in view.probable:
            cutoff, value = best[one.id]
            never = cutoff >= 1
            st.button(
                say("{title}: call none", title=plain(one.title)) if never else f"{plain(one.title)}: {cutoff:.3f}",
                key=f"jump-{one.id}",
                disabled=never,
                on_click=chosen_cutoff.choose,
                args=(min(cutoff, top),),
                help=say(NEVER if never else BEST, measure=say(TITLES[goal]), value=value),
            )


def _table(view: View, counts: dict[str, Counts], cutoff: float, costs: Costs) -> None:
    """The same in numbers, with what the mistakes cost."""
    table = pd.DataFrame(
        [
            {
                "run": one.title,
                "precision": counts[one.id].precision,
                "recall": counts[one.id].recall,
                "f1": counts[one.id].f1,
                "accuracy": counts[one.id].accuracy,
                "cost": (cost := counts[one.id].cost(*costs)),
                "total": cost * len(view.sheet),
                "cutoff": cutoff,
                "tp": counts[one.id].tp,
                "fp": counts[one.id].fp,
                "fn": counts[one.id].fn,
                "tn": counts[one.id].tn,
            }
            for one in view.probable
        ]
    )
    columns = ["run", "precision", "recall", "f1", "accuracy", "cost", "total"]
    st.dataframe(
        table,
        hide_index=True,
        key="cutoff-table",
        column_order=columns[:5] if level() == "Simple" else columns,
        column_config={
            "run": st.column_config.TextColumn(say("Run"), pinned=True),
            "precision": st.column_config.NumberColumn(say("Precision"), format="percent", help=WORDS["precision"]),
            "recall": st.column_config.NumberColumn(say("Recall"), format="percent", help=WORDS["recall"]),
            "f1": st.column_config.NumberColumn("F1", format="%.4f", help=WORDS["f1"]),
            "accuracy": st.column_config.NumberColumn(say("Accuracy"), format="percent", help=WORDS["accuracy"]),
            "cost": st.column_config.NumberColumn(say("Cost a row"), format="%.4f", help=WORDS["cost"]),
            "total": st.column_config.NumberColumn(say("Cost in total"), format="localized", help=WORDS["cost"]),
        },
        alt=say("Precision, recall, F1, accuracy and cost of each run at a cutoff of {cutoff:.3f}", cutoff=cutoff),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        csv_button(table, "cutoff")
        if abs(chosen_cutoff.of_table() - cutoff) > 1e-12 and st.button(
            say("Show accuracy and F1 at this cutoff in the table above"),
            key="cutoff-to-table",
            type="tertiary",
            icon=":material/arrow_upward:",
        ):
            chosen_cutoff.bring_to_table(cutoff)
            st.rerun()


def _chart(view: View, goal: Goal, costs: Costs, best: dict[str, tuple[float, float]], cutoff: float) -> None:
    grid, counts = kept.over_cutoffs(view)
    found = []
    for one in view.probable:
        many = counts[one.id]
        values = many.cost(*costs) if goal == "cost" else (many.f1 if goal == "f1" else many.accuracy)
        found.append(Curve(one.title, one.model, grid, values))
    title = say(TITLES[goal])
    best_at = [say("{title} is best at {cutoff:.3f}", title=one.title, cutoff=best[one.id][0]) for one in view.probable]
    chart(
        over_cutoffs(
            found,
            [Best(*best[one.id]) for one in view.probable],
            cutoff,
            title,
            top=float(grid[-1]),
            share=goal == "accuracy",
        ),
        key="over-cutoffs",
        **captions.over_cutoffs(TITLES[goal]),
        help_text=WORDS[goal],
        alt_text=say("{measure} over all cutoffs: {best}", measure=title, best=say(", ").join(best_at)),
        data=lambda: pd.concat(
            [pd.DataFrame({"run": c.label, "cutoff": c.x, goal: c.y}) for c in found], ignore_index=True
        ),
    )
