"""Past behaviours that have a value in common: three clicks on comedies say more than three clicks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.values import item_values

COLUMNS = ("by", "value", "behaviours", "contribution", "lead", "own", "backs")
FEWEST = 2


def group_behaviours(trace: Trace, place: int) -> pd.DataFrame:
    """Behaviours by each value that at least two of them share.

    Their values are those of the histories, and where one of them holds items, those of these items' columns.

    Args:
        trace: the list.
        place: of the candidate that is explained, from 0.

    Returns:
        by (column of the item), value, behaviours, contribution (sum of theirs to the item's logit), lead (sum of
        theirs, see `ctrcore.recommend.contrast`), own (the item has the value, too), backs (list: which ones, 1 is the
        most recent), the largest lead first. Empty where the model does not tell behaviours apart.
    """
    worth, lead = trace.contrast.behaviours(place), trace.contrast.leads(place).behaviours
    if not len(worth):
        return pd.DataFrame(columns=list(COLUMNS))
    own = item_values(trace.items, trace.positions[place : place + 1])
    found = []
    for by, values in trace.contrast.behaviour_values.items():
        backs_of: dict[str, list[int]] = {}
        for back, held in enumerate(values, start=1):
            for value in held:
                backs_of.setdefault(value, []).append(back)
        for value, backs in backs_of.items():
            if len(backs) >= FEWEST:
                inside = np.array(backs) - 1
                sums = float(worth[inside].sum()), float(lead[inside].sum())
                found.append((by, value, len(backs), *sums, value in own.get(by, [[]])[0], backs))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    order = table["lead"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)
