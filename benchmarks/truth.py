"""Do explanations find what was planted? Models trained on simulated shops whose truth is known.

    python -m benchmarks.truth [--seeds 5] [--workspace DIR]

Each seed is another shop and another start of each model.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ctrcore.data.simulate import PLANTED_PAIRS, ShopConfig, simulate
from ctrcore.explain.trust.planted import FIELD_SCORES, PAIR_SCORES, planted_checks
from ctrcore.runs.build_demo import STRONGER
from ctrcore.runs.opening import open_for_explaining
from ctrcore.runs.planted import TRUTH, planted_truth_of
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.presets import preset

MODELS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {  # settings of the model and of its training
    "FM": ("fm", {}, {}),
    "AFM": ("afm", {}, {}),
    # By the validation rows of shops 2, 3 and 4: from 0.05, p not scaled, the pairs, each with 1/136 of the attention
    # at first, do not start to learn on every shop.
    "AFM, large embeddings": ("afm", {"init_std": 0.5, "scale_by_pairs": False}, {"l2": 3.0, "epochs": 40}),
    "FiBiNET, sigmoid gates": ("fibinet", {"excitation": "sigmoid"}, {}),
    "FiBiNET, ReLU gates": ("fibinet", {"excitation": "relu"}, {}),
    "DIN": ("din", {}, {}),
}
PLANTED = [f"{first} × {second}" for first, second in PLANTED_PAIRS]
Found = dict[str, Any]
Table = dict[str, list[Found]]  # by model, one a seed


def main() -> None:
    """Train, judge, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workspace", type=Path, help="keep the runs here, and use those that are here already")
    chosen = parser.parse_args()
    found: Table = {title: [] for title in MODELS}
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(chosen.workspace or Path(folder))
        for seed in range(1, chosen.seeds + 1):
            for title, run in trained(workspace, seed).items():
                found[title].append(judged(run))
    print("\n\n".join("\n".join(lines) for lines in tables(found)))


def trained(workspace: Workspace, seed: int) -> dict[str, Run]:
    """A run of each model on the shop of that seed, trained unless it is there."""
    name = f"shop {seed}"
    known = [dataset.id for dataset in workspace.datasets() if dataset.name == name]
    shop = simulate(ShopConfig(seed=seed))
    dataset = known[0] if known else workspace.add_frame(name, shop.impressions, shop.recipe())
    shop.truth.to_parquet(workspace.dataset(dataset).folder / TRUTH)
    runs = {}
    for title, (model, options, learning) in MODELS.items():
        config, training = preset("standard", model)
        spec = RunSpec(
            name=title,
            dataset=dataset,
            recipe=shop.recipe(),
            model=config.model_copy(update=options),
            training=training.model_copy(update=STRONGER.get(model, {}) | learning | {"seed": seed, "device": "cpu"}),
        )
        found = [run for run in workspace.runs() if run.spec == spec and run.state == "done"]
        runs[title] = found[0] if found else run_here(workspace, spec)
    return runs


def judged(run: Run) -> Found:
    """What the run's explanations find of the truth on a sample of its test rows."""
    opened, truth = open_for_explaining(run), planted_truth_of(run.dataset())
    assert truth is not None
    return planted_checks(opened.model, opened.encoder, opened.judged, truth)


def tables(found: Table) -> Iterator[list[str]]:
    """In Markdown: planted pairs, gates, behaviours. Figures are min / median / max over the seeds."""
    yield table(
        ["", *PLANTED, "the first is planted", "all in the top 3", "attention on pairs that lower the score"],
        [
            row
            for title, rows in found.items()
            for row in pair_rows(title, [one["pairs"] for one in rows if "pairs" in one])
        ],
    )
    gates = {title: [one["fields"]["spearman"] for one in rows if "fields" in one] for title, rows in found.items()}
    yield table(
        ["", *FIELD_SCORES.values()],
        [
            [title, *(spread(row[name] for row in rows) for name in FIELD_SCORES.values())]
            for title, rows in gates.items()
            if rows
        ],
    )
    histories = [one["behaviours"] for one in found["DIN"]]
    yield table(
        ["DIN", "row AUC", "sign accuracy"],
        [
            [name, *(spread(one[figure][name] for one in histories) for figure in ("row_auc", "sign_accuracy"))]
            for name in histories[0]["row_auc"]
        ],
    )


def pair_rows(title: str, rows: Sequence[Found]) -> Iterator[list[str]]:
    """By each score that the model has for pairs: ranks of the planted ones, and in how many seeds they lead."""
    for name in PAIR_SCORES.values():
        scored = [row[name] for row in rows if row[name] is not None]
        if scored:
            ranks = (spread((one["ranks"][pair] for one in scored), "{:.0f}") for pair in range(len(PLANTED)))
            first, top = sum(one["hit_1"] for one in scored), sum(one["hit_3"] == 1 for one in scored)
            against = spread(row["against"] for row in rows) if name == "attention" else ""
            yield [f"{title}, {name}", *ranks, f"{first} of {len(scored)}", f"{top} of {len(scored)}", against]


def spread(values: Iterable[float | None], form: str = "{:.2f}") -> str:
    """Least, median and largest of the seeds' figures."""
    known = [value for value in values if value is not None]
    if not known:
        return "not defined"
    return " / ".join(form.format(figure) for figure in (min(known), np.median(known), max(known)))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table in Markdown."""
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]


if __name__ == "__main__":
    main()
