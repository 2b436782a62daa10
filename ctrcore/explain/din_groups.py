"""DIN's behaviours in groups and over many rows: attention beside what leaving them out really does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.players import history_steps
from ctrcore.explain.removal import behaviour_removal, group_removal
from ctrcore.explain.trust.statistics import spearman
from ctrcore.models.din import DIN

Array = npt.NDArray[np.float64]


def behaviour_groups(model: DIN, encoder: Encoder, one: Encoded, by: str) -> pd.DataFrame:
    """A row's behaviours, all those with one value together.

    Args:
        model: in eval mode.
        encoder: the one the row was encoded with.
        one: a single encoded row.
        by: the history column whose values make the groups.

    Returns:
        `group_removal`'s columns value, behaviours, removal and one_by_one, and attention and contribution, both summed
        over the group. The largest removal first.
    """
    terms = own_terms(model, one)
    assert terms.behaviours is not None
    assert terms.behaviour_weights is not None
    values = [str(value) for value in history_steps(encoder, one)[by]]
    summed = pd.DataFrame(
        {
            "value": values,
            "attention": terms.behaviour_weights[0, : len(values)],
            "contribution": terms.behaviours[0, : len(values)],
        }
    )
    return group_removal(model, encoder, one, by).merge(summed.groupby("value", as_index=False).sum(), on="value")


@dataclass(frozen=True)
class Cloud:
    """Every behaviour of a sample of rows.

    Attributes:
        table: row (place in the sample), back (1 is the most recent), attention, contribution, leave_one_out.
        rows: rows with a history.
        agreement: mean over rows of Spearman's correlation of |attention| and |leave-one-out|; None without a row of
            at least two behaviours that differ.
        against: share of the attention's size that lies on behaviours whose removal raises the score.
    """

    table: pd.DataFrame
    rows: int
    agreement: float | None
    against: float | None


def behaviour_cloud(model: DIN, rows: Encoded) -> Cloud:
    """Attention against leave-one-out, a forward pass for every behaviour."""
    terms, removal = own_terms(model, rows), behaviour_removal(model, rows)
    assert terms.behaviours is not None
    assert terms.behaviour_weights is not None
    assert terms.mask is not None
    mask, weight = terms.mask, np.abs(terms.behaviour_weights)
    row, step = np.nonzero(mask)
    table = pd.DataFrame(
        {
            "row": row,
            "back": mask.sum(1)[row] - step,
            "attention": terms.behaviour_weights[mask],
            "contribution": terms.behaviours[mask],
            "leave_one_out": removal[mask],
        }
    )
    found = spearman(weight, np.abs(removal), mask)
    known = found[np.isfinite(found)]
    total = weight[mask].sum()
    return Cloud(
        table=table,
        rows=int(mask.any(1).sum()),
        agreement=float(known.mean()) if len(known) else None,
        against=float(weight[mask & (removal < 0)].sum() / total) if total > 0 else None,
    )
