"""What slices and places tell, in sentences. They hold texts of the table, which a page must make plain."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from ctrcore.comparing.conditions import condition
from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.slices import LEAST_CLASS, LEAST_ROWS
from ctrcore.comparing.slicing import MOST
from ctrcore.comparing.tree import Description, Leaf
from ctrcore.language import mark, say, say_count

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
    value, prefix = (table["difference"], "") if by == "auc" else (-table["loss_difference"], "loss_")
    same = int((table[f"{prefix}told"].eq(True) & ((value >= 0) == (overall >= 0))).sum())
    other = int(table[f"{prefix}beyond_told"].eq(True).sum())
    return say(
        "On all rows {ahead} leads by {lead:.3f} of {what}, and in {same:,} of the {slices} {ahead} is ahead beyond "
        "chance. That only repeats the lead on all rows: a finding is a slice whose lead differs from that on all "
        "other rows, and {do}.",
        ahead=a if overall >= 0 else b,
        lead=abs(overall),
        what="AUC" if by == "auc" else say("log-loss"),
        same=same,
        slices=say_count("{count:,} slice", "{count:,} slices", len(table)),
        do=say_count("{count:,} does", "{count:,} do", other) if other else say("none does"),
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
        say(
            "Where {place} ({rows:,} rows) {model} ranks worse than elsewhere: its AUC there is {auc:.3f}, which is "
            "{less:z.3f} less ({low:z.3f} to {high:z.3f}).",
            **_where(row),
            model=title,
            auc=row["auc"],
            less=-row["against_rest"],
            low=-row["against_high"],
            high=-row["against_low"],
        )
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
    left_out = _left_out(small, least_rows, least_class, nearly_all, promised=column == "pcoc_p")
    if not len(p):
        return " ".join([say("No slice is large enough to be judged."), *left_out])
    unclear = int(table[_value_of(table, column)].notna().sum()) - len(p)
    if unclear:
        untested = say_count(
            "{count:,} more could not be tested: nothing varies in it, or hardly a click is left outside.",
            "{count:,} more could not be tested: nothing varies in them, or hardly a click is left outside.",
            unclear,
        )
        left_out.insert(0, untested)
    told = int((table[column.removesuffix("p") + "adjusted"] < LEVEL).sum())
    looked = say_count("{count:,} slice was looked at.", "{count:,} slices were looked at.", len(p))
    chance = say(
        mark(
            "By chance alone about {expected:.1f} of them would look different from the other rows at the 5 % level; "
            "{alone}, and {told} after the correction for so many looks (Holm). Only these are called findings."
        )
        if "beyond" in column
        else mark(
            "By chance alone about {expected:.1f} of them would look different at the 5 % level; {alone}, and {told} "
            "after the correction for so many looks (Holm). Only these are called findings."
        ),
        expected=LEVEL * len(p),
        alone=say_count("{count:,} does", "{count:,} do", int((p < LEVEL).sum())),
        told=say_count("{count:,} still does", "{count:,} still do", told),
    )
    return " ".join([looked, chance, *left_out])


def _left_out(small: int, least_rows: int, least_class: int, nearly_all: int, *, promised: bool) -> list[str]:
    """Which slices are not judged, as they are too small or as good as all rows."""
    found = []
    if small and promised:
        found.append(
            say_count(
                "{count:,} slice was left out: fewer than {rows:,} rows, {least} promised clicks or {least} promised "
                "rows without a click tell nothing.",
                "{count:,} slices were left out: fewer than {rows:,} rows, {least} promised clicks or {least} promised "
                "rows without a click tell nothing.",
                small,
                rows=least_rows,
                least=least_class,
            )
        )
    elif small:
        found.append(
            say_count(
                "{count:,} slice was left out: fewer than {rows:,} rows, {least} clicks or {least} rows without a "
                "click tell nothing.",
                "{count:,} slices were left out: fewer than {rows:,} rows, {least} clicks or {least} rows without a "
                "click tell nothing.",
                small,
                rows=least_rows,
                least=least_class,
            )
        )
    if nearly_all:
        found.append(
            say_count(
                "{count:,} slice holds more than {most:.0f} % of the rows and is left out, being as good as all rows.",
                "{count:,} slices hold more than {most:.0f} % of the rows and are left out, being as good as all rows.",
                nearly_all,
                most=100 * MOST,
            )
        )
    return found


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
        return [say("{rows:,} rows, or the clicks among them, are too few to look for places.", rows=found.rows)]
    basis = say(
        "Looked for on {grown:,} rows drawn at random and measured on {measured:,} others, of {rows:,}.",
        grown=found.grown_on,
        measured=found.estimated_on,
        rows=found.rows,
    )
    if not found.found:
        alike = say("No place can be told in which {a} and {b} differ by more or less than elsewhere.", a=a, b=b)
        return [alike, *(_leaf(leaf, found, a, b) for leaf in found.leaves if not leaf.conditions), basis]
    return [*(_leaf(leaf, found, a, b) for leaf in found.leaves), basis]


def _leaf(leaf: Leaf, found: Description, a: str, b: str) -> str:
    # Without conditions the place is all rows, but the lead was measured on some of them only.
    if leaf.conditions:
        where = say("Where {place} ({rows:,} rows)", place=leaf.words, rows=leaf.rows)
    else:
        where = say("On the {rows:,} rows measured", rows=found.estimated_on)
    if not leaf.told:
        return say("{where} no difference between {a} and {b} can be told.", where=where, a=a, b=b)
    ahead, behind, low, high = (a, b, leaf.low, leaf.high) if leaf.value > 0 else (b, a, -leaf.high, -leaf.low)
    return say(
        mark("{where} {ahead} ranks rows better than {behind}, by {lead:.3f} ({low:z.3f} to {high:z.3f}) of AUC.")
        if found.by == "rank"
        else mark(
            "{where} {ahead} loses less than {behind}, by {lead:.3f} ({low:z.3f} to {high:z.3f}) of log-loss a row."
        ),
        where=where,
        ahead=ahead,
        behind=behind,
        lead=abs(leaf.value),
        low=low,
        high=high,
    )


def _difference(row: dict[Any, Any], a: str, b: str) -> str:
    ahead, behind, low, high, beyond = a, b, row["low"], row["high"], row["beyond"]
    if row["difference"] < 0:
        ahead, behind, low, high, beyond = b, a, -high, -low, -beyond
    return say(
        mark(
            "Where {place} ({rows:,} rows) {ahead} ranks better than {behind} by {lead:.3f} ({low:z.3f} to "
            "{high:z.3f}), {beyond:.3f} more than elsewhere."
        )
        if beyond > 0
        else mark(
            "Where {place} ({rows:,} rows) {ahead} ranks better than {behind} by {lead:.3f} ({low:z.3f} to "
            "{high:z.3f}), {beyond:.3f} less than elsewhere."
        ),
        **_where(row),
        ahead=ahead,
        behind=behind,
        lead=abs(row["difference"]),
        low=low,
        high=high,
        beyond=abs(beyond),
    )


def _where(row: dict[Any, Any]) -> dict[str, Any]:
    """The slice and its rows, for the braces of a sentence."""
    return {"place": condition(row["grouping"], row["kind"], row["slice"]), "rows": row["rows"]}
