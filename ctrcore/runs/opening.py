"""What explaining a run needs: its model, its encoder and its rows, opened once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctrcore.runs.judging import judging_rows
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.data.encoding import Encoder
    from ctrcore.data.preparing import Prepared
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
