"""The lesson on attention against effect: what it says of the tiny AFM is so, and stands beside the planted truth."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctrcore.learn.attention import PLANTED, afm_of, encoded, pair_ids, trained_afm
from ctrcore.learn.story import measured, ordered, over_rows, strongest
from ctrcore.learn.tiny import Tiny
from ctrcore.training.loader import RowTensors
from pages.shared.learn.lessons.story import LESSON
from tests.learn.stages import facts_of


@pytest.fixture(scope="module")
def tiny() -> Tiny:
    return trained_afm()


def test_removal_is_the_difference_to_a_forward_pass_without_the_pair(tiny: Tiny) -> None:
    model, one = afm_of(tiny), encoded(tiny, "books")
    batch = RowTensors(one).batch(torch.arange(1))
    row, pairs = measured(tiny, one)
    for place, pair in enumerate(pairs):
        score = model.pair_terms(batch).score.clone()
        score[0, place] = -torch.inf
        with torch.no_grad():
            without = float(model.forward_with_attention(batch, torch.softmax(score, dim=1)))
        assert pair.removal == pytest.approx(row.logit - without, abs=2e-6)


def test_the_planted_pair_has_the_most_attention_and_lowers_the_score(tiny: Tiny) -> None:
    _, pairs = measured(tiny, encoded(tiny, "books"))
    assert ordered(pairs, "attention")[0].id == PLANTED
    assert ordered(pairs, "contribution")[-1].id == ordered(pairs, "removal")[-1].id == PLANTED
    planted = ordered(pairs, "attention")[0]
    assert planted.truth == pytest.approx(2 * -0.9)
    assert planted.contribution < -1.5
    assert {pair.truth for pair in pairs if pair.id != PLANTED} == {0.0}


def test_before_the_other_item_the_same_pair_raises_it(tiny: Tiny) -> None:
    _, pairs = measured(tiny, encoded(tiny, "phones"))
    planted = ordered(pairs, "attention")[0]
    assert planted.id == PLANTED
    assert planted.truth == pytest.approx(2 * 0.7)
    assert planted.contribution > 0.8


def test_the_most_attended_pair_of_the_older_customer_moves_nothing(tiny: Tiny) -> None:
    _, pairs = measured(tiny, encoded(tiny, "middle"))
    top = ordered(pairs, "attention")[0]
    assert top.id == "gender-history"
    assert strongest(pairs).id == PLANTED
    assert abs(top.removal) < 0.5 * abs(strongest(pairs).removal)


def test_over_many_rows_attention_does_not_know_the_direction_and_contributions_do(tiny: Tiny) -> None:
    many = over_rows(tiny)
    assert len(many.truth) == len(tiny.rows) == 1200
    assert abs(many.agreement("attention")) < 0.3
    assert many.agreement("contribution") > 0.9
    assert many.agreement("removal") > 0.85
    assert np.corrcoef(many.measures["attention"], np.abs(many.truth))[0, 1] > 0.7  # its size it does know
    assert 0.3 < many.astray < 0.55
    assert 0.2 < many.against < 0.4


def test_numbers_over_many_rows_are_those_of_each_row(tiny: Tiny) -> None:
    many, place = over_rows(tiny), pair_ids(tiny).index(PLANTED)
    most, moved = [], []
    for position in range(40):
        _, pairs = measured(tiny, tiny.rows.take([position]))
        assert (pairs[place].truth, "-".join(pairs[place].values)) == (
            many.truth[position],
            "-".join(many.values[position]),
        )
        for name, numbers in many.measures.items():
            assert pairs[place].by(name) == pytest.approx(numbers[position], abs=1e-6)
        most.append(ordered(pairs, "attention")[0].id)
        moved.append(strongest(pairs).id)
    assert most != moved


def test_strange_knobs_break_nothing() -> None:
    strange = dict.fromkeys(
        (
            "row",
            "push",
            "temperature",
            "chosen",
            "order",
            "truth",
            "below",
            "upwards",
            "first",
            "second",
            "seen",
            "guess",
        ),
        "nan-<b>",
    )
    facts_of(LESSON, 0, strange | {"against": "", "half": "inf"})
