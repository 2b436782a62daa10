"""How much a model's AUC rests on a field: shuffle the field among the rows and measure again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.intervals import NORMAL
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.testing import LEAST_OF_A_CLASS, LEAST_USERS
from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel
from ctrcore.schema import EncodedField
from ctrcore.training.predicting import predict

Array = npt.NDArray[np.float64]
Groups = Sequence[Sequence[int]]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Permuted:
    """What shuffling costs, for G groups of fields that are shuffled together.

    Attributes:
        groups: places among the model's fields.
        auc: of the rows as they are.
        drop: (G,) AUC lost, the mean over the repeats.
        standard_error: (G,) of that mean over other rows, or users, of the same kind; NaN where it cannot be
            told: with fewer rows of a class, or users, than a paired test needs (`ctrcore.comparing.testing`).
        repeats: (R, G) AUC lost in each repeat.
        units: what is taken as independent: 'users', or 'rows' where the rows tell no users.
    """

    groups: Groups
    auc: float
    drop: Array
    standard_error: Array
    repeats: Array
    units: str

    @property
    def spread(self) -> Array:
        """(G,) standard deviation of the drop over the repeats; 0 of a single one."""
        return self.repeats.std(0, ddof=1) if len(self.repeats) > 1 else np.zeros(len(self.drop))

    @property
    def low(self) -> Array:
        """(G,) lower ends of the 95 % intervals."""
        return self.drop - NORMAL * self.standard_error

    @property
    def high(self) -> Array:
        """(G,) upper ends."""
        return self.drop + NORMAL * self.standard_error

    def by_field(self, fields: int) -> tuple[Array, Array]:
        """Drop and spread of each of so many fields, (fields,) each; of fields shuffled together that of all."""
        found = np.full((2, fields), np.nan)
        for places, drop, spread in zip(self.groups, self.drop, self.spread, strict=True):
            found[:, list(places)] = [[drop], [spread]]
        return found[0], found[1]


def shuffle_field(model: CTRModel, rows: Encoded, field: EncodedField, order: npt.NDArray[np.int64]) -> Encoded:
    """The rows with one field taken from the rows `order` instead."""
    if field.is_bag:
        return replace(rows, bags=rows.bags | {field.name: rows.bags[field.name].take(order)})
    column = model.fields.index(field)
    place = np.flatnonzero(rows.numeric == column)
    if len(place):  # a numeric field has one id for all rows
        numbers = rows.numbers.copy()
        numbers[:, place] = numbers[order][:, place]
        return replace(rows, numbers=numbers)
    ids = rows.ids.copy()
    ids[:, column] = ids[order, column]
    return replace(rows, ids=ids)


def permutation_importance(
    model: CTRModel,
    rows: Encoded,
    groups: Groups,
    *,
    repeats: int = 5,
    seed: int = 0,
    progress: Progress | None = None,
) -> Permuted:
    """The AUC lost by shuffling each group of fields, with its interval over rows.

    An AUC is a mean over the clicked rows and a mean over the others of what each row adds to it (DeLong et al. 1988),
    so that the drop is one too. Its standard error follows from how much that varies between users, or between rows
    where there are no users; the luck of the shuffling is in it, as each row gets another row's value.

    Args:
        model: in eval mode.
        rows: with labels of both classes.
        groups: places among the model's fields that are shuffled together.
        repeats: shuffles over which each row's part is averaged.
        seed: of the shuffles.
        progress: told the share that is done; what it raises ends the work.
    """
    ranked = Ranked(rows.label, predict(model, rows))
    before = ranked.placements()
    lost = np.zeros((len(groups), len(rows)))
    drops = np.zeros((repeats, len(groups)))
    for done, (repeat, group, scores) in enumerate(_shuffled(model, rows, groups, repeats, seed), start=1):
        after = Ranked(rows.label, scores)
        drops[repeat, group] = ranked.auc - after.auc
        lost[group] += (before - after.placements()) / repeats
        if progress is not None:
            progress(done / (repeats * len(groups)))
    errors = [_standard_error(one, rows) for one in lost]
    units = "users" if (rows.group >= 0).any() else "rows"
    return Permuted(groups, ranked.auc, drops.mean(0), np.array(errors), drops, units)


def _standard_error(lost: Array, rows: Encoded) -> float:
    """Of a difference of AUCs, from each row's part of it (n,); users with all of their rows are independent."""
    clicked, by_users = rows.label > 0, bool((rows.group >= 0).any())
    alone = rows.group < 0
    unit = np.where(alone, int(rows.group.max(initial=-1)) + 1 + np.cumsum(alone), rows.group)
    fewest = min(len(np.unique(unit[mine])) for mine in (clicked, ~clicked))
    if fewest < LEAST_OF_A_CLASS or (by_users and len(np.unique(unit)) < LEAST_USERS):
        return float("nan")
    away = np.empty(len(lost))
    for mine in (clicked, ~clicked):
        away[mine] = (lost[mine] - lost[mine].mean()) / mine.sum()
    summed = np.bincount(np.unique(unit, return_inverse=True)[1], weights=away)
    return float(np.sqrt(len(summed) / (len(summed) - 1) * np.sum(summed**2)))


def _shuffled(
    model: CTRModel, rows: Encoded, groups: Groups, repeats: int, seed: int
) -> Iterator[tuple[int, int, npt.NDArray[np.float32]]]:
    """(repeat, group, logits with that group shuffled), in one order of the rows per repeat."""
    rng = np.random.default_rng(seed)
    for repeat in range(repeats):
        order = rng.permutation(len(rows))
        for group, places in enumerate(groups):
            shuffled = rows
            for place in places:
                shuffled = shuffle_field(model, shuffled, model.fields[place], order)
            yield repeat, group, predict(model, shuffled)
