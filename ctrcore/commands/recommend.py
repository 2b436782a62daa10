"""`recommend`: lists of items for users, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.options import given, setting
from ctrcore.commands.output import as_json, bar, note, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.errors import DataError
from ctrcore.recommend.options import Options
from ctrcore.runs.files import replacing
from ctrcore.runs.recommending import TwoStages, open_two_stages

if TYPE_CHECKING:
    import pandas as pd

FLAGS = {"top_k": "--top", "recall_size": "--recall-size", "popular_size": "--popular-size"}
FLAGS |= {"leave_out_seen": "--leave-out-seen"}
MOST_SHOWN = 20  # users whose lists are printed; more go to a file
SHOWN = ["rank", "item", "name", "probability", "logit", "recall_rank", "channel"]


def _sizes(command: Callable[..., Any]) -> Callable[..., Any]:
    """How the lists are made, as options."""
    for name, flag in reversed(FLAGS.items()):
        command = setting(Options, name, flag, f"options__{name}")(command)
    return command


@click.command()
@click.argument("run")
@click.option(
    "--recall", metavar="RUN", help="Run that recalls first: an FM without hidden layers, or LR. Else all is ranked."
)
@click.option("--user", "users", multiple=True, metavar="ID", help="A user; may be repeated. By default all users.")
@_sizes
@click.option("--reasons/--no-reasons", default=True, show_default=True, help="Say why each item is on the list.")
@click.option("--changes", is_flag=True, help="Say what smallest change would take it off the list. Takes long.")
@click.option("-o", "--out", "output", type=click.Path(dir_okay=False, path_type=Path), help="Parquet file to write.")
@as_json
def recommend(
    run: str,
    *,
    recall: str | None,
    users: tuple[str, ...],
    reasons: bool,
    changes: bool,
    output: Path | None,
    json_: bool,
    **options: Any,
) -> None:
    """Make the list of items that RUN (id, beginning of an id, name or 'last') ranks highest for each user.

    A list is made for a user's last row in the table: the user, the situation and the history of that row, with every
    item in turn. The reasons tell how the model scores; they are no causes.
    """
    workspace = open_workspace()
    with bar("opening") as tell:
        two = open_two_stages(find_run(workspace, run), find_run(workspace, recall) if recall is not None else None)
        tell(1.0)
    chosen = list(users) or two.users
    if output is None and len(chosen) > MOST_SHOWN:
        raise DataError(
            f"The lists of {len(chosen):,} users are too long to print.",
            "Name a file with --out, or users with --user.",
        )
    tables = _tables(two, chosen, Options(**given(options, "options")), reasons=reasons, changes=changes)
    if output is not None:
        count = _write(tables, output)
        note(f"{count:,} items for {len(chosen):,} users are in {output}.")
        if json_:
            print_json({"output": str(output), "users": len(chosen), "rows": count})
        return
    found = [table for part in tables for _, table in part.groupby("user", sort=False)]
    if json_:
        print_json({"lists": [record for table in found for record in table.to_dict("records")]})
        return
    for table in found:
        _print(table)


def _tables(
    two: TwoStages, users: list[str], options: Options, *, reasons: bool, changes: bool
) -> Iterator[pd.DataFrame]:
    """The lists, in slices, with a bar."""
    from ctrcore.recommend.batch import lists

    with bar("recommending") as tell:
        moments = (two.last_moment(user) for user in users)
        found = lists(two.recommender, moments, options, with_reasons=reasons, with_changes=changes)
        done = 0
        for table in found:
            done += table["user"].nunique()
            yield table
            tell(done / len(users))


def _write(tables: Iterator[pd.DataFrame], output: Path) -> int:
    """Write the slices as they come; returns the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 0
    with replacing(output) as path:
        writer: pq.ParquetWriter | None = None
        try:
            for table in tables:
                part = pa.Table.from_pandas(table, preserve_index=False)
                writer = writer or pq.ParquetWriter(path, part.schema)
                writer.write_table(part)
                rows += len(table)
        finally:
            if writer is not None:
                writer.close()
    return rows


def _print(table: pd.DataFrame) -> None:
    first = table.iloc[0]
    shown = table[SHOWN].astype(object).where(table[SHOWN].notna(), None)
    print_table(f"User {first['user']}, as in row {first['row']}", SHOWN, shown.to_numpy().tolist())
    for name in ("reason", "change"):
        if name in table.columns:
            for rank, text in zip(table["rank"], table[name], strict=True):
                click.echo(f"{rank:>3}. {text}")
