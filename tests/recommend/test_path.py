"""Where an item stands at each stage: equal to counting by hand, for every item of a small shop."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.options import Options
from ctrcore.recommend.path import Stop, path
from ctrcore.runs.recommending import open_two_stages
from tests.trained import Trained, trained

__all__ = ["trained"]
OPTIONS = Options(recall_size=5, popular_size=3, top_k=3)


def trace_of(trained: Trained, recall: bool = True, options: Options = OPTIONS) -> Trace:
    runs = {name: trained.workspace.run(one) for name, one in trained.runs.items()}
    two = open_two_stages(runs["din"], runs["fm"] if recall else None)
    row = next(row for row in two.last if len(two.recommender.seen(two.moment(int(row)))))
    return recommend(two.recommender, two.moment(int(row)), options)


def test_every_item_has_the_stops_that_counting_gives(trained: Trained) -> None:
    trace = trace_of(trained)
    items, scores = trace.items, trace.recall_scores
    assert scores is not None
    offered = np.setdiff1d(np.arange(len(items)), trace.left_out)
    by_fm = offered[np.argsort(-scores[offered], kind="stable")]
    by_clicks = offered[np.argsort(-items.clicks[offered], kind="stable")]
    all_by_clicks = np.argsort(-items.clicks, kind="stable")
    candidates = set(by_fm[:5]) | set(by_clicks[:3])
    ways = set()
    for position in range(len(items)):
        expected = [Stop(int(np.flatnonzero(all_by_clicks == position)[0]) + 1, position in offered, "clicks")]
        if position in offered:
            fm = int(np.flatnonzero(by_fm == position)[0]) + 1
            clicks = int(np.flatnonzero(by_clicks == position)[0]) + 1
            only_popular = fm > 5 and clicks <= 3
            expected.append(Stop(clicks, True, "popular") if only_popular else Stop(fm, position in candidates, "FM"))
        if position in candidates:
            rank = int(np.flatnonzero(trace.positions == position)[0]) + 1
            expected.append(Stop(rank, rank <= 3, "DIN"))
            expected += [Stop(rank, True, "DIN")] * (rank <= 3)
        found = path(trace, str(items.ids[position]))
        assert len(found) == len(trace.stages) == 4
        assert [stop for stop in found if stop is not None] == expected
        ways.add(len(expected))
    assert ways == {1, 2, 3, 4}  # some are seen already, not recalled, ranked too low, and shown


def test_without_a_recall_there_is_no_stop_in_it(trained: Trained) -> None:
    trace = trace_of(trained, recall=False)
    best = str(trace.top["item"].iloc[0])
    assert [stop and stop.rank for stop in path(trace, best)][1:] == [None, 1, 1]


def test_an_unknown_item_is_an_error_that_can_be_mended(trained: Trained) -> None:
    with pytest.raises(Exception, match="no item 'nothing'"):
        path(trace_of(trained), "nothing")
