"""The lesson on SENet: its numbers are the model's, and what its texts claim is true of its models."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from ctrcore.learn import figures_senet
from ctrcore.learn.senet import ROWS, Gated, learnt, pass_through, survey, weights
from ctrcore.learn.tiny import Tiny
from ctrcore.training.predicting import predict
from pages.shared.learn.lessons.senet import LESSON
from pages.shared.learn.lessons.senet_flow import moved
from tests.learn.stages import facts_of


@cache
def _learnt(excitation: str) -> Tiny:
    return learnt(excitation)


@pytest.fixture(scope="module", params=["sigmoid", "relu"])
def tiny(request: pytest.FixtureRequest) -> Tiny:
    return _learnt(request.param)


@pytest.fixture(scope="module")
def dying() -> Tiny:
    return _learnt("relu")


def test_without_changes_it_is_the_models_forward_pass(tiny: Tiny) -> None:
    rows = tiny.rows.take(range(ROWS))
    logits = predict(tiny.model, rows)
    for row in range(ROWS):
        assert pass_through(tiny, row).logit == pytest.approx(float(logits[row]), abs=1e-6)


def test_changed_fields_and_gates_agree_with_slow_loops(tiny: Tiny) -> None:
    scales, by_hand = {"category": 3.0, "history": 0.0}, {"category": 2.0, "age": 0.5}
    for row in (0, 6):
        found = pass_through(tiny, row, scales, by_hand)
        slow = _slowly(tiny, pass_through(tiny, row), row, scales, by_hand)
        assert found.gates == pytest.approx(slow["gates"], abs=1e-6)
        assert found.raw == pytest.approx(slow["raw"], abs=1e-5)
        assert found.reweighted == pytest.approx(slow["reweighted"], abs=1e-5)
        assert found.single == pytest.approx(slow["single"], abs=1e-6)
        assert found.logit == pytest.approx(slow["single"] + slow["raw"] + slow["reweighted"], abs=1e-5)


def _slowly(
    tiny: Tiny, plain: Gated, row: int, scales: dict[str, float], by_hand: dict[str, float]
) -> dict[str, object]:
    """The formulas of the module once more, with loops over plain numbers."""
    state = {name: value.numpy() for name, value in tiny.model.state_dict().items()}
    first, second = state["senet.squeeze.weight"], state["senet.excite.weight"]
    scale = [scales.get(field, 1.0) for field in plain.fields]
    v = [[number * by for number in vector] for vector, by in zip(plain.vectors, scale, strict=True)]
    z = [sum(vector) / 4 for vector in v]
    h = [max(0.0, sum(first[unit][f] * z[f] for f in range(6))) for unit in range(len(first))]
    gates = []
    for f, field in enumerate(plain.fields):
        s = sum(second[f][unit] * h[unit] for unit in range(len(h)))
        own = max(0.0, s) if tiny.model.config.excitation == "relu" else 2 / (1 + np.exp(-s))
        gates.append(by_hand.get(field, own))
    u = [[number * gate for number in vector] for vector, gate in zip(v, gates, strict=True)]
    sums = {}
    for name, of, matrix in (("raw", v, state["raw.weight"][0]), ("reweighted", u, state["reweighted.weight"][0])):
        sums[name] = sum(
            of[i][a] * matrix[a][b] * of[j][b] for i, j in combinations(range(6), 2) for a in range(4) for b in range(4)
        )
    table = state["embedding.table"]
    encoded = tiny.rows.take([row])
    first_order = [table[int(one)][4] for one in encoded.ids[0]]
    members = encoded.bags["history"].ids
    first_order.append(sum(table[int(one)][4] for one in members) / max(len(members), 1))
    single = float(state["bias"]) + sum(w * by for w, by in zip(first_order, scale, strict=True))
    return {"gates": gates, "single": single, **sums}


def test_survey_counts_what_single_rows_show(tiny: Tiny) -> None:
    few = replace(tiny, prepared=replace(tiny.prepared, test=tiny.rows.take(range(60))))
    found = survey(few, shown=ROWS)
    rows = [pass_through(few, row) for row in range(60)]
    assert np.allclose(found.gates, [one.own for one in rows[:ROWS]], atol=1e-6)
    assert found.dead_share == pytest.approx(np.mean([[gate == 0 for gate in one.own] for one in rows], axis=0))
    moved = [abs(pass_through(few, row, {"category": 0.0}).logit - one.logit) for row, one in enumerate(rows)]
    assert found.effect[3] == pytest.approx(np.mean(moved), abs=1e-5)


def test_two_gates_are_dead_in_every_row_and_belong_to_the_fields_needed_most(dying: Tiny) -> None:
    found = survey(dying)
    always = {field for field, share in zip(found.fields, found.dead_share, strict=True) if share == 1}
    assert always == {"category", "item"}
    assert set(np.array(found.fields)[np.argsort(found.effect)[-2:]]) == always
    assert 0.5 < found.dead_share[0] < 1  # age: dead in most rows
    assert pass_through(dying, 2).own[0] == 0
    assert pass_through(dying, 0).own[0] > 0


def test_sigmoid_gates_never_die_and_the_largest_is_not_the_field_needed_most() -> None:
    found = survey(_learnt("sigmoid"))
    assert max(found.dead_share) == 0
    assert found.fields[int(np.argmax(found.mean))] != found.fields[int(np.argmax(found.effect))]


def test_a_gate_reaches_the_reweighted_pairs_only_and_numbers_reach_the_other_gates() -> None:
    tiny = _learnt("sigmoid")
    for row in (0, 6):
        plain, gate = pass_through(tiny, row), pass_through(tiny, row, gates={"category": 2.0})
        assert (gate.raw, gate.single) == (plain.raw, plain.single)
        assert abs(gate.reweighted - plain.reweighted) > 0.01
        louder = pass_through(tiny, row, {"category": 3.0})
        assert all(abs(a - b) > 0.005 for a, b in zip(plain.own, louder.own, strict=True))


def test_the_answers_to_what_the_steps_ask(dying: Tiny) -> None:
    living = _learnt("sigmoid")
    gates = {row: pass_through(living, row).own for row in (0, 2)}
    assert all(abs(pass_through(living, row).own[5] - gates[0][5]) > 0.01 for row in range(1, ROWS))  # the first step's
    louder = pass_through(living, 2, {"category": 3.0}).own
    assert [f"{gate[place]:.2f}" for place in (2, 5) for gate in (gates[2], louder)] == ["0.74", "0.37", "1.23", "1.55"]
    turned, plain = pass_through(living, 2, gates={"category": 2.0}), pass_through(living, 2)
    assert abs(turned.reweighted - plain.reweighted) > 0.3
    dead = [field for field, gate in zip(plain.fields, pass_through(dying, 2).own, strict=True) if gate == 0]
    assert dead == ["age", "gender", "category", "item"]
    found = survey(dying)
    assert min(found.dead_share[:2]) > 0.5
    assert max(found.dead_share[2], found.dead_share[5]) < 0.5
    without, row = pass_through(dying, 0, {"category": 0.0}), pass_through(dying, 0)
    assert min(abs(getattr(without, part) - getattr(row, part)) for part in ("single", "raw", "reweighted")) > 0.3
    assert [abs(a - b) > 0.05 for a, b in zip(without.own, row.own, strict=True)] == [True] * 3 + [False] * 2 + [True]
    alive = survey(living)
    order = [alive.fields[int(np.argmax(numbers))] for numbers in (alive.mean, alive.effect)]
    assert order == ["history", "category"]


def test_only_what_moved_is_set_off() -> None:
    tiny = _learnt("sigmoid")
    row, turned = pass_through(tiny, 2), pass_through(tiny, 2, gates={"category": 2.0})
    assert moved(row, row) == []
    assert moved(row, turned) == ["category.gate", "reweighted", "logit"]


def test_every_step_has_its_start_and_its_answer() -> None:
    for step in LESSON.steps:
        assert {"row", "excitation"} <= set(step.start)
        assert step.after
        assert "row" not in step.example or step.done in (LESSON.steps[0].done, LESSON.steps[6].done)


def test_figures_show_the_numbers(dying: Tiny) -> None:
    found = survey(dying, shown=5)
    heat = figures_senet.gates_of_rows(found).data[0]
    assert np.isnan(heat.z[3]).all()
    assert "100%" in heat.y[3]
    left, right = figures_senet.gates_and_effects(found).data
    assert left.y[-1] in {"category", "item"}
    assert right.x[-1] == max(found.effect)
    grid = figures_senet.matrices(weights(dying), "age").data[1].z
    assert grid.shape == (3, 6)
    assert grid[2, 5] == pytest.approx(weights(dying).excite[5][2])


def test_hostile_knobs_do_not_break_the_stage() -> None:
    hostile = {"row": "nan", "scale-age": "nan", "scale-item": "x", "gate-age": "9", "chosen": "a.b", "below": "z"}
    assert facts_of(LESSON, 8, hostile)["scales"] == {}
    assert facts_of(LESSON, 3, hostile | {"excitation": "<b>"})["by_hand"] == {}
