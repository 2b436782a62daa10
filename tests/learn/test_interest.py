"""The lesson on DIN: its numbers are the model's, and its claims are true."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.tiny_shop import LEVELS, LIKED
from ctrcore.learn.figures_interest import two_candidates
from ctrcore.learn.interest import VISITOR, attend, judge, learnt
from ctrcore.learn.tiny import Tiny
from ctrcore.metrics import auc
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from pages.shared.learn.lessons.interest import LESSON
from tests.learn.stages import facts_of

CATEGORIES = LEVELS["category"]
HISTORY = ("shoes", "fridges", "books", "shoes")


@pytest.fixture(scope="module")
def tiny() -> Tiny:
    return learnt()


def forward(tiny: Tiny, candidate: str, history: tuple[str, ...]) -> float:
    row = VISITOR | {"category": candidate, "item": f"{candidate} 1", "history": list(history)}
    return float(predict(tiny.model, tiny.encoder.transform(pd.DataFrame([row])))[0])


@pytest.mark.parametrize("candidate", CATEGORIES)
def test_the_parts_are_those_of_the_model(tiny: Tiny, candidate: str) -> None:
    for length in range(4):
        for history in combinations_with_replacement(CATEGORIES, length):
            judged = judge(tiny, candidate, history)
            assert judged.logit == pytest.approx(forward(tiny, candidate, history), abs=1e-6)
            summed = judged.rest + sum(one.contribution for one in judged.behaviours)
            assert summed == pytest.approx(judged.logit, abs=1e-6)
            assert judged.rest == pytest.approx(forward(tiny, candidate, ()), abs=1e-6)


@pytest.mark.parametrize("candidate", CATEGORIES)
def test_attention_and_contribution_are_what_the_model_explains(tiny: Tiny, candidate: str) -> None:
    row = VISITOR | {"category": candidate, "item": f"{candidate} 1", "history": list(HISTORY)}
    parts = tiny.model.explain(to_batch(tiny.encoder.transform(pd.DataFrame([row]))))
    judged = judge(tiny, candidate, HISTORY)
    assert parts.behaviours is not None
    assert parts.behaviour_weights is not None
    np.testing.assert_allclose([one.attention for one in judged.behaviours], parts.behaviour_weights[0], atol=1e-6)
    np.testing.assert_allclose([one.contribution for one in judged.behaviours], parts.behaviours[0], atol=1e-6)
    interest = np.sum([np.multiply(one.attention, one.key) for one in judged.behaviours], axis=0)
    np.testing.assert_allclose(judged.interest, interest, atol=1e-6)


def test_a_behaviour_switched_off_is_as_if_it_had_not_happened(tiny: Tiny) -> None:
    judged = judge(tiny, "fridges", HISTORY, off={1, 3})
    assert judged.logit == pytest.approx(forward(tiny, "fridges", ("shoes", "books")), abs=1e-6)
    assert [one.on for one in judged.behaviours] == [True, False, True, False]
    assert judged.behaviours[1].contribution == 0
    assert judged.behaviours[1].weighted == (0, 0, 0, 0)
    assert judged.behaviours[1].attention == judge(tiny, "fridges", HISTORY).behaviours[1].attention
    with_it = judge(tiny, "fridges", HISTORY, off={3})
    assert with_it.logit - judged.logit == pytest.approx(with_it.behaviours[1].contribution, abs=1e-6)


def test_an_empty_history_has_no_interest(tiny: Tiny) -> None:
    for history, off in (((), ()), (HISTORY, range(4))):
        judged = judge(tiny, "shoes", history, off)
        assert judged.interest == (0, 0, 0, 0)
        assert judged.logit == judged.rest == pytest.approx(forward(tiny, "shoes", ()), abs=1e-6)
        assert judged.probability == pytest.approx(1 / (1 + np.exp(-judged.logit)), abs=1e-9)


@pytest.mark.parametrize(("candidate", "behaviour"), list(product(CATEGORIES, CATEGORIES)))
def test_the_scorer_adds_up_to_the_attention(tiny: Tiny, candidate: str, behaviour: str) -> None:
    found = attend(tiny, candidate, behaviour)
    assert sum(found.outputs) + found.bias == pytest.approx(found.attention, abs=1e-6)
    assert found.attention == pytest.approx(judge(tiny, candidate, (behaviour,)).behaviours[0].attention, abs=1e-6)
    assert (max(map(abs, found.difference)) == 0) == (candidate == behaviour)
    np.testing.assert_allclose(found.product, np.multiply(found.query, found.key), atol=1e-7)


def test_liked_behaviours_raise_and_settled_ones_lower(tiny: Tiny) -> None:
    for candidate in CATEGORIES:
        heard = {one.category: one for one in judge(tiny, candidate, CATEGORIES).behaviours}
        own = heard.pop(candidate)
        assert abs(own.contribution) > 0.5
        assert (own.contribution > 0) == (candidate in LIKED)
        assert own.attention > max(1.5, *(other.attention for other in heard.values())), "the loudest of all"
        assert max(abs(other.contribution) for other in heard.values()) < 0.2


def test_attention_belongs_to_the_offer_too(tiny: Tiny) -> None:
    assert judge(tiny, "shoes", ("shoes",)).behaviours[0].attention > 1.5
    assert judge(tiny, "phones", ("shoes",)).behaviours[0].attention < 0.3


def test_without_softmax_a_new_click_leaves_the_old_ones_alone(tiny: Tiny) -> None:
    before = judge(tiny, "fridges", HISTORY).behaviours
    after = judge(tiny, "fridges", (*HISTORY, "books", "books", "phones", "fridges")).behaviours
    for old, new in zip(before, after, strict=False):
        assert new.attention == pytest.approx(old.attention, abs=1e-6)
        assert new.contribution == pytest.approx(old.contribution, abs=1e-6)
    twice = judge(tiny, "fridges", ("fridges", "fridges"))
    assert twice.behaviours[0].contribution == pytest.approx(twice.behaviours[1].contribution, abs=1e-6)
    assert sum(one.attention for one in after) > 2


def test_shoes_beat_books_until_books_were_clicked(tiny: Tiny) -> None:
    assert judge(tiny, "shoes", ()).logit > judge(tiny, "books", ()).logit
    assert judge(tiny, "books", ("books",) * 2).logit > judge(tiny, "shoes", ("books",) * 2).logit + 1


def test_the_model_is_a_good_one(tiny: Tiny) -> None:
    found = auc(tiny.rows.label, predict(tiny.model, tiny.rows))
    assert found > tiny.shop.best_auc(tiny.rows.row) - 0.015


def test_the_figure_has_a_bar_of_attention_and_one_of_contribution_for_each_candidate(tiny: Tiny) -> None:
    left, right = judge(tiny, "shoes", HISTORY), judge(tiny, "fridges", HISTORY, off={1})
    bars = two_candidates(left, right).data
    for judged, attention, contribution in ((left, bars[0], bars[1]), (right, bars[2], bars[3])):
        assert list(attention.x) == [one.attention if one.on else 0 for one in judged.behaviours]
        assert list(contribution.x) == [one.contribution for one in judged.behaviours]
    assert list(bars[1].y) == ["1 shoes", "2 fridges", "3 books", "4 shoes"]
    assert bars[2].y[1] == "2 fridges (off)"


def test_what_an_address_says_never_breaks_the_stage() -> None:
    found = facts_of(
        LESSON, 6, {"history": "zz", "off": "9x", "behaviour": "77", "chosen": "b99", "look": "x", "left": "?"}
    )
    assert found["history"] == "sfbs"
