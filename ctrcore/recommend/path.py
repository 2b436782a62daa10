"""Where one item stands at each stage of the way from all items to the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctrcore.language import mark

if TYPE_CHECKING:
    from ctrcore.recommend.funnel import Trace


@dataclass(frozen=True)
class Stop:
    """An item at one stage.

    Attributes:
        rank: from 1, by what orders this stage for the item.
        kept: it goes on to the next stage.
        by: what the rank goes by: 'clicks', the name of a model, or 'popular'.
    """

    rank: int
    kept: bool
    by: str


def path(trace: Trace, item: str) -> list[Stop | None]:
    """An item's stops, one for each of `trace.stages`, up to the one at which it is left out; None afterwards.

    All items are ordered by the clicks of the training rows. An item that came only by its popularity has its rank
    among the popular items in the recall.

    Raises:
        DataError: there is no such item.
    """
    position = trace.items.position(item)
    clicks = trace.items.clicks
    ahead = int((clicks > clicks[position]).sum() + (clicks[:position] == clicks[position]).sum())
    kept = not bool((trace.left_out == position).any())
    stops: list[Stop | None] = [Stop(ahead + 1, kept, mark("clicks"))]
    place = trace.place(item)
    if kept:
        stops.append(_recalled(trace, item, place))
    if place is not None:
        ranker = trace.stages[2].how
        stays = place < trace.options.top_k
        stops.append(Stop(place + 1, stays, ranker))
        if stays:
            stops.append(Stop(place + 1, True, ranker))
    return [*stops, *[None] * (len(trace.stages) - len(stops))]


def _recalled(trace: Trace, item: str, place: int | None) -> Stop | None:
    """The item in the first stage; None where there is no such stage, for it orders nothing."""
    if place is not None and trace.popular[place] and not trace.recalled[place]:
        return Stop(int(trace.popular[place]), True, "popular")
    rank = trace.recall_rank(item)
    recall = trace.recommender.recall
    return None if rank is None or recall is None else Stop(rank, place is not None, type(recall.model).__name__)
