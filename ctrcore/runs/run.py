"""One run of the workspace: a trained model, or one on its way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.data.recipe import Recipe
from ctrcore.errors import RunError
from ctrcore.runs.files import FileCache, LineCache, Record, read_json
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.status import Job, JobStatus, read_log, read_status

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.encoding import Encoder
    from ctrcore.models.base import CTRModel
    from ctrcore.runs.dataset import Dataset
    from ctrcore.runs.workspace import Workspace


class Manifest(BaseModel):
    """What `manifest.json` holds."""

    model_config = ConfigDict(extra="forbid")

    spec: RunSpec
    created: float = Field(ge=0, le=1e12, allow_inf_nan=False)


def _parse_manifest(path: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


STUDIES = "studies"  # folder of `ctrcore.runs.studies`
KEPT = {"manifest.json", "status.json", "log.txt", "worker.lock", "cancel"}  # when a run starts over
_manifests = FileCache(_parse_manifest, size=20_000)
_events = LineCache(size=64)


@dataclass(frozen=True)
class Run(Job):
    """A run as it stands now. Cheap to make; the methods read the disk."""

    workspace: Workspace
    id: str
    spec: RunSpec
    created: float
    status: JobStatus

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self.workspace.root / "runs" / self.id

    @property
    def name(self) -> str:
        """The name to show."""
        return self.spec.title

    @property
    def recipe(self) -> Recipe:
        """How the table became rows."""
        return self.spec.recipe

    @property
    def finished(self) -> float | None:
        """When it ended, in seconds since the epoch."""
        return self.status.finished

    @property
    def device(self) -> str | None:
        """Where it trains or was trained, for example 'cpu'."""
        value = self.status.details.get("device")
        return str(value) if value else None

    def events(self) -> list[Record]:
        """The records of training so far, oldest first (`ctrcore.training.events.as_record`)."""
        return _events.get(self.folder / "events.jsonl")

    def metrics(self) -> dict[str, Any] | None:
        """Metrics of validation and test rows and the figures of the training; None before the end."""
        return read_json(self.folder / "metrics.json")

    def predictions(self) -> pd.DataFrame:
        """Scored rows with the columns split ('valid', 'test'), row, label, group and logit."""
        import pandas as pd

        return pd.read_parquet(self._file("predictions.parquet"))

    def scored_rows(self) -> int:
        """How many rows `predictions` has, without reading them."""
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self._file("predictions.parquet")).num_rows)

    def encoder(self) -> Encoder:
        """The encoder fitted on the training rows."""
        from ctrcore.data.encoding import Encoder

        return Encoder.from_json(self._file("encoder.json").read_text(encoding="utf-8"))

    def load_model(self) -> CTRModel:
        """The best epoch's model, on the CPU, in evaluation mode."""
        self._file("model.safetensors")
        from ctrcore.training.saving import load_model

        return load_model(self.folder)

    def explanations(self) -> dict[str, Any]:
        """What was summarised over the test rows; empty if there is nothing."""
        return read_json(self.folder / "explain.json") or {}

    def dataset(self) -> Dataset:
        """The dataset it learns from. Raises RunError if that is gone."""
        return self.workspace.dataset(self.spec.dataset)

    def log(self, last: int = 4000) -> str:
        """The last bytes of what the worker printed."""
        return read_log(self.folder, last)

    @property
    def has_checkpoint(self) -> bool:
        """True if resuming goes on from an epoch instead of starting over."""
        return any(self.folder.glob("checkpoint*"))

    def forget_progress(self) -> None:
        """Remove what earlier attempts left: checkpoints, measured points, results. Only while nobody works on it."""
        for path in self.folder.iterdir():
            if path.is_file() and path.name not in KEPT and not path.name.startswith("."):
                path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / STUDIES, ignore_errors=True)

    @property
    def size_bytes(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def _file(self, name: str) -> Path:
        path = self.folder / name
        if path.exists():
            return path
        if self.active:
            raise RunError(f"The run '{self.name}' is not done yet.", "Wait for its end.")
        raise RunError(
            f"The run '{self.name}' has no {name}, because it did not come to its end.", "Resume it or train it again."
        )


def open_run(workspace: Workspace, run_id: str) -> Run | None:
    """The run in that folder, or None if its manifest cannot be read."""
    folder = workspace.root / "runs" / run_id
    manifest = _manifests.get(folder / "manifest.json")
    if manifest is None:
        return None
    return Run(workspace, run_id, manifest.spec, manifest.created, read_status(folder))
