"""A table in numbers, and what looks wrong with it, before anything is trained."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.labels import read_labels
from ctrcore.data.members import Members, as_members
from ctrcore.data.profiles import RARE, ColumnProfile, DataWarning, Lengths, Profile, TopValue
from ctrcore.data.scaling import NumberScale
from ctrcore.data.suspicions import label_warnings, single_auc, table_warnings, warnings_about
from ctrcore.data.values import Words, as_numbers, as_words
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

TOP = 10
BINS = 10

__all__ = ["ColumnProfile", "DataWarning", "Lengths", "Profile", "TopValue", "profile"]


def profile(frame: pd.DataFrame, schema: Schema) -> Profile:
    """Measure every column of the schema and look for what would spoil a model.

    Args:
        frame: the source table.
        schema: what its columns mean; columns that the table lacks count as missing.
    """
    warnings: list[DataWarning] = []
    try:
        label = read_labels(frame, schema)
    except DataError as error:
        label = np.full(len(frame), np.nan, dtype=np.float32)
        warnings.append(DataWarning(problem=error.problem, remedy=error.remedy, column=schema.label))
    else:
        warnings += label_warnings(label, schema)
    columns, bags = [], {}
    for column in schema.columns:
        cells = frame[column.name] if column.name in frame.columns else pd.Series([None] * len(frame), dtype=object)
        if column.kind in ("multi_value", "history"):
            bags[column.name] = as_members(cells, column.delimiter)
            columns.append(_bag(column, bags[column.name], label))
        elif column.kind == "numeric":
            columns.append(_numbers(column, as_numbers(cells), label))
        else:
            columns.append(_words(column, as_words(cells), label))
        if column.kind != "ignore":
            warnings += warnings_about(columns[-1], schema, len(frame))
    duplicates, more = table_warnings(frame, schema, label, bags)
    labelled, clicks = int((~np.isnan(label)).sum()), int((label == 1).sum())
    by_name = {found.name: found.distinct for found in columns}
    return Profile(
        rows=len(frame),
        labelled=labelled,
        clicks=clicks,
        click_rate=clicks / labelled if labelled else 0.0,
        duplicates=duplicates,
        users=by_name.get(schema.user or ""),
        items=by_name.get(schema.item or ""),
        columns=columns,
        warnings=[*warnings, *more],
    )


Label = npt.NDArray[np.float32]


def _words(column: Column, found: Words, label: Label) -> ColumnProfile:
    counts = found.counts
    missing = len(found) - int(counts.sum())
    return ColumnProfile(
        name=column.name,
        kind=column.kind,
        role=column.role,
        missing=missing,
        missing_share=missing / max(len(found), 1),
        distinct=int((counts > 0).sum()),
        rare_share=_rare(counts),
        top=_top(found.words, found.codes, label),
        auc=single_auc(found, label) if column.kind != "ignore" else None,
    )


def _numbers(column: Column, numbers: npt.NDArray[np.float64], label: Label) -> ColumnProfile:
    known = ~np.isnan(numbers)
    inside = numbers[known]
    missing = len(numbers) - len(inside)
    ranges = NumberScale.fit(
        column.model_copy(update={"scale": "quantile", "buckets": BINS, "impute": None}),
        numbers,
        np.arange(len(numbers)),
    )
    codes = np.where(known, ranges.bucket(np.where(known, numbers, 0)), -1)
    names = np.array(ranges.bucket_names, dtype=object)
    return ColumnProfile(
        name=column.name,
        kind=column.kind,
        role=column.role,
        missing=missing,
        missing_share=missing / max(len(numbers), 1),
        distinct=len(np.unique(inside)),
        minimum=float(inside.min()) if len(inside) else None,
        maximum=float(inside.max()) if len(inside) else None,
        mean=float(inside.mean()) if len(inside) else None,
        top=_top(names, codes, label, in_order=True),
        auc=single_auc(numbers, label),
    )


def _bag(column: Column, members: Members, label: Label) -> ColumnProfile:
    members = members.known()
    lengths = members.lengths
    counts = np.bincount(members.codes, minlength=len(members.words))
    missing = int((lengths == 0).sum())
    rows = members.rows
    return ColumnProfile(
        name=column.name,
        kind=column.kind,
        role=column.role,
        missing=missing,
        missing_share=missing / max(len(members), 1),
        distinct=int((counts > 0).sum()),
        rare_share=_rare(counts),
        top=_top(members.words, members.codes, label[rows]),
        lengths=Lengths(
            mean=float(lengths.mean()) if len(members) else 0.0,
            median=float(np.median(lengths)) if len(members) else 0.0,
            longest=int(lengths.max(initial=0)),
            empty_share=missing / max(len(members), 1),
        ),
        auc=single_auc(members, label),
    )


def _rare(counts: npt.NDArray[np.int64]) -> float | None:
    total = counts.sum()
    return float(counts[counts < RARE].sum() / total) if total else None


def _top(
    words: npt.NDArray[np.object_], codes: npt.NDArray[np.int64], label: Label, in_order: bool = False
) -> list[TopValue]:
    """The most frequent words; codes and label belong to the same rows."""
    known = codes >= 0
    counts = np.bincount(codes[known], minlength=len(words))
    told = known & ~np.isnan(label)
    labelled = np.bincount(codes[told], minlength=len(words))
    clicks = np.bincount(codes[told], weights=label[told], minlength=len(words))
    chosen = np.flatnonzero(counts) if in_order else np.argsort(-counts, kind="stable")[:TOP]
    return [
        TopValue(
            value=str(words[place])[:200],
            rows=int(counts[place]),
            click_rate=float(clicks[place] / labelled[place]) if labelled[place] else None,
        )
        for place in chosen
        if counts[place]
    ]
