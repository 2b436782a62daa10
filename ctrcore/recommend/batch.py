"""Lists for many users, one after the other, so that there may be any number of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from ctrcore.errors import DataError
from ctrcore.recommend.change_sentences import of_counterfactual
from ctrcore.recommend.counterfactual import drop
from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.groups import group_behaviours
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.reasons import reasons
from ctrcore.recommend.recommender import Recommender
from ctrcore.recommend.sentences import reasons_told

AT_ONCE = 200  # users of one table


def lists(
    recommender: Recommender,
    moments: Iterable[Moment],
    options: Options | None = None,
    *,
    with_reasons: bool = True,
    with_changes: bool = False,
    on_problem: Callable[[Moment, DataError], None] | None = None,
) -> Iterator[pd.DataFrame]:
    """The lists of many users, as `ctrcore.recommend.funnel.recommend` makes each of them.

    Args:
        recommender: the two stages.
        moments: one of each user; read as they are needed.
        options: how; the defaults if None.
        with_reasons: say in words what speaks for each item and what against it.
        with_changes: say, too, what smallest change would take it off the list; that takes the longest.
        on_problem: told of each moment that has no list, and why; None: the first one is an error.

    Yields:
        One row an item of a list, of up to 200 users at a time: user (text, missing where the table has none), row (of
        the table: the user's moment), rank, item, name, probability, logit, channel, recall_rank (missing where only
        its popularity brought it in), and reason and change if they are asked for.
    """
    found: list[pd.DataFrame] = []
    for moment in moments:
        try:
            trace = recommend(recommender, moment, options)
        except DataError as error:
            if on_problem is None:
                raise
            on_problem(moment, error)
            continue
        table = _list(trace)
        if with_reasons:
            table["reason"] = pd.array([_reason(trace, place) for place in range(len(table))], dtype="str")
        if with_changes:
            changes = [of_counterfactual(trace, drop(trace, str(item))) for item in table["item"]]
            table["change"] = pd.array(changes, dtype="str")
        found.append(table)
        if len(found) == AT_ONCE:
            yield pd.concat(found, ignore_index=True)
            found = []
    if found:
        yield pd.concat(found, ignore_index=True)


def _list(trace: Trace) -> pd.DataFrame:
    top = trace.top
    return pd.DataFrame(
        {
            "user": pd.array([trace.moment.user] * len(top), dtype="str"),
            "row": trace.moment.row,
            "rank": top["rank"].to_numpy(),
            "item": pd.array(top["item"].tolist(), dtype="str"),
            "name": pd.array(top["name"].tolist(), dtype="str"),
            "probability": top["probability"].to_numpy(),
            "logit": top["logit"].to_numpy(),
            "channel": pd.array(top["channel"].tolist(), dtype="str"),
            "recall_rank": pd.array(top["recall_rank"].tolist(), dtype="Int64"),
        }
    )


def _reason(trace: Trace, place: int) -> str:
    """What speaks for a candidate and what against it, in one text."""
    table = reasons(trace, place, group_behaviours(trace, place))
    return " ".join(reasons_told(table, trace.items.encoder.schema))
