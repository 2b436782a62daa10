"""From the files and options of a command line to a table and the choices made for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.options import changed, given, setting, settings_of
from ctrcore.commands.output import note
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.recipe import BuildHistory, Cleaning, Recipe, Split, first_recipe
from ctrcore.errors import DataError
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.workspace import Workspace
from ctrcore.schema import Column, Schema

if TYPE_CHECKING:
    from ctrcore.data.importing import Files, ImportChoices, Imported
    from ctrcore.data.stored import Stored

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class TableOptions:
    """What the user said about the table; None and () where nothing was said."""

    valid: Path | None
    test: Path | None
    users: Path | None
    items: Path | None
    schema: Path | None
    label: str | None
    positive: str | None
    threshold: float | None
    user: str | None
    item: str | None
    time: str | None
    item_name: str | None
    kind: tuple[str, ...]
    ignore: tuple[str, ...]
    drop_duplicates: bool | None
    history_of: tuple[str, ...]
    history_length: int | None
    split: str | None
    valid_share: float | None
    test_share: float | None
    split_column: str | None
    split_seed: int | None
    keep_negatives: float | None
    layout: str | None
    rows_are: str | None
    log: dict[str, Any] = field(default_factory=dict)

    @property
    def choices(self) -> ImportChoices:
        """What was said about how the files are read."""
        from ctrcore.data.importing import ImportChoices

        # Who names a label says that the rows have one.
        rows_are = self.rows_are or ("impressions" if self.label is not None and not self.log else None)
        return ImportChoices.model_validate({"layout": self.layout, "rows_are": rows_are, "log": self.log})


def table_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that reads a table."""
    for option in reversed(
        [
            click.option("--valid", type=FILE, help="File of validation rows; DATA holds the training rows then."),
            click.option("--test", type=FILE, help="File of test rows; DATA holds the training rows then."),
            click.option("--users", type=FILE, help="File with one row a user, joined by the id column it shares."),
            click.option("--items", type=FILE, help="File with one row an item, joined by the id column it shares."),
            click.option("--schema", type=FILE, help="Schema as JSON, as written by 'profile --schema-out'."),
            setting(Schema, "label", "--label"),
            setting(Schema, "positive", "--positive"),
            setting(Schema, "threshold", "--threshold"),
            setting(Schema, "user", "--user"),
            setting(Schema, "item", "--item"),
            setting(Schema, "time", "--time"),
            setting(Schema, "item_name", "--item-name"),
            click.option("--kind", multiple=True, metavar="COLUMN=KIND", help="Kind of a column: numeric, ..."),
            click.option("--ignore", multiple=True, metavar="COLUMN", help="Leave a column out."),
            setting(Cleaning, "drop_duplicates", "--drop-duplicates"),
            click.option(
                "--history-of", multiple=True, metavar="COLUMN", help="Build a history: this column of earlier clicks."
            ),
            setting(BuildHistory, "max_length", "--history-length", "history_length"),
            setting(Split, "by", "--split", "split"),
            setting(Split, "valid", "--valid-share", "valid_share"),
            setting(Split, "test", "--test-share", "test_share"),
            setting(Split, "column", "--split-column", "split_column"),
            setting(Split, "seed", "--split-seed", "split_seed"),
            setting(Recipe, "keep_negatives", "--keep-negatives"),
            click.option("--layout", help="Layout of the files, 'plain' for an ordinary table; found out by default."),
            click.option(
                "--rows-are",
                type=click.Choice(["impressions", "behaviours"]),
                help="Impressions tell of each row whether it was clicked; from behaviours rows are built.",
            ),
            settings_of(LogChoices, "log", prefix="log."),
        ]
    ):
        command = option(command)
    return command


def take_options(options: dict[str, Any]) -> TableOptions:
    """The table's options out of all options of a command."""
    names = [part.name for part in fields(TableOptions) if part.name != "log"]
    log = given(options, "log")
    for name in [name for name in options if name.startswith("log__")]:
        options.pop(name)
    return TableOptions(**{name: options.pop(name) for name in names}, log=log)


@contextmanager
def imported(data: str, options: TableOptions) -> Iterator[tuple[Stored, Imported]]:
    """The table in the files of the command line, and the choices to begin with; kept nowhere."""
    from ctrcore.data.importing import import_files
    from ctrcore.data.stored import Stored

    with TemporaryDirectory() as place:
        found = import_files(files_of(data, options), options.choices, Path(place), lambda _done, _what: None)
        yield Stored(Path(place) / "table.parquet"), found


def files_of(data: str, options: TableOptions) -> Files:
    """The files that the command line names; those of a folder by their names in it."""
    from ctrcore.data.importing import Files
    from ctrcore.data.layouts.archives import files_in

    path = Path(data)
    rows = files_in(path) if path.is_dir() else {path.name: path}
    if not rows:
        raise DataError(f"The folder '{path.name}' holds no files.", "Give a folder with the files of a dataset.")
    return Files(rows=rows, valid=options.valid, test=options.test, users=options.users, items=options.items)


