"""`importance`: what each field is worth to a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ctrcore.commands.output import as_json, bar, note, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.errors import RunError

SUFFIXES = (".parquet", ".csv")
TITLES = {
    "permutation": "AUC lost",
    "shapley": "mean |Shapley|",
    "contribution": "own terms",
    "attention": "attention",
    "gate": "gate",
}


@click.command()
@click.argument("run")
@click.option("--rows", type=click.IntRange(10), default=5000, show_default=True, help="Rows shuffled, at most.")
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True, help="Shuffles of each field.")
@click.option("--shapley-rows", type=click.IntRange(1), metavar="N", help="Also Shapley values of N rows; slow.")
@click.option(
    "--background", type=click.IntRange(1), default=50, show_default=True, help="Rows that these compare with."
)
@click.option("--tied", is_flag=True, help="Move columns that determine each other together.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the Shapley values, row by row, to this .parquet or .csv file.",
)
@as_json
def importance(
    run: str,
    *,
    rows: int,
    repeats: int,
    shapley_rows: int | None,
    background: int,
    tied: bool,
    seed: int,
    out: Path | None,
    json_: bool,
) -> None:
    """Show what each field is worth to RUN (id, beginning of an id, name or 'last').

    The AUC that shuffling it costs with a 95 % interval, how far the model's own terms move the score, its own weight
    if it has one, and with --shapley-rows the mean size of its Shapley values.
    """
    from ctrcore.runs.importances import strongest
    from ctrcore.runs.measuring_importance import measure_all

    _check(out, shapley_rows)
    options = {"rows": rows, "repeats": repeats, "seed": seed, "tied": tied}
    wanted = {"rows": shapley_rows, "background": background, "seed": seed, "tied": tied} if shapley_rows else None
    found = find_run(open_workspace(), run)
    with bar("measuring") as tell:
        table, shuffled, shapley, values = measure_all(found, options, wanted, tell)
    if out is not None and values is not None:
        _write(values, out)
        note(f"Written to {out}.")
    if json_:
        print_json({"run": found.id, "importance": shuffled, "shapley": shapley, "fields": table.to_dict("records")})
        return
    columns: dict[str, list[Any]] = {"field": strongest([table], "permutation")}
    for measure, title in TITLES.items():
        part = table[table["measure"] == measure].set_index("name").reindex(columns["field"])
        if part["value"].notna().any():
            columns[title] = part["value"].tolist()
        if measure == "permutation":
            columns |= {"from": part["low"].tolist(), "to": part["high"].tolist()}
    about = f"{found.name}, {shuffled['rows']:,} of {shuffled['of']:,} rows"
    print_table(about, list(columns), zip(*columns.values(), strict=True))
    if shapley is not None:
        note(f"Shapley: sample of {shapley['rows']:,} rows; {shapley['method']}.")


def _check(out: Path | None, shapley_rows: int | None) -> None:
    if out is None:
        return
    if shapley_rows is None:
        raise RunError("There is nothing to write without Shapley values.", "Add --shapley-rows, for example 1000.")
    if out.suffix not in SUFFIXES:
        raise RunError(f"A file '{out.suffix}' cannot be written.", "Let its name end in .parquet or .csv.")
    if not out.absolute().parent.is_dir():
        raise RunError(f"There is no folder '{out.parent}'.", "Make it first, or write elsewhere.")


def _write(values: Any, out: Path) -> None:
    from ctrcore.figures.export import to_csv

    if out.suffix == ".csv":
        out.write_bytes(to_csv(values))
    else:
        values.to_parquet(out, index=False)
