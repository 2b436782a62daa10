"""The table in which a user says what each column means."""

from __future__ import annotations

from functools import partial
from typing import Any, get_args

import pandas as pd
import streamlit as st

from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.runs.dataset import Dataset
from ctrcore.schema import Column, Impute, Kind, Role, Scale
from pages.shared.drafts import Draft, edition
from pages.shared.level import level

ROLES = Spoken({"user": mark("User"), "item": mark("Item"), "time": mark("Time"), "item_name": mark("Item name")})
NONE = "—"
KINDS = Spoken(
    {
        "numeric": mark("a number: it scales one embedding"),
        "categorical": mark("one value out of many: each gets an embedding"),
        "multi_value": mark("several values in one cell"),
        "history": mark("the user's earlier items, oldest first"),
        "ignore": mark("not used"),
    }
)
CHOICES = Spoken(  # what stands in a cell for each kind, role, imputation and scaling
    {
        NONE: NONE,
        "numeric": mark("numeric"),
        "categorical": mark("categorical"),
        "multi_value": mark("multi_value"),
        "history": mark("history"),
        "ignore": mark("ignore"),
        "user": mark("user"),
        "item": mark("item"),
        "context": mark("context"),
        "constant": mark("constant"),
        "mean": mark("mean"),
        "median": mark("median"),
        "most_frequent": mark("most_frequent"),
        "forward_fill": mark("forward_fill"),
        "none": mark("none"),
        "min_max": mark("min_max"),
        "standard": mark("standardised"),
        "log1p": "log1p",
        "log_standard": mark("log_standard"),
        "quantile": mark("quantile"),
    }
)
SHOWN = {
    "Simple": ["name", "example", "kind", "why"],
    "Learn": ["name", "example", "kind", "role", "of", "why"],
    "Expert": [
        "name",
        "example",
        "kind",
        "role",
        "of",
        "delimiter",
        "max_length",
        "min_count",
        "impute",
        "fill_value",
        "scale",
        "buckets",
        "why",
    ],
}


def edit_label(dataset: Dataset, draft: Draft) -> None:
    """Which column is the label, which are the user, the item and the time, and which names the item."""
    schema = draft["data_schema"]
    names = dataset.columns
    key = f"{dataset.id}-{edition(dataset)}"
    with st.grid(5, min_column_width=150):
        schema["label"] = st.selectbox(
            say("Label: was it clicked?"),
            names,
            index=names.index(schema["label"]) if schema["label"] in names else 0,
            key=f"label-{key}",
            help=say("The column to be predicted. It is never used as a field."),
        )
        for role, text in (
            ("user", say("Who saw it. Groups rows for per-user AUC and for histories.")),
            ("item", say("What was shown: the candidate's id.")),
            ("time", say("When. Needed to split by time and to build histories.")),
            ("item_name", say("What people call the item, such as a title. It is shown instead of the id.")),
        ):
            options = [NONE, *names]
            now = schema[role] if schema[role] in names else NONE
            chosen = st.selectbox(ROLES[role], options, index=options.index(now), key=f"{role}-{key}", help=text)
            schema[role] = None if chosen == NONE else chosen
    _edit_positive(schema, key)
    for column in schema["columns"]:
        if column["name"] == schema["label"]:
            column["kind"] = "ignore"


def edit_columns(dataset: Dataset, draft: Draft) -> None:
    """One row a column: its kind and how it becomes numbers."""
    key = f"columns-{dataset.id}-{edition(dataset)}"
    base = f"base-{key}"
    if key not in st.session_state or base not in st.session_state:
        # The editor keeps its edits as changes to the table it was given, so that table may not change under it.
        st.session_state[base] = _to_frame(draft["data_schema"]["columns"], dataset)
    edited = st.data_editor(
        st.session_state[base],
        key=key,
        hide_index=True,
        column_order=SHOWN[level()],
        column_config=_config(draft["data_schema"]["columns"]),
        disabled=["name", "example", "why"],
        height=min(42 + 35 * len(st.session_state[base]), 640),
        alt=say("The columns of the table: kind, role and treatment of each, with the reason of the guess"),
    )
    draft["data_schema"]["columns"] = _to_columns(edited, draft["data_schema"]["label"])


