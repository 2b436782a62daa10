"""New data: a file of the user's own, or a sample."""

from __future__ import annotations

import streamlit as st

from ctrcore.runs.dataset import Dataset
from pages.shared import address
from pages.shared.level import expert
from pages.shared.problems import safely, two_sentences
from pages.shared.samples import SAMPLES, add_sample
from pages.shared.store import workspace
from pages.shared.tools import plain

_ADDED, _EDITION = "data-added", "upload-edition"
TYPES = ["csv", "tsv", "txt", "parquet", "pq", "jsonl", "ndjson", "json", "inter", "gz"]


def add_panel(expanded: bool) -> None:
    """The panel for new data; it closes once something was added."""
    if st.session_state.pop(_ADDED, False):
        st.session_state["add-data"] = False
    panel = st.expander("Add data", expanded=expanded, icon=":material/add:", key="add-data", on_change="rerun")
    if panel.open:
        with panel:
            _add_data()


def _add_data() -> None:
    upload, sample = st.columns([3, 2], gap="large")
    with upload:
        _upload()
    with sample:
        st.markdown("**Or take a sample**")
        for name, (label, note) in SAMPLES.items():
            if st.button(label, key=f"sample-{name}", icon=":material/science:", width="stretch"):
                with st.spinner("Copying the sample"):
                    _open(add_sample(workspace(), name))
            st.caption(note)


def _open(dataset_id: str) -> None:
    """Look at a dataset from now on, and at no run of another one."""
    st.session_state[_ADDED] = True
    st.session_state[_EDITION] = st.session_state.get(_EDITION, 0) + 1  # empties the file chooser
    look_elsewhere()
    address.write("dataset", dataset_id)
    st.rerun()


def look_elsewhere() -> None:
    """Forget the dataset looked at and everything that belongs to it."""
    for key in ("dataset", "runs", "row", "afm", "fibinet", "din"):
        address.write(key, None)


def _upload() -> None:
    edition = st.session_state.get(_EDITION, 0)
    rows = st.file_uploader(
        "A table with one row for each time an item was shown to a user",
        type=TYPES,
        key=f"upload-rows-{edition}",
        help="CSV, TSV, Parquet or JSON lines, each also gzipped. It needs a column that says whether it was clicked.",
    )
    sides = {}
    if expert():
        with st.expander("More files: users, items, given validation and test rows"):
            for part, label in (
                ("users", "Users: one row a user, joined by the id column with the same name"),
                ("items", "Items: one row an item, joined likewise"),
                ("valid", "Validation rows, if the split is given"),
                ("test", "Test rows, if the split is given"),
            ):
                sides[part] = st.file_uploader(label, type=TYPES, key=f"upload-{part}-{edition}")
    if rows is None:
        st.caption("The file goes to the machine that runs this app, and nowhere else.")
        return
    if st.button(f"Read {plain(rows.name)}", type="primary", icon=":material/upload_file:", key="upload-start"):
        given = {part: file for part, file in sides.items() if file is not None}
        _open(workspace().add_upload(rows.name, rows, **given))


@st.fragment(run_every=0.7)
def watch_reading(dataset_id: str) -> None:
    """Progress of an upload that is being read; a full run follows when it ends."""
    dataset = workspace().dataset(dataset_id)
    if not dataset.active:
        st.rerun()
    st.progress(dataset.progress, text=plain(dataset.message) or "waiting")
    st.button("Cancel", key="cancel-reading", icon=":material/close:", on_click=safely(dataset.cancel))


def unreadable(dataset: Dataset) -> None:
    """Why an upload could not be read, and a way to be rid of it."""
    if dataset.error is not None:
        two_sentences(dataset.error.problem, dataset.error.remedy)
    else:
        st.info(f"Reading was {dataset.state}.", icon=":material/info:")
    st.button(
        "Remove this upload", icon=":material/delete:", key="remove-upload", on_click=safely(_remove), args=(dataset,)
    )


def _remove(dataset: Dataset) -> None:
    dataset.delete()
    look_elsewhere()
