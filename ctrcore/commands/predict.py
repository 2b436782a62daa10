"""`predict`: scores for the rows of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.output import METRICS, as_json, bar, note, print_json
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.commands.tables import FILE
from ctrcore.comparing.repair import KINDS, REPAIR_TITLES, Kind
from ctrcore.runs.files import replacing
from ctrcore.runs.repairs import repair_of
from ctrcore.runs.score_files import PARQUET, CsvScores, kept_names, score_file, scores_of, stored_rows
from ctrcore.runs.scoring import Scored, Scorer, ScoreReport

if TYPE_CHECKING:
    from ctrcore.data.stored import Stored

MANY_UNKNOWN = 0.05  # share of unknown values from which on a field is worth a line


@click.command()
@click.argument("run")
@click.argument("file", type=FILE)
@click.option(
    "-o",
    "--out",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV file, or Parquet by its name; CSV on the standard output by default.",
)
@click.option("--keep", multiple=True, metavar="COLUMN", help="A column of FILE to keep; may be repeated.")
@click.option("--keep-all", is_flag=True, help="Keep all columns of FILE beside the scores.")
@click.option(
    "--repair",
    type=click.Choice(KINDS),
    help="Give probabilities repaired on the validation rows; 'calibrate' RUN first. The logit stays the model's.",
)
@as_json
def predict(
    run: str,
    file: Path,
    *,
    output: Path | None,
    keep: tuple[str, ...],
    keep_all: bool,
    repair: Kind | None,
    json_: bool,
) -> None:
    """Score each row of FILE with RUN (id, beginning of an id, name or 'last'): its logit and probability.

    FILE has the columns of the run's table in any order. A column that is missing is filled as the run's encoder says,
    new values count as unknown, and the label may be missing. A file larger than the memory is read in slices.
    """
    found = find_run(open_workspace(), run)
    kept = repair_of(found, repair)
    scores: list[dict[str, Any]] = []
    with bar("reading") as tell, stored_rows(file, tell) as table:
        scorer = Scorer(found, table, kept)
        names = [str(name) for name in table.columns] if keep_all else list(keep)
        with bar("scoring") as told, _target(output, table, names, scores if json_ else None) as write:
            for part in scorer.slices(told):
                write(part)
        report = scorer.report()
    if json_:
        record = {"run": found.id, "rows": report.rows, "mean_probability": report.mean_probability}
        record |= {"report": report.model_dump()}
        print_json(record | ({"output": str(output)} if output else {"scores": scores}))
        return
    if output is not None:
        note(f"{report.rows:,} scores are in {output}.")
    _tell(report)


@contextmanager
def _target(
    output: Path | None, table: Stored, keep: list[str], scores: list[dict[str, Any]] | None
) -> Iterator[Callable[[Scored], None]]:
    """Where scored rows go: into the file, else into the list, else to the standard output."""
    kept = kept_names(table, keep)
    if output is not None:
        with replacing(output) as path, score_file(path, table, keep, parquet=output.suffix in PARQUET) as file:
            yield file.write
    elif scores is not None:
        yield lambda part: scores.extend(scores_of(part, kept).to_dict("records"))  # type: ignore[arg-type]
    else:
        yield CsvScores(sys.stdout, kept).write


def _tell(report: ScoreReport) -> None:
    """The report in lines, on the standard error."""
    if report.repair is not None:
        note(f"The probabilities are repaired ({REPAIR_TITLES[report.repair]}), the logits are the model's own.")
    for name, stand_in in report.missing.items():
        note(f"The file has no column '{name}': in each row it is {stand_in}.")
    if report.ignored:
        note(f"Not read: {', '.join(report.ignored)}.")
    for name, share in report.unknown_share.items():
        if share >= MANY_UNKNOWN and name not in report.missing:
            note(f"{share:.0%} of the values of '{name}' are missing, or new to the model.")
    if report.histories:
        note(report.histories)
    if report.metrics:
        shown = ", ".join(
            f"{name.replace('_', ' ')} {report.metrics[name]:.4f}"
            for name in METRICS
            if report.metrics.get(name) is not None
        )
        note(f"Measured on {report.labelled:,} rows with a label: {shown}.")
