"""`explain`: why a row has its score, by one of several methods, in numbers and in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctrcore.commands.output import as_json, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.commands.tables import FILE
from ctrcore.errors import DataError, RunError
from ctrcore.metrics import sigmoid
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.explanation import Explanation
    from ctrcore.explain.names import Names


@click.command()
@click.argument("run")
@click.option("--row", type=click.IntRange(0), required=True, help="Row of the table, from 0.")
@click.option("--file", type=FILE, help="Take the row from this file instead of the run's dataset.")
@click.option(
    "--method",
    type=click.Choice(["own", "shapley", "left-out", "gradients"]),
    default="own",
    show_default=True,
    help="The model's own terms; Shapley values; what the score loses without each field; or integrated gradients. "
    "All but the first compare the row with training rows.",
)
@click.option("--background", type=click.IntRange(2, 1000), default=50, show_default=True, help="Rows to compare with.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of what is sampled.")
@click.option("--untied", is_flag=True, help="Each column by itself, also columns that determine each other.")
@click.option("--top", type=click.IntRange(1), default=15, show_default=True, help="Parts shown, the largest first.")
@as_json
def explain(
    run: str,
    *,
    row: int,
    file: Path | None,
    method: str,
    background: int,
    seed: int,
    untied: bool,
    top: int,
    json_: bool,
) -> None:
    """Show what makes up the logit that RUN (id, beginning of an id, name or 'last') gives to one row."""
    from ctrcore.explain.explanation import as_written
    from ctrcore.explain.naming import named
    from ctrcore.explain.sentences import few, sentences

    found = find_run(open_workspace(), run)
    why = _explanation(found, _encode(found, row, file), method, background, seed, tied=not untied)
    histories = [field.name for field in found.encoder().fields if field.kind == "history"]
    why = named(why, _names(found), histories)
    told = sentences(why)
    parts = why.parts.reindex(why.parts["contribution"].abs().sort_values(ascending=False, kind="stable").index)
    probability = float(sigmoid(why.logit))  # type: ignore[arg-type]
    if json_:
        summary = {"run": found.id, "row": row, "logit": why.logit, "probability": probability, "base": why.base}
        summary |= {"method": why.method, "exact": why.exact, "residual": why.residual, "sentences": told}
        print_json(summary | {"parts": parts.assign(value=parts["value"].map(as_written)).to_dict("records")})
        return
    click.echo(f"logit {why.logit:.4f}, probability {probability:.4f}; {why.method}")
    for sentence in told:
        click.echo(sentence)
    shown = parts.head(top)
    rest = parts["contribution"].iloc[top:]
    sampled = bool(parts["standard_error"].notna().any())
    columns = ["kind", "name", "value", "contribution", "standard_error" if sampled else "weight"]
    rows = shown[columns].astype(object).where(shown[columns].notna(), None).to_numpy().tolist()
    rows = [[kind, name, few(str(value)), *numbers] for kind, name, value, *numbers in rows]
    if len(rest):
        rows.append(["", f"{len(rest)} smaller parts", "", float(rest.sum()), None])
    rows += [["", "base", "", why.base, None], ["", "not explained", "", why.residual, None]]
    print_table(f"{found.name}, row {row}", columns, rows)


def _names(run: Run) -> Names:
    """What items are called; a run that came without its dataset knows ids only."""
    from ctrcore.explain.names import Names
    from ctrcore.runs.naming import item_names_of

    try:
        return item_names_of(run.dataset(), run.recipe)
    except RunError:
        return Names()


def _explanation(run: Run, one: Encoded, method: str, size: int, seed: int, *, tied: bool) -> Explanation:
    """The row explained; methods that compare need the dataset's training rows."""
    from ctrcore.explain.background import background_of
    from ctrcore.explain.gradients import integrated_gradients
    from ctrcore.explain.leave_one_out import left_out
    from ctrcore.explain.players import tied_fields
    from ctrcore.explain.rows import explain_row
    from ctrcore.explain.shapley import shapley

    model, encoder = run.load_model(), run.encoder()
    if method == "own":
        return explain_row(model, encoder, one, 0)
    train = run.dataset().prepared(run.recipe).train
    background = background_of(train, size, seed)
    if method == "gradients":
        return integrated_gradients(model, encoder, one, 0, background)
    ties = tied_fields(train, model.fields) if tied else []
    if method == "left-out":
        return left_out(model, encoder, one, 0, background, ties=ties)
    return shapley(model, encoder, one, 0, background, ties=ties, seed=seed)


def _encode(run: Run, row: int, file: Path | None) -> Encoded:
    from ctrcore.data.preparing import rows_as_seen
    from ctrcore.data.reading import read_table
    from ctrcore.runs.opening import encoded_row, open_for_explaining
    from ctrcore.runs.scoring import encode_rows

    if file is None:
        table = run.dataset().stored()
        if row >= len(table):
            raise DataError(f"The dataset has no row {row}.", f"Its rows are 0 to {len(table) - 1}.")
        return encoded_row(open_for_explaining(run).prepared, row, lambda: rows_as_seen(table, run.recipe))
    frame = read_table(file)
    if row >= len(frame):
        raise DataError(f"The file has no row {row}.", f"Its rows are 0 to {len(frame) - 1}.")
    return encode_rows(run, frame).take([row])
