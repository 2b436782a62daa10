"""A table larger than memory should have to be, from the file to a trained model: what it takes.

    python -m benchmarks.size [--rows 10000000] [--model fm] [--epochs 1] [--data FOLDER] [--out FILE.json]

Runs `python -m ctrcore train FILE --preset quick --json` as a user would, in a process of its own and in a new
workspace, and watches the memory of that process and all it starts. The stages are what the run's own status says, so
their seconds are as exact as it is written often.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.generate import LABEL, default_folder, made
from benchmarks.measuring import Measured, measure, write_results

READING = "reading the file and profiling it"


@dataclass
class Stages:
    """What the jobs of a workspace say they do, looked at again and again.

    Attributes:
        workspace: the folder.
        seconds: of each stage, in the order in which they began.
        peak: largest resident memory seen in each, in bytes.
    """

    workspace: Path
    seconds: dict[str, float] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)
    _last: float = 0.0

    def look(self, now: float, resident: int) -> None:
        """Count the time since the last look, and the memory, for the stage that is on now."""
        stage = self._stage()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self.peak[stage] = max(self.peak.get(stage, 0), resident)
        self._last = now

    def _stage(self) -> str:
        for path in self.workspace.glob("runs/*/status.json"):
            try:
                message = str(json.loads(path.read_text(encoding="utf-8"))["message"])
            except (OSError, ValueError, KeyError):
                continue
            if message.startswith("epoch") or message == "training":
                return "training and validation"
            if message not in ("", "done"):
                return message
        return list(self.seconds)[-1] if self.seconds else READING


def main() -> None:
    """Train once and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--model", default="fm")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-size", type=int, help="rows per step; the preset's by default")
    parser.add_argument("--data", type=Path, default=default_folder(), help="folder for the made table")
    parser.add_argument("--out", type=Path, help="file for the figures as JSON")
    chosen = parser.parse_args()
    source = made(chosen.data, chosen.rows)
    workspace = (chosen.data / "workspace_of_size").resolve()
    shutil.rmtree(workspace, ignore_errors=True)
    command = [sys.executable, "-m", "ctrcore", "--workspace", str(workspace), "train", str(source), "--json"]
    command += ["--label", LABEL, "--model", chosen.model, "--preset", "quick", "--epochs", str(chosen.epochs)]
    command += ["--batch-size", str(chosen.batch_size)] if chosen.batch_size else []
    stages = Stages(workspace)
    run = measure(command, threads=chosen.threads, env={"CTR_THREADS": str(chosen.threads)}, on_look=stages.look)
    disk = sum(path.stat().st_size for path in workspace.rglob("*") if path.is_file())
    shutil.rmtree(workspace, ignore_errors=True)
    if run.code != 0:
        sys.exit(
            f"It failed after {run.seconds:.0f} s, peak memory {run.peak / 1e6:,.0f} MB:\n{run.errors}{run.output}"
        )
    trained = json.loads(run.output)["runs"][0]
    _print(source, stages, run, trained["metrics"], disk)
    results: dict[str, Any] = {"rows": chosen.rows, "bytes": source.stat().st_size, "disk": disk, "run": trained}
    results |= {"measured": run.numbers(), "stage_seconds": stages.seconds, "stage_peak": stages.peak}
    write_results(chosen.out, results)


def _print(source: Path, stages: Stages, run: Measured, metrics: dict[str, Any], disk: int) -> None:
    print(f"\n{source.stat().st_size / 1e6:,.0f} MB of CSV, {disk / 1e6:,.0f} MB in the workspace afterwards\n")
    print("| stage | seconds | peak MB |")
    print("|---|---|---|")
    for stage, seconds in stages.seconds.items():
        print(f"| {stage} | {seconds:.0f} | {stages.peak[stage] / 1e6:,.0f} |")
    print(f"| all | {run.seconds:.0f} | {run.peak / 1e6:,.0f} |\n")
    print(f"Without pages of files {run.own / 1e6:,.0f} MB; summed over processes {run.summed / 1e6:,.0f} MB.")
    print(
        f"Test AUC {metrics['test']['auc']:.4f}, log-loss {metrics['test']['log_loss']:.4f}; "
        f"{metrics['rows']['train']:,} training rows, {metrics['vocabulary_size']:,} ids, "
        f"{metrics['rows_per_second']:,.0f} rows a second in training."
    )


if __name__ == "__main__":
    main()
