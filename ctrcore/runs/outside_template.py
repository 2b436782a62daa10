"""The rows that another system has to score, and those to learn from, as files for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ctrcore.errors import RunError
from ctrcore.language import say
from ctrcore.runs.files import replacing
from ctrcore.runs.outside_choices import ROW

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.runs.run import Run

SLICE = 100_000  # rows that are in memory


def write_template(run: Run, path: Path) -> int:
    """Write the rows that another system has to score to be compared with a run, as CSV.

    These are the run's test and validation rows: `row` (the number in the table, counted from 0), `split`, and all
    columns of the table but the label; one of the table's own with these names is called `row_of_table`. A list is a
    text with | between its members, and a text that a spreadsheet would run has an apostrophe before it.

    Returns:
        How many rows there are.

    Raises:
        RunError: the run came from elsewhere and scored rows that the dataset does not have.
    """
    held = run.predictions()[["row", "split"]].sort_values("row", ignore_index=True)
    if len(held) and (held["row"].iloc[0] < 0 or held["row"].iloc[-1] >= len(run.dataset().stored())):
        raise RunError(
            say(
                "The run '{run}' scored rows that the dataset does not have: it was trained on another table.",
                run=run.name,
            ),
            say("Train the model again on this dataset, or choose another run."),
        )
    _write(run, held, path, with_label=False)
    return len(held)


def write_training_rows(run: Run, path: Path) -> int:
    """Write the rows that a run learnt from, with their label, in the form of `write_template`.

    The label is the table's own column; where the recipe's threshold makes clicks of it, that is still to be done.

    Returns:
        How many rows there are.
    """
    import pandas as pd

    rows = np.sort(np.asarray(run.dataset().prepared(run.recipe).train.row))
    _write(run, pd.DataFrame({"row": rows, "split": "train"}), path, with_label=True)
    return len(rows)


def _write(run: Run, rows: pd.DataFrame, path: Path, *, with_label: bool) -> None:
    """Write rows of the table, given as row and split."""
    from ctrcore.figures.export import safe_cell
    from ctrcore.runs.score_files import joined

    table = run.dataset().stored()
    label = run.recipe.data_schema.label
    kept = [str(name) for name in table.columns if with_label or str(name) != label]
    shown = {name: f"{name}_of_table" if name in (ROW, "split") else str(safe_cell(name)) for name in kept}
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, len(rows), SLICE):
            part = rows.iloc[start : start + SLICE].reset_index(drop=True)
            cells = table.frame(part["row"].to_numpy(), kept).rename(columns=shown).reset_index(drop=True)
            for name in cells:
                if cells[name].dtype.kind == "O":  # texts and lists
                    cells[name] = cells[name].map(lambda cell: safe_cell(joined(cell)))
            part.join(cells).to_csv(file, index=False, header=start == 0)
