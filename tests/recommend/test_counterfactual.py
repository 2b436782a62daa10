"""Smallest changes: what they claim holds when everything is made anew, and equals a search by loops."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.recommend.change_sentences import of_counterfactual
from ctrcore.recommend.changes import BehaviourChanges, FieldChanges
from ctrcore.recommend.counterfactual import Counterfactual, drop, lift
from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.search import margins
from tests.explain.conftest import SmallShop
from tests.recommend.conftest import Build

OPTIONS = Options(recall_size=15, popular_size=4, top_k=4)
MODELS = ["fm", "afm", "fibinet", "din"]


def shorter(one: Encoded, backs: list[int]) -> Encoded:
    """The reference: the row's histories without some behaviours, by a loop."""
    bags = dict(one.bags)
    for name in ("history_item", "history_category"):
        ids = one.bags[name].ids.tolist()
        kept = [id_ for step, id_ in enumerate(ids) if len(ids) - step not in backs]
        bags[name] = Bag(np.array(kept, dtype=np.int32), np.array([0, len(kept)]))
    return replace(one, bags=bags)


def without(trace: Trace, backs: list[int]) -> Trace:
    assert trace.moment.recall is not None
    moment = replace(
        trace.moment, ranker=shorter(trace.moment.ranker, backs), recall=shorter(trace.moment.recall, backs)
    )
    return recommend(trace.recommender, moment, trace.options, trace.left_out)


def backs_of(found: Counterfactual) -> list[int]:
    return [int(change.name.split()[1]) for change in found.changes]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rank", [1, 4])
def test_a_drop_holds_when_the_list_is_made_anew(build: Build, moment: Moment, model: str, rank: int) -> None:
    trace = recommend(build(model), moment, OPTIONS)
    item = str(trace.top["item"].iloc[rank - 1])
    found = drop(trace, item, kind="behaviour")
    after = without(trace, backs_of(found))
    assert found.kind == "behaviour"
    assert found.rank_before == rank
    assert found.rank_after == after.rank(item)
    assert found.logit_after == pytest.approx(after.logit(item), abs=1e-5)
    assert found.found == (after.rank(item) is None or (after.rank(item) or 0) > 4)
    if found.found:
        came = [one for one in after.top["item"] if one not in set(trace.top["item"])]
        assert found.replacement == came[0]
        assert found.rank_without is None
    else:
        assert found.rank_without == without(trace, list(range(1, 7))).rank(item)


@pytest.mark.parametrize("model", MODELS)
def test_a_single_removal_is_found_whenever_there_is_one(build: Build, moment: Moment, model: str) -> None:
    trace = recommend(build(model), moment, OPTIONS)
    for item in trace.top["item"]:
        ranks = [without(trace, [back]).rank(str(item)) or 99 for back in range(1, 7)]
        found = drop(trace, str(item), kind="behaviour")
        assert (found.found and len(found.changes) == 1) == (max(ranks) > 4)
        if found.found and len(found.changes) <= 2:
            assert found.exhaustive


@pytest.mark.parametrize("model", MODELS)
def test_margins_equal_lists_made_one_by_one(build: Build, moment: Moment, model: str) -> None:
    """DIN attends once for all removals, recall is done for all at once: the numbers stay those of single lists."""
    trace = recommend(build(model), moment, OPTIONS)
    changes = BehaviourChanges(trace.recommender, moment)
    sets = [(0,), (5,), (1, 3), (0, 2, 4)]
    for target in trace.positions[[0, 6]].tolist():
        found = margins(trace, changes, sets, target=target, top_k=4)
        for chosen, margin in zip(sets, found, strict=True):
            after = without(trace, [place + 1 for place in chosen])
            rank = after.rank(str(trace.items.ids[target]))
            if rank is None:
                assert margin < -1e5
                continue
            others = after.logits[after.positions != target]
            assert margin == pytest.approx(float(after.logits[rank - 1] - np.sort(others)[-4]), abs=1e-4)


