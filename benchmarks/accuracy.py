"""Accuracy on public data, through the same path as the app.

    CTR_DATA=... python -m benchmarks.accuracy [frappe] [ml-100k] [--seeds 3] [--models fm din]

Each model has a few settings to choose from. They are trained with each seed, the one with the best mean validation
AUC is chosen, and only that one's test figures are reported. The test rows choose nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import pandas as pd

from ctrcore.data.guessing import guess_schema
from ctrcore.data.joining import join_tables
from ctrcore.data.reading import read_table
from ctrcore.data.recipe import BuildHistory, Recipe, Split
from ctrcore.models.config import CONFIGS
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig

Settings = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Task:
    load: Callable[[Path], tuple[pd.DataFrame, Recipe]]
    settings: dict[str, list[Settings]]


def frappe(data: Path) -> tuple[pd.DataFrame, Recipe]:
    """The AFM authors' validation file to train on, a tenth of it held out; their test file to test on."""
    parts = {part: read_table(data / "frappe" / f"{part}.csv") for part in ("train", "test")}
    frame = pd.concat([rows.assign(split=part) for part, rows in parts.items()], ignore_index=True)
    split = Split(by="given", column="split", valid=0.1, seed=0)
    return frame, Recipe(data_schema=guess_schema(frame), split=split)


def ml_100k(data: Path) -> tuple[pd.DataFrame, Recipe]:
    """Rating of 4 and more is a click; each user's last fifth is the test, the tenth before it the validation."""
    rows, users, items = (read_table(data / "ml-100k" / f"ml-100k.{name}") for name in ("inter", "user", "item"))
    frame = join_tables(rows, users, items, "user_id", "item_id")
    schema = guess_schema(frame)
    assert (schema.label, schema.threshold) == ("rating", 4)
    return frame, Recipe(
        data_schema=schema,
        history=BuildHistory(columns=["item_id", "release_year"], max_length=50),
        split=Split(by="time_per_user", valid=0.1, test=0.2),
    )


TASKS = {
    "frappe": Task(
        frappe,
        {
            "lr": [({}, {"learning_rate": 0.01, "l2": 1.0})],
            "fm": [({}, {"learning_rate": 0.01, "l2": l2}) for l2 in (1.0, 3.0)],
            "afm": [
                ({"dropout": dropout}, {"learning_rate": 0.01, "l2": l2, "patience": 5})
                for dropout in (0.0, 0.2)
                for l2 in (1.0, 3.0)
            ],
            "fibinet": [
                ({"dropout": 0.3, "bilinear": kind}, {"learning_rate": 0.002, "l2": 3.0, "epochs": 12})
                for kind in ("field_all", "field_interaction")
            ],
        },
    ),
    "ml-100k": Task(
        ml_100k,
        {
            "lr": [({}, {"learning_rate": 0.01, "l2": 1.0})],
            "fm": [({}, {"learning_rate": 0.01, "l2": 10.0, "epochs": 20})],
            "afm": [({"init_std": 0.1, "dropout": 0.2}, {"learning_rate": 0.01, "l2": 10.0, "epochs": 20})],
            "fibinet": [({"init_std": 0.1, "dropout": 0.3}, {"learning_rate": 0.001, "l2": 30.0, "epochs": 12})],
            "din": [({"init_std": 0.2, "softmax": True}, {"learning_rate": 0.003, "l2": 10.0, "epochs": 10})],
        },
    ),
}


def main() -> None:
    """Run the tasks and print a table each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", choices=[[], *TASKS], help="all by default")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each setting")
    parser.add_argument("--models", nargs="*", choices=CONFIGS, default=list(CONFIGS))
    chosen = parser.parse_args()
    if "CTR_DATA" not in os.environ:
        print("Skipped: set CTR_DATA to the folder that holds frappe/ and ml-100k/.")
        return
    data = Path(os.environ["CTR_DATA"]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        for name in chosen.tasks or TASKS:
            frame, recipe = TASKS[name].load(data)
            dataset = workspace.add_frame(name, frame, recipe)
            print(f"\n{name}: {len(frame):,} rows\n")
            print("| model | valid AUC | test AUC (min / median / max) | log-loss | gAUC | epochs | seconds | chosen |")
            print("|---|---|---|---|---|---|---|---|")
            for model in (name for name in TASKS[name].settings if name in chosen.models):
                tried = [
                    (
                        choice,
                        [
                            _train(workspace, dataset, recipe, model=model, settings=choice, seed=seed + 1)
                            for seed in range(chosen.seeds)
                        ],
                    )
                    for choice in TASKS[name].settings[model]
                ]
                print(
                    _line(model, *max(tried, key=lambda one: mean(run["valid"]["auc"] for run in one[1]))), flush=True
                )


def _train(
    workspace: Workspace, dataset: str, recipe: Recipe, *, model: str, settings: Settings, seed: int
) -> dict[str, Any]:
    """The figures of one run."""
    training = TrainConfig.model_validate({"epochs": 50, **settings[1], "seed": seed})
    config = CONFIGS[model].model_validate(settings[0])
    run = run_here(
        workspace, RunSpec(name=f"{model} {seed}", dataset=dataset, recipe=recipe, model=config, training=training)
    )
    figures = run.metrics()
    assert figures is not None, run.error
    return figures


def _line(model: str, settings: Settings, runs: list[dict[str, Any]]) -> str:
    auc = sorted(run["test"]["auc"] for run in runs)
    gauc = [run["test"].get("gauc", float("nan")) for run in runs]
    return " | ".join(
        [
            f"| {CONFIGS[model].title}",
            f"{mean(run['valid']['auc'] for run in runs):.4f}",
            f"{auc[0]:.4f} / {median(auc):.4f} / {auc[-1]:.4f}",
            f"{median(run['test']['log_loss'] for run in runs):.4f}",
            f"{median(gauc):.4f}",
            f"{median(run['epochs'] for run in runs):.0f}",
            f"{median(run['seconds'] for run in runs):.0f}",
            f"`{json.dumps(settings[0] | settings[1])}` |",
        ]
    )


if __name__ == "__main__":
    main()
