"""Two stages: equal to doing each by hand, and every candidate knows the way it came."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.errors import DataError
from ctrcore.recommend.funnel import recommend
from ctrcore.recommend.items import ItemTable, candidates
from ctrcore.recommend.moments import Moment, last_rows
from ctrcore.recommend.options import Options
from ctrcore.recommend.recommender import Recommender
from ctrcore.training.predicting import predict
from tests.data.tables import clicks_schema, clicks_table
from tests.recommend.conftest import Build

OPTIONS = Options(recall_size=12, popular_size=5, top_k=4)


@pytest.mark.parametrize("ranker", ["lr", "fm", "afm", "fibinet", "din"])
def test_the_list_equals_both_stages_by_hand(build: Build, moment: Moment, ranker: str) -> None:
    recommender = build(ranker)
    trace = recommend(recommender, moment, OPTIONS)
    items, recall = recommender.items, recommender.recall
    assert recall is not None
    history = set(items.encoder.inverse(moment.ranker).iloc[0]["history_item"])
    free = [place for place in range(len(items)) if str(items.ids[place]) not in history]
    brute = predict(recall.model, candidates(moment.ranker, items, np.arange(len(items))))
    by_score = sorted(free, key=lambda place: -brute[place])[:12]
    by_clicks = sorted(free, key=lambda place: -items.clicks[place])[:5]
    expected = sorted({*by_score, *by_clicks})
    logits = dict(zip(expected, predict(recommender.model, candidates(moment.ranker, items, expected)), strict=True))
    ranked = sorted(expected, key=lambda place: -logits[place])
    assert trace.positions.tolist() == ranked
    assert trace.candidates["logit"].tolist() == pytest.approx([float(logits[place]) for place in ranked], abs=1e-6)
    assert trace.top["item"].tolist() == [str(items.ids[place]) for place in ranked[:4]]
    assert trace.top["name"].tolist() == [f"Thing {items.ids[place]}" for place in ranked[:4]]
    for place, found in enumerate(trace.candidates.itertuples()):
        position = ranked[place]
        ways = (["FM"] if position in by_score else []) + (["popular"] if position in by_clicks else [])
        assert found.channel == " and ".join(ways)
        assert found.recall_score == pytest.approx(float(brute[position]), rel=2e-6, abs=2e-5)
        assert trace.recall_rank(str(found.item)) == sorted(free, key=lambda one: -brute[one]).index(position) + 1
    assert trace.recall_cutoff == pytest.approx(float(brute[by_score[-1]]), rel=2e-6, abs=2e-5)
    assert [stage.count for stage in trace.stages] == [len(items), len(expected), len(expected), 4]
    assert all(stage.seconds >= 0 for stage in trace.stages)


def test_without_recall_every_item_is_ranked(build: Build, moment: Moment) -> None:
    trace = recommend(build("fm", None), moment, Options(leave_out_seen=False))
    assert sorted(trace.positions.tolist()) == list(range(len(trace.items)))
    assert set(trace.candidates["channel"]) == {"every item"}
    assert trace.recall_rank(str(trace.items.ids[0])) is None


def test_too_many_items_need_a_recall(build: Build, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctrcore.recommend.funnel.MOST_WITHOUT_RECALL", 5)
    with pytest.raises(DataError, match="too many to rank without a first choice"):
        recommend(build("fm", None), moment)


def test_nothing_left_to_rank_is_said(build: Build, moment: Moment) -> None:
    with pytest.raises(DataError, match="No item is left"):
        recommend(build("fm"), moment, Options(recall_size=0, popular_size=0))


def test_what_the_user_has_seen_can_be_offered_again(build: Build, moment: Moment, items: ItemTable) -> None:
    recommender: Recommender = build("din")
    seen = set(recommender.seen(moment).tolist())
    assert 0 < len(seen) <= 6
    every = Options(recall_size=len(items), popular_size=0)
    assert not seen & set(recommend(recommender, moment, every).positions.tolist())
    again = recommend(recommender, moment, every.model_copy(update={"leave_out_seen": False}))
    assert seen <= set(again.positions.tolist())


def test_last_rows_equal_a_loop_over_the_rows_in_time() -> None:
    frame, schema = clicks_table().sample(frac=1, random_state=3), clicks_schema()
    expected = {}
    for row in frame.sort_values("time", kind="stable").itertuples():
        expected[str(row.user_id)] = int(row.Index)  # type: ignore[arg-type]
    assert last_rows(frame, schema).to_dict() == expected
    with pytest.raises(DataError, match="no user column"):
        last_rows(frame, schema.model_copy(update={"user": None}))
