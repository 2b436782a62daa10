"""What commands print: tables for people, one JSON document for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from ctrcore.runs.files import finite
from ctrcore.runs.run import Run

METRICS = ("auc", "gauc", "log_loss", "pr_auc", "normalised_entropy", "ece", "pcoc", "accuracy", "f1")

as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON document instead of tables.")
Command = Callable[..., Any]


def print_json(value: Any) -> None:
    """One JSON document on the standard output."""
    click.echo(json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def note(text: str) -> None:
    """A remark beside the result, on the standard error."""
    click.echo(text, err=True)


@contextmanager
def bar(label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar for people who watch, told the share done; nothing in a pipe or a log."""
    with click.progressbar(length=1000, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as shown:
        yield lambda done: shown.update(int(1000 * done) - shown.pos)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right_from: int | None = None
) -> None:
    """A table on the standard output.

    Args:
        title: stands above it.
        columns: their headings.
        rows: their cells.
        right_from: columns from this position on stand to the right; by default those that hold only numbers.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    cells = [list(row) for row in rows]
    table = Table(title=escape(title) or None, title_justify="left", title_style="bold")
    for position, name in enumerate(columns):
        right = cells and all(isinstance(row[position], int | float | None) for row in cells)
        if right_from is not None:
            right = position >= right_from
        table.add_column(escape(name), justify="right" if right else "left", overflow="fold")
    for row in cells:
        table.add_row(*(cell(value) for value in row))
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)


def cell(value: Any) -> str:
    """A value as it stands in a table."""
    from rich.markup import escape

    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:z.4f}"
    return escape(str(value))


def print_metrics(title: str, measured: dict[str, dict[str, float | None]]) -> None:
    """A row of metrics for each name."""
    names = [name for name in METRICS if any(name in values for values in measured.values())]
    rows = [[label, *(values.get(name) for name in names)] for label, values in measured.items()]
    print_table(title, ["", *(name.replace("_", " ") for name in names)], rows)


def run_record(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "id": run.id,
        "name": run.name,
        "model": run.spec.model.name,
        "dataset": run.spec.dataset,
        "tags": run.spec.tags,
        "state": run.state,
        "progress": run.progress,
        "message": run.message,
        "error": str(run.error) if run.error else None,
        "created": run.created,
        "finished": run.finished,
        "device": run.device,
        "metrics": run.metrics(),
    }
