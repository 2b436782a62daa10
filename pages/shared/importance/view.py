"""What is looked at on the page "What matters": which runs, and how their fields are measured."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ctrcore.language import mark, say
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
    "shapley-rows": (
        mark("Rows for Shapley values"),
        50,
        20_000,
        50,
        mark("Rows that judge the run, drawn at random."),
    ),
    "shapley-background": (mark("Background rows"), 10, 500, 10, mark("Training rows that each row is compared with.")),
    "matters-seed": (mark("Seed"), 0, 1_000_000, 1, mark("Of the samples, the shuffles and the permutations.")),
}
DEFAULTS: dict[str, int] = {
    "shapley-rows": SHAPLEY["rows"],
    "shapley-background": SHAPLEY["background"],
    "matters-seed": SHAPLEY["seed"],
}


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        dataset: the table behind it.
        runs: in the order chosen, at least one.
        titles: the names to show, by id; unique.
        tied: columns that determine each other move together.
        ties: those columns, of all runs.
        importance: options of the studies of permutation.
        shapley: options of the studies of Shapley values.
    """

    dataset: Dataset
    runs: tuple[Run, ...]
    titles: dict[str, str]
    tied: bool
    ties: list[tuple[str, ...]]
    importance: Record
    shapley: Record

    def title(self, run: Run) -> str:
        """The run's name, as plotly and tables show it."""
        return self.titles[run.id]


def choose_view(dataset: Dataset, runs: list[Run], titles: dict[str, str]) -> View:
    """What the address says; the controls stand below the pictures (`how_measured`)."""
    ties = list(dict.fromkeys(tuple(names) for run in runs for names in ties_of(run)))
    tied = bool(ties) and address.read("tied") == "True"
    chosen = {key: _kept(key, default) for key, default in DEFAULTS.items()}
    seed = chosen["matters-seed"]
    shapley = {"rows": chosen["shapley-rows"], "background": chosen["shapley-background"]}
    return View(
        dataset,
        tuple(runs),
        titles,
        tied,
        ties,
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


def how_measured(view: View) -> None:
    """The controls of how the fields are measured: of fields and of their values."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _pick_tied(view.ties)
        if expert():
            for key, default in DEFAULTS.items():
                _number(key, default)


def _pick_tied(ties: list[tuple[str, ...]]) -> None:
    address.show("tied", "tied", [False, True] if ties else [False], default=False)
    told = "; ".join(", ".join(plain(name) for name in names) for names in ties)
    st.toggle(
        say("Move tied columns together"),
        key="tied",
        disabled=not ties,
        on_change=address.take,
        args=("tied", "tied"),
        help=f"{WORDS['tied columns']} {say('Here: {ties}.', ties=told) if ties else say('There are none here.')}",
    )


def _number(key: str, default: int) -> None:
    label, least, most, step, about = NUMBERS[key]
    address.show_number(key, key, default, least, most)
    st.session_state[key] = int(st.session_state[key])
    st.number_input(
        say(label), least, most, step=step, key=key, on_change=address.take, args=(key, key), help=say(about), width=180
    )


def _kept(key: str, default: int) -> int:
    """What the address says: the numbers of a link stay the same at every level, where no control shows."""
    _, least, most, _, _ = NUMBERS[key]
    said = address.read(key)
    if said is None or not said.isdecimal() or len(said) > 9:
        return default
    return int(said) if least <= int(said) <= most else default
