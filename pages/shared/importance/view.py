"""What is looked at on the page "What matters": which runs, and how their fields are measured."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ctrcore.runs.dataset import Dataset
from ctrcore.runs.files import Record
from ctrcore.runs.importance_job import OPTIONS as IMPORTANCE
from ctrcore.runs.importances import measures
from ctrcore.runs.run import Run
from ctrcore.runs.shapley_job import OPTIONS as SHAPLEY
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.importance.kept import groups_of, own_of, result_of
from pages.shared.level import expert
from pages.shared.store import explanations_of, model_of, ties_of
from pages.shared.tools import plain

NUMBERS = {  # of the experts' choices: label, least, most, step, help
    "shapley-rows": ("Rows for Shapley values", 50, 20_000, 50, "Rows that judge the run, drawn at random."),
    "shapley-background": ("Background rows", 10, 500, 10, "Training rows that each row is compared with."),
    "matters-seed": ("Seed", 0, 1_000_000, 1, "Of the samples, the shuffles and the permutations."),
}


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        dataset: the table behind it.
        runs: in the order chosen, at least one.
        titles: the names to show, by id; unique.
        tied: columns that determine each other move together.
        importance: options of the studies of permutation.
        shapley: options of the studies of Shapley values.
    """

    dataset: Dataset
    runs: tuple[Run, ...]
    titles: dict[str, str]
    tied: bool
    importance: Record
    shapley: Record

    def title(self, run: Run) -> str:
        """The run's name, as plotly and tables show it."""
        return self.titles[run.id]


def choose_view(dataset: Dataset, runs: list[Run], titles: dict[str, str]) -> View:
    """The controls above the tabs."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        tied = _pick_tied(runs)
        numbers = {
            "shapley-rows": SHAPLEY["rows"],
            "shapley-background": SHAPLEY["background"],
            "matters-seed": SHAPLEY["seed"],
        }
        chosen = {key: _number(key, default) if expert() else _kept(key, default) for key, default in numbers.items()}
    seed = chosen["matters-seed"]
    shapley = {"rows": chosen["shapley-rows"], "background": chosen["shapley-background"]}
    return View(
        dataset,
        tuple(runs),
        titles,
        tied,
        IMPORTANCE | {"seed": seed, "tied": tied},
        SHAPLEY | shapley | {"seed": seed, "tied": tied},
    )


def measured(view: View, run: Run) -> pd.DataFrame:
    """All measures of a run's fields that there are so far (`runs.importances.measures`)."""
    from ctrcore.explain.importance import own_importance, weight_name

    own = own_of(run)
    return measures(
        own_importance(model_of(run), own.terms, groups_of(run, tied=view.tied)),
        len(own.rows),
        weight_name(run.spec.model.name),
        importance=result_of(run, "importance", view.importance),
        shapley=result_of(run, "shapley", view.shapley),
        first_look=explanations_of(run).get("importance") if not view.tied else None,  # one by one, not tied
    )


def _pick_tied(runs: list[Run]) -> bool:
    ties = ties_of(runs[0])
    address.show("tied", "tied", [False, True], default=False)
    told = "; ".join(", ".join(plain(name) for name in names) for names in ties)
    return st.toggle(
        "Move tied columns together",
        key="tied",
        disabled=not ties,
        on_change=address.take,
        args=("tied", "tied"),
        help=f"{WORDS['tied columns']} " + (f"Here: {told}." if ties else "There are none here."),
    )


def _number(key: str, default: int) -> int:
    label, least, most, step, about = NUMBERS[key]
    address.show_number(key, key, default, least, most)
    st.session_state[key] = int(st.session_state[key])
    return st.number_input(
        label, least, most, step=step, key=key, on_change=address.take, args=(key, key), help=about, width=180
    )


def _kept(key: str, default: int) -> int:
    """What the address says, where the control does not show: the numbers of a link stay the same at every level."""
    _, least, most, _, _ = NUMBERS[key]
    said = address.read(key)
    if said is None or not said.isdecimal() or len(said) > 9:
        return default
    return int(said) if least <= int(said) <= most else default
