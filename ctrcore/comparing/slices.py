"""How well models rank and predict on slices of the rows, and where one does worse than another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore import metrics, threads
from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.normal import adjusted_and_told, interval, two_sided
from ctrcore.comparing.rest import Rest
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import NORMAL
from ctrcore.comparing.within import Array, Classes, Codes, auc_within, by_class, mean_and_variance, placements_within

LEAST_ROWS, LEAST_CLASS = 100, 10
Columns = dict[str, Any]
T = TypeVar("T")


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
    allows one in twenty of the findings to be false, and every finding is shown as a fact.)

    Args:
        sheet: the rows and scores.
        groupings: ways to cut these rows, n codes each.
        ids: the models.
        least_rows: slices with fewer rows are left out (see `too_small`).
        least_class: so are slices with fewer clicked rows or fewer others.

    Returns:
        The columns grouping, kind, slice, place (of the slice in its grouping), rows, clicks, click_rate, model;
        auc, auc_low, auc_high: DeLong's 95 % interval within the slice;
        against_rest, against_low, against_high, p, adjusted, told: AUC of the slice minus that of all other rows,
        two independent samples, NaN where there are not enough other rows;
        log_loss, log_loss_low, log_loss_high: normal interval of the mean over the rows;
        pcoc, pcoc_low, pcoc_high: Fieller's (1954) interval of the ratio of predicted to observed clicks;
        pcoc_p, pcoc_adjusted, pcoc_told: whether the mean prediction differs from the click rate.
    """
    least = (least_rows, least_class)
    jobs = [partial(_of_model, sheet, [_nothing(sheet), *groupings], name, least) for name in ids]
    parts = _at_once(jobs) or [_of_model(sheet, [_nothing(sheet)], "", least)]
    table = _table([part for of_one in parts for part in of_one])
    for prefix in ("", "pcoc_"):
        p, adjusted = table[f"{prefix}p"].to_numpy(np.float64), np.full(len(table), np.nan)
        told = np.zeros(len(table), dtype=bool)
        for name in ids:
            mine = (table["model"] == name).to_numpy(dtype=bool)
            adjusted[mine], told[mine] = adjusted_and_told(p[mine])
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
        auc_a, auc_b, difference, low, high (95 %), p, adjusted, told: paired DeLong, above 0 `a` is better;
        loss_a, loss_b, loss_difference, loss_low, loss_high, loss_p, loss_adjusted, loss_told: mean log-loss, above 0
        `a` is worse. Adjusted is Holm's over all slices, for AUC and log-loss apart (see `slice_table`).
    """
    least = (least_rows, least_class)
    table = _table(_at_once([partial(_of_pair, sheet, one, a, b, least) for one in [_nothing(sheet), *groupings]]))
    for prefix in ("", "loss_"):
        p = table[f"{prefix}p"].to_numpy(np.float64)
        table[f"{prefix}adjusted"], table[f"{prefix}told"] = adjusted_and_told(p)
    # The bound on the side of no difference: a wide interval does not bring a slice to the front.
    a_is_low = (worst == "a") == (by == "auc")
    column = {"auc": "", "log_loss": "loss_"}[by] + ("high" if a_is_low else "low")
    return table.sort_values(column, ascending=a_is_low, kind="stable", ignore_index=True)


def too_small(
    sheet: Sheet, groupings: Sequence[Grouping], least_rows: int = LEAST_ROWS, least_class: int = LEAST_CLASS
) -> int:
    """Slices with rows, but with too few of them to be judged."""
    found = [Classes.of(grouping.codes, sheet.label, len(grouping)) for grouping in groupings]
    return sum(int((classes.rows > 0).sum()) - len(_kept(classes, (least_rows, least_class))) for classes in found)


def _at_once(jobs: Iterable[Callable[[], T]]) -> list[T]:
    """The answers in order; numpy sorts and counts outside Python's lock."""
    with ThreadPoolExecutor(threads.of_arrays()) as pool:
        return list(pool.map(lambda job: job(), jobs))


def _nothing(sheet: Sheet) -> Grouping:
    """A grouping without slices, which shows the columns of a table that has no row."""
    return Grouping("", "field", [], np.full(len(sheet), -1, dtype=np.int32))


def _table(parts: list[Columns]) -> pd.DataFrame:
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _kept(classes: Classes, least: tuple[int, int]) -> npt.NDArray[np.int64]:
    """The slices that are large enough."""
    return np.flatnonzero((classes.rows >= max(least[0], 1)) & (np.minimum(classes.clicks, classes.others) >= least[1]))


def _of_model(sheet: Sheet, groupings: Sequence[Grouping], name: str, least: tuple[int, int]) -> list[Columns]:
    """One model on the slices of each grouping."""
    rest = Rest(sheet, name) if name else None
    return [_of_grouping(sheet, grouping, name, least, rest=rest) for grouping in groupings]


def _of_grouping(sheet: Sheet, grouping: Grouping, name: str, least: tuple[int, int], *, rest: Rest | None) -> Columns:
    codes, label = grouping.codes, sheet.label
    classes = Classes.of(codes, label, len(grouping))
    kept = _kept(classes, least)
    found = _slices(grouping, classes, kept)
    found["model"] = np.full(len(kept), name, dtype=object)
    if rest is None or not len(kept):
        return found | dict.fromkeys(_OF_MODEL, np.empty(0))
    auc, variance = auc_within(sheet, name, codes, classes)
    elsewhere, elsewhere_variance = rest.auc(codes, classes, auc)
    error = np.sqrt(variance)
    against, against_error = auc - elsewhere, np.sqrt(variance + elsewhere_variance)
    loss, loss_error = _mean_loss(losses(sheet, name), sheet, codes, classes)
    values = [*interval(auc, error), *interval(against, against_error), two_sided(against, against_error)]
    values += [*interval(loss, loss_error), *_promised(sheet, name, codes, classes)]
    return found | {column: value[kept] for column, value in zip(_OF_MODEL, values, strict=True)}


