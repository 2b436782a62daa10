"""What is lost without a part, against rows that are really changed and passed through the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.errors import ModelError
from ctrcore.explain.background import background_of
from ctrcore.explain.removal import (
    behaviour_removal,
    field_removal,
    gate_ablation,
    gates_of,
    group_removal,
    keep_behaviours,
    pair_removal,
)
from ctrcore.models.afm import AFM
from ctrcore.models.fibinet import FiBiNET
from ctrcore.training.loader import to_batch
from tests.explain.conftest import FewFields
from tests.explain.test_shapley import mixed, one_by_one


@pytest.mark.parametrize("name", ["fm", "afm", "fibinet", "din"])
def test_a_field_is_removed_by_taking_it_from_each_background_row(few: FewFields, name: str) -> None:
    model, rows = few.model(name), few.prepared.test.take([1, 8])
    background = background_of(few.prepared.train, 9, seed=2)
    found = field_removal(model, rows, background)
    histories = {place for place, field in enumerate(model.fields) if field.kind == "history"}
    for row in range(2):
        one = rows.take([row])
        for place in range(len(model.fields)):
            foreign = histories if place in histories else {place}
            changed = [one_by_one(model, mixed(model, one, background.rows.take([b]), foreign))[0] for b in range(9)]
            assert found[row, place] == pytest.approx(one_by_one(model, one)[0] - np.mean(changed), abs=1e-10)


@pytest.mark.parametrize("scale", [1.0, 400.0])
def test_a_pair_is_removed_by_attending_to_the_others(few: FewFields, scale: float) -> None:
    """Also where softmax puts all but nothing on one pair."""
    model, rows = few.model("afm"), few.prepared.test.take(range(5))
    assert isinstance(model, AFM)
    with torch.no_grad():
        model.h.mul_(scale)
    terms, found = model.pair_terms(to_batch(rows)), pair_removal(model, rows)
    for row in range(5):
        for pair in range(model.pairs.shape[1]):
            others = torch.arange(model.pairs.shape[1]) != pair
            again = torch.softmax(terms.score[row][others], dim=0) @ terms.projected[row][others]
            whole = terms.attention[row] @ terms.projected[row]
            assert found[row, pair] == pytest.approx(float(whole - again), abs=1e-9)


def test_behaviours_are_removed_by_a_shorter_history(few: FewFields) -> None:
    model, rows = few.model("din"), few.prepared.test.take(range(20))
    found, lengths = behaviour_removal(model, rows), rows.bags["history_item"].lengths
    assert found.shape == (20, lengths.max())
    for row in range(20):
        one, length = rows.take([row]), int(lengths[row])
        assert not found[row, length:].any()
        for step in range(length):
            short = {
                name: Bag(np.delete(one.bags[name].ids, step), np.array([0, length - 1]))
                for name in ("history_item", "history_category")
            }
            shorter = Encoded(one.ids, one.numbers, one.numeric, one.bags | short, one.label, one.group, one.row)
            expected = one_by_one(model, one)[0] - one_by_one(model, shorter)[0]
            assert found[row, step] == pytest.approx(expected, abs=1e-12)


def test_a_mean_of_members_loses_a_behaviour_too(few: FewFields) -> None:
    model, rows = few.model("fm"), few.prepared.test
    longest = rows.take([int(np.argmax(rows.bags["history_item"].lengths))])
    size = int(longest.bags["history_item"].lengths[0])
    shorter = keep_behaviours(model, longest, ~np.eye(size, dtype=bool))
    expected = one_by_one(model, longest)[0] - one_by_one(model, shorter)
    assert behaviour_removal(model, longest)[0] == pytest.approx(expected, abs=1e-12)


def test_groups_of_behaviours_are_removed_together(few: FewFields) -> None:
    model, test, encoder = few.model("din"), few.prepared.test, few.prepared.encoder
    one = test.take([int(np.argmax(test.bags["history_item"].lengths))])
    table = group_removal(model, encoder, one, "history_category")
    values = np.array(encoder.inverse(one).iloc[0]["history_category"], dtype=object)
    single = behaviour_removal(model, one)[0]
    assert set(table["value"]) == set(values)
    assert table["behaviours"].sum() == len(values)
    assert table["behaviours"].max() > 1
    assert table["removal"].abs().is_monotonic_decreasing
    for _, line in table.iterrows():
        short = keep_behaviours(model, one, (values != line["value"])[None])
        assert line["removal"] == pytest.approx(one_by_one(model, one)[0] - one_by_one(model, short)[0], abs=1e-12)
        assert line["one_by_one"] == pytest.approx(single[values == line["value"]].sum(), abs=1e-12)


def test_an_empty_history_has_nothing_to_remove(few: FewFields) -> None:
    model, one = few.model("din"), few.prepared.test.take([0])
    length = int(one.bags["history_item"].lengths[0])
    empty = keep_behaviours(model, one, np.zeros((1, length), dtype=bool))
    assert behaviour_removal(model, empty).shape == (1, 0)
    table = group_removal(model, few.prepared.encoder, empty, "history_category")
    assert list(table) == ["value", "behaviours", "removal", "one_by_one"]
    assert table.empty
    with pytest.raises(ModelError, match="no history 'hour'"):
        group_removal(model, few.prepared.encoder, one, "hour")


@pytest.mark.parametrize("excitation", ["sigmoid", "relu"])
def test_a_gate_is_ablated_by_setting_it(few: FewFields, excitation: str) -> None:
    model, rows = few.model("fibinet", excitation=excitation), few.prepared.test.take(range(30))
    assert isinstance(model, FiBiNET)
    batch, gates = to_batch(rows), gates_of(model, rows)
    for to, number in ((None, gates.mean(0)), (torch.zeros(len(model.fields)), torch.zeros(len(model.fields)))):
        found = gate_ablation(model, rows, to)
        for place in range(len(model.fields)):
            changed = gates.clone()
            changed[:, place] = number[place]
            with torch.no_grad():
                expected = model(batch) - model.forward_with_gates(batch, changed)
            assert found[:, place] == pytest.approx(expected.numpy(), abs=1e-12)
