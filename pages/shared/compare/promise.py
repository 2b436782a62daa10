"""Calibration as the data of a chart and as a table of numbers, of several models or of one with its repairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from ctrcore.comparing.probabilities import Bins
from ctrcore.figures.probabilities import Reliability
from ctrcore.language import mark, say
from ctrcore.words import WORDS

FORMATS = {
    "ece": ("ECE", "%.4f"),
    "pcoc": ("PCOC", "%.3f"),
    "log_loss": (mark("Log-loss"), "%.4f"),
    "normalised_entropy": ("NE", "%.4f"),
    "auc": ("AUC", "%.4f"),
}


def reliability(label: str, model: str, bins: Bins) -> Reliability:
    """What the chart draws of one model."""
    return Reliability(label, model, bins.mean, bins.rate, bins.low, bins.high, bins.rows)


def as_table(found: Sequence[Reliability], name: str) -> pd.DataFrame:
    """A line a group of rows; `name` heads the column of the labels."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    name: one.label,
                    "predicted": one.mean,
                    "clicked": one.rate,
                    "low": one.low,
                    "high": one.high,
                    "rows": one.rows,
                }
            )
            for one in found
        ],
        ignore_index=True,
    )


def numbers(table: pd.DataFrame, first: Mapping[str, str], measures: Sequence[str], key: str, alt: str) -> None:
    """What sums calibration up, a line a model.

    Args:
        table: with a column of names and the measures.
        first: the column of names and its title.
        measures: to show, of `FORMATS`. key: of the table. alt: for those who cannot see it.
    """
    config: dict[str, Any] = {name: st.column_config.TextColumn(title, pinned=True) for name, title in first.items()}
    for name in measures:
        title, form = FORMATS[name]
        config[name] = st.column_config.NumberColumn(say(title), format=form, help=WORDS[name])
    st.dataframe(
        table,
        hide_index=True,
        key=key,
        column_order=[*first, *measures],
        column_config=config,
        placeholder="–",
        alt=alt,
    )
