"""Small tables of other people's, to begin with."""

from __future__ import annotations

import pandas as pd

from ctrcore.data.recipe import Recipe, Split
from ctrcore.schema import Column, Schema


def breast_cancer() -> tuple[pd.DataFrame, Recipe]:
    """The Wisconsin breast cancer data of scikit-learn: 569 tumours, 30 numbers each, `benign` is the label.

    All fields are numeric, so that it shows what the models make of numbers alone.
    """
    from sklearn.datasets import load_breast_cancer

    frame = load_breast_cancer(as_frame=True).frame.rename(columns={"target": "benign"})
    frame.columns = [name.replace(" ", "_") for name in frame.columns]
    columns = [
        Column(name=name, kind="numeric", scale="standard", reason="It holds numbers with decimals.")
        for name in frame.columns
        if name != "benign"
    ]
    columns.append(Column(name="benign", kind="ignore", reason="It says whether the tumour was benign."))
    return frame, Recipe(data_schema=Schema(label="benign", columns=columns), split=Split(by="random", seed=0))
