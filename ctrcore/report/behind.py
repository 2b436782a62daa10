"""The rows behind the scores, where the dataset still holds them: to cut them into slices and to show some of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.data.histories import full_schema
from ctrcore.data.preparing import rows_as_seen
from ctrcore.data.stored import Stored
from ctrcore.errors import RunError
from ctrcore.language import say
from ctrcore.report.material import Material
from ctrcore.runs.chores import is_large
from ctrcore.runs.judging import judging_rows
from ctrcore.schema import Schema


@dataclass(frozen=True)
class Behind:
    """The table of the models compared.

    Attributes:
        source: the dataset's table, every row at its number.
        table: the rows as models see them, without those that were dropped; one column at a time.
        schema: what its columns mean, built histories included.
        learned: numbers of the rows that the models learned from.
    """

    source: Stored
    table: Stored
    schema: Schema
    learned: npt.NDArray[np.int64]


def rows_behind(material: Material) -> Behind:
    """The rows behind the scores, as the first of the models was taught them.

    Raises:
        RunError: the dataset is gone, holds other rows, or is too large to be prepared for a report alone.
    """
    _, run = material.sources[0]
    dataset = material.dataset
    if dataset is None:
        raise RunError(
            say("The table that the models learned from is gone, so its rows cannot be looked at."),
            say("Upload it again, and train on it."),
        )
    if is_large(dataset) and not dataset.is_prepared(run.recipe):
        raise RunError(
            say(
                "The {rows:,} rows of the table are not prepared, so they cannot be looked at here.",
                rows=dataset.rows or 0,
            ),
            say("Let them be prepared on the Data page, under What the models see."),
        )
    made = dataset.prepared(run.recipe)
    judging_rows(run, made, _scored(material), run.encoder())
    source = dataset.stored()
    return Behind(source, rows_as_seen(source, run.recipe), full_schema(run.recipe), np.asarray(made.train.row))


def _scored(material: Material) -> npt.NDArray[np.int64]:
    """Numbers of all rows that judge the first of the models."""
    _, run = material.sources[0]
    scored = run.predictions()
    return scored.loc[scored["split"] == material.part, "row"].to_numpy(np.int64)
