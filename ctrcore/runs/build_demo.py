"""Making the demo that comes with the project: one run of each model on the sample shop, in a few small files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ctrcore.errors import RunError
from ctrcore.metrics import auc
from ctrcore.models.config import CONFIGS, ModelConfig
from ctrcore.runs.archive import LIMITS, OPTIONAL
from ctrcore.runs.demo import DEMO, SHOP, TABLES
from ctrcore.runs.files import Record, read_json, write_json, write_lines, write_text
from ctrcore.runs.run import Manifest, Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from ctrcore.training.presets import Preset, preset

CREATED = 1_741_000_000.0  # a day in March 2025, so that equal runs are equal files
STEPS_KEPT = 150  # of all points of a learning curve between the epochs
SMALLER: dict[str, dict[str, Any]] = {  # files a third as large, and models no worse on this shop
    "lr": {"embedding_size": 1},
    "afm": {"scale_by_pairs": False},  # see EARLIER
    "fibinet": {"hidden_units": (32, 16)},
}
STRONGER: dict[str, dict[str, Any]] = {  # chosen on the validation rows: ids of this shop have no signal of their own
    "fm": {"l2": 30.0},
    "din": {"l2": 1000.0, "learning_rate": 0.01, "patience": 4, "plateau_factor": 0.3},
}
# The AFM of the demo stays as it is in the documents' pictures and figures: it has learnt the pairs of this shop.
EARLIER: dict[str, dict[str, Any]] = {"afm": {"l2": 3.0, "epochs": 20}}
DATASET_FILES = ("dataset.json", "guess.json", "recipe.json", "profile.json")


def build_demo(source: Path, tell: Callable[[str], None], preset_name: Preset = "standard") -> dict[str, float]:
    """Train every model on the sample shop and write `demo/` into the folder of sample data.

    Args:
        source: the folder of sample data, with the shop and its truth in it.
        tell: told how it goes.
        preset_name: the settings of all models.

    Returns:
        The AUC on the test rows of each model, and of the true logit under 'best'.

    Raises:
        RunError: if a model could not be trained.
    """
    import pandas as pd

    from ctrcore.data.shop.tables import shop_recipe

    truth = pd.read_parquet(source / "shop" / "truth.parquet", columns=["logit"])["logit"]
    with TemporaryDirectory() as place:
        workspace = Workspace(Path(place))
        table = pd.read_parquet(source / TABLES[SHOP])
        dataset = workspace.add_frame("Sample shop", table, shop_recipe())
        result: dict[str, float] = {}
        runs: list[Run] = []
        for name in CONFIGS:
            run = _train(workspace, dataset, *preset(preset_name, name))
            figures = run.metrics() or {}
            result[name] = figures["test"]["auc"]
            tell(f"{run.name}: test AUC {result[name]:.4f}, {figures['epochs']} epochs, {figures['seconds']:.0f} s")
            runs.append(run)
        test = runs[0].predictions().query("split == 'test'")
        result["best"] = auc(test["label"].to_numpy(), truth.to_numpy()[test["row"]])
        tell(f"best reachable AUC on the test rows: {result['best']:.4f}")
        demo = Path(place) / DEMO
        _keep_dataset(workspace, dataset, demo / "datasets" / SHOP, result["best"])
        for number, run in enumerate(runs):
            _keep_run(run, demo / "runs" / f"{SHOP}-{run.spec.model.name}", CREATED + number)
        shutil.rmtree(source / DEMO, ignore_errors=True)
        shutil.copytree(demo, source / DEMO)
    return result


def _train(workspace: Workspace, dataset: str, config: ModelConfig, training: TrainConfig) -> Run:
    recipe = workspace.dataset(dataset).recipe()
    values: dict[str, Any] = {"dataset": dataset, "recipe": recipe, "model": config, "tags": ["demo"]}
    name = config.name  # type: ignore[attr-defined]
    values["model"] = config.model_copy(update=SMALLER.get(name, {}))
    training = training.model_copy(update={"device": "cpu"} | STRONGER.get(name, {}) | EARLIER.get(name, {}))
    run = run_here(workspace, RunSpec(**values, training=training))
    if run.error is not None:
        raise RunError(run.error.problem, run.error.remedy)
    return run


def _keep_dataset(workspace: Workspace, dataset: str, place: Path, best: float) -> None:
    """The dataset without its table, which lies in the sample data already."""
    place.mkdir(parents=True)
    source = workspace.dataset(dataset).folder
    for name in DATASET_FILES:
        shutil.copyfile(source / name, place / name)
    manifest: Record = read_json(place / "dataset.json") or {}
    write_json(place / "dataset.json", manifest | {"created": CREATED, "best_auc": best})
    write_status(place, JobStatus("done", 1.0, "done", finished=CREATED))


def _keep_run(run: Run, place: Path, created: float) -> None:
    place.mkdir(parents=True)
    for name in LIMITS:
        if name not in OPTIONAL or (run.folder / name).exists():
            shutil.copyfile(run.folder / name, place / name)
    spec = run.spec.model_copy(update={"dataset": SHOP})
    write_text(place / "manifest.json", Manifest(spec=spec, created=created).model_dump_json(indent=1))
    write_lines(place / "events.jsonl", _thinned(run.events()))
    write_status(place, JobStatus("done", 1.0, "done", finished=created, details=run.status.details))


def _thinned(events: list[Record]) -> list[Record]:
    steps = [position for position, record in enumerate(events) if record["kind"] == "step"]
    kept = set(steps[:: max(1, -(-len(steps) // STEPS_KEPT))])
    return [record for position, record in enumerate(events) if record["kind"] == "epoch" or position in kept]
