"""The parts of an explanation that have to do with the item, put together so that people can read them.

A model has dozens of parts: two fields of the user and five of the item make ten pairs. Here all pairs of one value of
the user with the item are one reason, all pairs of the item's own values are another, and past behaviours with a
common value are a third. Every part that has to do with the item is in exactly one reason, so that the reasons' sum is
theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.explain.explanation import Explanation
from ctrcore.explain.rows import shown_values
from ctrcore.models.base import CTRModel
from ctrcore.recommend.changes import behaviours_shown
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.moments import history_fields
from ctrcore.recommend.worth import Worth

COLUMNS = ("kind", "name", "value", "count", "contribution")
MOST_GROUPS = 2
OWN_PREFERRED = 0.5  # a value that the item has, too, is the reason unless another weighs more than twice as much


Reason = tuple[str, str, str, int, float]


def reasons(
    trace: Trace, item: str, explanation: Explanation, worth: Worth | None, groups: pd.DataFrame
) -> pd.DataFrame:
    """The reasons for an item's logit.

    Args:
        trace: the list.
        item: the one that is explained.
        explanation: of this item, by the model's own terms.
        worth: (T,) what each behaviour adds (`ctrcore.recommend.worth`); None: no behaviour is told apart.
        groups: of behaviours (`ctrcore.recommend.groups`).

    Returns:
        One row a reason, the largest first: kind ('item': a value of the item alone, or all pairs of its own values
        under an empty name; 'match': a value of the user or the situation with the item; 'group': behaviours that share
        a value; 'own group': one that the item has, too; 'behaviour': a single one), name (the field; of a group the
        column, of a behaviour 'behaviour 3 back'), value, count (parts or behaviours put together) and contribution.
    """
    fields = trace.items.fields
    histories = set(history_fields(trace.recommender.encoder)) if worth is not None else set()
    shown = shown_values(trace.recommender.encoder, trace.row(item))
    alone: dict[str, float] = {}
    matches: dict[str, float] = {}
    counts: dict[str, int] = {}
    for sides, contribution in zip(
        sides_of(trace.recommender.model, explanation.parts), explanation.parts["contribution"], strict=True
    ):
        if not fields.intersection(sides):
            continue
        others = [side for side in sides if side not in fields]
        key = others[0] if others else sides[0] if len(sides) == 1 else ""
        counts[key] = counts.get(key, 0) + 1
        side = matches if others else alone
        side[key] = side.get(key, 0.0) + float(contribution)
    found: list[Reason] = [("item", name, shown.get(name, ""), counts[name], value) for name, value in alone.items()]
    found += [
        ("match", name, shown[name], counts[name], value) for name, value in matches.items() if name not in histories
    ]
    found += list(_behaviours(trace, worth, groups)) if worth is not None else []
    table = pd.DataFrame(found, columns=list(COLUMNS))
    order = table["contribution"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def sides_of(model: CTRModel, parts: pd.DataFrame) -> list[tuple[str, ...]]:
    """The fields of each part: one of a field, two of a pair, none of anything else."""
    names = [field.name for field in model.fields]
    pairs = {f"{names[i]} × {names[j]}": (names[i], names[j]) for i, j in model.pairs.T.tolist()}
    fields: dict[str, tuple[str, ...]] = {name: (name,) for name in names}
    known: dict[str, Mapping[str, tuple[str, ...]]] = {"field": fields, "pair": pairs}
    return [
        known.get(str(kind), {}).get(str(name).removesuffix(" (re-weighted)"), ())
        for kind, name in zip(parts["kind"], parts["name"], strict=True)
    ]


def _strongest(groups: pd.DataFrame, left: npt.NDArray[np.bool_]) -> pd.Series[Any] | None:
    """The group that weighs most, of those whose behaviours are all left."""
    whole = groups[[bool(left[np.array(backs) - 1].all()) for backs in groups["backs"]]]  # the largest stand first
    if whole.empty:
        return None
    shared = whole[whole["own"].astype(bool)]
    first = whole.iloc[0]
    if len(shared) and abs(shared["contribution"].iloc[0]) >= OWN_PREFERRED * abs(first["contribution"]):
        return shared.iloc[0]
    return first


def _behaviours(trace: Trace, worth: Worth, groups: pd.DataFrame) -> Iterator[Reason]:
    """The strongest groups that share no behaviour, and every behaviour that is in none of them."""
    shown = behaviours_shown(trace.recommender.encoder, trace.moment.ranker, trace.items.names)[::-1]
    left = np.ones(len(worth), dtype=bool)
    for _ in range(MOST_GROUPS):
        group = _strongest(groups, left)
        if group is not None:
            left[np.array(group["backs"]) - 1] = False
            kind = "own group" if group["own"] else "group"
            yield kind, str(group["by"]), str(group["value"]), len(group["backs"]), float(group["contribution"])
    for place in np.flatnonzero(left).tolist():
        yield "behaviour", f"behaviour {place + 1} back", shown[place], 1, float(worth[place])
