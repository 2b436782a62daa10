"""The calibration repairs of a run: fitted on its validation rows, kept beside its model, judged on its test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ctrcore import metrics
from ctrcore.comparing.probabilities import Bins, calibration
from ctrcore.comparing.repair import KINDS, Isotonic, Kind, Platt, Repair, fit_repair
from ctrcore.errors import DataError, RunError
from ctrcore.language import say
from ctrcore.runs.files import FileCache, write_text
from ctrcore.runs.run import Run

FILE = "repairs.json"


class Repairs(BaseModel):
    """`repairs.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platt: Platt | None = Field(None, description="a sigmoid of a straight line")
    isotonic: Isotonic | None = Field(None, description="a curve that never falls")

    def by_kind(self) -> dict[Kind, Repair]:
        """Those that there are."""
        both: dict[Kind, Repair | None] = {"platt": self.platt, "isotonic": self.isotonic}
        return {kind: repair for kind, repair in both.items() if repair is not None}


def _parse(path: Path) -> Repairs:
    try:
        return Repairs.model_validate_json(path.read_bytes())
    except (OSError, ValidationError, RecursionError):
        return Repairs()


_kept = FileCache(_parse, size=200)


def fit_repairs(run: Run, kinds: Sequence[Kind] = KINDS) -> dict[Kind, Repair]:
    """Fit repairs on the run's validation rows and keep them with it, in place of earlier ones of their kinds.

    The same rows have chosen the epoch that was kept, so they flatter the model a little; the test rows, on which
    `before_after` judges, took no part in either.

    Returns:
        All repairs that the run has now.

    Raises:
        RunError: the run is not done.
        DataError: there are too few validation rows to fit anything.
    """
    _done(run)
    scored = run.predictions()
    valid = scored[scored["split"] == "valid"]
    label, logit = valid["label"].to_numpy(), valid["logit"].to_numpy()
    fitted = {kind: fit_repair(kind, label, logit) for kind in kinds}
    with _edit(run):
        return _write(run, repairs_of(run) | fitted)


def repairs_of(run: Run) -> dict[Kind, Repair]:
    """The repairs that are kept with the run, none if there are none."""
    found = _kept.get(run.folder / FILE)
    return found.by_kind() if found is not None else {}


def repair_of(run: Run, kind: Kind | None) -> Repair | None:
    """The run's repair of that kind; none if none is asked for. Raises RunError if the run has none of that kind."""
    if kind is None:
        return None
    found = repairs_of(run).get(kind)
    if found is None:
        raise RunError(
            say("The run '{run}' has no {kind} repair of its probabilities.", run=run.name, kind=kind),
            say("Fit it first: on Compare under Probabilities, or by 'python -m ctrcore calibrate {run}'.", run=run.id),
        )
    return found


@dataclass(frozen=True)
class Judged:
    """The probabilities of the test rows, as the model gives them or repaired.

    Attributes:
        kind: how they were repaired; None: not at all.
        rows: test rows.
        clicks: clicked rows among them.
        log_loss: in nats.
        ece: expected calibration error.
        pcoc: predicted clicks over observed ones.
        auc: a rising line leaves it as it is; the isotonic curve ties rows, which may cost a little.
        saved: log-loss saved against the model as it is, row by row; 0 where nothing was repaired.
        saved_error: standard error of that.
        bins: what the calibration chart draws.
    """

    kind: Kind | None
    rows: int
    clicks: int
    log_loss: float
    ece: float
    pcoc: float
    auc: float
    saved: float
    saved_error: float
    bins: Bins


def before_after(run: Run, kinds: Sequence[Kind] = KINDS) -> list[Judged]:
    """The run's test rows judged as the model scores them, then with each of its repairs of these kinds.

    Raises:
        RunError: the run is not done.
        DataError: it has no test rows; validation rows would flatter a repair, as it was fitted on them.
    """
    _done(run)
    scored = run.predictions()
    test = scored[scored["split"] == "test"]
    if not len(test):
        raise DataError(
            say("There are no test rows, so what a repair does cannot be judged."),
            say("Train the model with a split that has test rows."),
        )
    label, logit = test["label"].to_numpy(), test["logit"].to_numpy()
    kept = repairs_of(run)
    judged = [_judged(None, label, logit, before=logit)]
    return judged + [_judged(kind, label, kept[kind].logit(logit), before=logit) for kind in kinds if kind in kept]


def _judged(kind: Kind | None, label: metrics.Labels, logit: metrics.Array, *, before: metrics.Array) -> Judged:
    measured = metrics.evaluate(label, logit)
    before, logit = np.asarray(before, np.float64), np.asarray(logit, np.float64)
    # log(1 + e^x) - label x is the log-loss of a row
    saved = np.logaddexp(0, before) - np.logaddexp(0, logit) - label * (before - logit)
    return Judged(
        kind=kind,
        rows=len(label),
        clicks=int(label.sum()),
        **{name: measured[name] for name in ("log_loss", "ece", "pcoc", "auc")},
        saved=float(saved.mean()),
        saved_error=float(saved.std() / np.sqrt(max(len(label) - 1, 1))),
        bins=calibration(label, metrics.sigmoid(logit)),
    )


def remove_repair(run: Run, kind: Kind) -> None:
    """Forget a repair; nothing happens if there is none."""
    if not (run.folder / FILE).exists():
        return
    with _edit(run):
        left = {name: repair for name, repair in repairs_of(run).items() if name != kind}
        if left:
            _write(run, left)
        else:
            (run.folder / FILE).unlink(missing_ok=True)


def _edit(run: Run) -> FileLock:
    """Held from reading to writing, as a page and a shell may change the repairs of one run at the same time."""
    return FileLock(run.folder / ".edit.lock", timeout=10)


def _write(run: Run, repairs: dict[Kind, Repair]) -> dict[Kind, Repair]:
    kept = Repairs.model_validate(repairs)
    write_text(run.folder / FILE, kept.model_dump_json(indent=1, exclude_none=True))
    return kept.by_kind()


def _done(run: Run) -> None:
    if run.state != "done":
        raise RunError(
            say("The run '{run}' is {state}.", run=run.name, state=say(run.state)), say("Choose a run that is done.")
        )
