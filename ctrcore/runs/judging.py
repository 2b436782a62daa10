"""The encoded rows that judge a run, checked to be those that it scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ctrcore.errors import RunError
from ctrcore.language import say
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    import numpy.typing as npt

    from ctrcore.data.encoded import Encoded
    from ctrcore.data.encoding import Encoder
    from ctrcore.data.preparing import Prepared


def judging_rows(run: Run, made: Prepared, scored: npt.NDArray[np.integer], encoder: Encoder) -> Encoded:
    """The test rows of a prepared dataset, or its validation rows where there are no test rows.

    Args:
        run: the run.
        made: the dataset as the run's recipe prepares it.
        scored: numbers of the rows that judge the run, by its own predictions.
        encoder: the run's own.

    Raises:
        RunError: the dataset does not hold the rows that the run was trained on: the run came from elsewhere.
    """
    rows = made.test if len(made.test) else made.valid
    if not np.array_equal(rows.row, scored) or made.encoder.to_json() != encoder.to_json():
        raise RunError(
            say(
                "The run '{run}' was trained on other rows than this dataset holds, so it cannot be looked into.",
                run=run.name,
            ),
            say("Train the model again on this dataset."),
        )
    return rows
