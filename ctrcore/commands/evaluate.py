"""`evaluate`: how good a trained model is."""

from __future__ import annotations

from pathlib import Path

import click

from ctrcore import metrics
from ctrcore.commands.output import as_json, print_json, print_metrics
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.commands.tables import FILE
from ctrcore.errors import DataError, RunError


@click.command()
@click.argument("run")
@click.argument("file", type=FILE, required=False)
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Probability cutoff.")
@as_json
def evaluate(run: str, file: Path | None, *, threshold: float, json_: bool) -> None:
    """Measure RUN (id, beginning of an id, name or 'last') on its own valid and test rows, or on the rows of FILE."""
    found = find_run(open_workspace(), run)
    if found.state != "done":
        raise RunError(f"The run '{found.name}' is {found.state}.", "Choose a run that is done.")
    measured: dict[str, dict[str, float | None]] = {}
    if file is None:
        scores = found.predictions()
        for split, part in scores.groupby("split", sort=False):
            values = (part["label"].to_numpy(), part["logit"].to_numpy(), part["group"].to_numpy())
            measured[str(split)] = dict(metrics.evaluate(*values, threshold=threshold))
    else:
        from ctrcore.runs.score_files import stored_rows
        from ctrcore.runs.scoring import Scorer

        with stored_rows(file) as table:
            scorer = Scorer(found, table)
            for _ in scorer.slices():
                pass
            report = scorer.report(threshold)
        if not report.labelled:
            label = found.recipe.data_schema.label
            raise DataError(f"The file has no label column '{label}'.", "Add it, or use 'predict' to score the rows.")
        measured[file.name] = report.metrics
    if json_:
        print_json({"run": found.id, "threshold": threshold, "metrics": measured})
    else:
        print_metrics(f"{found.name} {found.id}", measured)
