"""Why this item rather than another candidate: the leads of `ctrcore.recommend.contrast`, as people can read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.explain.explanation import undivided
from ctrcore.explain.rows import shown_values
from ctrcore.recommend.changes import behaviours_shown
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.terms import Numbers

COLUMNS = ("kind", "name", "value", "count", "contribution", "lead")
MOST_GROUPS = 2
OWN_PREFERRED = 0.5  # a value that the item has, too, is the reason unless another weighs more than twice as much

Reason = tuple[str, str, str, int, float, float]


def reasons(trace: Trace, place: int, groups: pd.DataFrame) -> pd.DataFrame:
    """The reasons for a candidate.

    Args:
        trace: the list.
        place: of the candidate, from 0.
        groups: of past behaviours (`ctrcore.recommend.groups`).

    Returns:
        One row a reason, the largest lead first:

        - kind: 'appeal', what it has for anybody; 'match', how it suits a value of the user or the situation; 'group',
          past behaviours that share a value; 'own group', one that the item has, too; 'behaviour', a single one;
          'item', what a value of the item, or all pairs among its values (no name), mean for this user; 'rest', how it
          suits all that is the user's alone; 'hidden', what hidden layers make of all values together (only where the
          model has them);
        - name: the field; of a group the column, of a behaviour 'behaviour 3 back'; value: as people know it; count:
          behaviours put together, else 1;
        - contribution: to this item's logit, NaN of the appeal; lead: beyond the other candidates and other users.
    """
    contrast = trace.contrast
    terms, leads = contrast.terms, contrast.leads(place)
    shown = shown_values(trace.recommender.encoder, trace.row(str(trace.items.ids[trace.positions[place]])))
    found: list[Reason] = [
        (key.kind, key.name, _called(trace, key.name, shown), 1, float(value), float(lead))
        for key, value, lead in zip(contrast.keys, terms.values[place], leads.values, strict=True)
    ]
    found.append(("appeal", "", "", 1, float("nan"), leads.appeal))
    found.append(("rest", "", "", 1, float(terms.rest[place]), leads.rest))
    if not trace.recommender.model.exact:
        found.append(("hidden", "", "", 1, float(terms.hidden[place]), leads.hidden))
    found += list(_behaviours(trace, contrast.behaviours(place), leads.behaviours, groups))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    order = table["lead"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _called(trace: Trace, name: str, shown: Mapping[str, str]) -> str:
    """A value of the row as people know it; an item's name is one value, whatever commas it has."""
    value, names = shown.get(name, ""), trace.items.names
    return undivided(names.value(name, value)) if name in names.fields else value


def _behaviours(trace: Trace, worth: Numbers, lead: Numbers, groups: pd.DataFrame) -> Iterator[Reason]:
    """The strongest groups that share no behaviour, and every behaviour that is in none of them."""
    if not len(worth):
        return
    shown = behaviours_shown(trace.recommender.encoder, trace.moment.ranker, trace.items.names)[::-1]
    left = np.ones(len(worth), dtype=bool)
    for _ in range(MOST_GROUPS):
        group = _strongest(groups, left)
        if group is not None:
            inside = np.array(group["backs"]) - 1
            left[inside] = False
            kind = "own group" if group["own"] else "group"
            sums = float(worth[inside].sum()), float(lead[inside].sum())
            yield kind, str(group["by"]), str(group["value"]), len(inside), *sums
    for place in np.flatnonzero(left).tolist():
        yield "behaviour", f"behaviour {place + 1} back", shown[place], 1, float(worth[place]), float(lead[place])


def _strongest(groups: pd.DataFrame, left: npt.NDArray[np.bool_]) -> pd.Series[Any] | None:
    """The group that weighs most, of those whose behaviours are all left."""
    whole = groups[[bool(left[np.array(backs) - 1].all()) for backs in groups["backs"]]]  # the largest stand first
    if whole.empty:
        return None
    shared = whole[whole["own"].astype(bool)]
    first = whole.iloc[0]
    if len(shared) and abs(shared["lead"].iloc[0]) >= OWN_PREFERRED * abs(first["lead"]):
        return shared.iloc[0]
    return first
