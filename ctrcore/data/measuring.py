"""The numbers of one column: values with their click rates, distributions, lengths of lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ctrcore.data.members import Members
from ctrcore.data.profiles import RARE, ColumnProfile, Histogram, Lengths, Quantile, TopValue
from ctrcore.data.scaling import NumberScale
from ctrcore.data.suspicions import single_auc
from ctrcore.data.values import Words
from ctrcore.schema import Column

TOP = 10
RANGES = 10  # equally full ranges of a number, to see its click rate
MOST_BARS = 40
QUANTILES = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)
Z95 = 1.959963984540054  # of the normal distribution, two-sided 95 %

Label = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """Rows, labelled rows and clicks of each value, shape (m,) each."""

    rows: Counts
    labelled: Counts
    clicks: Counts

    @classmethod
    def of(cls, codes: Counts, label: Label, size: int) -> Self:
        """Count `size` values; codes and label belong to the same rows, -1 is no value."""
        told = (codes >= 0) & ~np.isnan(label)
        return cls(
            np.bincount(codes[codes >= 0], minlength=size),
            np.bincount(codes[told], minlength=size),
            np.bincount(codes[told & (label == 1)], minlength=size),
        )


def wilson(clicks: int, rows: int) -> tuple[float, float]:
    """The 95 % interval of a click rate. Wilson (1927), J. Am. Stat. Assoc. 22, 209: right for few rows, too."""
    share, spread = clicks / rows, Z95**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 * np.sqrt(share * (1 - share) / rows + spread / (4 * rows)) / (1 + spread)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _base(column: Column, missing: int, cells: int) -> dict[str, Any]:
    """What the profile of a column of any kind says."""
    share = missing / max(cells, 1)
    return {"name": column.name, "kind": column.kind, "role": column.role, "missing": missing, "missing_share": share}


def measure_words(column: Column, found: Words, label: Label) -> tuple[ColumnProfile, Tally]:
    """A column with one value in a cell."""
    tally = Tally.of(found.codes, label, len(found.words))
    missing = len(found) - int(tally.rows.sum())
    return ColumnProfile(
        **_base(column, missing, len(found)),
        distinct=int((tally.rows > 0).sum()),
        rare_share=_rare(tally.rows),
        top=_top(found.words, tally),
        auc=single_auc(found, label) if column.kind != "ignore" else None,
    ), tally


def measure_numbers(column: Column, numbers: Floats, label: Label) -> ColumnProfile:
    """A column of numbers, NaN where missing."""
    known = ~np.isnan(numbers)
    inside = np.sort(numbers[known])
    missing = len(numbers) - len(inside)
    ranges = NumberScale.fit(
        column.model_copy(update={"scale": "quantile", "buckets": RANGES, "impute": None}),
        inside,
        np.arange(len(inside)),
    )
    codes = np.where(known, ranges.bucket(np.where(known, numbers, 0)), -1)
    names = np.array(ranges.bucket_names, dtype=object)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(inside.mean()) if len(inside) else float("nan")
    return ColumnProfile(
        **_base(column, missing, len(numbers)),
        distinct=int((np.diff(inside) > 0).sum()) + 1 if len(inside) else 0,
        minimum=float(inside[0]) if len(inside) else None,
        maximum=float(inside[-1]) if len(inside) else None,
        mean=mean if np.isfinite(mean) else None,
        quantiles=_quantiles(inside),
        histogram=histogram(inside),
        top=_top(names, Tally.of(codes, label, len(names)), in_order=True),
        auc=single_auc(numbers, label),
    )


def measure_bag(column: Column, members: Members, label: Label) -> ColumnProfile:
    """A column of lists or delimited texts."""
    members = members.known()
    lengths = members.lengths
    missing = int((lengths == 0).sum())
    tally = Tally.of(members.codes, label[members.rows], len(members.words))
    return ColumnProfile(
        **_base(column, missing, len(members)),
        distinct=int((tally.rows > 0).sum()),
        rare_share=_rare(tally.rows),
        top=_top(members.words, tally),
        lengths=Lengths(
            mean=float(lengths.mean()) if len(members) else 0.0,
            median=float(np.median(lengths)) if len(members) else 0.0,
            longest=int(lengths.max(initial=0)),
            empty_share=missing / max(len(members), 1),
            histogram=histogram(np.sort(lengths).astype(np.float64)),
        ),
        auc=single_auc(members, label),
    )


def histogram(ordered: Floats) -> Histogram | None:
    """Ranges that suit the spread of sorted numbers; None if there are none.

    Few whole numbers get a range each. Numbers that are never negative and have a long tail get ranges that grow by a
    factor, with zero apart. Others get ranges of one width between the 1 % and the 99 % quantile (Freedman and Diaconis
    1981, 10 to 40 of them); the outer two hold what lies beyond.
    """
    if not len(ordered):
        return None
    low, high = float(ordered[0]), float(ordered[-1])
    with np.errstate(over="ignore"):
        width = high - low
    if width == 0 or not np.isfinite(width):
        return Histogram(edges=[low, high], counts=[len(ordered)])
    if width < MOST_BARS and (ordered == np.floor(ordered)).all():
        return _counted(ordered, np.arange(low, high + 2) - 0.5)
    middle, tail = _quantile(ordered, 0.5), _quantile(ordered, 0.99)
    positive = float(ordered[np.searchsorted(ordered, 0, side="right")]) if high > 0 else 0.0
    # A long tail that starts at numbers as good as zero would have most of its ranges there.
    if low >= 0 and tail > 8 * max(middle, positive) and high < 1e9 * max(positive, 1e-300):
        edges = np.geomspace(positive, high, 25)
        return _counted(ordered, np.append(low, edges) if low < positive else edges, logarithmic=True)
    inner, outer = _quantile(ordered, 0.01), _quantile(ordered, 0.99)
    if not outer > inner:
        inner, outer = low, high
    quarter = _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
    with np.errstate(over="ignore", divide="ignore"):
        wanted = np.float64(outer - inner) / (2 * quarter / np.cbrt(len(ordered)))
    edges = np.linspace(inner, outer, int(np.clip(wanted, 10, MOST_BARS)) + 1)
    edges[0], edges[-1] = low, high
    return _counted(ordered, edges)


def _counted(ordered: Floats, edges: Floats, logarithmic: bool = False) -> Histogram:
    edges = np.unique(edges)
    places = np.searchsorted(ordered, edges, side="left")
    places[0], places[-1] = 0, len(ordered)
    return Histogram(edges=edges.tolist(), counts=np.diff(places).tolist(), logarithmic=logarithmic)


def _quantile(ordered: Floats, share: float) -> float:
    """The least number that is not exceeded by this share, one of the numbers themselves."""
    return float(ordered[int(np.ceil(share * (len(ordered) - 1)))])


def _quantiles(ordered: Floats) -> list[Quantile]:
    return [Quantile(share=share, value=_quantile(ordered, share)) for share in QUANTILES] if len(ordered) else []


def _rare(counts: Counts) -> float | None:
    total = counts.sum()
    return float(counts[counts < RARE].sum() / total) if total else None


def _top(words: npt.NDArray[np.object_], tally: Tally, in_order: bool = False) -> list[TopValue]:
    """The most frequent values, or all of them in their order."""
    chosen = np.flatnonzero(tally.rows)
    if not in_order:
        chosen = np.argsort(-tally.rows, kind="stable")[:TOP]
    found = []
    for place in chosen:
        rows, labelled, clicks = (int(counts[place]) for counts in (tally.rows, tally.labelled, tally.clicks))
        if not rows:
            continue
        low, high = wilson(clicks, labelled) if labelled else (None, None)
        rate = clicks / labelled if labelled else None
        text = str(words[place])[:200]
        found.append(
            TopValue(value=text, rows=rows, labelled=labelled, clicks=clicks, click_rate=rate, low=low, high=high)
        )
    return found