def test_din_with_a_softmax_shares_out_the_attention(build: Build, moment: Moment) -> None:
    trace = recommend(build("din", softmax=True), moment, OPTIONS)
    changes = BehaviourChanges(trace.recommender, moment)
    target = int(trace.positions[0])
    for chosen in [(1,), (0, 1, 2, 3, 4, 5)]:
        found = margins(trace, changes, [chosen], target=target, top_k=2)
        after = without(trace, [place + 1 for place in chosen])
        others = after.logits[after.positions != target]
        own = after.logit(str(trace.items.ids[target]))
        assert found[0] == pytest.approx(own - float(np.sort(others)[-2]), abs=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_a_lift_holds_when_the_list_is_made_anew(build: Build, moment: Moment, model: str) -> None:
    trace = recommend(build(model), moment, OPTIONS)
    item = str(trace.candidates["item"].iloc[4])
    found = lift(trace, item, kind="behaviour")
    after = without(trace, backs_of(found))
    assert found.rank_after == after.rank(item)
    assert found.found == ((after.rank(item) or 99) <= 4)
    if found.found:
        assert found.replacement in set(trace.top["item"]) - set(after.top["item"])


@pytest.mark.parametrize("model", MODELS)
def test_the_smallest_set_of_clicks_is_found_and_none_smaller_there_is(
    build: Build, moment: Moment, model: str
) -> None:
    trace = recommend(build(model), moment, OPTIONS)
    ranks = {backs: without(trace, [*backs]) for size in (1, 2, 3) for backs in combinations(range(1, 7), size)}
    for item in trace.candidates["item"].iloc[:7]:
        listed = trace.rank(item) <= 4  # type: ignore[operator]
        works = [backs for backs, after in ranks.items() if ((after.rank(item) or 99) <= 4) != listed]
        found = (drop if listed else lift)(trace, str(item), kind="behaviour")
        assert found.found == bool(works)
        assert found.exhaustive
        if works:
            assert len(found.changes) == min(map(len, works))
            assert tuple(sorted(backs_of(found))) in works


@pytest.mark.parametrize("search", [drop, lift])
def test_fields_are_tried_where_past_clicks_do_not_do_it(build: Build, moment: Moment, search: Any) -> None:
    trace = recommend(build("afm"), moment, OPTIONS)
    by_fields = 0
    for item in trace.candidates["item"].iloc[:4] if search is drop else trace.candidates["item"].iloc[4:8]:
        first, second = (search(trace, str(item), kind=kind) for kind in ("behaviour", "field"))
        found = search(trace, str(item))
        assert found.found == (first.found or second.found)
        assert found.kind == ("behaviour" if first.found or not second.found else "field")
        by_fields += found.kind == "field"
    assert by_fields


def test_no_item_can_leave_a_list_of_all_items(build: Build, moment: Moment) -> None:
    trace = recommend(build("fm", None), moment, Options(top_k=100))
    found = drop(trace, str(trace.top["item"].iloc[0]))
    assert (found.found, found.changes, found.tried, found.exhaustive) == (False, [], 0, True)


def test_users_fields_are_locked_and_others_are_not(build: Build, moment: Moment) -> None:
    recommender = build("afm")
    opened = FieldChanges(recommender, moment)
    assert {change.name for change in opened.singles} == {"hour", "weekday", "device", "channel"}
    assert all(change.after != change.before for change in opened.singles)
    chosen = FieldChanges(recommender, moment, locked=["user_id", "hour", "weekday", "age"])
    assert {change.name for change in chosen.singles} == {"gender", "city_tier", "spending", "device", "channel"}


def test_a_changed_field_is_the_row_encoded_anew(shop: SmallShop, build: Build, moment: Moment) -> None:
    recommender = build("afm")
    changes = FieldChanges(recommender, moment)
    encoder = shop.prepared.encoder
    frame = shop.impressions.loc[[moment.row]]
    for place, change in enumerate(changes.singles):
        expected = encoder.transform(frame.assign(**{change.name: change.after}))
        assert changes.moments([(place,)]).ranker.ids.tolist() == expected.ids.tolist()
    assert changes.allowed((0,))
    first = [place for place, change in enumerate(changes.singles) if change.name == changes.singles[0].name]
    assert not changes.allowed((first[0], first[1]))  # one value for each field


def test_field_changes_equal_a_search_by_loops(shop: SmallShop, build: Build, moment: Moment) -> None:
    trace = recommend(build("afm"), moment, OPTIONS)
    item = str(trace.top["item"].iloc[3])
    found = drop(trace, item, kind="field")
    changes = FieldChanges(trace.recommender, moment)
    ranks = {
        place: recommend(trace.recommender, changes.moments([(place,)]), OPTIONS).rank(item)
        for place in range(len(changes.singles))
    }
    single = [place for place, rank in ranks.items() if rank is None or rank > 4]
    assert found.kind == "field"
    assert (found.found and len(found.changes) == 1) == bool(single)
    assert "instead of" in of_counterfactual(trace, found)


def test_without_history_and_with_all_fields_locked_there_is_nothing_to_change(build: Build, moment: Moment) -> None:
    empty = shorter(moment.ranker, list(range(1, 7)))
    trace = recommend(build("din"), replace(moment, ranker=empty, recall=empty), OPTIONS)
    item = str(trace.top["item"].iloc[0])
    assert drop(trace, item).kind == "field"
    names = [field.name for field in trace.recommender.encoder.fields]
    found = drop(trace, item, locked=names)
    assert (found.found, found.changes, found.tried) == (False, [], 0)
    assert of_counterfactual(trace, found).startswith("There is nothing to change")


def test_sets_of_three_at_most(build: Build, moment: Moment) -> None:
    trace = recommend(build("fm"), moment, OPTIONS.model_copy(update={"top_k": 15}))
    found = drop(trace, str(trace.top["item"].iloc[0]), kind="behaviour")
    assert not found.found
    assert found.exhaustive
    assert found.tried == 6 + len(list(combinations(range(6), 2))) + len(list(combinations(range(6), 3)))
    assert "Past clicks do not decide it: even without any of them it would" in of_counterfactual(trace, found)
