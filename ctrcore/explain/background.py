"""The rows that a Shapley value compares with: a named, seeded sample of training rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ctrcore.data.encoded import Encoded
from ctrcore.errors import DataError
from ctrcore.language import say


@dataclass(frozen=True)
class Background:
    """What 'without this value' means: the value that these rows have instead, averaged over them.

    Attributes:
        name: what it is called beside every figure, for example '50 training rows, seed 0'.
        seed: of the sample.
        rows: the rows themselves, as encoded as those that are explained.
    """

    name: str
    seed: int
    rows: Encoded

    def __len__(self) -> int:
        return len(self.rows)

    def halves(self) -> tuple[Background, Background]:
        """Two backgrounds of every other row, clicks and non-clicks shared out evenly.

        Raises:
            DataError: there is only one row.
        """
        if len(self) < 2:
            raise DataError(
                say("A background of one row has no halves."), say("Draw a background of at least two rows.")
            )
        order = np.argsort(self.rows.label, kind="stable")
        first, second = (
            Background(f"half {number} of {self.name}", self.seed, self.rows.take(np.sort(order[number - 1 :: 2])))
            for number in (1, 2)
        )
        return first, second


def background_of(train: Encoded, size: int = 50, seed: int = 0) -> Background:
    """A sample of training rows with the training rows' share of clicks; the same for the same seed.

    Args:
        train: the training rows; all of them are the background if there are no more than `size`.
        size: rows wanted. 50 serve a page, 100 a report.
        seed: of the sample.

    Raises:
        DataError: there are no training rows.
    """
    if not len(train):
        raise DataError(
            say("There are no training rows to compare with."), say("Choose a split that leaves rows for training.")
        )
    chosen = np.arange(len(train)) if len(train) <= size else stratified(np.asarray(train.label), size, seed)
    return Background(f"{len(chosen)} training rows, seed {seed}", seed, train.take(chosen))


def stratified(label: npt.NDArray[np.float32], size: int, seed: int) -> npt.NDArray[np.int64]:
    """Increasing positions of `size` of the rows, with their share of clicks; a rare class keeps one row."""
    rng = np.random.default_rng(seed)
    clicks, others = np.flatnonzero(label > 0), np.flatnonzero(~(label > 0))
    wanted = round(size * len(clicks) / len(label))
    if size > 1:
        wanted = min(max(wanted, min(1, len(clicks))), size - min(1, len(others)))
    drawn = [rng.choice(clicks, wanted, replace=False), rng.choice(others, size - wanted, replace=False)]
    return np.sort(np.concatenate(drawn))
