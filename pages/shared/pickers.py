"""Choosing the dataset, the runs and the row in the sidebar. The address holds the choice (see `address`)."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from ctrcore.language import say
from ctrcore.runs.contenders import Contender, contenders
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.outside import outside_of
from ctrcore.runs.run import Run
from pages.shared import address
from pages.shared.compare import chosen_cutoff
from pages.shared.store import workspace
from pages.shared.tools import STATES


def pick_dataset(with_runs_of: Collection[str] = ()) -> Dataset | None:
    """The dataset to look at; None if there is none. Unfinished and failed uploads can be chosen too.

    Args:
        with_runs_of: where nothing was chosen yet, prefer a dataset on which one of these models was trained.
    """
    datasets = {dataset.id: dataset for dataset in workspace().datasets()}
    if not datasets:
        return None
    chosen = address.read("dataset")
    if chosen not in datasets:
        if chosen is not None:
            st.warning(
                say("**The dataset of this link is not here.**  \nAnother one is shown."), icon=":material/link_off:"
            )
        chosen = _dataset_of_runs(datasets) or _first_dataset(datasets, with_runs_of)
    address.write("dataset", chosen)
    labels = {one: _dataset_label(datasets, one) for one in datasets}
    _show("pick-dataset", chosen, labels)
    st.sidebar.selectbox(
        say("Dataset"),
        list(datasets),
        format_func=labels.__getitem__,
        key="pick-dataset",
        on_change=_dataset_picked,
        help=say("A table of impressions: one row for each time an item was shown to a user."),
    )
    return datasets[chosen]


def pick_contenders(dataset: Dataset) -> list[Contender]:
    """What to compare: finished runs in the order chosen, then scores of other systems.

    By default the newest run of each model. Scores of other systems need a finished run, which tells the rows' labels.
    """
    done = {run.id: run for run in finished_runs(dataset)}
    outside = {one.id: one for one in outside_of(dataset)}
    named = address.read_list("runs")
    chosen = [one for one in named if one in done or one in outside]
    if len(chosen) < len(named):
        _say_gone([one for one in named if one not in outside])
    if not chosen and address.read("runs") != address.NOTHING:
        newest: dict[str, str] = {}
        for run in done.values():
            newest.setdefault(run.spec.model.name, run.id)
        chosen = [newest[model] for model in ("lr", "fm", "afm", "fibinet", "din") if model in newest]
        if not chosen:
            return []
        address.write_list("runs", chosen)
    labels = {one: run_label(run, list(done.values())) for one, run in done.items()}
    labels |= {one: say("{name} (outside)", name=scores.name) for one, scores in outside.items()}
    _show("pick-runs", chosen, labels)
    st.sidebar.multiselect(
        say("Runs"),
        [*done, *outside],
        format_func=labels.__getitem__,
        key="pick-runs",
        on_change=_runs_picked,
        placeholder=say("Choose runs"),
        help=say("A run is one model trained once on this dataset. Outside: scores of another system.")
        if outside
        else say("A run is one model trained once on this dataset."),
    )
    runs, others = [done[one] for one in chosen if one in done], [outside[one] for one in chosen if one in outside]
    return contenders(runs, others, list(done.values()))


def pick_run(dataset: Dataset, model: str | None = None) -> Run | None:
    """The finished run to look into, of one model or of any; None if there is none."""
    done = {run.id: run for run in finished_runs(dataset) if model in (None, run.spec.model.name)}
    if not done:
        return None
    key = model or "run"
    wanted = [address.read(key), *address.read_list("runs"), *done]
    chosen = next(one for one in wanted if one in done)
    address.write(key, chosen)
    labels = {one: run_label(run, list(done.values())) for one, run in done.items()}
    _show(f"pick-{key}", chosen, labels)
    st.sidebar.selectbox(
        say("{title} run", title=done[chosen].spec.model.title) if model else say("Run"),
        list(done),
        format_func=labels.__getitem__,
        key=f"pick-{key}",
        on_change=lambda: address.write(key, st.session_state[f"pick-{key}"]),
        help=say("The trained model to look into."),
    )
    return done[chosen]


def finished_runs(dataset: Dataset) -> list[Run]:
    """The runs of a dataset that came to their end, newest first."""
    return [run for run in workspace().runs() if run.spec.dataset == dataset.id and run.state == "done"]


def run_label(run: Run, among: list[Run]) -> str:
    """A run's name; with the end of its id where several runs have the same name."""
    double = sum(other.name == run.name for other in among) > 1
    return f"{run.name} · {run.id[-4:]}" if double else run.name


def _say_gone(named: list[str]) -> None:
    """A run that a link names but that is not here, or not done, is not left out in silence."""
    states = {run.id: run.state for run in workspace().runs()}
    if any(one not in states for one in named):
        st.warning(say("**A run of this link is not here.**  \nThe others are shown."), icon=":material/link_off:")
    elif any(states[one] != "done" for one in named):
        st.caption(say("Runs that are not done yet, or did not end well, are left out."))


def _dataset_label(datasets: dict[str, Dataset], chosen: str) -> str:
    dataset = datasets[chosen]
    double = sum(other.name == dataset.name for other in datasets.values()) > 1
    state = "" if dataset.state == "done" else f" ({say('being read') if dataset.active else STATES[dataset.state]})"
    return dataset.name + (f" · {dataset.id[-4:]}" if double else "") + state


def _dataset_of_runs(datasets: dict[str, Dataset]) -> str | None:
    """The dataset of the runs in the address: a link may name runs only."""
    known = {run.id: run.spec.dataset for run in workspace().runs()}
    wanted = (known.get(one) for one in address.read_list("runs"))
    return next((one for one in wanted if one in datasets), None)


def _first_dataset(datasets: dict[str, Dataset], models: Collection[str]) -> str:
    """The newest dataset that has something to show, else the newest that was read, else the newest."""
    for run in workspace().runs():
        if run.state == "done" and run.spec.model.name in models and run.spec.dataset in datasets:
            return run.spec.dataset
    ready = (dataset.id for dataset in datasets.values() if dataset.state == "done")
    return next(ready, next(iter(datasets)))


def _show(key: str, value: object, labels: dict[str, str]) -> None:
    """Make a widget show what the address says, unless it does already.

    A widget in the browser goes by labels: when one of them changes, such as that of a renamed run, it has to be told.
    """
    known = f"{key}-labels"
    if st.session_state.get(key) != value or st.session_state.get(known) != labels:
        st.session_state[key] = value
        st.session_state[known] = labels


def _dataset_picked() -> None:
    address.write("dataset", st.session_state["pick-dataset"])
    of_rows = ("row", "user", "item", "over", "missed")
    for key in ("runs", "run", "recall", "afm", "fibinet", "din", "a", "b", *of_rows):
        address.write(key, None)
    chosen_cutoff.forget()


def _runs_picked() -> None:
    address.write_list("runs", st.session_state["pick-runs"])
