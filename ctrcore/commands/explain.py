"""`explain`: why a row has its score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctrcore.commands.output import as_json, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.commands.tables import FILE
from ctrcore.errors import DataError
from ctrcore.metrics import sigmoid
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded


@click.command()
@click.argument("run")
@click.option("--row", type=click.IntRange(0), required=True, help="Row of the table, from 0.")
@click.option("--file", type=FILE, help="Take the row from this file instead of the run's dataset.")
@click.option("--top", type=click.IntRange(1), default=15, show_default=True, help="Parts shown, the largest first.")
@as_json
def explain(run: str, *, row: int, file: Path | None, top: int, json_: bool) -> None:
    """Show the parts of the logit that RUN (id, beginning of an id, name or 'last') gives to one row."""
    from ctrcore.explain.rows import explain_row

    found = find_run(open_workspace(), run)
    encoder, model = found.encoder(), found.load_model()
    why = explain_row(model, encoder, _encode(found, row, file), 0)
    parts = why.parts.reindex(why.parts["contribution"].abs().sort_values(ascending=False, kind="stable").index)
    probability = float(sigmoid(why.logit))  # type: ignore[arg-type]
    if json_:
        summary = {"run": found.id, "row": row, "logit": why.logit, "probability": probability, "base": why.base}
        summary |= {"method": why.method, "exact": why.exact, "residual": why.residual}
        print_json(summary | {"parts": parts.to_dict("records")})
        return
    click.echo(f"logit {why.logit:.4f}, probability {probability:.4f}; {why.method}")
    shown = parts.head(top)
    rest = parts["contribution"].iloc[top:]
    columns = ["kind", "name", "value", "contribution", "weight"]
    rows = shown[columns].astype(object).where(shown[columns].notna(), None).to_numpy().tolist()
    if len(rest):
        rows.append(["", f"{len(rest)} smaller parts", "", float(rest.sum()), None])
    rows.append(["", "base", "", why.base, None])
    print_table(f"{found.name}, row {row}", columns, rows)


def _encode(run: Run, row: int, file: Path | None) -> Encoded:
    from ctrcore.data.preparing import rows_as_seen
    from ctrcore.data.reading import read_table
    from ctrcore.runs.scoring import encode_rows

    if file is not None:
        frame = read_table(file)
        if row >= len(frame):
            raise DataError(f"The file has no row {row}.", f"Its rows are 0 to {len(frame) - 1}.")
        return encode_rows(run, frame).take([row])
    table = run.dataset().stored()
    if row >= len(table):
        raise DataError(f"The dataset has no row {row}.", f"Its rows are 0 to {len(table) - 1}.")
    seen = rows_as_seen(table, run.recipe)
    if row not in seen.index:
        raise DataError(f"Row {row} was dropped when the table was cleaned.", "Choose another row.")
    return run.encoder().transform(seen.at([row]))
