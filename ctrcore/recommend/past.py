"""What the user of a list did before, as people know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctrcore.recommend.moments import history_fields, steps_of

if TYPE_CHECKING:
    from ctrcore.recommend.funnel import Trace


def past(trace: Trace) -> pd.DataFrame | None:
    """The behaviours of the list's moment, the newest first; of the model that reads more of them.

    Returns:
        back (1 is the newest) and a column for each history with its values, items by their names; None where neither
        model reads a history.
    """
    recommender, moment = trace.recommender, trace.moment
    readers = [(recommender.encoder, moment.ranker)]
    if recommender.recall is not None and moment.recall is not None:
        readers.append((recommender.recall.items.encoder, moment.recall))
    readers = [(encoder, one) for encoder, one in readers if history_fields(encoder)]
    if not readers:
        return None
    encoder, one = max(readers, key=lambda reader: steps_of(*reader))
    shown, names = encoder.inverse(one).iloc[0], trace.items.names
    columns = {name: [names.value(name, str(value)) for value in shown[name]][::-1] for name in history_fields(encoder)}
    return pd.DataFrame({"back": np.arange(1, steps_of(encoder, one) + 1)} | columns)
