"""What explaining a run needs: its model, its encoder and its rows, opened once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctrcore.errors import DataError
from ctrcore.runs.judging import judging_rows
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctrcore.data.encoded import Encoded
    from ctrcore.data.encoding import Encoder
    from ctrcore.data.preparing import Prepared
    from ctrcore.data.stored import Stored
    from ctrcore.models.base import CTRModel


@dataclass(frozen=True)
class Opened:
    """A run, opened.

    Attributes:
        model: on the CPU, in eval mode.
        encoder: its own.
        prepared: the dataset as its recipe prepares it.
        judged: the encoded rows that judge it: test rows, or validation rows if there are none.
    """

    run: Run
    model: CTRModel
    encoder: Encoder
    prepared: Prepared
    judged: Encoded


def open_for_explaining(run: Run) -> Opened:
    """Open a run.

    Raises:
        RunError: the run is not done, or its dataset is gone or holds other rows.
    """
    encoder = run.encoder()
    prepared = run.dataset().prepared(run.recipe)
    scored = run.predictions()
    test = scored[scored["split"] == "test"]
    rows = (test if len(test) else scored)["row"].to_numpy()
    return Opened(run, run.load_model(), encoder, prepared, judging_rows(run, prepared, rows, encoder))


def encoded_row(prepared: Prepared, row: int, seen: Callable[[], Stored]) -> Encoded:
    """One row of the table as models read it.

    A row of a part is taken exactly as it was then: a cell that was filled from the rows before it would be lost if the
    row were encoded alone. Rows of no part, those without a click that training left out, are encoded alone.

    Args:
        prepared: the dataset as the run's recipe prepares it, by the run's own encoder (`open_for_explaining` checks).
        row: its number in the table, from 0.
        seen: gives the rows after cleaning (`preparing.rows_as_seen`); asked only for a row of no part.

    Raises:
        DataError: there is no such row, or it was dropped when the table was cleaned.
    """
    import numpy as np

    for part in (prepared.test, prepared.valid, prepared.train):
        found = np.flatnonzero(part.row == row)
        if len(found):
            return part.take(found[:1])
    try:
        return prepared.encoder.transform(seen().at([row]))
    except KeyError as error:
        raise DataError(
            f"Row {row} was dropped when the table was cleaned, or the table never had it.", "Choose another row."
        ) from error
