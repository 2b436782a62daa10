"""One training run from its manifest to its results. The worker and the command line both come through here."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctrcore import metrics
from ctrcore.runs import settings
from ctrcore.runs.files import append_line, parse_lines, replacing, write_json, write_lines, write_text
from ctrcore.runs.results import RunMetrics
from ctrcore.runs.run import Run
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.status import JobStatus
from ctrcore.runs.worker import Reporter, work
from ctrcore.runs.workspace import Workspace
from ctrcore.training.events import EpochEvent, Event, as_record

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ctrcore.data.encoded import Encoded
    from ctrcore.data.preparing import Prepared
    from ctrcore.models.base import CTRModel

# rows are nearly consecutive and logits nearly alike: half the size of the default encodings
PACKING: dict[str, Any] = {
    "use_dictionary": ["split", "label", "group"],
    "column_encoding": {"row": "DELTA_BINARY_PACKED", "logit": "BYTE_STREAM_SPLIT"},
}
Watch = Callable[["CTRModel", Iterator[Event]], Iterator[Event]]
PREPARED, TRAINED = 0.04, 0.92  # shares of the progress bar that are behind when rows are prepared, the model trained


def run_here(
    workspace: Workspace,
    spec: RunSpec,
    on_event: Callable[[Event], None] | None = None,
    on_status: Callable[[JobStatus], None] | None = None,
    watch: Watch | None = None,
) -> Run:
    """Train in this process, in the workspace's queue like any other run.

    Args:
        workspace: where the run is kept.
        spec: what to train.
        on_event: called with each event of the training.
        on_status: called with each status, also while the run waits for its turn.
        watch: given the untrained model and the training's events, passes the events on, as a profile does.

    Returns:
        The run at its end. A failure is in its `error`; an interrupt from the keyboard leaves it cancelled.
    """
    for name, value in settings.numeric_environment().items():
        os.environ.setdefault(name, value)  # of use as long as torch is not loaded yet
    run_id = workspace.create(spec)
    attempt = workspace.enlist(run_id)
    function = partial(train_run, on_event=on_event, watch=watch)
    folder, slots = workspace.run(run_id).folder, settings.slots()
    work(folder, lambda: function, attempt, queue=workspace.queue, slots=slots, listen=on_status)
    return workspace.run(run_id)


def train_run(
    folder: Path,
    report: Reporter,
    on_event: Callable[[Event], None] | None = None,
    watch: Watch | None = None,
) -> None:
    """The job function of a run: prepare, train, measure, explain. Goes on from a checkpoint if the folder has one.

    Raises:
        CtrLensError: if the data or the settings do not allow it.
    """
    run = Workspace(folder.parents[1]).run(folder.name)
    report.write(message="preparing the rows")
    data = run.dataset().prepared(run.recipe, lambda done: report.progress(PREPARED * done, "preparing the rows"))
    report.write(progress=PREPARED, message="loading torch")
    model = _trained(run, data, report, on_event, watch)
    report.write(progress=TRAINED, message="measuring the test rows")
    report.check()
    figures = _measure(run, data, model)
    report.write(progress=0.96, message="summing up what the model looks at")
    report.check()
    _explain(run, data, model)
    write_json(folder / "metrics.json", figures.model_dump())
    for path in folder.glob("checkpoint*"):
        path.unlink()


def _trained(
    run: Run, data: Prepared, report: Reporter, on_event: Callable[[Event], None] | None, watch: Watch | None
) -> CTRModel:
    import torch

    from ctrcore.models.registry import build
    from ctrcore.training.device import choose_device
    from ctrcore.training.saving import save_model
    from ctrcore.training.trainer import train

    spec, folder = run.spec, run.folder
    torch.set_num_threads(settings.threads())
    report.tell(device=str(choose_device(spec.training.device)))
    model = build(spec.model, data.encoder.fields, seed=spec.training.seed)
    write_text(folder / "encoder.json", data.encoder.to_json())
    diary, schema = _Diary(folder / "events.jsonl"), run.recipe.data_schema
    events = train(
        model,
        data.train,
        data.valid,
        spec.training,
        keep_negatives=data.keep_negatives,
        id_fields=(schema.user, schema.item),
        memory=settings.train_memory(),
        folder=folder,
        resume=run.has_checkpoint,
    )
    for event in events if watch is None else watch(model, events):
        diary.write(event)
        if on_event is not None:
            on_event(event)
        share = event.step / (diary.steps or event.step)
        report.progress(PREPARED + (TRAINED - PREPARED) * min(share, 1.0), diary.message)
    save_model(folder, model)
    return model


class _Diary:
    """Appends events to the run's file. A resumed run first takes back what was written after the checkpoint."""

    def __init__(self, path: Path) -> None:
        self._path, self._begun = path, False
        self.steps = 0
        self.message = "training"

    def write(self, event: Event) -> None:
        if not self._begun:
            before = parse_lines(self._path.read_bytes())[0] if self._path.exists() else []
            write_lines(self._path, (record for record in before if record.get("epoch", 0) < event.epoch))
            self._begun = True
        append_line(self._path, as_record(event))
        if isinstance(event, EpochEvent):
            self.message = f"epoch {event.epoch}: AUC {event.valid_auc:.4f}, log-loss {event.valid_log_loss:.4f}"
        else:
            self.steps = event.steps
            self.message = f"epoch {event.epoch}, step {event.step:,} of {event.steps:,}, loss {event.loss:.4f}"


