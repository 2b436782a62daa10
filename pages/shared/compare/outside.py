"""Scores of another system: a file of row and score joins the comparison as one more model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import Spoken, language, mark, say
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.outside import outside_of
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.outside_uploads import (
    Look,
    ScoresUpload,
    fits_browser,
    keep_upload,
    look_at,
    open_upload,
    start_upload,
    template_of,
)
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.compare.outside_kept import manage
from pages.shared.compare.outside_read import show_read
from pages.shared.level import level
from pages.shared.problems import problems_shown, show_problem, two_sentences
from pages.shared.store import judged_of
from pages.shared.tools import plain

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

TYPES = ["csv", "tsv", "txt", "parquet", "pq", "jsonl", "ndjson", "json", "gz"]
FIND_OUT = "find out"
MEANINGS = Spoken(
    {
        FIND_OUT: mark("Find out"),
        "probability": mark("Probabilities, within 0 and 1"),
        "logit": mark("Logits: their sigmoid is the probability"),
        "order": mark("Only an order: higher is rather a click"),
    }
)
_EDITION = "outside-edition"
_GIVEN = "outside-given"  # the browser's file and the upload that was made of it


def panel(dataset: Dataset, run: Run) -> None:
    """Add scores of another system, or manage those that are there.

    Args:
        dataset: whose rows are scored.
        run: says which of its rows are validation and test rows.
    """
    kept = outside_of(dataset)
    box = st.expander(
        say("Scores of another system"), icon=":material/upload_file:", key="outside-panel", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        if level() != "Expert":
            st.markdown(
                say(
                    "{outside} So a gradient boosting machine, or yesterday's model in production, can be "
                    "compared with the models here, tests and all. The file needs a column that says which "
                    "row a score belongs to, and one with the score.",
                    outside=WORDS["outside"],
                )
            )
        with problems_shown():
            _template(run)
        with problems_shown():
            _upload(dataset, run)
        for one in kept:
            manage(one)


def _template(run: Run) -> None:
    if not fits_browser(run):
        st.caption(
            say(
                "The {rows:,} rows to score are too many for the browser. In a shell, this writes them:",
                rows=run.scored_rows(),
            )
        )
        st.code(f"python -m ctrcore outside template {run.id} --out rows_to_score.csv", language="bash")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            say("Download the rows to score ({rows:,})", rows=run.scored_rows()),
            lambda: template_of(run),
            file_name="rows_to_score.csv",
            mime="text/csv",
            icon=":material/download:",
            key="outside-template",
            on_click="ignore",
            help=say(
                "The validation and test rows without their label. Let the other system add a column with its score."
            ),
        )
        st.caption(say("Add a column with your scores, and upload the file, or only the two columns, for example:"))
    row = judged_of(run)["row"].iloc[0]
    st.code(f"row,score\n{row},0.31", language=None)
    st.caption(
        say(
            "These rows have no label and are no rows to learn from. The training rows with their "
            "label are in the table itself; `python -m ctrcore outside template {run} --train --out "
            "rows_to_learn_from.csv` writes them in a shell.",
            run=run.id,
        )
    )


def _upload(dataset: Dataset, run: Run) -> None:
    edition = st.session_state.get(_EDITION, 0)
    file = st.file_uploader(
        say("A table with a row and its score"),
        type=TYPES,
        key=f"outside-file-{edition}",
        help=say("CSV, TSV, Parquet or JSON lines, each also gzipped."),
    )
    upload = _given(dataset, file)
    if upload is None:
        return
    if upload.active:
        _watch(dataset, upload.id)
        return
    if upload.state != "done":
        if upload.error is not None:
            two_sentences(upload.error.problem, upload.error.remedy)
        return
    choices = _said(edition)
    with st.spinner(say("Looking at the scores")):
        look = _look(dataset.id, upload.id, choices.model_dump_json(), run.recipe.id, language(), (upload, run))
    if level() != "Simple" or look.problem is not None:
        _ask(look.columns, edition)
    if look.problem is not None or look.read is None:
        if look.problem is not None:
            show_problem(look.problem)
        return
    show_read(look.read)
    name = st.text_input(
        say("Name"), value=upload.name.split(".")[0][:60], key=f"outside-name-{edition}", max_chars=120
    )
    if st.button(say("Compare with these scores"), key="outside-add", type="primary", icon=":material/add:"):
        with st.spinner(say("Keeping the scores")):
            added = keep_upload(upload, run.recipe, look.read, name)
        del st.session_state[_GIVEN]
        st.session_state[_EDITION] = edition + 1
        address.write_list("runs", [*address.read_list("runs"), added.id])
        st.rerun()


def _given(dataset: Dataset, file: UploadedFile | None) -> ScoresUpload | None:
    """What became of the file in the browser: a process of its own reads it, once. One that was taken back goes."""
    before: tuple[str, ScoresUpload] | None = st.session_state.get(_GIVEN)
    if before is not None and (file is None or before[0] != file.file_id or before[1].dataset.id != dataset.id):
        del st.session_state[_GIVEN]
        before[1].discard()
        before = None
    if file is None:
        return None
    if before is None:
        upload = start_upload(dataset, file.name, file)
        st.session_state[_GIVEN] = (file.file_id, upload)
        return upload
    return open_upload(dataset, before[1].id)


@st.fragment(run_every=0.5)
def _watch(dataset: Dataset, upload_id: str) -> None:
    """Progress of a file that is being read; a full run follows when it ends."""
    with problems_shown():
        upload = open_upload(dataset, upload_id)
        if not upload.active:
            st.rerun()
        doing = plain(say(upload.message)) or say("reading the file")
        st.progress(upload.progress, text=f"**{plain(upload.name)}**: {doing}")


def _said(edition: int) -> OutsideChoices:
    """What the user says of the file, by the widgets of `_ask`; what is not said is guessed."""
    meaning = st.session_state.get(f"outside-meaning-{edition}", FIND_OUT)
    said = {
        "id": st.session_state.get(f"outside-ids-{edition}", []),
        "score": st.session_state.get(f"outside-score-{edition}"),
        "meaning": None if meaning == FIND_OUT else meaning,
    }
    return OutsideChoices.model_validate(said)


def _ask(columns: list[str], edition: int) -> None:
    """Let the user say how the file is read, where the guess is wrong or there is none."""
    with st.grid(3, min_column_width=200, gap="small"):
        st.multiselect(
            say("Columns that name the row"),
            columns,
            key=f"outside-ids-{edition}",
            placeholder=say("Find out"),
            help=say(
                "A column 'row' holds the row's number in the table, counted from 0. Other columns are looked up in "
                "the table; together they must tell its rows apart."
            ),
        )
        st.selectbox(
            say("Column with the score"),
            columns,
            index=None,
            key=f"outside-score-{edition}",
            placeholder=say("Find out"),
        )
        st.selectbox(
            say("The scores are"), list(MEANINGS), format_func=MEANINGS.__getitem__, key=f"outside-meaning-{edition}"
        )


@st.cache_resource(show_spinner=False, max_entries=4, scope="session")
def _look(
    dataset_id: str,  # noqa: ARG001
    upload_id: str,  # noqa: ARG001
    choices: str,
    recipe_id: str,  # noqa: ARG001
    spoken: str,  # noqa: ARG001 - what is found is kept with its reason in words
    _given: tuple[ScoresUpload, Run],
) -> Look:
    upload, run = _given
    return look_at(upload, run.recipe, OutsideChoices.model_validate_json(choices))