def open_table(workspace: Workspace, data: str, options: TableOptions) -> tuple[Dataset, Recipe]:
    """The dataset that the command line names, and the choices for it. Files are kept as a dataset, once.

    Args:
        workspace: where datasets are.
        data: a file, a folder of files, or the id or name of a dataset.
        options: what the user said about the table.
    """
    if not Path(data).exists():
        dataset = find_dataset(workspace, data)
        return dataset, recipe_for(_first(dataset), options, dataset.columns)
    files = files_of(data, options)
    digest = _digest(files, options.choices)
    known = [one for one in workspace.datasets() if one.digest == digest and one.state == "done"]
    if known:
        return known[0], recipe_for(_first(known[0], fresh=True), options, known[0].columns)
    name = Path(data).resolve().name
    dataset = workspace.dataset(workspace.add_files(name, files, options.choices, digest=digest, tell=_teller()))
    for line in told(dataset.about):
        note(line)
    recipe = recipe_for(_first(dataset), options, dataset.columns)
    dataset.save_recipe(recipe)
    return dataset, recipe


def _first(dataset: Dataset, fresh: bool = False) -> Recipe:
    """The choices to begin with: the saved ones, unless they are to be made afresh of what the files say."""
    built = "built" in dataset.about
    recipe = dataset.recipe() if built or not fresh else None
    return recipe or first_recipe(dataset.guess())


def _teller() -> Callable[[float, str], None]:
    """Notes each step once."""
    said: list[str] = []

    def tell(_done: float, what: str) -> None:
        if what not in said:
            said.append(what)
            note(what.capitalize())

    return tell


def told(about: dict[str, Any]) -> list[str]:
    """What was found out about the files, in sentences."""
    lines = [about["why"]] if "why" in about else []
    lines += about.get("notes", [])
    built = about.get("built")
    if built:
        lines.append(
            f"{built['rows']:,} rows with {built['rows_with_click']:,} clicks were built from {built['events']:,} "
            f"behaviours of {built['users']:,} users with {built['items']:,} items."
        )
    return lines


def find_dataset(workspace: Workspace, text: str) -> Dataset:
    """The dataset with that id or name. Raises DataError if there is neither it nor a file of that name."""
    found = [one for one in workspace.datasets() if text in (one.id, one.name)]
    if not found:
        raise DataError(
            f"There is no file and no dataset '{text}'.", "Give the path of a file, or install the demo with 'sample'."
        )
    return found[0]


def recipe_for(base: Recipe, options: TableOptions, known: Sequence[str]) -> Recipe:
    """The base recipe with what the user said. `known` are the columns of the table."""
    schema = Schema.load(options.schema) if options.schema is not None else base.data_schema
    split = _said(by=options.split, valid=options.valid_share, test=options.test_share)
    split |= _said(column=options.split_column, seed=options.split_seed)
    if options.valid is not None or options.test is not None:
        split = {"by": "given", "column": "split"} | split
    history = _said(columns=list(options.history_of) or None, max_length=options.history_length)
    changes = {
        "data_schema": schema_for(schema, options, known),
        "cleaning": changed(base.cleaning, _said(drop_duplicates=options.drop_duplicates), "cleaning"),
        "history": changed(base.history, history, "history"),
        "split": changed(base.split, split, "split"),
    }
    return changed(base, changes | _said(keep_negatives=options.keep_negatives), "data")


def schema_for(schema: Schema, options: TableOptions, known: Sequence[str]) -> Schema:
    """The schema with what the user said about columns. `known` are the columns of the table."""
    columns = {column.name: column for column in schema.columns}
    special = {"label": options.label, "user": options.user, "item": options.item, "time": options.time}
    special["item_name"] = options.item_name
    kinds = dict(_pair(text) for text in options.kind) | dict.fromkeys(options.ignore, "ignore")
    for name in [*kinds, *(name for name in special.values() if name is not None)]:
        if name not in known:
            raise DataError(f"There is no column '{name}' in the table.", f"Its columns are {', '.join(known)}.")
    if options.label is not None:
        kinds[options.label] = "ignore"
    for name, kind in kinds.items():
        columns[name] = changed(columns.get(name, Column(name=name, kind="ignore")), {"kind": kind}, "kind")
    for role in ("user", "item"):
        if (column := special[role]) in columns:
            columns[column] = changed(columns[column], {"role": role}, "kind")
    said = _said(**special, positive=options.positive, threshold=options.threshold)
    if options.label is not None and options.label != schema.label:
        said = {"positive": None, "threshold": None} | said  # those of the guess belong to another column
    return changed(schema, said | {"columns": [column.model_dump() for column in columns.values()]}, "schema")


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _pair(text: str) -> tuple[str, str]:
    name, equals, kind = text.rpartition("=")
    if not equals or not name:
        raise click.UsageError(f"--kind {text}: write COLUMN=KIND, for example --kind age=numeric.")
    return name, kind


def _digest(files: Files, choices: ImportChoices) -> str:
    digest = hashlib.sha256(choices.model_dump_json().encode())
    single = {name: getattr(files, name) for name in ("valid", "test", "users", "items")}
    for name, path in [*sorted(files.rows.items()), *single.items()]:
        digest.update(f"|{name}|".encode())
        if path is not None:
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
    return digest.hexdigest()
