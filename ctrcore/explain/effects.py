"""What a field's values, or a history's, do to the score: means over many rows, with counts and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.comparing.intervals import NORMAL
from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.own_terms import OwnTerms
from ctrcore.explain.support import RARE

Array = npt.NDArray[np.float64]
BINS = 20


@dataclass(frozen=True)
class Effect:
    """Mean effect of each value of a field.

    Attributes:
        field: its name.
        kind: 'values' of a category, of a bag's members or of buckets, or 'curve' of a number over quantile bins.
        table: a row per value or bin: value (as the user knows it; of a bin its ends), rows (of the sample with it),
            mean, low and high (95 % interval of the mean, rows taken as independent; NaN for a single row), seen (how
            often it was seen in training; NaN for a bin) and rare (fewer than 5 times, or unknown). The largest mean
            first; a curve by its `middle`, the median of the bin.
        centre: mean over all rows of the sample: what the effect of a value is compared with.
        rows: size of the sample.
    """

    field: str
    kind: Literal["values", "curve"]
    table: pd.DataFrame
    centre: float
    rows: int


def field_effect(encoder: Encoder, rows: Encoded, name: str, effect: Array, bins: int = BINS) -> Effect:
    """Mean effect per value of one field.

    Args:
        encoder: the one the rows were encoded with.
        rows: n encoded rows.
        name: of the field. A row counts for every different member of a bag: its effect is that of the whole bag.
        effect: (n,) what the field did to each row's score: contributions or Shapley values.
        bins: of a number; with fewer different numbers each is one.
    """
    field = encoder.field(name)
    dense = [one for one in encoder.fields if not one.is_bag]
    if field.kind == "numeric":
        numbers = encoder.inverse(rows)[name].to_numpy(dtype=float)
        return Effect(name, "curve", _curve(numbers, effect, bins), float(effect.mean()), len(rows))
    if field.is_bag:
        bag = rows.bags[name]
        row = np.repeat(np.arange(len(rows)), bag.lengths)
        once = np.unique(np.column_stack([row, bag.ids]), axis=0)
        row, ids = once[:, 0], once[:, 1]
    else:
        row = np.arange(len(rows))
        ids = np.asarray(rows.ids[:, [one.name for one in dense].index(name)], dtype=np.int64)
    used, code = np.unique(ids, return_inverse=True)
    table = pd.DataFrame({"value": [encoder.label_of(name, int(one)) for one in used]})
    table = table.join(means(effect[row], code, len(used)))
    table["seen"] = np.asarray(encoder.counts)[used].astype(float)
    table["rare"] = (table["seen"] < RARE) | (used == field.start)
    table = table.sort_values("mean", ascending=False, kind="stable", ignore_index=True)
    return Effect(name, "values", table, float(effect.mean()), len(rows))


def means(values: Array, code: npt.NDArray[np.integer], groups: int) -> pd.DataFrame:
    """Mean of each group of values with its 95 % interval: rows, mean, low, high (NaN for a single one)."""
    count = np.bincount(code, minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(code, values, groups) / count
        square = np.bincount(code, (values - mean[code]) ** 2, groups) / (count - 1)
        error = np.where(count > 1, np.sqrt(square / count), np.nan)
    return pd.DataFrame({"rows": count, "mean": mean, "low": mean - NORMAL * error, "high": mean + NORMAL * error})


def _curve(numbers: Array, effect: Array, bins: int) -> pd.DataFrame:
    different = np.unique(numbers)
    if len(different) <= bins:
        edges, code = different, np.searchsorted(different, numbers)
        first = last = middle = different
    else:
        edges = np.unique(np.quantile(numbers, np.linspace(0, 1, bins + 1)[1:-1]))
        code = np.unique(np.searchsorted(edges, numbers, side="left"), return_inverse=True)[1]
        parts = [numbers[code == one] for one in range(code.max() + 1)]
        first, middle, last = (np.array([get(part) for part in parts]) for get in (np.min, np.median, np.max))
    table = pd.DataFrame(
        {
            "value": [f"{a:.4g}" if a == b else f"{a:.4g} to {b:.4g}" for a, b in zip(first, last, strict=True)],
            "middle": middle,
        }
    ).join(means(effect, code, len(middle)))
    return table.assign(seen=np.nan, rare=False)


def behaviour_effect(
    encoder: Encoder, rows: Encoded, terms: OwnTerms, by: str, removal: Array | None = None
) -> pd.DataFrame:
    """What past behaviours do to the score, by the value of one history column.

    Args:
        encoder: the one the rows were encoded with.
        rows: n encoded rows, those of `terms`.
        terms: DIN's own terms.
        by: name of a history column, for example that of categories.
        removal: (n, L) the logit lost when each behaviour is left out.

    Returns:
        value, behaviours (their number), rows (in which it occurs), attention (mean size), mean, low, high
        (contribution of one behaviour; the interval takes rows as independent, not the behaviours of one row),
        against (share that lowers the score) and, with `removal`, leave_one_out, its low and high. The largest mean
        first.
    """
    assert terms.behaviours is not None
    assert terms.behaviour_weights is not None
    assert terms.mask is not None
    mask, bag = terms.mask, rows.bags[by]
    row = np.nonzero(mask)[0]
    used, code = np.unique(bag.ids, return_inverse=True)
    contribution = terms.behaviours[mask]
    count = np.bincount(code, minlength=len(used))
    table = pd.DataFrame(
        {
            "value": [encoder.label_of(by, int(one)) for one in used],
            "behaviours": count,
            "rows": np.bincount(np.unique(np.column_stack([row, code]), axis=0)[:, 1], minlength=len(used)),
            "attention": np.bincount(code, np.abs(terms.behaviour_weights[mask]), len(used)) / count,
            "against": np.bincount(code, contribution < 0, len(used)) / count,
        }
    )
    for column, values in (("mean", contribution), ("leave_one_out", None if removal is None else removal[mask])):
        if values is not None:
            ends = ("low", "high") if column == "mean" else ("leave_one_out_low", "leave_one_out_high")
            mean, error = _mean_by_row(values, code, row, len(used))
            table[column], table[ends[0]], table[ends[1]] = mean, mean - NORMAL * error, mean + NORMAL * error
    return table.sort_values("mean", ascending=False, kind="stable", ignore_index=True)


def _mean_by_row(
    values: Array, code: npt.NDArray[np.integer], row: npt.NDArray[np.integer], groups: int
) -> tuple[Array, Array]:
    """(mean, standard error) of each group; values of one row vary together."""
    count = np.bincount(code, minlength=groups)
    mean = np.bincount(code, values, groups) / count
    cells, cell = np.unique(np.column_stack([code, row]), axis=0, return_inverse=True)
    away = np.bincount(cell.ravel(), values - mean[code])
    rows = np.bincount(cells[:, 0], minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        widened = np.where(rows > 1, rows / (rows - 1), np.nan)
        error = np.sqrt(widened * np.bincount(cells[:, 0], away**2, groups)) / count
    return mean, error
