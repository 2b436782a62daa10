"""What `train --profile` tells: where the time of each run went, and where its trace is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.output import note, print_table
from ctrcore.errors import RunError
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    from ctrcore.models.base import CTRModel
    from ctrcore.training.events import Event
    from ctrcore.training.profiling import TrainingProfile


class Profiles:
    """Profiles of runs that are trained one after the other.

    Args:
        folder: where the traces go; the empty text for each run's own folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._latest: TrainingProfile | None = None
        self._kept: dict[str, tuple[TrainingProfile, Path | RunError]] = {}

    def watch(self, model: CTRModel, events: Iterator[Event]) -> Iterator[Event]:
        """Begin the profile of one run: the same events, looked at."""
        from ctrcore.training.profiling import TrainingProfile  # imports torch, whose threads are set by now

        self._latest = TrainingProfile()
        return self._latest.watch(model, events)

    def keep(self, run: Run) -> None:
        """The run is over: write its trace. A run that ended before its training has none."""
        profile, self._latest = self._latest, None
        if profile is None:
            return
        path = Path(self._folder) / f"{run.id}.json.gz" if self._folder else run.folder / "trace.json.gz"
        try:
            profile.write_trace(path)
        except RunError as error:
            self._kept[run.id] = profile, error
        else:
            self._kept[run.id] = profile, path

    def record(self, run: Run) -> dict[str, Any]:
        """The run's profile as JSON: seconds of each phase, operators with seconds and calls per step, the trace."""
        if run.id not in self._kept:
            return {}
        profile, trace = self._kept[run.id]
        operators = [vars(operator) for operator in profile.operators()]
        told = {"steps": profile.steps, "traced_steps": profile.traced, "phases": profile.seconds}
        return {"profile": told | {"operators": operators, "trace": str(trace) if isinstance(trace, Path) else None}}

    def show(self, run: Run) -> None:
        """One sentence, two tables and the path of the trace."""
        if run.id not in self._kept:
            return
        profile, trace = self._kept[run.id]
        _show_phases(run, profile)
        if isinstance(trace, RunError):
            note(str(trace))
            return
        rows = [
            (one.name, f"{one.calls:,.1f}" if one.calls else None, f"{1e3 * one.seconds:,.2f}", f"{one.share:.1%}")
            for one in profile.operators()
        ]
        title = f"operators, by their own time in {profile.traced} steps"
        print_table(title, ["", "calls", "ms", "share"], rows, right_from=1)
        click.echo("Calls and ms are those of one step. Tracing slowed these steps, and short operators most.")
        click.echo(f"The trace, for Perfetto or chrome://tracing: {trace}")


def _show_phases(run: Run, profile: TrainingProfile) -> None:
    from ctrcore.training.profiling import PHASES

    total = sum(profile.seconds.values()) or 1.0
    shares = {phase: seconds / total for phase, seconds in profile.seconds.items()}
    first, second, third = sorted(shares, key=lambda phase: -shares[phase])[:3]
    click.echo(
        f"\n{run.name} {run.id}: {total:.1f} s of training in {profile.steps:,} steps. Most of it is {first} "
        f"({shares[first]:.0%}), then {second} ({shares[second]:.0%}) and {third} ({shares[third]:.0%})."
    )
    steps = max(profile.steps, 1)
    rows = [
        (phase, what, f"{seconds:.2f}", f"{1e3 * seconds / steps:.2f}", f"{shares[phase]:.1%}")
        for (phase, what), seconds in zip(PHASES.items(), profile.seconds.values(), strict=True)
    ]
    print_table("phases of the whole training", ["", "what", "s", "ms a step", "share"], rows, right_from=2)