def _edit_positive(schema: dict[str, Any], key: str) -> None:
    """What counts as a click, where the label is neither 0/1 nor yes/no."""
    if level() == "Simple" and schema["positive"] is None and schema["threshold"] is None:
        return
    how = [say("0/1 or yes/no"), say("a value"), say("a number from")]
    now = 1 if schema["positive"] is not None else 2 if schema["threshold"] is not None else 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say("A click is"),
            how,
            index=now,
            key=f"positive-how-{key}",
            width=220,
            help=say("Ratings become clicks by a smallest number, other labels by the value that counts."),
        )
        positive = threshold = None
        if chosen == how[1]:
            positive = st.text_input(say("Value"), schema["positive"] or "", key=f"positive-{key}", width=220) or None
        elif chosen == how[2]:
            start = float(schema["threshold"] if schema["threshold"] is not None else 4.0)
            threshold = st.number_input(
                say_in("a smallest number", "From"), value=start, key=f"threshold-{key}", format="%.6g", width=220
            )
    schema["positive"], schema["threshold"] = positive, threshold


def _to_frame(columns: list[dict[str, Any]], dataset: Dataset) -> pd.DataFrame:
    head = dataset.head(5)
    guessed = {column.name: column for column in dataset.guess().columns}
    frame = pd.DataFrame(columns, columns=list(Column.model_fields))
    frame["example"] = [_example(head[name]) if name in head else "" for name in frame["name"]]
    frame["why"] = [
        reason or (guessed[name].reason if name in guessed and guessed[name].kind == kind else say("chosen by hand"))
        for name, kind, reason in zip(frame["name"], frame["kind"], frame["reason"], strict=True)
    ]
    for name in ("of", "impute"):
        frame[name] = frame[name].fillna(NONE).astype(str)
    frame["fill_value"] = ["" if pd.isna(value) else str(value) for value in frame["fill_value"]]
    return frame


def _to_columns(frame: pd.DataFrame, label: str) -> list[dict[str, Any]]:
    columns = []
    for record in frame.drop(columns=["example", "why"]).to_dict("records"):
        column = {str(key): value for key, value in record.items()}
        if column["name"] == label:
            column["kind"] = "ignore"
        history = column["kind"] == "history"
        column["of"] = column["of"] if history and column["of"] not in (NONE, None) else None
        column["impute"] = None if column["impute"] in (NONE, None) else column["impute"]
        column["fill_value"] = _fill(column["fill_value"], column["kind"])
        for name, default in (("max_length", 50), ("min_count", 1), ("buckets", 20)):
            column[name] = default if pd.isna(column[name]) else int(column[name])
        column["delimiter"] = column["delimiter"] or "|"
        columns.append(column)
    return columns


def _fill(text: str | None, kind: str) -> float | str | None:
    if not text:
        return None
    if kind == "numeric":
        try:
            return float(text)
        except ValueError:
            return text  # the recipe's own check says what is wrong with it
    return text


def _example(values: pd.Series) -> str:
    known = values.dropna()
    return str(known.iloc[0])[:60] if len(known) else say("(empty)")


def _choice(one: object) -> str:
    return CHOICES[str(one)]


def _config(columns: list[dict[str, Any]]) -> dict[str, Any]:
    config = st.column_config
    items = [NONE, *(column["name"] for column in columns if column["kind"] == "categorical")]
    about = {name: say(info.description or "") for name, info in Column.model_fields.items()}
    choice = partial(config.SelectboxColumn, format_func=_choice, required=True, width="small")
    kinds = "; ".join(f"{CHOICES[kind]}: {text}" for kind, text in KINDS.items())
    return {
        "name": config.TextColumn(say("Column"), pinned=True, width=130),
        "example": config.TextColumn(say("Example"), width=110, help=say("A value of the first rows.")),
        "kind": config.SelectboxColumn(
            say("Kind"), options=get_args(Kind), format_func=_choice, required=True, width=110, help=kinds
        ),
        "role": choice(say("Role"), options=get_args(Role), help=about["role"]),
        "of": config.SelectboxColumn(say("History of"), options=items, required=True, width=120, help=about["of"]),
        "delimiter": config.TextColumn(say("Split at"), max_chars=8, width="small", help=about["delimiter"]),
        "max_length": config.NumberColumn(
            say("Longest"), min_value=1, max_value=1000, step=1, help=about["max_length"]
        ),
        "min_count": config.NumberColumn(say("Min count"), min_value=1, step=1, help=about["min_count"]),
        "impute": choice(say("Missing"), options=[NONE, *get_args(Impute)], help=about["impute"]),
        "fill_value": config.TextColumn(say("Fill with"), width="small", help=about["fill_value"]),
        "scale": choice(say("Scale"), options=get_args(Scale), help=about["scale"]),
        "buckets": config.NumberColumn(say("Buckets"), min_value=2, max_value=1000, step=1, help=about["buckets"]),
        "why": config.TextColumn(say("Why this guess"), width="large"),
    }
