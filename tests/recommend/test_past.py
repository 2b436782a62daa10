"""What a user did before: the table's own history, the newest first, items by their names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.options import Options
from ctrcore.recommend.past import past
from ctrcore.runs.recommending import open_two_stages
from tests.trained import Trained, trained

__all__ = ["trained"]


@pytest.fixture(scope="module")
def trace(trained: Trained) -> Trace:
    two = open_two_stages(trained.workspace.run(trained.runs["din"]), trained.workspace.run(trained.runs["fm"]))
    user = next(
        user for user in two.last.index if two.last_moment(str(user)).ranker.bags["history_item"].lengths[0] > 2
    )
    return recommend(two.recommender, two.last_moment(str(user)), Options(top_k=3))


def test_the_history_is_that_of_the_row_newest_first(trained: Trained, trace: Trace) -> None:
    row = trained.workspace.dataset(trained.dataset).table().iloc[trace.moment.row]
    found = past(trace)
    assert found is not None
    assert found["history_item"].tolist() == row["history_item"].split("|")[::-1]
    assert found["history_category"].tolist() == row["history_category"].split("|")[::-1]
    assert found["back"].tolist() == list(range(1, len(found) + 1))


def test_items_have_their_names(trace: Trace) -> None:
    plain = past(trace)
    assert plain is not None
    first = plain["history_item"].iloc[0]
    names = replace(trace.items.names, items={first: "Fargo (1996)"})
    items = replace(trace.items, names=names)
    named = past(replace(trace, recommender=replace(trace.recommender, items=items)))
    assert named is not None
    assert named["history_item"].iloc[0] == "Fargo (1996)"
    assert named["history_category"].tolist() == plain["history_category"].tolist()
