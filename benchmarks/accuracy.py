"""Accuracy on public data, through the same path as the app.

    CTR_DATA=... python -m benchmarks.accuracy [frappe] [ml-100k] [--seeds 3] [--models fm din] [--workspace DIR]

Each model has a few settings to choose from. They are trained with the first seed, the one with the best validation
AUC is trained with the other seeds, and only its test figures are reported. The test rows choose nothing. Then every
pair of models is tested, seed by seed: by DeLong's test, and by resampling users where rows have users.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.comparing.testing import Method, Test, compare_all, told
from ctrcore.data.guessing import guess_schema
from ctrcore.data.joining import join_tables
from ctrcore.data.reading import read_table
from ctrcore.data.recipe import BuildHistory, Recipe, Split
from ctrcore.models.config import CONFIGS
from ctrcore.runs.contenders import contenders, judged
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig

HOW = {"delong": "DeLong", "users": "resampled users"}
BOTH = (("first", True), ("second", False))
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
                ({"dropout": dropout}, {"learning_rate": 0.01, "l2": 1.0, "patience": 5}) for dropout in (0.0, 0.2, 0.5)
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
            "afm": [
                ({"init_std": 0.1, "dropout": 0.2}, {"learning_rate": 0.01, "l2": l2, "epochs": 20})
                for l2 in (1.0, 10.0)
            ],
            "fibinet": [
                (
                    {"init_std": 0.1, "dropout": 0.3, "batch_norm": batch_norm},
                    {"learning_rate": 0.001, "l2": 30.0, "epochs": 12},
                )
                for batch_norm in (True, False)
            ],
            "din": [({"init_std": 0.2, "softmax": True}, {"learning_rate": 0.003, "l2": 10.0, "epochs": 10})],
        },
    ),
}


def main() -> None:
    """Run the tasks and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", choices=[[], *TASKS], help="all by default")
    parser.add_argument("--seeds", type=int, default=3, help="runs of the chosen setting")
    parser.add_argument("--models", nargs="*", choices=CONFIGS, default=list(CONFIGS))
    parser.add_argument("--workspace", type=Path, help="keep the runs here, and use those that are here already")
    chosen = parser.parse_args()
    if "CTR_DATA" not in os.environ:
        print("Skipped: set CTR_DATA to the folder that holds frappe/ and ml-100k/.")
        return
    data = Path(os.environ["CTR_DATA"]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.tasks or TASKS:
            workspace = Workspace((chosen.workspace or Path(folder)) / name)
            frame, recipe = TASKS[name].load(data)
            known = [dataset.id for dataset in workspace.datasets() if dataset.name == name]
            bench = Bench(workspace, known[0] if known else workspace.add_frame(name, frame, recipe), recipe)
            print(f"\n{name}: {len(frame):,} rows\n", flush=True)
            models = [model for model in TASKS[name].settings if model in chosen.models]
            runs = {model: bench.chosen(model, TASKS[name].settings[model], chosen.seeds) for model in models}
            print_figures(runs)
            if len(models) > 1:
                print_tests(runs)


@dataclass(frozen=True)
class Bench:
    """Where the runs of a task are."""

    workspace: Workspace
    dataset: str
    recipe: Recipe

    def chosen(self, model: str, settings: list[Settings], seeds: int) -> list[Run]:
        """A run for each seed with those settings whose validation AUC is best with the first seed."""
        first = [self.trained(model, choice, 1) for choice in settings]
        best = max(range(len(first)), key=lambda position: _figures(first[position])["valid"]["auc"])
        return [first[best], *(self.trained(model, settings[best], seed) for seed in range(2, seeds + 1))]

    def trained(self, model: str, settings: Settings, seed: int) -> Run:
        """The run with these settings, trained unless it is there."""
        training = TrainConfig.model_validate({"epochs": 50, **settings[1], "seed": seed})
        config = CONFIGS[model].model_validate(settings[0])
        spec = RunSpec(
            name=f"{model} {seed}", dataset=self.dataset, recipe=self.recipe, model=config, training=training
        )
        known = [run for run in self.workspace.runs() if run.spec == spec and run.state == "done"]
        return known[0] if known else run_here(self.workspace, spec)


def print_figures(runs: dict[str, list[Run]]) -> None:
    """What each model is worth, over its seeds."""
    print("| model | valid AUC | test AUC (min / median / max) | log-loss | gAUC | epochs | seconds | settings |")
    print("|---|---|---|---|---|---|---|---|")
    for model, found in runs.items():
        figures = [_figures(run) for run in found]
        auc = sorted(one["test"]["auc"] for one in figures)
        cells = [
            CONFIGS[model].title,
            f"{median(one['valid']['auc'] for one in figures):.4f}",
            f"{auc[0]:.4f} / {median(auc):.4f} / {auc[-1]:.4f}",
            f"{median(one['test']['log_loss'] for one in figures):.4f}",
            f"{median(one['test'].get('gauc') or float('nan') for one in figures):.4f}",
            f"{median(one['epochs'] for one in figures):.0f}",
            f"{median(one['seconds'] for one in figures):.0f}",
            f"`{json.dumps(_said(found[0]))}`",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def print_tests(runs: dict[str, list[Run]]) -> None:
    """Every pair of models, seed by seed: is the difference more than chance on these test rows, and for whom?"""
    scored = [[found[seed] for found in runs.values()] for seed in range(min(map(len, runs.values())))]
    sheets = [_sheet_by_model(seed) for seed in scored]
    methods: list[Method] = ["delong", *(["users"] if sheets[0].has_users else [])]
    found = {method: [compare_all(sheet, method).tests for sheet in sheets] for method in methods}
    heads = ["difference (min / median / max)", "95 % of the median seed"]
    heads += [f"told by {HOW[method]}" for method in methods]
    print(f"\n| pair | {' | '.join(heads)} |\n|{'---|' * (len(heads) + 1)}")
    for pair in range(len(found["delong"][0])):
        tests = sorted((seed[pair] for seed in found["delong"]), key=lambda test: test.difference)
        middle = tests[len(tests) // 2]
        told_in = [_told_in([seed[pair] for seed in found[method]]) for method in methods]
        span = f"{tests[0].difference:+.4f} / {middle.difference:+.4f} / {tests[-1].difference:+.4f}"
        names = f"{CONFIGS[middle.a].title} - {CONFIGS[middle.b].title}"
        print(f"| {names} | {span} | {middle.low:+.4f} to {middle.high:+.4f} | {' | '.join(told_in)} |", flush=True)


def _sheet_by_model(seed: list[Run]) -> Sheet:
    """The rows that judge a run of each model."""
    found = contenders(seed)
    rows = judged(found).rows
    return sheet_of({one.model: rows[one.id] for one in found})


def _told_in(tests: list[Test]) -> str:
    """In how many seeds which of the two ranks better."""
    wins = {name: sum(told(test) and (test.difference > 0) == first for test in tests) for name, first in BOTH}
    return ", ".join(f"{name} in {count}" for name, count in wins.items() if count) or "no"


def _figures(run: Run) -> dict[str, Any]:
    figures = run.metrics()
    assert figures is not None, run.error
    return figures


def _said(run: Run) -> dict[str, Any]:
    """The settings that are not the defaults."""
    model = run.spec.model.model_dump(exclude_defaults=True, exclude={"name"})
    return model | run.spec.training.model_dump(exclude_defaults=True, exclude={"seed", "device"})


if __name__ == "__main__":
    main()
