"""What tests read off the Compare page: its figures and tables, and the runs behind them."""

from __future__ import annotations

import base64
import io
import json
import shutil
import time
from typing import Any

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from ctrcore import metrics
from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.runs.contenders import contenders
from ctrcore.runs.contenders import judged as judged_together
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace

MODELS = ("lr", "fm", "afm", "fibinet", "din")
CHANCE, DIFFER, SLICES, USERS = "Is it chance?", "Where they differ", "Slices", "Per user"
TABLES = {
    "metrics-table": "Metrics of each model",
    "seeds-table": "Mean and spread",
    "settings-table": "Settings that differ",
    "tests-table": "Difference of AUC of every pair",
    "tops-table": "Lift, share of clicks found",
    "cutoff-table": "Precision, recall, F1",
    "repair-table": "Calibration error, log-loss and AUC",
    "disputed": "dispute most, the most disputed first",
    "row-scores": "What each model says of row",
    "row-cells": "The row's values",
    "row-history": "behaviours before the row",
    "slices": "Every slice with its rows",
    "per-user": "Measures of the users' lists",
}


def figure(app: AppTest, key: str) -> dict[str, Any]:
    """The plotly figure with that key."""
    element = next(e for e in app.get("plotly_chart") if e.proto.id.endswith(f"-{key}"))
    found: dict[str, Any] = json.loads(element.proto.spec)
    return found


def numbers(value: Any) -> np.ndarray:
    """An array of a figure's JSON, in which plotly may have packed it."""
    if not isinstance(value, dict):
        return np.asarray(value, dtype=float)
    flat = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
    return flat.reshape([int(part) for part in value["shape"].split(",")]) if "shape" in value else flat


def stars(app: AppTest, key: str) -> list[tuple[float, float]]:
    """Where the stars of a figure are."""
    traces = [one for one in figure(app, key)["data"] if one.get("marker", {}).get("symbol") == "star"]
    return [(float(numbers(one["x"])[0]), float(numbers(one["y"])[0])) for one in traces]


def drawn(app: AppTest) -> list[str]:
    return [element.proto.id for element in app.get("plotly_chart")]


def table(app: AppTest, key: str) -> pd.DataFrame:
    """The table with that key, known by its words for the blind: a table that cannot be clicked has no id."""
    found: pd.DataFrame = next(e for e in app.dataframe if TABLES[key] in e.proto.alt).value
    return found


def judged(run: Run) -> pd.DataFrame:
    scored = run.predictions()
    return scored[scored["split"] == "test"].reset_index(drop=True)


def run_of(space: Workspace, model: str) -> Run:
    return next(run for run in space.runs() if run.spec.model.name == model)


def copy_of(space: Workspace, run: Run, name: str, seed: int, shift: float = 0.0) -> str:
    """The run once more, as if trained with another seed; its scores are moved a little."""
    training = run.spec.training.model_copy(update={"seed": seed})
    other = space.create(run.spec.model_copy(update={"name": name, "training": training}))
    for file in ("metrics.json", "predictions.parquet", "events.jsonl", "status.json"):
        shutil.copy(run.folder / file, space.run(other).folder / file)
    scored = run.predictions()
    noise = np.random.default_rng(seed).normal(size=len(scored))
    scored.assign(logit=(scored["logit"] + shift * noise).astype("float32")).to_parquet(
        space.run(other).folder / "predictions.parquet"
    )
    return other


def outside_csv(space: Workspace, *, order: bool = False) -> bytes:
    rows = judged(run_of(space, "din"))
    score = rows["logit"] * 3 + 2 if order else metrics.sigmoid(rows["logit"].to_numpy()) ** 2
    buffer = io.StringIO()
    pd.DataFrame({"row": rows["row"], "score": score}).to_csv(buffer, index=False)
    return buffer.getvalue().encode()


def add_outside(app: AppTest, content: bytes, name: str = "boosting.csv") -> AppTest:
    app.session_state["outside-panel"] = True
    app.run()
    app.file_uploader(key="outside-file-0").upload(name, content).run()
    end = time.monotonic() + 60
    while app.get("progress") and time.monotonic() < end:  # a process of its own reads the file
        time.sleep(0.1)
        app.run()
    return app


def ids_of(space: Workspace) -> dict[str, str]:
    return {run.spec.model.name: run.id for run in space.runs()}


def sheet(space: Workspace) -> Sheet:
    return sheet_of(judged_together(contenders(space.runs())).rows)


def best_two(space: Workspace) -> tuple[str, str]:
    rows = sheet(space)
    first, second, *_ = sorted(rows.ids, key=lambda one: -rows.ranked(one).auc)
    return first, second
