"""Scores of rows that a run has never seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.errors import DataError, RunError
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ctrcore.data.encoded import Encoded


def encode_rows(run: Run, frame: pd.DataFrame) -> Encoded:
    """New rows as the run's model wants them.

    Where the run builds histories from the rows themselves, the clicks of the run's own dataset count as the past.

    Args:
        run: a run that is done.
        frame: rows with the columns of the run's table; the label may be missing.

    Raises:
        DataError: if none of the columns is one that the model reads, or a value cannot be read.
    """
    encoder = run.encoder()
    names = [column.name for column in run.recipe.data_schema.fields]
    if not any(name in frame.columns for name in names):
        raise DataError(
            "The file has none of the columns that the model reads.", "Use a file with: " + ", ".join(names) + "."
        )
    return encoder.transform(_with_histories(run, frame.reset_index(drop=True)))


def score(run: Run, frame: pd.DataFrame) -> tuple[Encoded, npt.NDArray[np.float32]]:
    """Encode rows and score them; returns the encoded rows and their logits (n,)."""
    from ctrcore.training.predicting import predict

    rows = encode_rows(run, frame)
    return rows, predict(run.load_model(), rows)


def _with_histories(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    from ctrcore.data.histories import build_histories, history_name

    wanted = run.recipe.history.columns
    if all(history_name(name) in frame.columns for name in wanted):
        return frame
    return build_histories(frame, run.recipe, _past(run, frame))


def _past(run: Run, frame: pd.DataFrame) -> pd.DataFrame | None:
    """Rows of the run's dataset that are not in `frame` too: a click must not be remembered twice."""
    import pandas as pd

    try:
        table = run.dataset().table()
    except RunError:  # the dataset was deleted, or the run came from elsewhere: the file has to hold the past
        return None
    schema = run.recipe.data_schema
    keys = [name for name in (schema.user, schema.time, *run.recipe.history.columns) if name in table.columns]
    if any(name not in frame.columns for name in keys):
        return table
    hashed = [pd.util.hash_pandas_object(part[keys].astype(str), index=False) for part in (table, frame)]
    return table[~hashed[0].isin(hashed[1])].reset_index(drop=True)