def _measure(run: Run, data: Prepared, model: CTRModel) -> RunMetrics:
    """Score validation and test rows, keep the scores, and return the figures of `metrics.json`."""
    import pandas as pd

    from ctrcore.training.predicting import predict

    parts = {"valid": data.valid, "test": data.test}
    logits, seconds = {}, 0.0
    for name, rows in parts.items():
        begun = time.perf_counter()
        logits[name] = predict(model, rows)
        seconds += time.perf_counter() - begun
    tables = [
        pd.DataFrame({"split": name, "row": rows.row, "label": rows.label, "group": rows.group, "logit": logits[name]})
        for name, rows in parts.items()
    ]
    write_predictions(run.folder / "predictions.parquet", pd.concat(tables, ignore_index=True))
    scored = sum(len(rows) for rows in parts.values())
    measured = {name: _evaluate(rows, logits[name]) for name, rows in parts.items()}
    figures = measured | _training_figures(run, data) | _machine(model) | {"predict_rows_per_second": scored / seconds}
    return RunMetrics.model_validate(figures)


def _evaluate(rows: Encoded, logit: npt.NDArray[np.float32]) -> dict[str, float]:
    return metrics.evaluate(rows.label, logit, rows.group) if len(rows) else {}


def write_predictions(path: Path, table: pd.DataFrame) -> None:
    """Write `predictions.parquet` in one step."""
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False, compression="zstd", **PACKING)


def _training_figures(run: Run, data: Prepared) -> dict[str, Any]:
    epochs = [record for record in run.events() if record["kind"] == "epoch"]
    best = [record["epoch"] for record in epochs if record["best"]]
    speeds = [record["rows_per_second"] for record in epochs]
    return {
        "epochs": len(epochs),
        "best_epoch": best[-1] if best else None,
        "seconds": epochs[-1]["seconds"] if epochs else 0.0,
        "rows_per_second": sum(speeds) / len(speeds) if speeds else None,
        "rows": {"train": len(data.train), "valid": len(data.valid), "test": len(data.test)},
        "fields": len(data.encoder.fields),
        "vocabulary_size": data.encoder.vocabulary_size,
        "keep_negatives": data.keep_negatives,
        "data": data.report,
    }


def _machine(model: CTRModel) -> dict[str, Any]:
    import torch

    device = model.bias.device
    on_gpu = device.type == "cuda"
    packages = ("torch", "numpy", "pandas", "scikit-learn")
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "device": str(device),
        "device_name": torch.cuda.get_device_name(device) if on_gpu else _cpu_name(),
        "threads": torch.get_num_threads(),
        "peak_memory_bytes": _peak_memory(),
        "peak_device_memory_bytes": torch.cuda.max_memory_allocated(device) if on_gpu else None,
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
    }


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _peak_memory() -> int | None:
    """Largest resident size of this process so far, in bytes."""
    try:
        import resource
    except ImportError:
        return None
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if os.uname().sysname == "Darwin" else size * 1024


def _explain(run: Run, data: Prepared, model: CTRModel) -> None:
    from ctrcore.explain.summary import summarise

    rows = data.test if len(data.test) else data.valid
    write_json(run.folder / "explain.json", summarise(model, rows, seed=run.spec.training.seed))
