"""Attention beside what a pair adds and what is lost without it, in one row and over many, and the planted truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.explain.removal import pair_removal
from ctrcore.learn.attention import PLANTED, Attended, afm_of, attend, pair_ids
from ctrcore.learn.tiny import Tiny
from ctrcore.training.loader import RowTensors

Numbers = npt.NDArray[np.float64]
MEASURES = ("attention", "contribution", "removal")


@dataclass(frozen=True)
class Measured:
    """One pair in one row, asked three ways.

    Attributes:
        id: the fields' names, as 'age-category'. values: what they hold.
        attention: its share.
        contribution: attention times direction, what it adds to the logit.
        removal: the logit minus the logit without the pair, its attention shared out among the others.
        truth: what the pair really adds in this shop; 0 for all but the planted one.
    """

    id: str
    values: tuple[str, str]
    attention: float
    contribution: float
    removal: float
    truth: float

    def by(self, measure: str) -> float:
        """One of the `MEASURES`."""
        return {"attention": self.attention, "contribution": self.contribution, "removal": self.removal}[measure]


@dataclass(frozen=True)
class Many:
    """The planted pair over the n test rows, in the order of the rows.

    Attributes:
        values: (n, 2) the row's age and category.
        truth: (n,) its real effect.
        measures: by name of the measure (n,) numbers.
        astray: share of the rows in which the most attended pair is not the one whose removal moves the logit most.
        against: share of the rows in which the planted pair has the most attention and lowers the logit, in truth too.
    """

    values: npt.NDArray[np.str_]
    truth: Numbers
    measures: dict[str, Numbers]
    astray: float
    against: float

    def agreement(self, measure: str) -> float:
        """Pearson correlation of a measure with the true effect."""
        return float(np.corrcoef(self.measures[measure], self.truth)[0, 1])


def measured(tiny: Tiny, one: Encoded) -> tuple[Attended, list[Measured]]:
    """A single row and its pairs, in the model's order."""
    row = attend(tiny, one)
    lost = pair_removal(afm_of(tiny), one)[0]
    planted = effect(tiny, row.values["age"], row.values["category"])
    pairs = [
        Measured(
            pair.id,
            pair.values,
            pair.attention,
            pair.contribution,
            float(removal),
            planted if pair.id == PLANTED else 0.0,
        )
        for pair, removal in zip(row.pairs, lost, strict=True)
    ]
    return row, pairs


def ordered(pairs: list[Measured], measure: str) -> list[Measured]:
    """The pairs with the largest number first; a measure of '' leaves them as they are."""
    return sorted(pairs, key=lambda pair: -pair.by(measure)) if measure else pairs


def strongest(pairs: list[Measured]) -> Measured:
    """The pair whose removal moves the logit most."""
    return max(pairs, key=lambda pair: abs(pair.removal))


def effect(tiny: Tiny, age: str, category: str) -> float:
    """What the shop itself adds to the click's logit for this age before this category."""
    rows = tiny.shop.rows
    here = (rows["age"] == age) & (rows["category"] == category)
    return float(tiny.shop.truth.loc[here, "pair"].iloc[0])


def over_rows(tiny: Tiny) -> Many:
    """The planted pair in every test row."""
    model, rows = afm_of(tiny), tiny.rows
    parts = model.explain(RowTensors(rows).batch(torch.arange(len(rows))))
    assert parts.pairs is not None
    assert parts.pair_weights is not None
    attention, contribution = parts.pair_weights.double().numpy(), parts.pairs.double().numpy()
    lost, place = pair_removal(model, rows), pair_ids(tiny).index(PLANTED)
    truth = tiny.shop.truth["pair"].to_numpy()[rows.row]
    most = attention.argmax(1)
    return Many(
        values=tiny.shop.rows[["age", "category"]].to_numpy(dtype=str)[rows.row],
        truth=truth,
        measures={"attention": attention[:, place], "contribution": contribution[:, place], "removal": lost[:, place]},
        astray=float((most != np.abs(lost).argmax(1)).mean()),
        against=float(((most == place) & (contribution[:, place] < 0) & (truth < 0)).mean()),
    )
