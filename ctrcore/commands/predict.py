"""`predict`: scores for the rows of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.output import METRICS, as_json, note, print_json
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.commands.tables import FILE
from ctrcore.runs.files import replacing
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
@as_json
def predict(run: str, file: Path, *, output: Path | None, keep: tuple[str, ...], keep_all: bool, json_: bool) -> None:
    """Score each row of FILE with RUN (id, beginning of an id, name or 'last'): its logit and probability.

    FILE has the columns of the run's table in any order. A column that is missing is filled as the run's encoder says,
    new values count as unknown, and the label may be missing. A file larger than the memory is read in slices.
    """
    found = find_run(open_workspace(), run)
    scores: list[dict[str, Any]] = []
    with _bar("reading") as tell, stored_rows(file, tell) as table:
        scorer = Scorer(found, table)
        names = [str(name) for name in table.columns] if keep_all else list(keep)
        with _bar("scoring") as told, _target(output, table, names, scores if json_ else None) as write:
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


@contextmanager
def _bar(label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar for people who watch; nothing in a pipe or a log."""
    with click.progressbar(length=1000, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield lambda done: bar.update(int(1000 * done) - bar.pos)


def _tell(report: ScoreReport) -> None:
    """The report in lines, on the standard error."""
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
