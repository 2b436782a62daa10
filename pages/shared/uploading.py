"""New data: files of the user's own, or a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.data.importing import PLAIN, ImportChoices
from ctrcore.data.layouts.recognising import LAYOUTS
from ctrcore.errors import DataError
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.dataset import Dataset
from pages.shared import address
from pages.shared.level import level
from pages.shared.problems import problems_shown, safely, two_sentences
from pages.shared.samples import SAMPLES, add_sample
from pages.shared.store import workspace
from pages.shared.tools import plain

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile
_ADDED, _EDITION = "data-added", "upload-edition"
TYPES = [
    "csv", "tsv", "txt", "parquet", "pq", "jsonl", "ndjson", "json", "inter", "user", "item", "dat", "data", "gz",
    "zip",
]  # fmt: skip
FIND_OUT = "find out"
FILES = {FIND_OUT: mark("Find out"), PLAIN: mark("An ordinary table")} | {
    name: layout.title for name, layout in LAYOUTS.items()
}
FILES_NOTES = {
    FIND_OUT: mark("The names and the first lines of the files tell, when they are read."),
    PLAIN: mark("A table with a header and one row a line; several files are put below each other."),
} | {name: layout.about for name, layout in LAYOUTS.items()}
ROWS = Spoken({FIND_OUT: mark("Find out"), "impressions": mark("Impressions"), "behaviours": mark("Behaviours")})
ROWS_NOTES = Spoken(
    {
        FIND_OUT: mark("Behaviours, if the rows say who, with which item and when, but not whether it was clicked."),
        "impressions": mark("Each row is an item that was shown to a user, and says whether it was clicked."),
        "behaviours": mark(
            "Each row says what a user did with an item and when. Rows to learn from are built from them: "
            "clicks, rows without a click, and what the user did before."
        ),
    }
)
SIDES = Spoken(
    {
        "users": mark("Users: one row a user, joined by the id column with the same name"),
        "items": mark("Items: one row an item, joined likewise"),
        "valid": mark("Validation rows, if the split is given"),
        "test": mark("Test rows, if the split is given"),
    }
)


def add_panel(expanded: bool) -> None:
    """The panel for new data; it closes once something was added."""
    if st.session_state.pop(_ADDED, False):
        st.session_state["add-data"] = False
    panel = st.expander(say("Add data"), expanded=expanded, icon=":material/add:", key="add-data", on_change="rerun")
    if panel.open:
        with panel:
            _add_data()


def open_dataset(dataset_id: str) -> None:
    """Look at a dataset from now on, and at no run of another one."""
    st.session_state[_ADDED] = True
    st.session_state[_EDITION] = st.session_state.get(_EDITION, 0) + 1  # empties the file chooser
    look_elsewhere()
    address.write("dataset", dataset_id)
    st.rerun()


def look_elsewhere() -> None:
    """Forget the dataset looked at and everything that belongs to it."""
    for key in ("dataset", "runs", "row", "user", "afm", "fibinet", "din"):
        address.write(key, None)


def _add_data() -> None:
    with st.grid(2, min_column_width=320, gap="large"):
        with st.container(), problems_shown():
            _upload()
        with st.container():
            _samples()


def _samples() -> None:
    st.markdown(say("**Or take a sample**"))
    for name, (label, note) in SAMPLES.items():
        if st.button(label, key=f"sample-{name}", icon=":material/science:", width="stretch"):
            with st.spinner(say("Copying the sample")):
                open_dataset(add_sample(workspace(), name))
        st.caption(note)


def _upload() -> None:
    edition = st.session_state.get(_EDITION, 0)
    files = st.file_uploader(
        say("A table of clicks, a behaviour log, or all files of a known dataset"),
        type=TYPES,
        accept_multiple_files=True,
        key=f"upload-rows-{edition}",
        help=say(
            "CSV, TSV, Parquet or JSON lines, each also gzipped, or a zip of them. A table has one row for "
            "each time an item was shown to a user, and a column that says whether it was clicked. A log has "
            "one row for each thing that a user did."
        ),
    )
    choices, sides = ImportChoices(), {}
    if level() != "Simple":
        choices = _how(edition)
        with st.expander(say("More files: users, items, given validation and test rows")):
            for part, label in SIDES.items():
                sides[part] = st.file_uploader(label, type=TYPES, key=f"upload-{part}-{edition}")
    if not files:
        st.caption(say("The files go to the machine that runs this app, and nowhere else."))
        return
    if choices.layout is None:
        st.caption(say("What the files are will be found out when they are read."))
    label = (
        say("Read {name}", name=plain(files[0].name))
        if len(files) == 1
        else say("Read {files} files", files=len(files))
    )
    if st.button(label, type="primary", icon=":material/upload_file:", key="upload-start"):
        open_dataset(_add(files, {part: file for part, file in sides.items() if file is not None}, choices))


def _how(edition: int) -> ImportChoices:
    """What the user says of the files; nobody needs to say anything."""
    with st.grid(2, min_column_width=190, gap="small"):
        with st.container():
            layout = st.selectbox(
                say("What the files are"), list(FILES), format_func=lambda one: say(FILES[one]), key=f"layout-{edition}"
            )
            st.caption(FILES_NOTES[layout])
        with st.container():
            rows = st.selectbox(say("Rows are"), list(ROWS), format_func=ROWS.__getitem__, key=f"rows-are-{edition}")
            st.caption(ROWS_NOTES[rows])
    said = {"layout": layout, "rows_are": rows}
    return ImportChoices.model_validate({name: value for name, value in said.items() if value != FIND_OUT})


def _add(files: list[UploadedFile], sides: dict[str, UploadedFile], choices: ImportChoices) -> str:
    """Hand the files to the worker; the largest one, which as a rule holds the rows, gives the dataset its name."""
    first, *others = sorted(files, key=lambda file: -file.size)
    names = [file.name for file in files]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise DataError(
            say("Two of the files are called '{value}'.", value=double[:60]),
            say("Rename one of them, or choose it only once."),
        )
    named = {file.name: file for file in others}
    return workspace().add_upload(first.name, first, others=named, choices=choices, **sides)


@st.fragment(run_every=0.7)
def watch_reading(dataset_id: str) -> None:
    """Progress of files that are being read or built anew; a full run follows when it ends."""
    dataset = workspace().dataset(dataset_id)
    if not dataset.active:
        st.rerun()
    st.progress(dataset.progress, text=plain(dataset.message) or "waiting")
    st.button(say("Cancel"), key="cancel-reading", icon=":material/close:", on_click=safely(dataset.cancel))


def unreadable(dataset: Dataset) -> None:
    """Why an upload could not be read, and a way to be rid of it."""
    if dataset.error is not None:
        two_sentences(dataset.error.problem, dataset.error.remedy)
    else:
        st.info(say("Reading was {state}.", state=dataset.state), icon=":material/info:")
    st.button(
        say("Remove this upload"),
        icon=":material/delete:",
        key="remove-upload",
        on_click=safely(_remove),
        args=(dataset,),
    )


def what_was_read(dataset: Dataset) -> None:
    """What the files turned out to be, and what follows from that."""
    about = dataset.about
    log = dataset.log_choices()
    if "layout" not in about and log is None:
        return
    with st.expander(
        say("What was read: {plain}", plain=plain(about.get("layout", "a behaviour log"))),
        icon=":material/description:",
    ):
        if "why" in about:
            st.markdown(plain(about["why"]))
        for note in about.get("notes", []):
            st.markdown(f"- {plain(note)}")
        if log is not None:
            st.markdown(
                say(
                    "The rows are behaviours: they say who, with which item and when. The rows that models learn "
                    "from were built from them; how, and how to change it, is under **Behaviours → rows**."
                )
            )


def _remove(dataset: Dataset) -> None:
    dataset.delete()
    look_elsewhere()
