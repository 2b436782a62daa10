"""Shapley values of many rows as one table, which a file can hold and the `shap` package's plots accept.

t = pandas.read_parquet("shapley.parquet")
names = [c.removeprefix("values.") for c in t if c.startswith("values.")]
shap.plots.beeswarm(shap.Explanation(
    values=t[[f"values.{n}" for n in names]].to_numpy(), base_values=t["base_values"].to_numpy(),
    data=t[[f"data.{n}" for n in names]].to_numpy(), feature_names=names))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.shapley import Attributions

VALUES, DATA = "values.", "data."


def shapley_table(found: Attributions, encoder: Encoder, rows: Encoded) -> pd.DataFrame:
    """A row per row: row (of the source table), label, logit, base_values, then per player values. and data. columns.

    Args:
        found: the Shapley values of `rows`.
        encoder: the one the rows were encoded with.
        rows: n encoded rows.
    """
    shown = encoder.inverse(rows)
    table = {"row": rows.row, "label": rows.label, "logit": found.logit, "base_values": found.base}
    table |= {VALUES + name: found.values[:, place] for place, name in enumerate(found.names)}
    fields = [field.name for field in encoder.fields]
    for name, places in zip(found.names, found.players, strict=True):
        parts = [shown[fields[place]].tolist() for place in places]
        table[DATA + name] = (
            parts[0] if _plain(parts[0]) and len(parts) == 1 else [_text(*v) for v in zip(*parts, strict=True)]
        )
    return pd.DataFrame(table)


def _plain(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, list) for value in values)


def _text(*values: Any) -> str:
    """The values of players of several fields, or of a bag, as one text."""
    texts = ["|".join(map(str, value)) if isinstance(value, list) else str(value) for value in values]
    return ", ".join(texts)


def shapley_values(table: pd.DataFrame) -> pd.DataFrame:
    """The values alone, a column per player under its name."""
    names = [str(name) for name in table.columns if str(name).startswith(VALUES)]
    return table[names].rename(columns=lambda name: str(name).removeprefix(VALUES))
