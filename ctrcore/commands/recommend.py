"""`recommend`: lists of items for users, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.options import given, setting
from ctrcore.commands.output import as_json, bar, note, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.errors import DataError, RunError
from ctrcore.recommend.options import Options
from ctrcore.runs.files import replacing
from ctrcore.runs.recommending import TwoStages, open_two_stages

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.recommend.moments import Moment

SUFFIXES = (".parquet", ".csv")
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
@click.option(
    "-o", "--out", "output", type=click.Path(dir_okay=False, path_type=Path), help="Parquet or CSV file to write."
)
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
    item in turn. The reasons tell how the model scores; they are no causes. They compare with a sample of up to 200
    other users.

    \b
    Example: python -m ctrcore recommend last --recall fm --top 10 --out lists.parquet
    """
    _check(output)
    workspace = open_workspace()
    with bar("opening") as tell:
        two = open_two_stages(find_run(workspace, run), find_run(workspace, recall) if recall is not None else None)
        tell(1.0)
    chosen = list(dict.fromkeys(users)) or two.users
    for user in users:
        two.row_of(user)
    if output is None and len(chosen) > MOST_SHOWN:
        raise DataError(
            f"The lists of {len(chosen):,} users are too long to print.",
            "Name a file with --out, or users with --user.",
        )
    made = _Made(two, chosen, Options(**given(options, "options")), reasons=reasons, changes=changes)
    if output is not None:
        count = _write(made.tables(), output)
        note(f"{count:,} items for {_users(made.listed)} are in {output}.")
        made.say()
        if json_:
            print_json({"output": str(output), "users": made.listed, "rows": count, "without": made.without})
        return
    found = [table for part in made.tables() for _, table in part.groupby("user", sort=False)]
    made.say()
    if json_:
        lists = [record for table in found for record in table.to_dict("records")]
        print_json({"lists": lists, "without": made.without})
        return
    for table in found:
        _print(table)


class _Made:
    """The lists of these users, in slices, with a bar; who has none is kept with the reason.

    Attributes:
        without: why there is no list, by user.
        listed: users with a list so far.
    """

    def __init__(self, two: TwoStages, users: list[str], options: Options, *, reasons: bool, changes: bool) -> None:
        self._two, self._users, self._options = two, users, options
        self._reasons, self._changes = reasons, changes
        self.without: dict[str, str] = {}
        self.listed = 0
        self._nothing_told = 0

    def tables(self) -> Iterator[pd.DataFrame]:
        """The slices. Raises DataError if nobody has a list."""
        from ctrcore.recommend.batch import lists

        with bar("recommending") as tell:
            found = lists(
                self._two.recommender,
                self._moments(),
                self._options,
                with_reasons=self._reasons,
                with_changes=self._changes,
                on_problem=lambda moment, error: self._leave_out(str(moment.user), error),
            )
            for table in found:
                self.listed += table["user"].nunique()
                yield table
                tell((self.listed + len(self.without)) / len(self._users))
        if not self.listed and self.without:
            raise DataError(
                f"No user has a list. {next(iter(self.without.values()))}", "Change the sizes, or ask for other users."
            )

    def _moments(self) -> Iterator[Moment]:
        for user in self._users:
            try:
                moment = self._two.last_moment(user)
            except DataError as error:
                self._leave_out(user, error)
                continue
            self._nothing_told += moment.history is None
            yield moment

    def _leave_out(self, user: str, error: DataError) -> None:
        self.without[user] = error.problem

    def say(self) -> None:
        """What is missing, and what the lists rest on, on the standard error."""
        for why, count in Counter(self.without.values()).items():
            note(f"{_users(count)} {'has' if count == 1 else 'have'} no list: {why}")
        if self._options.leave_out_seen and self._nothing_told:
            note("No history tells what users have seen, so nothing is left out of their lists.")
        others = len(self._two.recommender.others)
        if self._reasons:
            note(f"Reasons compare each user with a sample of up to {_users(others)}; they are no causes.")
        if not self._two.recommender.items.fields:
            note("The model that ranks reads nothing of the item: it scores every item the same.")


def _users(count: int) -> str:
    return f"{count:,} user{'' if count == 1 else 's'}"


def _check(output: Path | None) -> None:
    if output is None:
        return
    if output.suffix not in SUFFIXES:
        raise RunError(f"A file '{output.suffix}' cannot be written.", "Let its name end in .parquet or .csv.")
    if not output.absolute().parent.is_dir():
        raise RunError(f"There is no folder '{output.parent}'.", "Make it first, or write elsewhere.")


def _write(tables: Iterator[pd.DataFrame], output: Path) -> int:
    """Write the slices as they come; returns the number of rows."""
    rows = 0
    with replacing(output) as path:
        for part in (_as_csv if output.suffix == ".csv" else _as_parquet)(tables, path):
            rows += part
    return rows


def _as_csv(tables: Iterator[pd.DataFrame], path: Path) -> Iterator[int]:
    from ctrcore.figures.export import to_csv

    with path.open("wb") as file:
        for place, table in enumerate(tables):
            text = to_csv(table)
            file.write(text.removeprefix(to_csv(table.iloc[:0])) if place else text)
            yield len(table)


def _as_parquet(tables: Iterator[pd.DataFrame], path: Path) -> Iterator[int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None
    try:
        for table in tables:
            part = pa.Table.from_pandas(table, preserve_index=False)
            writer = writer or pq.ParquetWriter(path, part.schema)
            writer.write_table(part)
            yield len(table)
    finally:
        if writer is not None:
            writer.close()


def _print(table: pd.DataFrame) -> None:
    first = table.iloc[0]
    shown = table[SHOWN].astype(object).where(table[SHOWN].notna(), None)
    print_table(f"User {first['user']}, as in row {first['row']}", SHOWN, shown.to_numpy().tolist())
    for name in ("reason", "change"):
        if name in table.columns:
            for rank, text in zip(table["rank"], table[name], strict=True):
                click.echo(f"{rank:>3}. {text}")
