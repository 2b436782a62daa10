"""`predict`: scores for the rows of a file."""

from __future__ import annotations

from pathlib import Path

import click

from ctrcore.commands.output import as_json, note, print_json
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.commands.tables import FILE
from ctrcore.metrics import sigmoid
from ctrcore.runs.files import replacing


@click.command()
@click.argument("run")
@click.argument("file", type=FILE)
@click.option(
    "-o",
    "--out",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV file, or Parquet by its name; the standard output by default.",
)
@as_json
def predict(run: str, file: Path, *, output: Path | None, json_: bool) -> None:
    """Score each row of FILE with RUN (id, beginning of an id, name or 'last'): its logit and probability."""
    import pandas as pd

    from ctrcore.data.reading import read_table
    from ctrcore.runs.scoring import score

    found = find_run(open_workspace(), run)
    frame = read_table(file)
    _, logit = score(found, frame)
    scores = pd.DataFrame({"row": range(len(frame)), "logit": logit, "probability": sigmoid(logit)})
    if output is None and not json_:
        click.echo(scores.to_csv(index=False), nl=False)
        return
    if output is not None:
        with replacing(output) as temporary:
            if output.suffix in (".parquet", ".pq"):
                scores.to_parquet(temporary, index=False)
            else:
                scores.to_csv(temporary, index=False)
        note(f"{len(scores):,} scores are in {output}.")
    if json_:
        record = {"run": found.id, "rows": len(scores), "mean_probability": float(scores["probability"].mean())}
        print_json(record | ({"output": str(output)} if output else {"scores": scores.to_dict("records")}))
