"""What the Compare page computes: at first, and when a cutoff's slider is moved.

    python -m benchmarks.comparing [--rows 1000000] [--models 6] [--repeat 5] [--replicates 20] [--out FILE.json]

Predictions of several models are written as a run writes them. At first: the files are read and brought onto common
rows, which are sorted by every score; all metrics, DeLong's test of every pair, the four curves, calibration,
histograms and best cutoffs. At a moved slider: the counts of all models, what follows from them, and the metrics
there. A bootstrap is timed with few replicates, and said for 1,000. Seconds of the processor are those of
all threads together: on a machine that does nothing else, no step takes longer than that.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
import pandas as pd

from benchmarks.measuring import spread, write_results
from ctrcore.comparing.measures import measure
from ctrcore.comparing.probabilities import calibration, histogram
from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.comparing.testing import Method, compare_all
from ctrcore.metrics import log_odds, sigmoid
from ctrcore.runs.contenders import Contender, judged
from ctrcore.runs.run import Run
from ctrcore.runs.running import write_predictions

USERS = 50_000
VALID_SHARE = 0.1
T = TypeVar("T")


class ScoredRun:
    """The part of a run that a comparison reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def predictions(self) -> pd.DataFrame:
        """Scored rows as `Run.predictions` gives them."""
        return pd.read_parquet(self.path)


def written(folder: Path, rows: int, models: int) -> list[Contender]:
    """Predictions of models that see the same signal with more and more noise, with some validation rows."""
    rng = np.random.default_rng(0)
    size = int(rows * (1 + VALID_SHARE))
    label = rng.random(size) < 0.2
    truth = rng.normal(size=size) + label - 1.5
    table = pd.DataFrame(
        {
            "split": np.where(np.arange(size) < rows, "test", "valid"),
            "row": np.arange(size),
            "label": label.astype(np.uint8),
            "group": rng.integers(0, USERS, size).astype(np.int32),
        }
    )
    found = []
    for number in range(models):
        path = folder / f"model{number}.parquet"
        logit = (truth + 0.2 * (1 + number) * rng.normal(size=size)).astype(np.float32)
        write_predictions(path, table.assign(logit=logit))
        run = cast(Run, ScoredRun(path))
        found.append(Contender(f"model{number}", f"Model {number}", "fm", None, run))
    return found


class Clock:
    """Seconds of steps, by the wall's clock and by the processor's."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.processor: dict[str, list[float]] = {}

    def __call__(self, step: str, work: Callable[[], T]) -> T:
        """Do it, and note how long it took."""
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        self.wall.setdefault(step, []).append(time.perf_counter() - wall)
        self.processor.setdefault(step, []).append(time.process_time() - processor)
        return result


def at_first(found: list[Contender], clock: Clock) -> Sheet:
    """All that the page computes before anything is moved."""
    rows = clock("read", lambda: judged(found).rows)
    sheet = clock("common rows", lambda: sheet_of(rows))
    clock("sort", sheet.warm)
    clock("metrics", lambda: [measure(sheet, name) for name in sheet.ids])
    clock("DeLong, all pairs", lambda: compare_all(sheet))
    ranked = [sheet.ranked(name) for name in sheet.ids]
    clock("curves", lambda: [read() for one in ranked for read in (one.roc, one.precision_recall, one.gain, one.lift)])
    probability = clock("probabilities", lambda: [sigmoid(sheet.logit[name]) for name in sheet.ids])
    clock("calibration", lambda: [calibration(sheet.label, one) for one in probability])
    clock("histograms", lambda: [histogram(sheet.label, one) for one in probability])
    clock("best cutoffs", lambda: [(one.best("f1"), one.best("accuracy"), one.best_cost(1, 5)) for one in ranked])
    return sheet


def at_a_moved_slider(sheet: Sheet, cutoff: float) -> None:
    """What depends on the cutoff, of all models."""
    for name in sheet.ids:
        counts = sheet.ranked(name).at(log_odds(cutoff))
        _ = counts.precision, counts.recall, counts.accuracy, counts.f1, counts.cost(1.0, 5.0)
        measure(sheet, name, cutoff)


def main() -> None:
    """Time everything several times and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--models", type=int, default=6)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--replicates", type=int, default=20, help="of the bootstraps that are timed")
    parser.add_argument("--out", type=Path, help="file for the figures as JSON")
    chosen = parser.parse_args()
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        found = written(Path(folder), chosen.rows, chosen.models)
        for _ in range(chosen.repeat):
            sheet = clock("all, at first", lambda: at_first(found, clock))
    for cutoff in np.random.default_rng(0).uniform(0.05, 0.9, 20):
        clock("a moved slider", partial(at_a_moved_slider, sheet, cutoff))
    drawn: tuple[Method, ...] = ("bootstrap", "users")
    for method in drawn:
        clock(f"{method}, {chosen.replicates} replicates", partial(compare_all, sheet, method, chosen.replicates))
    print(f"{chosen.rows:,} rows, {chosen.models} models, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| step | seconds (min / median / max) | of the processor |\n|---|---|---|")
    for name in clock.wall:
        print(f"| {name} | {_spread(clock.wall[name])} | {_spread(clock.processor[name])} |")
    for method in drawn:
        seconds = clock.wall[f"{method}, {chosen.replicates} replicates"][0]
        print(f"\n{method}: {seconds * 1000 / chosen.replicates:.0f} seconds for 1,000 replicates, scaled up")
    measured = {"wall": clock.wall, "processor": clock.processor}
    write_results(chosen.out, {"rows": chosen.rows, "models": chosen.models, **measured})


def _spread(seconds: list[float]) -> str:
    return " / ".join(f"{value:.3f}" for value in spread(seconds).values())


if __name__ == "__main__":
    main()
