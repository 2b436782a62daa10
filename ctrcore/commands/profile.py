"""`profile`: a look at a table before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ctrcore.commands.output import as_json, note, print_json, print_table
from ctrcore.commands.places import open_workspace
from ctrcore.commands.tables import find_dataset, imported, recipe_for, table_options, take_options, told
from ctrcore.data.recipe import first_recipe


@click.command()
@click.argument("data")
@click.option(
    "--schema-out", type=click.Path(dir_okay=False, path_type=Path), help="Write the schema here, to edit and reuse."
)
@as_json
@table_options
def profile(data: str, *, schema_out: Path | None, json_: bool, **options: Any) -> None:
    """Look at DATA, a file or the id of a dataset in the workspace. Nothing is kept."""
    from ctrcore.data.profiling import profile as make_profile

    said = take_options(options)
    if Path(data).exists():
        with imported(data, said) as (table, read):
            schema = recipe_for(read.recipe, said, list(table.columns)).data_schema
            made = make_profile(table, schema)
        for line in told(read.about):
            note(line)
    else:
        dataset = find_dataset(open_workspace(), data)
        table, base = dataset.stored(), dataset.recipe() or first_recipe(dataset.guess())
        schema = recipe_for(base, said, list(table.columns)).data_schema
        made = make_profile(table, schema)
    if schema_out is not None:
        schema.save(schema_out)
        note(f"The schema is in {schema_out}.")
    if json_:
        print_json({"schema": schema.model_dump(mode="json"), "profile": made.model_dump(mode="json")})
        return
    found = {column.name: column for column in made.columns}
    rows = [
        [column.name, column.kind, column.role, found[column.name].missing, found[column.name].distinct, column.reason]
        for column in schema.columns
        if column.name in found
    ]
    print_table(f"{made.rows:,} rows", ["column", "kind", "role", "missing", "distinct", "why"], rows)
    for name in ("label", "user", "item", "time"):
        click.echo(f"{name}: {getattr(schema, name) or '–'}")
    for warning in made.warnings:
        note(f"{warning.problem} {warning.remedy}")
