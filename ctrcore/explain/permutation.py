"""How much a model's AUC rests on a field: shuffle the field among the rows and measure again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ctrcore import metrics
from ctrcore.data.encoded import Encoded
from ctrcore.models.base import CTRModel
from ctrcore.schema import EncodedField
from ctrcore.training.predicting import predict


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


def permutation_auc_drop(
    model: CTRModel, rows: Encoded, repeats: int = 5, seed: int = 0
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(mean, standard deviation) over the repeats of the AUC lost by shuffling each field, shape (F,) each.

    The histories of a row stay together: they are shuffled as one, and each of them gets that drop.
    """
    rng = np.random.default_rng(seed)
    base = metrics.auc(rows.label, predict(model, rows))
    drops = np.zeros((repeats, len(model.fields)))
    histories = [place for place, field in enumerate(model.fields) if field.kind == "history"]
    groups = [[place] for place in range(len(model.fields)) if place not in histories] + [histories] * bool(histories)
    for repeat in range(repeats):
        order = rng.permutation(len(rows))
        for group in groups:
            shuffled = rows
            for place in group:
                shuffled = shuffle_field(model, shuffled, model.fields[place], order)
            drops[repeat, group] = base - metrics.auc(rows.label, predict(model, shuffled))
    return drops.mean(0), drops.std(0, ddof=1) if repeats > 1 else np.zeros(len(model.fields))
