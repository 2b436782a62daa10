"""The lesson on AFM's attention: its numbers are the model's, and what its texts say is so."""

from __future__ import annotations

import math

import pytest
import torch

from ctrcore.learn.attention import PLANTED, ROWS, afm_of, attend, encoded, pair_ids, trained_afm
from ctrcore.learn.tiny import Tiny
from ctrcore.models.batch import Batch
from ctrcore.training.loader import RowTensors
from pages.shared.learn.lessons.attention import LESSON
from pages.shared.learn.lessons.attention_stage import decimals, percent
from tests.learn.stages import facts_of


@pytest.fixture(scope="module")
def tiny() -> Tiny:
    return trained_afm()


def batch_of(tiny: Tiny, name: str) -> Batch:
    return RowTensors(encoded(tiny, name)).batch(torch.arange(1))


@pytest.mark.parametrize("name", ROWS)
def test_without_a_push_the_numbers_are_those_of_the_forward_pass(tiny: Tiny, name: str) -> None:
    row, parts = attend(tiny, encoded(tiny, name)), afm_of(tiny).explain(batch_of(tiny, name))
    assert row.logit == pytest.approx(float(parts.logit), abs=1e-6)
    assert parts.pair_weights is not None
    assert parts.pairs is not None
    assert [pair.attention for pair in row.pairs] == pytest.approx(parts.pair_weights[0].tolist(), abs=1e-6)
    assert [pair.contribution for pair in row.pairs] == pytest.approx(parts.pairs[0].tolist(), abs=1e-6)
    assert len(row.pairs) == 15
    assert list(row.values) == [field.name for field in tiny.model.fields]


@pytest.mark.parametrize(("push", "temperature"), [(0.0, 0.05), (2.5, 1.0), (-4.0, 3.0), (1.0, 50.0)])
def test_pushed_and_heated_it_is_what_a_loop_over_the_pairs_finds(tiny: Tiny, push: float, temperature: float) -> None:
    model, batch = afm_of(tiny).double(), batch_of(tiny, "books")
    batch = Batch(batch.ids, batch.values.double(), batch.bags)
    with torch.no_grad():
        looked = model.embedding(batch)
        v, logit, scores, directions = looked.v[0], float(model.bias + looked.w.sum()), [], []
        for left, right in model.pairs.T.tolist():
            g = [float(v[left, d] * v[right, d]) for d in range(4)]
            hidden = [
                max(0.0, sum(float(w) * x for w, x in zip(line, g, strict=True)) + float(b))
                for line, b in zip(model.attention.weight, model.attention.bias, strict=True)
            ]
            scores.append(sum(float(h) * x for h, x in zip(model.h, hidden, strict=True)))
            directions.append(sum(float(p) * x for p, x in zip(model.p, g, strict=True)))
    model.float()
    place = pair_ids(tiny).index("age-item")
    scores[place] += push
    top = max(scores)
    weights = [math.exp((score - top) / temperature) for score in scores]
    logit += sum(weight / sum(weights) * direction for weight, direction in zip(weights, directions, strict=True))
    row = attend(tiny, encoded(tiny, "books"), pushed="age-item", push=push, temperature=temperature)
    assert row.logit == pytest.approx(logit, abs=5e-6)
    assert [pair.attention for pair in row.pairs] == pytest.approx([w / sum(weights) for w in weights], abs=1e-6)


def test_cold_the_winner_takes_all_and_hot_every_pair_gets_the_same(tiny: Tiny) -> None:
    for name in ROWS:
        one = encoded(tiny, name)
        cold, hot = attend(tiny, one, temperature=0.05), attend(tiny, one, temperature=50.0)
        assert cold.most_attended.id == attend(tiny, one).most_attended.id
        assert cold.most_attended.attention > 0.95
        assert all(abs(pair.attention - 1 / 15) < 0.005 for pair in hot.pairs)
        assert sum(pair.attention for pair in hot.pairs) == pytest.approx(1)


