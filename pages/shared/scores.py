"""The numbers that compare runs, kept per run: curves of their test rows and the table of metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore import metrics
from ctrcore.comparing.ranked import Ranked
from ctrcore.figures.curves import Curve
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared.pickers import run_label
from pages.shared.store import judged_of, judged_part

POINTS = 1000
COLUMNS = {
    "auc": ("AUC", "%.4f", "auc"),
    "rela_impr": ("RelaImpr", "percent", "rela_impr"),
    "gauc": ("gAUC", "%.4f", "gauc"),
    "gauc_users": ("Users in gAUC", "%d", "gauc"),
    "pr_auc": ("PR-AUC", "%.4f", "pr_auc"),
    "log_loss": ("Log-loss", "%.4f", "log_loss"),
    "accuracy": ("Accuracy", "percent", "accuracy"),
    "f1": ("F1", "%.3f", "f1"),
    "ece": ("ECE", "%.4f", "ece"),
    "pcoc": ("PCOC", "%.3f", "pcoc"),
    "parameters": ("Parameters", "localized", "parameters"),
    "seconds": ("Training, s", "%.1f", None),
    "rows_per_second": ("Rows/s", "localized", None),
}


@st.cache_resource(show_spinner=False, max_entries=64)
def _curves(run_id: str, version: float | None, _run: Run) -> dict[str, Any]:  # noqa: ARG001
    scored = judged_of(_run)
    label, logit = scored["label"].to_numpy(), scored["logit"].to_numpy()
    probability = metrics.sigmoid(logit)
    fpr, tpr = Ranked(label, logit).roc(POINTS)
    mean, rate, rows = metrics.calibration(label, probability, 10)
    edges = np.linspace(0, 1, 41)
    shares = [np.histogram(probability[label == kind], edges)[0] / max((label == kind).sum(), 1) for kind in (1, 0)]
    return {
        "histogram": (*shares, edges),
        "roc": (fpr, tpr),
        "calibration": (mean, rate),
        "bins": rows,
        "label": label,
        "probability": probability,
    }


def curves(runs: Sequence[Run], kind: str) -> list[Curve]:
    """'roc' or 'calibration' of each run, on the rows that judge it."""
    found = []
    for run in runs:
        x, y = _curves(run.id, run.finished, run)[kind]
        found.append(Curve(run_label(run, list(runs)), run.spec.model.name, x, y))
    return found


def histogram(run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of the clicked and of the other rows in each bin of the predicted probability, and the bins' edges."""
    found: tuple[np.ndarray, np.ndarray, np.ndarray] = _curves(run.id, run.finished, run)["histogram"]
    return found


def learning_curves(runs: Sequence[Run], x: str) -> list[Curve]:
    """Validation AUC of each run's epochs over 'epoch' or 'seconds'."""
    found = []
    for run in runs:
        records = [record for record in run.events() if record.get("kind") == "epoch"]
        label = run_label(run, list(runs))
        found.append(Curve(label, run.spec.model.name, [r[x] for r in records], [r["valid_auc"] for r in records]))
    return found


def at_cutoff(run: Run, cutoff: float) -> dict[str, float]:
    """tp, fp, fn, tn, accuracy and f1 when rows from this probability on are called clicks."""
    kept = _curves(run.id, run.finished, run)
    label, probability = kept["label"], kept["probability"]
    return {
        **metrics.confusion(label, probability, cutoff),
        "accuracy": metrics.accuracy(label, probability, cutoff),
        "f1": metrics.f1(label, probability, cutoff),
    }


def click_rate(run: Run) -> float:
    """Share of clicks among the rows that judge the run."""
    return float(judged_of(run)["label"].mean())


def metrics_table(runs: Sequence[Run], base: Run) -> pd.DataFrame:
    """One row a run: what it is worth, and what it costs."""
    floor = _number(_measured(base).get("auc"))
    rows = []
    for run in runs:
        measured, cost = _measured(run), run.metrics() or {}
        values = {name: _number(measured.get(name, cost.get(name))) for name in COLUMNS}
        values["rela_impr"] = metrics.rela_impr(values["auc"], floor)
        rows.append({"run": run_label(run, list(runs)), **values})
    return pd.DataFrame(rows).sort_values("auc", ascending=False, ignore_index=True)


def table_columns() -> dict[str, Any]:
    """How the table's columns are headed, formatted and explained."""
    config: dict[str, Any] = {"run": st.column_config.TextColumn("Run", pinned=True)}
    for name, (title, form, word) in COLUMNS.items():
        config[name] = st.column_config.NumberColumn(title, format=form, help=WORDS[word] if word else None)
    return config


def _number(value: float | None) -> float:
    """A metric that is not defined (null in the file) as NaN."""
    return float("nan") if value is None else float(value)


def _measured(run: Run) -> dict[str, float | None]:
    found: dict[str, float | None] = (run.metrics() or {}).get(judged_part(run), {})
    return found
