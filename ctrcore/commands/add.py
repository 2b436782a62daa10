"""`add`: files into the workspace, to be used on the pages and by other commands."""

from __future__ import annotations

from typing import Any

import click

from ctrcore.commands.output import as_json, note, print_json
from ctrcore.commands.places import open_workspace
from ctrcore.commands.tables import open_table, table_options, take_options


@click.command()
@click.argument("data")
@as_json
@table_options
def add(data: str, *, json_: bool, **options: Any) -> None:
    """Read DATA, a file or a folder of files, into the workspace as a dataset, and print its id.

    Files of any size come this way: nothing goes through a browser, and they are read in slices.
    """
    dataset, recipe = open_table(open_workspace(), data, take_options(options))
    if json_:
        record = {"id": dataset.id, "name": dataset.name, "rows": dataset.rows, "columns": dataset.columns}
        print_json(record | {"about": dataset.about, "recipe": recipe.model_dump(mode="json")})
        return
    click.echo(dataset.id)
    note(f"'{dataset.name}' has {dataset.rows or 0:,} rows and {len(dataset.columns)} columns.")
