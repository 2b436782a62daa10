"""The choices between the table and the models: cleaning, histories, split, negatives."""

from __future__ import annotations

import streamlit as st

from ctrcore.data.recipe import BuildHistory, Cleaning, Recipe, Split
from ctrcore.data.splitting import WITHOUT_SHARES
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.dataset import Dataset
from ctrcore.words import WORDS
from pages.shared.columns import ROLES
from pages.shared.drafts import Draft, edition
from pages.shared.level import expert, learn
from pages.shared.tools import plain

SPLITS = Spoken(
    {
        "random": mark("At random"),
        "time": mark("By time"),
        "user": mark("By user"),
        "time_per_user": mark("By time within each user"),
        "leave_last_out": mark("Each user's last click"),
        "given": mark("As a column says"),
    }
)
SPLIT_NOTES = Spoken(
    {
        "random": mark(
            "Rows are drawn at random. Simple, but the models may learn from rows later than those they are tested on."
        ),
        "time": mark("The last rows in time are the test, as in practice: no model learns from the future."),
        "user": mark("Whole users are kept aside: the test asks how the models do on users they never saw."),
        "time_per_user": mark("Each user's last rows are the test."),
        "leave_last_out": mark(
            "Each user's last click, with the rows of its time and later, is the test; the click before it "
            "is validation. Users with fewer than three clicks only train. Common for recommenders, as every "
            "active user is tested once; but one user's test may lie before another's training rows in time."
        ),
        "given": mark("A column holds train, valid or test for each row."),
    }
)


def edit_preparation(dataset: Dataset, draft: Draft) -> None:
    """All choices of the recipe but the columns."""
    key = f"{dataset.id}-{edition(dataset)}"
    with st.grid(2, min_column_width=380):
        with st.container(border=True):
            st.markdown(say("#### Split"))
            _split(dataset, draft, key)
        with st.container(border=True):
            st.markdown(say("#### Histories"), help=WORDS["history"])
            _histories(draft, key)
        with st.container(border=True):
            st.markdown(say("#### Cleaning"))
            _cleaning(draft, key)
        with st.container(border=True):
            st.markdown(say("#### Fewer rows without a click"))
            _negatives(draft, key)


def _split(dataset: Dataset, draft: Draft, key: str) -> None:
    split, about = draft["split"], Split.model_fields
    options = list(SPLITS)
    split["by"] = st.selectbox(
        say("How rows become training, validation and test rows"),
        options,
        index=options.index(split["by"]),
        format_func=SPLITS.__getitem__,
        key=f"split-{key}",
        help=say(
            "Models learn from training rows; validation rows decide when to stop; test rows give the final numbers."
        ),
    )
    learn(SPLIT_NOTES[split["by"]])
    if split["by"] == "given":
        names = dataset.columns
        now = split["column"] if split["column"] in names else names[0]
        split["column"] = st.selectbox(say("Column"), names, index=names.index(now), key=f"split-column-{key}")
    else:
        split["column"] = None
    if split["by"] not in WITHOUT_SHARES:
        left, right = st.columns(2)
        for name, place in (("valid", left), ("test", right)):
            percent = place.number_input(
                say("Validation rows, %") if name == "valid" else say("Test rows, %"),
                min_value=0,
                max_value=80,
                value=round(100 * split[name]),
                key=f"split-{name}-{key}",
                help=say(about[name].description or ""),
            )
            split[name] = percent / 100
    if expert():
        split["seed"] = st.number_input(
            say("Seed"),
            min_value=0,
            value=split["seed"],
            step=1,
            key=f"split-seed-{key}",
            help=say(about["seed"].description or ""),
        )


def _histories(draft: Draft, key: str) -> None:
    schema, history = draft["data_schema"], draft["history"]
    learn(
        say(
            "A history lists what a user clicked **before** the row's time. DIN needs one; the other models "
            "read it as one averaged field. It can be a column of the table, or be built here from the rows "
            "themselves."
        )
    )
    present = [say("{name} (of {of})", name=c["name"], of=c["of"]) for c in schema["columns"] if c["kind"] == "history"]
    if present:
        st.caption(say("Histories in the table: {names}.", names=plain(", ".join(present))))
    items = [c["name"] for c in schema["columns"] if c["kind"] == "categorical" and c["role"] == "item"]
    missing = [role for role in ("user", "time") if schema[role] is None]
    if missing:
        st.caption(
            say(
                "To build one, choose these under Columns first: {columns}.",
                columns=", ".join(map(ROLES.__getitem__, missing)),
            )
            if present
            else say(
                "There is no history now. To build one, choose these under Columns first: {columns}.",
                columns=", ".join(map(ROLES.__getitem__, missing)),
            )
        )
        history["columns"] = []
        return
    history["columns"] = st.multiselect(
        say("Build a history of"),
        items,
        default=[name for name in history["columns"] if name in items],
        key=f"history-{key}",
        placeholder=say("No history is built"),
        help=say(
            "{description}. Offered are categorical columns with the role item.",
            description=say(BuildHistory.model_fields["columns"].description or ""),
        ),
    )
    if history["columns"]:
        history["max_length"] = st.number_input(
            say("Clicks remembered"),
            min_value=1,
            max_value=1000,
            value=history["max_length"],
            key=f"history-length-{key}",
            help=BuildHistory.model_fields["max_length"].description,
        )


def _cleaning(draft: Draft, key: str) -> None:
    for name, info in Cleaning.model_fields.items():
        draft["cleaning"][name] = st.toggle(
            {"drop_duplicates": say("Drop repeated rows"), "drop_unlabelled": say("Drop rows without a label")}[name],
            value=draft["cleaning"][name],
            key=f"{name}-{key}",
            help=info.description,
        )


def _negatives(draft: Draft, key: str) -> None:
    percent = st.slider(
        say("Training rows without a click that are kept, %"),
        min_value=1,
        max_value=100,
        value=max(1, round(100 * draft["keep_negatives"])),
        key=f"negatives-{key}",
        help=Recipe.model_fields["keep_negatives"].description,
    )
    draft["keep_negatives"] = percent / 100
    learn(
        say(
            "Clicks are rare, so most rows say the same thing. Leaving some out makes training faster; the scores are "
            "corrected, so that the probabilities stay right. Validation and test rows are never thinned out."
        )
    )
