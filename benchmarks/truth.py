"""Do explanations find what was planted? Models trained on simulated shops whose truth is known.

    python -m benchmarks.truth [--seeds 5] [--workspace DIR]

Each seed is another shop and another start of each model.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from ctrcore.data.simulate import ShopConfig, simulate
from ctrcore.runs.build_demo import STRONGER
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.presets import preset

MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "FM": ("fm", {}),
    "AFM": ("afm", {}),
    "FiBiNET, sigmoid gates": ("fibinet", {"excitation": "sigmoid"}),
    "FiBiNET, ReLU gates": ("fibinet", {"excitation": "relu"}),
    "DIN": ("din", {}),
}


def main() -> None:
    """Train, judge, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workspace", type=Path, help="keep the runs here, and use those that are here already")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(chosen.workspace or Path(folder))
        for seed in range(1, chosen.seeds + 1):
            for title, run in trained(workspace, seed).items():
                print(seed, title, (run.metrics() or {}).get("test"), flush=True)


def trained(workspace: Workspace, seed: int) -> dict[str, Run]:
    """A run of each model on the shop of that seed, trained unless it is there."""
    name = f"shop {seed}"
    known = [dataset.id for dataset in workspace.datasets() if dataset.name == name]
    shop = simulate(ShopConfig(seed=seed))
    dataset = known[0] if known else workspace.add_frame(name, shop.impressions, shop.recipe())
    runs = {}
    for title, (model, options) in MODELS.items():
        config, training = preset("standard", model)
        spec = RunSpec(
            name=title,
            dataset=dataset,
            recipe=shop.recipe(),
            model=config.model_copy(update=options),
            training=training.model_copy(update=STRONGER.get(model, {}) | {"seed": seed, "device": "cpu"}),
        )
        found = [run for run in workspace.runs() if run.spec == spec and run.state == "done"]
        runs[title] = found[0] if found else run_here(workspace, spec)
    return runs


if __name__ == "__main__":
    main()
