"""Score new rows: a trained model gives each row of a file its probability of a click."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures.export import to_csv, to_csv_of
from ctrcore.figures.scores import probability_histogram
from ctrcore.runs.needs import needed_columns, template
from ctrcore.runs.run import Run
from ctrcore.runs.scoring import ScoreReport
from ctrcore.runs.scorings import Scoring
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.level import learn, level
from pages.shared.pickers import run_label
from pages.shared.problems import problems_shown, safely, two_sentences
from pages.shared.store import workspace
from pages.shared.tools import ago, missing, plain
from pages.shared.words import WORDS

TYPES = ["csv", "tsv", "txt", "parquet", "pq", "jsonl", "ndjson", "json", "inter", "gz"]
SHOWN = 200
LARGE = 2_000_000  # rows from which on a CSV is too large for a browser
NEW = 0.5  # share of values new to the model from which on a warning is due
_EDITION = "score-edition"


def pick_run() -> Run:
    """The run that scores: any that is done, wherever its dataset is. Ends the page if there is none."""
    runs = {run.id: run for run in workspace().runs() if run.state == "done"}
    if not runs:
        missing(
            "No model has been trained yet.",
            "Train one, or open the demo from the home page; then come back with a file of new rows.",
            "train.py",
            "Go to Train",
            ":material/model_training:",
        )
    datasets = {dataset.id: dataset.name for dataset in workspace().datasets()}
    chosen = next((one for one in (address.read("run"), *address.read_list("runs")) if one in runs), next(iter(runs)))
    labels = {
        one: f"{run_label(run, list(runs.values()))}, trained on {datasets.get(run.spec.dataset, 'data not here')}"
        for one, run in runs.items()
    }
    address.write("run", chosen)
    if st.session_state.get("score-run") != chosen:
        st.session_state["score-run"] = chosen
    st.selectbox(
        "Model that scores",
        list(runs),
        format_func=labels.__getitem__,
        key="score-run",
        on_change=lambda: address.write("run", st.session_state["score-run"]),
        help="A trained model. Its own dataset is not changed.",
    )
    return runs[chosen]


@st.cache_resource(show_spinner="Looking at what the model reads", max_entries=24)
def _needs(run_id: str, version: float | None) -> tuple[pd.DataFrame, bytes]:  # noqa: ARG001  part of the key
    """The needed columns as a table, and the template as CSV."""
    run = workspace().run(run_id)
    needs = pd.DataFrame([column.model_dump() for column in needed_columns(run)])
    return needs, to_csv(template(run))


def show_needs(run: Run) -> None:
    """Which columns a file has to have, and a file to begin with."""
    needs, begun = _needs(run.id, run.finished)
    required = needs.loc[needs["required"], "name"].tolist()
    order = ["name", "example", "required"] if level() == "Simple" else list(needs.columns)
    with st.expander(f"Columns that this model reads ({len(needs)})", icon=":material/view_column:"):
        st.dataframe(
            needs.assign(required=needs["required"].map({True: "yes", False: ""})),
            hide_index=True,
            key="needs-table",
            column_order=[name for name in order if name != "required" or required],
            alt="Columns that the model reads, and what stands in for missing ones",
            column_config={
                "name": st.column_config.TextColumn("Column", pinned=True),
                "kind": "Kind",
                "required": st.column_config.TextColumn("Required", help="Without it no row can be scored."),
                "stand_in": st.column_config.TextColumn(
                    "If it is missing", help="What the model sees where the column or a single value is missing."
                ),
                "example": "Example",
            },
        )
        st.download_button(
            "Template",
            begun,
            file_name="template.csv",
            mime="text/csv",
            icon=":material/download:",
            key="score-template",
            on_click="ignore",
            help="A CSV file with these columns and one row to begin with.",
        )
    if required:
        st.caption(f"Required: {plain(', '.join(required))}. They tell what a user clicked before.")


def upload(run: Run) -> None:
    """A file of new rows, and the order to score it."""
    edition = st.session_state.get(_EDITION, 0)
    file = st.file_uploader(
        "A table of new rows, with the columns of the training data in any order",
        type=TYPES,
        key=f"score-file-{edition}",
        help="CSV, TSV, Parquet or JSON lines, each also gzipped. The label may be missing; if it is there, the scores "
        "are measured.",
    )
    keep = st.toggle("Keep the file's columns beside the scores", value=True, key="score-keep")
    if file is None:
        return
    if st.button(f"Score {plain(file.name)}", type="primary", icon=":material/play_arrow:", key="score-start"):
        scoring_id = workspace().add_scoring(run.id, file.name, file, keep_columns=keep)
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
            "Scored files",
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
    st.button("Cancel", key="cancel-scoring", icon=":material/close:", on_click=safely(scoring.cancel))


def show(run: Run, scoring: Scoring) -> None:
    """Scores, or why there are none."""
    st.subheader(plain(scoring.name))
    if scoring.active:
        watch(scoring.id)
        return
    if scoring.state == "done":
        with problems_shown():
            results(run, scoring)
    elif scoring.error is not None:
        two_sentences(scoring.error.problem, scoring.error.remedy)
    else:
        st.info("Scoring was cancelled.", icon=":material/info:")
    st.button(
        "Remove this file and its scores",
        icon=":material/delete:",
        key="remove-scoring",
        type="tertiary",
        on_click=safely(scoring.delete),
    )


def results(run: Run, scoring: Scoring) -> None:
    """Figures, warnings, the rows, and the file to take away."""
    report = scoring.report()
    figures(report)
    warnings(report)
    download(scoring, report)
    with st.grid(2, min_column_width=380):
        edges = [place / len(report.histogram) for place in range(len(report.histogram) + 1)]
        chart(
            probability_histogram(report.histogram, run.spec.model.name, report.mean_probability or 0.0),
            key="score-histogram",
            title="How the probabilities lie",
            help_text=WORDS["probability"],
            read="Each bar counts the rows with that predicted probability. Rows far to the right are the ones to show "
            "first.",
            beware="A high bar on the left is normal: clicks are rare. The shape says nothing on whether the scores "
            "are right.",
            alt_text=f"Histogram of {report.rows:,} predicted probabilities, mean {report.mean_probability or 0:.3f}",
            data=lambda: pd.DataFrame({"from": edges[:-1], "to": edges[1:], "rows": report.histogram}),
        )
        with st.container(border=True, height="stretch"):
            shown = scoring.head(SHOWN)
            st.markdown(f"#### First {len(shown)} rows" if report.rows > len(shown) else "#### The rows")
            st.dataframe(
                shown,
                hide_index=True,
                key="score-preview",
                height="stretch",
                alt="Scored rows: position in the file, probability, logit, and the file's own columns",
                column_order=["row", "probability", "logit", *list(shown.columns)[3:]],
                column_config={
                    "row": st.column_config.NumberColumn("row", help="Position in the file, from 0.", pinned=True),
                    "probability": st.column_config.ProgressColumn(
                        "probability", min_value=0.0, max_value=1.0, format="%.4f", help=WORDS["probability"]
                    ),
                    "logit": st.column_config.NumberColumn("logit", format="%.4f", help=WORDS["logit"]),
                },
            )
    with st.expander("What was read, filled in and left out", icon=":material/fact_check:"):
        details(report)


def figures(report: ScoreReport) -> None:
    """The numbers at the top."""
    with st.grid(5, min_column_width=120):
        st.metric("Rows", f"{report.rows:,}")
        if report.mean_probability is not None:
            st.metric("Mean probability", f"{report.mean_probability:.1%}", help="The share of clicks to expect.")
        for name, title in (("auc", "AUC"), ("log_loss", "Log-loss"), ("pcoc", "PCOC")):
            value = report.metrics.get(name)
            if value is not None:
                st.metric(title, f"{value:.4f}", help=f"On {report.labelled:,} rows with a label. {WORDS[name]}")


def warnings(report: ScoreReport) -> None:
    """What makes scores less worth than they look."""
    new = [name for name, share in report.unknown_share.items() if share >= NEW and name not in report.missing]
    if report.missing:
        stand_ins = ", ".join(f"{name} = {text}" for name, text in report.missing.items())
        st.warning(
            f"**The file lacks {len(report.missing)} of the model's columns.**  \n"
            f"Each row got the same instead: {plain(stand_ins)}.",
            icon=":material/warning:",
        )
    if new:
        st.warning(
            f"**Most values of {plain(', '.join(new))} are missing, or new to the model.**  \n"
            "Those rows are scored by their other fields only.",
            icon=":material/warning:",
        )


def details(report: ScoreReport) -> None:
    """The whole report."""
    if report.histories:
        st.markdown(plain(report.histories))
    names = list(dict.fromkeys([*report.unknown_share, *report.missing]))
    st.dataframe(
        pd.DataFrame(
            {
                "field": names,
                "unknown": [report.unknown_share.get(name) for name in names],
                "stand_in": [report.missing.get(name, "") for name in names],
            }
        ),
        hide_index=True,
        key="score-fields",
        alt="Share of unknown values of each field, and stand-ins of missing columns",
        column_config={
            "field": "Field",
            "unknown": st.column_config.ProgressColumn(
                "Unknown", format="percent", help="Share of its values that are missing, or that the model never saw."
            ),
            "stand_in": st.column_config.TextColumn("Missing, so each row got"),
        },
    )
    if report.ignored:
        st.caption(f"Columns of the file that the model does not read: {plain(', '.join(report.ignored))}.")


def download(scoring: Scoring, report: ScoreReport) -> None:
    """The scores as a file."""
    if report.rows > LARGE:
        st.info(
            f"{report.rows:,} rows are too many for a download here.  \nIn a shell `python -m ctrcore predict "
            f"{scoring.run} FILE -o scores.parquet` writes them to a file.",
            icon=":material/terminal:",
        )
        return
    st.download_button(
        "Download CSV",
        lambda: to_csv_of(scoring.slices()),
        file_name="scores.csv",
        mime="text/csv",
        type="primary",
        icon=":material/download:",
        key="score-download",
        on_click="ignore",
        help="Row (its position in the file, from 0), logit, probability, and the file's own columns if they are kept.",
    )


chosen = pick_run()
learn(
    "The model scores rows it has never seen, such as the items you could show next. Values it does not know, such as "
    "a new item, count as **unknown**. The file may bring the label: then you see how good the scores are."
)
with problems_shown():
    show_needs(chosen)
with problems_shown():
    upload(chosen)
scored = pick_scoring(chosen)
if scored is not None:
    show(chosen, scored)
