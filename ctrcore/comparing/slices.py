"""How well models rank and predict on slices of the rows, and where one does worse than another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.comparing.elsewhere import Elsewhere
from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.normal import adjusted_and_told, interval, two_sided
from ctrcore.comparing.promises import Promised
from ctrcore.comparing.rest import Rest
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.slicing import Columns, Cut, at_once, cuts, enough, losses, mean_loss, table_of
from ctrcore.comparing.within import (
    Array,
    Classes,
    Codes,
    auc_within,
    by_class,
    mean_and_variance,
    placements_within,
)

LEAST_ROWS, LEAST_CLASS = 100, 10


def slice_table(
    sheet: Sheet,
    groupings: Sequence[Grouping],
    ids: Sequence[str],
    least_rows: int = LEAST_ROWS,
    least_class: int = LEAST_CLASS,
) -> pd.DataFrame:
    """The models on each slice, one row a slice and model, those first that are surely worse than the other rows.

    Every p-value takes the rows as independent of each other. The adjusted ones are Holm's over all slices of a model:
    slices overlap and the rows of one are missing in the rest of another, so that nothing is known of how the tests
    depend on each other, and Holm's correction needs to know nothing. (Benjamini and Hochberg's would find more, but
    allows one in twenty of the findings to be false, and every finding is shown as a fact.) Slices that hold the very
    same rows, such as items without a training row and cold starts, count once.

    A slice is in the table if its AUC or its calibration can be judged, which are NaN where they cannot, unless it
    holds nearly all rows (see `Cut`).

    Args:
        sheet: the rows and scores.
        groupings: ways to cut these rows, n codes each.
        ids: the models.
        least_rows: slices with fewer rows are left out (see `too_small`).
        least_class: so are slices with fewer clicked rows or fewer others; for calibration those for which the model
            promises fewer.

    Returns:
        The columns grouping, kind, slice, place (of the slice in its grouping), rows, clicks, click_rate, model;
        auc, auc_low, auc_high: 95 % interval within the slice by DeLong's variance, or by that of any rows of the
        sheet if it is larger (see `Spread`);
        against_rest, against_low, against_high, p, adjusted, told: AUC of the slice minus that of all other rows,
        two independent samples, by the same variance, NaN where there are not enough other rows;
        log_loss, log_loss_low, log_loss_high: normal interval of the mean over the rows, where there is an AUC;
        pcoc, pcoc_low, pcoc_high: predicted over observed clicks with a score interval (see `Promised`);
        pcoc_p, pcoc_adjusted, pcoc_told: whether they differ.
    """
    least = (least_rows, least_class)
    found = cuts(sheet, groupings)
    jobs = [partial(_of_model, sheet, found, name, least) for name in ids]
    parts = at_once(jobs) or [_of_model(sheet, found[:1], "", least)]
    table, same = table_of([part for of_one in parts for part in of_one])
    for prefix in ("", "pcoc_"):
        p, adjusted = table[f"{prefix}p"].to_numpy(np.float64), np.full(len(table), np.nan)
        told = np.zeros(len(table), dtype=bool)
        for name in ids:
            mine = (table["model"] == name).to_numpy(dtype=bool)
            adjusted[mine], told[mine] = adjusted_and_told(p[mine], same[mine])
        table[f"{prefix}adjusted"], table[f"{prefix}told"] = adjusted, told
    return table.sort_values("against_high", kind="stable", ignore_index=True)


def difference_table(
    sheet: Sheet,
    groupings: Sequence[Grouping],
    a: str,
    b: str,
    *,
    least_rows: int = LEAST_ROWS,
    least_class: int = LEAST_CLASS,
    worst: Literal["a", "b"] = "a",
    by: Literal["auc", "log_loss"] = "auc",
) -> pd.DataFrame:
    """Model `a` minus model `b` on each slice, one row a slice, on the same rows (paired).

    Args:
        sheet: the rows and scores.
        groupings: ways to cut these rows, n codes each.
        a: a model.
        b: another one.
        least_rows: slices with fewer rows are left out (see `too_small`).
        least_class: so are slices with fewer clicked rows or fewer others.
        worst: whose weak slices come first: those where it is surely worse by the most.
        by: what is meant by worse.

    Returns:
        The columns grouping, kind, slice, place, rows, clicks, click_rate;
        auc_a, auc_b, difference, low, high (95 %), p, adjusted, told: paired, above 0 `a` is better, by DeLong's
        variance of the slice's rows, or by that of any rows of the sheet if it is larger (see `Spread`);
        loss_a, loss_b, loss_difference, loss_low, loss_high, loss_p, loss_adjusted, loss_told: mean log-loss, above 0
        `a` is worse;
        beyond, beyond_low, beyond_high, beyond_p, beyond_adjusted, beyond_told: the difference less that on all other
        rows, two independent samples: where a model leads nearly everywhere, only this tells one slice from another;
        loss_beyond, ...: the same of the log-loss, above 0 `a` is worse than elsewhere.
        Adjusted is Holm's over all slices, for each of the four kinds apart (see `slice_table`).
    """
    least = (least_rows, least_class)
    elsewhere = Elsewhere(sheet, a, b)
    jobs = [partial(_of_pair, sheet, cut, (a, b), least, elsewhere=elsewhere) for cut in cuts(sheet, groupings)]
    table, same = table_of(at_once(jobs))
    for prefix in ("", "loss_", "beyond_", "loss_beyond_"):
        p = table[f"{prefix}p"].to_numpy(np.float64)
        table[f"{prefix}adjusted"], table[f"{prefix}told"] = adjusted_and_told(p, same)
    # The bound on the side of no difference: a wide interval does not bring a slice to the front.
    a_is_low = (worst == "a") == (by == "auc")
    column = {"auc": "", "log_loss": "loss_"}[by] + ("high" if a_is_low else "low")
    return table.sort_values(column, ascending=a_is_low, kind="stable", ignore_index=True)


def too_small(
    sheet: Sheet,
    groupings: Sequence[Grouping],
    least_rows: int = LEAST_ROWS,
    least_class: int = LEAST_CLASS,
    promised_by: str | None = None,
) -> int:
    """Slices with rows, but with too few of them to be judged.

    Args:
        sheet: the rows and scores.
        groupings: ways to cut these rows, n codes each.
        least_rows: as given to `slice_table`.
        least_class: as given to it.
        promised_by: a model, for the judgement of its calibration; None: for that of AUCs.
    """
    small = 0
    for grouping in groupings:
        classes = Classes.of(grouping.codes, sheet.label, len(grouping))
        judged = enough(classes, (least_rows, least_class))
        if promised_by is not None:
            judged = Promised.of(sheet, promised_by, grouping.codes, classes).enough((least_rows, least_class))
        small += int(((classes.rows > 0) & ~judged).sum())
    return small


def _of_model(sheet: Sheet, found: Sequence[Cut], name: str, least: tuple[int, int]) -> list[Columns]:
    """One model on the slices of each grouping."""
    rest = Rest(sheet, name) if name else None
    return [_of_cut(sheet, cut, name, least, rest=rest) for cut in found]


def _of_cut(sheet: Sheet, cut: Cut, name: str, least: tuple[int, int], *, rest: Rest | None) -> Columns:
    codes, classes = cut.grouping.codes, cut.classes
    ordered = enough(classes, least)
    if rest is None or not classes.rows.any():
        return cut.columns(ordered) | dict.fromkeys(["model", *_OF_MODEL], np.empty(0))
    promised = Promised.of(sheet, name, codes, classes)
    counted = promised.enough(least)
    kept = ordered | counted
    found = cut.columns(kept)
    found["model"] = np.full(int(kept.sum()), name, dtype=object)
    auc, variance = auc_within(sheet, name, codes, classes)
    elsewhere, elsewhere_variance = rest.auc(codes, classes, auc)
    variance = rest.spread.at_least(variance, classes)
    against, against_error = auc - elsewhere, np.sqrt(variance + elsewhere_variance)
    ends = [np.clip(one, 0, 1) for one in interval(auc, np.sqrt(variance))]
    values = [*ends, *interval(against, against_error), two_sided(against, against_error)]
    values += interval(*mean_loss(losses(sheet, name), sheet, codes, classes))
    values = [np.where(ordered, value, np.nan) for value in values]
    values += [np.where(counted, value, np.nan) for value in promised.ratio()]
    return found | {column: value[kept] for column, value in zip(_OF_MODEL, values, strict=True)}


_OF_MODEL = ["auc", "auc_low", "auc_high", "against_rest", "against_low", "against_high", "p"]
_OF_MODEL += ["log_loss", "log_loss_low", "log_loss_high", "pcoc", "pcoc_low", "pcoc_high", "pcoc_p"]


def _of_pair(sheet: Sheet, cut: Cut, pair: tuple[str, str], least: tuple[int, int], *, elsewhere: Elsewhere) -> Columns:
    """Two models on the slices of one grouping."""
    codes, label, classes = cut.grouping.codes, sheet.label, cut.classes
    kept = enough(classes, least)
    found = cut.columns(kept)
    if not kept.any():
        return found | dict.fromkeys(_OF_PAIR, np.empty(0))
    of_a, of_b = (placements_within(sheet, name, codes, classes) for name in pair)
    first, second = by_class(of_a - of_b, codes, label, len(cut.grouping))
    difference, variance = mean_and_variance(first[:, 1], second[:, 1], classes.clicks)
    variance += mean_and_variance(first[:, 0], second[:, 0], classes.others)[1]
    variance, auc = elsewhere.spread.at_least(variance, classes), _mean_of_clicked(of_a, codes, label, classes)
    loss_a, loss_b = (losses(sheet, name) for name in pair)
    loss, loss_error = mean_loss(loss_a - loss_b, sheet, codes, classes)
    mean_a = mean_loss(loss_a, sheet, codes, classes)[0]
    values = [auc, auc - difference, *_judged(difference, variance)]
    values += [mean_a, mean_a - loss, *_judged(loss, loss_error**2)]
    for value, own, (rest, of_rest) in (
        (difference, variance, elsewhere.auc(codes, classes, difference)),
        (loss, loss_error**2, elsewhere.loss(codes, classes)),
    ):
        values += _judged(value - rest, own + of_rest)
    return found | {column: value[kept] for column, value in zip(_OF_PAIR, values, strict=True)}


_OF_PAIR = ["auc_a", "auc_b", "difference", "low", "high", "p"]
_OF_PAIR += ["loss_a", "loss_b", "loss_difference", "loss_low", "loss_high", "loss_p"]
_OF_PAIR += ["beyond", "beyond_low", "beyond_high", "beyond_p"]
_OF_PAIR += ["loss_beyond", "loss_beyond_low", "loss_beyond_high", "loss_beyond_p"]


def _judged(value: Array, variance: Array) -> list[Array]:
    """Values, the ends of their intervals and their p-values."""
    error = np.sqrt(variance)
    return [*interval(value, error), two_sided(value, error)]


def _mean_of_clicked(values: Array, codes: Codes, label: npt.NDArray[np.uint8], classes: Classes) -> Array:
    first, second = by_class(values, codes, label, len(classes.rows))
    return mean_and_variance(first[:, 1], second[:, 1], classes.clicks)[0]
