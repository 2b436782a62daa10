"""What slices and places tell, in sentences. They hold texts of the table, which a page must make plain."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from ctrcore.comparing.conditions import subject
from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.slices import LEAST_CLASS, LEAST_ROWS
from ctrcore.comparing.slicing import MOST
from ctrcore.comparing.tree import Description, Leaf

By = Literal["auc", "log_loss"]


def differences_in_words(table: pd.DataFrame, a: str, b: str) -> list[str]:
    """A sentence for each slice on which the lead of one of two models differs from that elsewhere, in their order.

    Args:
        table: from `difference_table`.
        a: name to show of its first model.
        b: of its second.
    """
    return [_difference(row, a, b) for row in table[table["beyond_told"].eq(True)].to_dict("records")]


def lead_in_words(table: pd.DataFrame, a: str, b: str, overall: float, by: By = "auc") -> str:
    """Which lead the slices have in common, and how many of them differ from it.

    Args:
        table: from `difference_table`.
        a: name to show of its first model.
        b: of its second.
        overall: the lead of `a` on all rows, above 0 if `a` is better.
        by: of what.
    """
    ahead = a if overall >= 0 else b
    value, prefix = (table["difference"], "") if by == "auc" else (-table["loss_difference"], "loss_")
    same = int((table[f"{prefix}told"].eq(True) & ((value >= 0) == (overall >= 0))).sum())
    other = int(table[f"{prefix}beyond_told"].eq(True).sum())
    what = "AUC" if by == "auc" else "log-loss"
    do = f"{other:,} {'does' if other == 1 else 'do'}" if other else "none does"
    return (
        f"On all rows {ahead} leads by {abs(overall):.3f} of {what}, and in {same:,} of the "
        f"{_count(len(table), 'slice', 'slices')} {ahead} is ahead beyond chance. That only repeats the lead on all "
        f"rows: a finding is a slice whose lead differs from that on all other rows, and {do}."
    )


def weak_slices_in_words(table: pd.DataFrame, model: str, title: str) -> list[str]:
    """A sentence for each slice on which a model surely ranks worse than on the other rows.

    Args:
        table: from `slice_table`.
        model: id of the model.
        title: its name to show.
    """
    mine = table[(table["model"] == model) & table["told"] & (table["against_rest"] < 0)]
    return [
        f"{_where(row)} {title} ranks worse than elsewhere: its AUC there is {row['auc']:.3f}, which is "
        f"{-row['against_rest']:z.3f} less ({-row['against_high']:z.3f} to {-row['against_low']:z.3f})."
        for row in mine.to_dict("records")
    ]


def caution(
    table: pd.DataFrame,
    small: int,
    least_rows: int = LEAST_ROWS,
    least_class: int = LEAST_CLASS,
    *,
    column: str = "p",
    nearly_all: int = 0,
) -> str:
    """What keeps a reader from taking noise for a finding: how many slices were looked at, and what chance does then.

    Args:
        table: from `slice_table` (of one model) or `difference_table`.
        small: slices that were too small, from `too_small`.
        least_rows: as given to them.
        least_class: as given to them.
        column: the p-values that are looked at; each has its adjusted ones beside it.
        nearly_all: slices that were too large, from `slicing.nearly_all`.
    """
    p = table[column].dropna()
    promised = "promised " if column == "pcoc_p" else ""
    left_out = (
        f" {_count(small, 'slice was', 'slices were')} left out: fewer than {least_rows:,} rows, {least_class} "
        f"{promised}clicks or {least_class} {promised}rows without a click tell nothing."
        if small
        else ""
    )
    if nearly_all:
        left_out += (
            f" {_count(nearly_all, 'slice holds', 'slices hold')} more than {100 * MOST:.0f} % of the rows and "
            f"{'is' if nearly_all == 1 else 'are'} left out, being as good as all rows."
        )
    if not len(p):
        return "No slice is large enough to be judged." + left_out
    unclear = int(table[_value_of(table, column)].notna().sum()) - len(p)
    if unclear:
        left_out = (
            f" {unclear:,} more could not be tested: nothing varies in {'it' if unclear == 1 else 'them'}, or hardly a "
            f"click is left outside.{left_out}"
        )
    elsewhere = " from the other rows" if "beyond" in column else ""
    alone = _count(int((p < LEVEL).sum()), "does", "do")
    told = _count(int((table[column.removesuffix("p") + "adjusted"] < LEVEL).sum()), "still does", "still do")
    return (
        f"{_count(len(p), 'slice was', 'slices were')} looked at. By chance alone about {LEVEL * len(p):.1f} of them "
        f"would look different{elsewhere} at the 5 % level; {alone}, and {told} after the correction for so many looks "
        "(Holm). Only these are called findings."
    ) + left_out


def _value_of(table: pd.DataFrame, column: str) -> str:
    """The column of what those p-values judge."""
    if column == "pcoc_p":
        return "pcoc"
    if column.startswith("loss_"):
        return "loss_difference"
    return "auc" if "auc" in table else "difference"


def description_in_words(found: Description, a: str, b: str) -> list[str]:
    """What the tree found, the places in which the first model is ahead by the most first.

    Args:
        found: from `describe`.
        a: name to show of its first model.
        b: of its second.
    """
    if not found.leaves:
        return [f"{found.rows:,} rows, or the clicks among them, are too few to look for places."]
    basis = (
        f"Looked for on {found.grown_on:,} rows drawn at random and measured on {found.estimated_on:,} others, "
        f"of {found.rows:,}."
    )
    if not found.found:
        alike = f"No place can be told in which {a} and {b} differ by more or less than elsewhere."
        return [alike, *(_leaf(leaf, found, a, b) for leaf in found.leaves if not leaf.conditions), basis]
    return [*(_leaf(leaf, found, a, b) for leaf in found.leaves), basis]


def _leaf(leaf: Leaf, found: Description, a: str, b: str) -> str:
    # Without conditions the place is all rows, but the lead was measured on some of them only.
    measured = f"On the {found.estimated_on:,} rows measured"
    where = f"Where {leaf.words} ({leaf.rows:,} rows)" if leaf.conditions else measured
    if not leaf.told:
        return f"{where} no difference between {a} and {b} can be told."
    ahead, behind, low, high = (a, b, leaf.low, leaf.high) if leaf.value > 0 else (b, a, -leaf.high, -leaf.low)
    amount = f"{abs(leaf.value):.3f} ({low:z.3f} to {high:z.3f})"
    if found.by == "rank":
        return f"{where} {ahead} ranks rows better than {behind}, by {amount} of AUC."
    return f"{where} {ahead} loses less than {behind}, by {amount} of log-loss a row."


def _difference(row: dict[Any, Any], a: str, b: str) -> str:
    ahead, behind, low, high, beyond = a, b, row["low"], row["high"], row["beyond"]
    if row["difference"] < 0:
        ahead, behind, low, high, beyond = b, a, -high, -low, -beyond
    amount = f"{abs(row['difference']):.3f} ({low:z.3f} to {high:z.3f})"
    more = f"{abs(beyond):.3f} {'more' if beyond > 0 else 'less'} than elsewhere"
    return f"{_where(row)} {ahead} ranks better than {behind} by {amount}, {more}."


def _where(row: dict[Any, Any]) -> str:
    return f"Where {subject(row['grouping'], row['kind'])} {row['slice']} ({row['rows']:,} rows)"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
