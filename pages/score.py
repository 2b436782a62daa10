"""Score new rows: a trained model gives each row of a file its probability of a click."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.comparing.repair import Kind
from ctrcore.figures.export import to_csv
from ctrcore.language import say
from ctrcore.runs.needs import needed_columns, template
from ctrcore.runs.repairs import repairs_of
from ctrcore.runs.run import Run
from ctrcore.runs.scorings import Scoring
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.level import learn, level
from pages.shared.pickers import run_label
from pages.shared.problems import problems_shown, safely, two_sentences
from pages.shared.scored import REPAIR_LABELS, show_results
from pages.shared.store import workspace
from pages.shared.tools import ago, missing, plain

TYPES = ["csv", "tsv", "txt", "parquet", "pq", "jsonl", "ndjson", "json", "inter", "gz"]
_EDITION = "score-edition"


def pick_run() -> Run:
    """The run that scores: any that is done, wherever its dataset is. Ends the page if there is none."""
    runs = {run.id: run for run in workspace().runs() if run.state == "done"}
    if not runs:
        missing(
            say("No model has been trained yet."),
            say("Train one, or open the demo from the home page; then come back with a file of new rows."),
            "train.py",
            say("Go to Train"),
            ":material/model_training:",
        )
    datasets = {dataset.id: dataset.name for dataset in workspace().datasets()}
    chosen = next((one for one in (address.read("run"), *address.read_list("runs")) if one in runs), next(iter(runs)))
    labels = {
        one: say(
            "{run}, trained on {dataset}",
            run=run_label(run, list(runs.values())),
            dataset=datasets.get(run.spec.dataset, say("data not here")),
        )
        for one, run in runs.items()
    }
    address.write("run", chosen)
    if st.session_state.get("score-run") != chosen:
        st.session_state["score-run"] = chosen
    st.selectbox(
        say("Model that scores"),
        list(runs),
        format_func=labels.__getitem__,
        key="score-run",
        on_change=lambda: address.write("run", st.session_state["score-run"]),
        help=say("A trained model. Its own dataset is not changed."),
    )
    return runs[chosen]


@st.cache_resource(show_spinner=False, max_entries=24)
def _needs(run_id: str, version: float | None) -> tuple[pd.DataFrame, bytes]:  # noqa: ARG001  part of the key
    """The needed columns as a table, and the template as CSV."""
    run = workspace().run(run_id)
    needs = pd.DataFrame([column.model_dump() for column in needed_columns(run)])
    return needs, to_csv(template(run))


def show_needs(run: Run) -> None:
    """Which columns a file has to have, and a file to begin with."""
    with st.spinner(say("Looking at what the model reads")):
        needs, begun = _needs(run.id, run.finished)
    keys = needs.loc[needs["without"] != "", "name"].tolist()
    simple = ["name", "example", "without"]
    order = simple if level() == "Simple" else [name for name in needs.columns if name != "required"]
    with st.expander(say("Columns that this model reads ({needs})", needs=len(needs)), icon=":material/view_column:"):
        st.dataframe(
            needs,
            hide_index=True,
            key="needs-table",
            column_order=[name for name in order if name != "without" or keys],
            alt=say("Columns that the model reads, and what stands in for missing ones"),
            column_config={
                "name": st.column_config.TextColumn(say("Column"), pinned=True),
                "kind": say("Kind"),
                "without": st.column_config.TextColumn(
                    say("Without the column"),
                    help=say("What happens if the file has no such column. By it the past is found."),
                ),
                "stand_in": st.column_config.TextColumn(
                    say("If it is missing"),
                    help=say("What the model sees where the column or a single value is missing."),
                ),
                "example": say("Example"),
            },
        )
        st.download_button(
            say("Template"),
            begun,
            file_name="template.csv",
            mime="text/csv",
            icon=":material/download:",
            key="score-template",
            on_click="ignore",
            help=say("A CSV file with these columns and one row to begin with."),
        )
    if needs["required"].any():
        st.caption(say("Required: {plain}. They tell what a user clicked before.", plain=plain(", ".join(keys))))
    elif keys:
        st.caption(say("Give {plain}: by them the rest is looked up in the behaviours.", plain=plain(", ".join(keys))))


def pick_repair(run: Run) -> Kind | None:
    """Whether probabilities are repaired, and how; where to fit a repair if the run has none."""
    kept = repairs_of(run)
    if not kept:
        own = say("The probabilities are as the model gives them")
        if all(dataset.id != run.spec.dataset for dataset in workspace().datasets()):  # nothing to open on Compare
            st.caption(say("{own}; in a shell `python -m ctrcore calibrate {id}` repairs them.", own=own, id=run.id))
            return None
        st.caption(f"{own}.")
        st.page_link(
            "compare.py",
            label=say("Repair them on Compare, under Probabilities"),
            icon=":material/healing:",
            query_params={"dataset": run.spec.dataset, "runs": run.id, "view": "Probabilities"},
        )
        return None
    widget = f"score-repair-{run.id}"
    address.show(widget, "repair", [None, *kept], None)
    repair: Kind | None = st.selectbox(
        say("Probabilities"),
        [None, *kept],
        format_func=REPAIR_LABELS.__getitem__,
        key=widget,
        on_change=address.take,
        args=(widget, "repair"),
        width=360,
        help=f"{WORDS['repair']} {WORDS['platt']} {WORDS['isotonic']}",
    )
    if repair is not None:
        st.caption(
            say(
                "The file's probabilities will be {repaired}. Logits stay the model's own.",
                repaired=REPAIR_LABELS[repair],
            )
        )
    return repair


def upload(run: Run) -> None:
    """A file of new rows, and the order to score it."""
    edition = st.session_state.get(_EDITION, 0)
    file = st.file_uploader(
        say("A table of new rows, with the columns of the training data in any order"),
        type=TYPES,
        key=f"score-file-{edition}",
        help=say(
            "CSV, TSV, Parquet or JSON lines, each also gzipped. The label may be missing; if it is there, the scores "
            "are measured."
        ),
    )
    keep = st.toggle(say("Keep the file's columns beside the scores"), value=True, key="score-keep")
    repair = pick_repair(run)
    if file is None:
        return
    if st.button(
        say("Score {name}", name=plain(file.name)), type="primary", icon=":material/play_arrow:", key="score-start"
    ):
        scoring_id = workspace().add_scoring(run.id, file.name, file, keep_columns=keep, repair=repair)
        address.write("scoring", scoring_id)
        st.session_state[_EDITION] = edition + 1  # empties the file chooser
        st.rerun()


def pick_scoring(run: Run) -> Scoring | None:
    """What was scored with this run, the newest first."""
    found = {one.id: one for one in workspace().scorings(run.id)}
    if not found:
        return None
    wanted = address.read("scoring")
    chosen = wanted if wanted in found else next(iter(found))
    address.write("scoring", chosen)
    if len(found) > 1:
        if st.session_state.get("score-shown") != chosen:
            st.session_state["score-shown"] = chosen
        st.selectbox(
            say("Scored files"),
            list(found),
            format_func=lambda one: f"{found[one].name} · {one[-4:]}, {ago(found[one].created)}",
            key="score-shown",
            on_change=lambda: address.write("scoring", st.session_state["score-shown"]),
        )
    return found[chosen]


@st.fragment(run_every=0.7)
def watch(scoring_id: str) -> None:
    """Progress of a file that is being scored; a full run follows when it ends."""
    scoring = workspace().scoring(scoring_id)
    if not scoring.active:
        st.rerun()
    st.progress(scoring.progress, text=f"**{plain(scoring.name)}**: {plain(scoring.message) or 'waiting'}")
    st.button(say("Cancel"), key="cancel-scoring", icon=":material/close:", on_click=safely(scoring.cancel))


def show(run: Run, scoring: Scoring) -> None:
    """Scores, or why there are none."""
    st.subheader(plain(scoring.name))
    if scoring.active:
        watch(scoring.id)
        return
    if scoring.state == "done":
        with problems_shown():
            show_results(run, scoring)
    elif scoring.error is not None:
        two_sentences(scoring.error.problem, scoring.error.remedy)
    else:
        st.info(say("Scoring was cancelled."), icon=":material/info:")
    st.button(
        say("Remove this file and its scores"),
        icon=":material/delete:",
        key="remove-scoring",
        type="tertiary",
        on_click=safely(scoring.delete),
    )


chosen = pick_run()
learn(
    say(
        "The model scores rows it has never seen, such as the items you could show next. Values it does "
        "not know, such as a new item, count as **unknown**. The file may bring the label: then you see "
        "how good the scores are."
    )
)
with problems_shown():
    show_needs(chosen)
with problems_shown():
    upload(chosen)
scored = pick_scoring(chosen)
if scored is not None:
    show(chosen, scored)
