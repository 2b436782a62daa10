"""What each field of a run is worth, in all senses that have been measured: one table for the page and the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ctrcore.comparing.intervals import NORMAL
from ctrcore.language import mark, say

if TYPE_CHECKING:
    from ctrcore.explain.effects import Effect

COLUMNS = ("measure", "name", "value", "low", "high", "rows")
Result = Mapping[str, Any] | None


def measures(
    own: pd.DataFrame,
    own_rows: int,
    weight: str | None,
    *,
    importance: Result = None,
    shapley: Result = None,
    first_look: Result = None,
) -> pd.DataFrame:
    """All measures of one run below each other.

    Args:
        own: `explain.importance.own_importance`.
        own_rows: rows it rests on.
        weight: what the model's own weight is called, 'attention' or 'gate'; None if it has none.
        importance: result of a study 'importance' of the same fields.
        shapley: result of a study 'shapley' of the same fields.
        first_look: the `importance` of the run's explain.json, which has no intervals; used without a study.

    Returns:
        measure ('permutation', 'shapley', 'contribution', 'attention' or 'gate'), name (of the field, or tied fields),
        value, low, high (95 % interval; of the model's own weight one standard deviation over rows to either side; NaN
        where there is none) and rows (of the sample).
    """
    names = [str(name) for name in own["name"]]
    found = []
    if importance is not None:
        table = pd.DataFrame(importance["fields"])
        found.append(_table("permutation", table, "drop", importance["rows"]))
    elif first_look is not None:
        found.append(_first_look(names, first_look))
    if shapley is not None:
        table = _with_interval(pd.DataFrame(shapley["fields"]), "shapley")
        found.append(_table("shapley", table, "shapley", shapley["rows"]))
    found.append(_table("contribution", _with_interval(own, "contribution"), "contribution", own_rows))
    if weight is not None:
        ends = {"low": own["weight"] - own["weight_spread"], "high": own["weight"] + own["weight_spread"]}
        found.append(_table(weight, own.assign(**ends), "weight", own_rows))
    return pd.concat(found, ignore_index=True)


def wide(table: pd.DataFrame, names: Sequence[str]) -> dict[str, list[float]]:
    """Values of each measure in the order of the names; NaN where a name has none."""
    return {
        str(measure): part.set_index("name")["value"].reindex(list(names)).astype(float).tolist()
        for measure, part in table.groupby("measure", sort=False)
    }


def strongest(tables: Sequence[pd.DataFrame], measure: str) -> list[str]:
    """Names of the fields by the largest value that any of the tables has of the measure, the largest first."""
    every = pd.concat(tables)
    values = every[every["measure"] == measure].groupby("name", sort=False)["value"].max()
    known = [str(name) for name in values.sort_values(ascending=False, kind="stable").index]
    return known + [str(name) for name in dict.fromkeys(every["name"]) if name not in known]


def _table(measure: str, table: pd.DataFrame, value: str, rows: int) -> pd.DataFrame:
    columns = {"name": table["name"], "value": table[value], "low": table["low"], "high": table["high"]}
    found = pd.DataFrame(columns).assign(measure=measure, rows=rows)[list(COLUMNS)]
    return found.astype({"value": float, "low": float, "high": float})


def _with_interval(table: pd.DataFrame, value: str) -> pd.DataFrame:
    half = NORMAL * table[f"{value}_error"].astype(float)
    return table.assign(low=table[value] - half, high=table[value] + half)


def _first_look(names: Sequence[str], summary: Mapping[str, Any]) -> pd.DataFrame:
    """Of tied fields nothing is known; the columns of a history were shuffled together, and have one drop."""
    drops = dict(zip(summary["fields"], summary["permutation_auc_drop"], strict=True))
    values = []
    for name in names:
        together = {drops[part] for part in name.split(" + ") if drops.get(part) is not None}
        values.append(together.pop() if len(together) == 1 else np.nan)
    table = pd.DataFrame({"name": names, "value": values, "low": np.nan, "high": np.nan})
    return _table("permutation", table, "value", summary["rows"])


def compared(effect: Effect) -> pd.DataFrame:
    """An effect per value, against the mean over all rows: value, middle, rows, effect, low, high, seen, rare, of.

    `middle` is NaN but for a curve; `of` is the size of the sample.
    """
    table = effect.table.assign(effect=effect.table["mean"] - effect.centre, of=effect.rows)
    table["low"], table["high"] = table["low"] - effect.centre, table["high"] - effect.centre
    if "middle" not in table:
        table["middle"] = np.nan
    return table[["value", "middle", "rows", "effect", "low", "high", "seen", "rare", "of"]]


FEW = {  # by what a value is counted in
    "rows": mark(
        "Of {values:,} values the {drawn} furthest up and down with at least {least} rows are drawn; the file has all."
    ),
    "behaviours": mark(
        "Of {values:,} values the {drawn} furthest up and down with at least {least} behaviours are drawn; the file "
        "has all."
    ),
}


def both_ends(
    tables: Sequence[pd.DataFrame], ends: int, least: int = 1, *, value: str = "effect", count: str = "rows"
) -> tuple[list[str], str]:
    """The values with the largest and the smallest effect, the mean over several models, and what is left out.

    Args:
        tables: one a model, with the columns value, and those named below.
        ends: values at either end; with up to twice as many, all of them.
        least: rows that a value needs.
        value: column of the effect.
        count: column of the rows.

    Returns:
        The values from the largest effect to the smallest; and a sentence on the others, or nothing.
    """
    every = pd.concat(tables).groupby("value", sort=False).agg(**{value: (value, "mean"), count: (count, "max")})
    enough = every[every[count] >= least].sort_values(value, ascending=False, kind="stable")
    order = [str(one) for one in enough.index]
    if len(order) > 2 * ends:
        order = order[:ends] + order[-ends:]
    if len(order) == len(every):
        return order, ""
    said = {"values": len(every), "drawn": len(order), "least": least}
    if least <= 1:
        return order, say("Of {values:,} values the {drawn} furthest up and down are drawn; the file has all.", **said)
    return order, say(FEW[count], **said)


def strongest_pairs(tables: Sequence[pd.DataFrame], drawn: int) -> tuple[list[str], int]:
    """Names of the pairs that are strong in any of several models, and how many pairs there are.

    Each model's pairs are held against its strongest one.
    """
    share = pd.concat(
        [
            pd.DataFrame(
                {
                    "name": table["left"] + " × " + table["right"],
                    "share": table["strength"] / (table["strength"].max() or 1.0),
                }
            )
            for table in tables
        ]
    )
    order = share.groupby("name", sort=False)["share"].max().sort_values(ascending=False, kind="stable")
    return [str(name) for name in order.index[:drawn]], len(order)
