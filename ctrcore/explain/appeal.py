"""An item's appeal to anybody, and what is special about this user: two parts of one logit, for any model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.errors import DataError
from ctrcore.explain.hybrids import Hybrids
from ctrcore.language import say
from ctrcore.models.base import CTRModel


@dataclass(frozen=True)
class Appeal:
    """`logit = appeal + fit`.

    Attributes:
        appeal: mean logit of the item over other users' rows.
        fit: what this user, their history and the situation add to it.
        rows: how many rows of others the mean is over.
        logit: the model's output for the row.
    """

    appeal: float
    fit: float
    rows: int
    logit: float


def other_users(others: Encoded, one: Encoded, encoder: Encoder) -> npt.NDArray[np.bool_]:
    """(n,) True for the rows that are of another user than this single row: nobody is compared with himself.

    Users that training did not see enough of look alike, so of these only the very row itself is known to be the same.
    """
    other: npt.NDArray[np.bool_] = np.asarray(others.row != one.row[0])
    dense = [field for field in encoder.fields if not field.is_bag]
    place = next((place for place, field in enumerate(dense) if field.name == encoder.schema.user), None)
    if place is not None and one.ids[0, place] != dense[place].start:
        other = other & (others.ids[:, place] != one.ids[0, place])
    return other


def appeal_and_fit(
    model: CTRModel, rows: Encoded, position: int, others: Encoded, item: Sequence[str] | None = None
) -> Appeal:
    """Split a row's logit into what the item scores with others, and the difference.

    `f(u, i) = E_u' f(u', i) + (f(u, i) - E_u' f(u', i))`: the item's fields stay, everything else, the histories too,
    comes from the other rows.

    Args:
        model: in eval mode.
        rows: encoded rows.
        position: which of them.
        others: rows of other users, for example a background's.
        item: names of the columns that change with the item; None: the fields with the role 'item'.

    Raises:
        DataError: there are no other rows, or no field describes the item.
    """
    names = [field.name for field in model.fields if field.role == "item"] if item is None else item
    kept = torch.tensor([field.name in names and field.kind != "history" for field in model.fields])
    if not kept.any():
        raise DataError(
            say("No field describes the item, so its appeal cannot be told from the user's part."),
            say("Set the role of the item's columns to 'item' on the Data page, and train again."),
        )
    if not len(others):
        raise DataError(
            say("There are no rows of other users to compare with."), say("Draw a background of at least one row.")
        )
    hybrids = Hybrids(model, rows.take([position]), others)
    source = torch.arange(len(others) + 1)[:, None].expand(-1, len(model.fields))
    found = hybrids.logits(torch.where(kept, 0, source))
    logit, appeal = float(found[0]), float(found[1:].mean())
    return Appeal(appeal, logit - appeal, len(others), logit)