_OF_MODEL = ["auc", "auc_low", "auc_high", "against_rest", "against_low", "against_high", "p"]
_OF_MODEL += ["log_loss", "log_loss_low", "log_loss_high", "pcoc", "pcoc_low", "pcoc_high", "pcoc_p"]


def _of_pair(sheet: Sheet, grouping: Grouping, a: str, b: str, least: tuple[int, int]) -> Columns:
    """Two models on the slices of one grouping."""
    codes, label = grouping.codes, sheet.label
    classes = Classes.of(codes, label, len(grouping))
    kept = _kept(classes, least)
    found = _slices(grouping, classes, kept)
    if not len(kept):
        return found | dict.fromkeys(_OF_PAIR, np.empty(0))
    of_a, of_b = (placements_within(sheet, name, codes, classes) for name in (a, b))
    first, second = by_class(of_a - of_b, codes, label, len(grouping))
    difference, variance = mean_and_variance(first[:, 1], second[:, 1], classes.clicks)
    variance += mean_and_variance(first[:, 0], second[:, 0], classes.others)[1]
    error, auc = np.sqrt(variance), _mean_of_clicked(of_a, codes, label, classes)
    loss_a, loss_b = losses(sheet, a), losses(sheet, b)
    loss, loss_error = _mean_loss(loss_a - loss_b, sheet, codes, classes)
    mean_a = _mean_loss(loss_a, sheet, codes, classes)[0]
    values = [auc, auc - difference, *interval(difference, error), two_sided(difference, error)]
    values += [mean_a, mean_a - loss, *interval(loss, loss_error), two_sided(loss, loss_error)]
    return found | {column: value[kept] for column, value in zip(_OF_PAIR, values, strict=True)}


_OF_PAIR = ["auc_a", "auc_b", "difference", "low", "high", "p"]
_OF_PAIR += ["loss_a", "loss_b", "loss_difference", "loss_low", "loss_high", "loss_p"]


def _slices(grouping: Grouping, classes: Classes, kept: npt.NDArray[np.int64]) -> Columns:
    """What the slices are."""
    rows, clicks = classes.rows[kept], classes.clicks[kept]
    return {
        "grouping": np.full(len(kept), grouping.name, dtype=object),
        "kind": np.full(len(kept), grouping.kind, dtype=object),
        "slice": np.array([*grouping.labels, ""], dtype=object)[kept],
        "place": kept,
        "rows": rows,
        "clicks": clicks,
        "click_rate": clicks / np.maximum(rows, 1),
    }


def losses(sheet: Sheet, name: str) -> Array:
    """(n,) the log-loss of each row in nats, computed once and kept."""

    def make() -> Array:
        x = sheet.logit[name].astype(np.float64)
        return np.maximum(x, 0) - x * sheet.label + np.log1p(np.exp(-np.abs(x)))

    return sheet.kept("losses", name, make)


def _mean_of_clicked(values: Array, codes: Codes, label: npt.NDArray[np.uint8], classes: Classes) -> Array:
    first, second = by_class(values, codes, label, len(classes.rows))
    return mean_and_variance(first[:, 1], second[:, 1], classes.clicks)[0]


def _mean_loss(values: Array, sheet: Sheet, codes: Codes, classes: Classes) -> tuple[Array, Array]:
    """Mean over the rows of each slice, and its standard error."""
    first, second = by_class(values, codes, sheet.label, len(classes.rows))
    mean, variance = mean_and_variance(first.sum(axis=1), second.sum(axis=1), classes.rows)
    return mean, np.sqrt(variance)


def _promised(sheet: Sheet, name: str, codes: Codes, classes: Classes) -> tuple[Array, Array, Array, Array]:
    """Predicted over observed clicks with its interval, and the p-value of their difference.

    The interval holds the ratios r for which the mean of (prediction - r x click) does not differ from 0, so that it
    holds 1 where the p-value is above 0.05.
    """
    probability = sheet.kept("probability", name, lambda: metrics.sigmoid(sheet.logit[name]))
    first, second = by_class(probability, codes, sheet.label, len(classes.rows))
    n, clicks = classes.rows.astype(np.float64), classes.clicks.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, rate = first.sum(axis=1) / n, clicks / n
        spread, common = second.sum(axis=1) / n - mean**2, first[:, 1] / n - mean * rate
        # (mean - r rate)^2 = scale (spread - 2 r common + r^2 rate (1 - rate)), solved for r.
        scale = NORMAL**2 / (n - 1)
        square, middle = rate**2 - scale * rate * (1 - rate), mean * rate - scale * common
        root = np.sqrt(np.maximum(middle**2 - square * (mean**2 - scale * spread), 0))
        low = np.where(square > 0, np.maximum((middle - root) / square, 0.0), 0.0)
        high = np.where(square > 0, (middle + root) / square, np.inf)
        error = np.sqrt(np.maximum(spread - 2 * common + rate * (1 - rate), 0) / (n - 1))
        return mean / rate, low, high, two_sided(mean - rate, error)
