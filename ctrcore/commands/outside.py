"""`outside`: scores of other systems, as models to compare with."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.options import Decorator, setting
from ctrcore.commands.output import as_json, note, print_json, print_table
from ctrcore.commands.places import find_outside, find_run, open_workspace
from ctrcore.commands.tables import FILE, find_dataset
from ctrcore.data.recipe import Recipe, first_recipe
from ctrcore.errors import RunError
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.outside import OutsideScores, add_outside
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.outside_template import write_template, write_training_rows

if TYPE_CHECKING:
    from ctrcore.runs.workspace import Workspace

score_option: Decorator = setting(OutsideChoices, "score", "--score")
meaning_option: Decorator = setting(OutsideChoices, "meaning", "--meaning")


@click.group()
def outside() -> None:
    """Add, list and delete scores of other systems, and write the rows that they have to score.

    DATA is the id or the name of a dataset, RUN an id, the beginning of one, a name, or 'last'.
    """


@outside.command()
@click.argument("data")
@click.argument("file", type=FILE)
@click.option("--name", default="", help="What the system is called; by default as FILE.")
@click.option(
    "--id",
    "ids",
    multiple=True,
    metavar="COLUMN",
    help="Column of FILE that names a row; several together if repeated. 'row', or a column that the dataset does not "
    "have, holds the row's number in the table, counted from 0. [default: guessed]",
)
@score_option
@meaning_option
@click.option("--run", help="Run whose validation and test rows count; by default the dataset's newest one.")
@as_json
def add(
    data: str,
    file: Path,
    *,
    name: str,
    ids: tuple[str, ...],
    score: str | None,
    meaning: Any,
    run: str | None,
    json_: bool,
) -> None:
    """Keep the scores in FILE with the dataset DATA, and print their id.

    FILE is a table (CSV, TSV, Parquet or JSON Lines, each also gzipped) with a row id and a score. Scores of rows that
    models learn from are left out.
    """
    workspace = open_workspace()
    dataset = find_dataset(workspace, data)
    choices = OutsideChoices(id=list(ids), score=score, meaning=meaning)
    made = add_outside(dataset, _recipe(workspace, dataset, run), file, name, choices)
    if json_:
        print_json(_record(made))
        return
    click.echo(made.id)
    for line in made.notes():
        note(line)


@outside.command("list")
@click.argument("data")
@as_json
def list_(data: str, *, json_: bool) -> None:
    """List the outside scores of DATA, the newest first."""
    found = find_dataset(open_workspace(), data).outside()
    if json_:
        print_json({"outside": [_record(one) for one in found]})
        return
    rows = []
    for one in found:
        told = one.manifest
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.created))
        rows.append([one.id, one.name, one.meaning, f"{told.judged:,} of {told.of:,} {told.part} rows", when])
    print_table("", ["id", "name", "meaning", "scored", "added"], rows)


@outside.command()
@click.argument("data")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def delete(data: str, names: tuple[str, ...]) -> None:
    """Delete outside scores of DATA, by id, beginning of an id or name."""
    dataset = find_dataset(open_workspace(), data)
    for name in names:
        found = find_outside(dataset, name)
        found.delete()
        note(f"Deleted {found.id}.")


@outside.command()
@click.argument("run")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="CSV file to write.")
@click.option("--train", is_flag=True, help="Write the rows to learn from instead, with their label.")
def template(run: str, *, out: Path, train: bool) -> None:
    """Write the validation and test rows of RUN without their label, to be scored by another system.

    The column 'row' is the row's number in the table, counted from 0: give it back beside each score.
    """
    found = find_run(open_workspace(), run)
    rows = write_training_rows(found, out) if train else write_template(found, out)
    note(f"{rows:,} rows are in {out}.")


def _recipe(workspace: Workspace, dataset: Dataset, run: str | None) -> Recipe:
    """How rows are split: as by the run that was named, by the newest run, or as was chosen for the table."""
    if run is not None:
        found = find_run(workspace, run)
        if found.spec.dataset != dataset.id:
            raise RunError(
                f"The run '{found.name}' was not trained on '{dataset.name}'.", "Choose a run on this dataset."
            )
        return found.recipe
    runs = [one for one in workspace.runs() if one.spec.dataset == dataset.id and one.state == "done"]
    return runs[0].recipe if runs else dataset.recipe() or first_recipe(dataset.guess())


def _record(one: OutsideScores) -> dict[str, Any]:
    return {"id": one.id, "dataset": one.dataset.id, **one.manifest.model_dump(), "notes": one.notes()}
