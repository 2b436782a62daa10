"""Behaviours put together: all clicks on one category as one part, instead of fifty small ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.explanation import NAN, Explanation, Part, parts_table
from ctrcore.explain.naming import WHOLE
from ctrcore.explain.players import history_steps


def coarsest_history(encoder: Encoder) -> str | None:
    """The history column of the fewest different values; None if there is no history."""
    histories = [field for field in encoder.fields if field.kind == "history"]
    return min(histories, key=lambda field: field.size).name if histories else None


def group_behaviours(explanation: Explanation, encoder: Encoder, one: Encoded, by: str) -> Explanation:
    """The explanation with its behaviours added up: sums of parts, so it is as exact as it was.

    Args:
        explanation: with one part for each behaviour of the row's history, or with none: then it is returned as it is.
        encoder: the one the row was encoded with.
        one: the row.
        by: a history column: one part for each of its values; or 'whole': one part for all behaviours.
    """
    parts = explanation.parts
    single = (parts["kind"] == "behaviour").to_numpy()
    steps = history_steps(encoder, one)
    if not single.any() or len(next(iter(steps.values()))) != int(single.sum()):
        return explanation
    values = np.array(steps[by] if by in steps else ["all"] * int(single.sum()), dtype=object)
    groups = [_group(by, str(value), parts[single][values == value], by in steps) for value in dict.fromkeys(values)]
    return replace(explanation, parts=pd.concat([parts[~single], parts_table(groups)], ignore_index=True))


def _group(by: str, value: str, members: pd.DataFrame, named: bool) -> Part:
    count = f"{len(members)} behaviour{'' if len(members) == 1 else 's'}"
    name = f"{by}: {value}" if named else WHOLE
    return "group", name, count, float(members["contribution"].sum()), float(members["weight"].sum(skipna=False)), NAN