def test_one_customer_looks_at_two_items_with_the_same_attention_and_the_opposite_effect(tiny: Tiny) -> None:
    phones, books = (attend(tiny, encoded(tiny, name)) for name in ("phones", "books"))
    assert phones.most_attended.id == books.most_attended.id == PLANTED
    assert abs(phones.pair(PLANTED).attention - books.pair(PLANTED).attention) < 0.08
    assert phones.pair(PLANTED).contribution > 0.8
    assert books.pair(PLANTED).contribution < -1.5


def test_more_attention_to_a_pair_that_lowers_lowers_the_logit(tiny: Tiny) -> None:
    one = encoded(tiny, "phones")
    assert attend(tiny, one).pair("age-history").contribution < -0.1
    pushed = attend(tiny, one, pushed="age-history", push=2.0)
    assert pushed.logit < attend(tiny, one).logit - 0.5
    assert sum(pair.attention for pair in pushed.pairs) == pytest.approx(1)


def test_the_answers_to_what_the_steps_ask(tiny: Tiny) -> None:
    phones, books = encoded(tiny, "phones"), encoded(tiny, "books")
    own, hot = attend(tiny, phones), attend(tiny, phones, temperature=50.0)
    for one in (phones, books):
        assert attend(tiny, one).pair("gender-device").attention == pytest.approx(0.03, abs=0.005)
        assert abs(attend(tiny, one).pair("gender-device").contribution) < 0.005
        assert attend(tiny, one).most_attended.attention == pytest.approx(0.25, abs=0.03)
        assert max(attend(tiny, one).pairs, key=lambda pair: pair.score).id == PLANTED
        assert 0 < attend(tiny, one, pushed=PLANTED, push=-4.0).pair(PLANTED).attention < 0.01
    pushed = attend(tiny, phones, pushed=PLANTED, push=2.0)
    left = {b.attention / a.attention for a, b in zip(own.pairs, pushed.pairs, strict=True) if a.id != PLANTED}
    assert max(left) == pytest.approx(min(left))  # all pay in proportion
    assert [f"{one.logit:.2f}" for one in (own, hot)] == ["0.51", "-0.20"]
    added = [one.pair(PLANTED).contribution for one in (own, hot, attend(tiny, books))]
    assert [f"{one:.2f}" for one in added] == ["1.20", "0.34", "-2.15"]
    assert [f"{attend(tiny, one).pair(PLANTED).attention:.0%}" for one in (phones, books)] == ["24%", "27%"]


def test_no_share_is_said_to_be_nothing() -> None:
    assert [percent(share) for share in (0.242, 0.001, 0.0009, 0.0)] == ["24.2%", "0.1%", "<0.1%", "<0.1%"]
    assert f"{0.0022:.{decimals(0.0022)}f}" == "0.002"
    assert [decimals(share) for share in (0.5, 0.0001, 1e-30)] == [3, 4, 6]


def test_listening_to_a_pair_that_lowers_less_than_another_does_not_count_as_lowering() -> None:
    """Before a book, more attention to the history takes it from a pair that lowers the logit more."""
    pushed = {"chosen": "age-history", "push": 3.0}
    step, phone = LESSON.steps[5], facts_of(LESSON, 5, pushed)
    book = facts_of(LESSON, 5, pushed | {"row": "books"})
    assert step.done(phone, phone)
    assert not step.done(book, book)


def test_the_same_lesson_every_time(tiny: Tiny) -> None:
    again = trained_afm()
    assert attend(again, encoded(again, "books")) == attend(tiny, encoded(tiny, "books"))


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


def test_the_pair_stays_when_another_part_is_selected() -> None:
    pushed = {"chosen": "age-history", "push": 3.0}
    facts = facts_of(LESSON, 5, pushed)
    still = facts_of(LESSON, 5, pushed | {"chosen": "logit", "pair": "age-history"})
    assert still == facts
    assert facts["selected"] == "age-history"
