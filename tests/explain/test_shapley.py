"""Shapley values against shap's own explainers, against sums over subsets written as loops, and against themselves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt
import pytest
import torch

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.errors import ModelError
from ctrcore.explain.background import Background, background_of
from ctrcore.explain.fm_shapley import fm_shapley
from ctrcore.explain.hybrids import Hybrids
from ctrcore.explain.players import field_groups, players_of
from ctrcore.explain.removal import keep_behaviours
from ctrcore.explain.shapley import shapley, shapley_rows
from ctrcore.models.base import CTRModel
from ctrcore.training.blocks import join
from ctrcore.training.loader import to_batch
from tests.explain.conftest import FewFields

SETUPS: dict[str, tuple[str, dict[str, object]]] = {
    "LR": ("lr", {}),
    "FM": ("fm", {}),
    "FM with hidden layers": ("fm", {"hidden_units": (6,)}),
    "AFM": ("afm", {}),
    "FiBiNET": ("fibinet", {"hidden_units": (8,)}),
    "FiBiNET, ReLU gates": ("fibinet", {"hidden_units": (8, 4), "excitation": "relu", "batch_norm": False}),
    "DIN": ("din", {"hidden_units": (8,), "attention_units": (6,)}),
}
DIN = SETUPS["DIN"]


def one_by_one(model: CTRModel, rows: Encoded) -> npt.NDArray[np.float64]:
    """Logits by the simplest means."""
    with torch.no_grad():
        return model(to_batch(rows)).double().numpy()


def mixed(model: CTRModel, one: Encoded, other: Encoded, foreign: set[int]) -> Encoded:
    """One row with the fields at some places taken from another row, through encoded arrays."""
    ids, values = one.ids.copy(), one.values
    for place in foreign:
        if place < ids.shape[1]:
            ids[:, place], values[:, place] = other.ids[:, place], other.values[:, place]
    bags: dict[str, Bag] = {}
    for place, field in enumerate(model.fields):
        if field.is_bag:
            bags[field.name] = (other if place in foreign else one).bags[field.name]
    return Encoded(ids, values[:, one.numeric], one.numeric, bags, one.label, one.group, one.row)


def by_subsets(size: int, worth: Callable[[frozenset[int]], float]) -> list[float]:
    """Shapley values by their definition, player by player and subset by subset."""
    values = []
    for player in range(size):
        others, total = [p for p in range(size) if p != player], 0.0
        for count in range(size):
            share = factorial(count) * factorial(size - count - 1) / factorial(size)
            for members in combinations(others, count):
                total += share * (worth(frozenset(members) | {player}) - worth(frozenset(members)))
        values.append(total)
    return values


def shap_values(
    model: CTRModel, one: Encoded, background: Background, groups: list[tuple[int, ...]], explainer: str
) -> npt.NDArray[np.float64]:
    """What shap says of one row; its features are the number of the row from which a group of fields comes."""
    import shap

    hybrids = Hybrids(model, one, background.rows)
    group_of = np.zeros(len(model.fields), dtype=np.int64)
    for number, places in enumerate(groups):
        group_of[list(places)] = number

    def logits(sources: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return hybrids.logits(torch.from_numpy(sources.astype(np.int64)[:, group_of]))

    rows = np.arange(1, len(background) + 1)[:, None].repeat(len(groups), axis=1)
    masker = shap.maskers.Independent(rows, max_samples=len(rows))
    own = np.zeros((1, len(groups)), dtype=np.int64)
    if explainer == "exact":
        found = shap.explainers.Exact(logits, masker)(own)
    else:
        # one permutation there and back is enough where interactions have order two
        found = shap.explainers.Permutation(logits, masker, seed=5)(own, max_evals=2 * len(groups) + 1)
    values: npt.NDArray[np.float64] = found.values[0]
    return values


@pytest.fixture(scope="module")
def background(few: FewFields) -> Background:
    return background_of(few.prepared.train, size=12, seed=1)


@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("ties", [(), (("item_id", "category"),)])
def test_equals_shaps_exact_explainer(
    few: FewFields, background: Background, setup: str, ties: tuple[tuple[str, ...], ...]
) -> None:
    name, options = SETUPS[setup]
    model, test = few.model(name, **options), few.prepared.test
    position = int(np.argmax((test.bags["tags"].lengths > 1) & (test.bags["history_item"].lengths > 1)))
    found = shapley(model, few.prepared.encoder, test, position, background, ties=ties)
    groups = field_groups(model.fields, ties)
    assert len(found.parts) == len(groups) <= 10
    expected = shap_values(model, test.take([position]), background, groups, "exact")
    assert found.parts["contribution"].to_numpy() == pytest.approx(expected, abs=1e-6)
    assert found.base == pytest.approx(one_by_one(model, background.rows).mean(), abs=1e-9)
    assert found.logit == pytest.approx(one_by_one(model, test)[position], abs=1e-9)
    assert abs(found.residual) < 1e-10
    assert found.exact
    assert found.parts["standard_error"].isna().all()
    assert "exact" in found.method
    assert f"{len(groups)} players against 12 training rows, seed 1" in found.method


@pytest.mark.parametrize("explainer", ["exact", "permutation"])
def test_the_closed_form_of_fm_equals_shap(few: FewFields, background: Background, explainer: str) -> None:
    model, test = few.model("fm"), few.prepared.test
    found = fm_shapley(model, test, background)
    singles = [(place,) for place in range(len(model.fields))]
    for position in (2, 7):
        expected = shap_values(model, test.take([position]), background, singles, explainer)
        assert found.phi[position] == pytest.approx(expected, abs=1e-9)
    assert found.base + found.phi.sum(1) == pytest.approx(one_by_one(model, test), abs=1e-10)
    assert found.base == pytest.approx(one_by_one(model, background.rows).mean(), abs=1e-10)


def test_interactions_are_what_two_fields_add_together(few: FewFields, background: Background) -> None:
    """I_ij is the mean of f(ij from x) - f(i from x) - f(j from x) + f(none from x), whatever the others are."""
    model, test = few.model("fm"), few.prepared.test
    one, found = test.take([4]), fm_shapley(model, test.take([4]), background)
    everything = set(range(len(model.fields)))
    for i, j in ((0, 1), (2, len(everything) - 1)):
        total = 0.0
        for row in range(len(background)):
            other = background.rows.take([row])
            for kept, sign in (({i, j}, 1), ({i}, -1), ({j}, -1), (set(), 1)):
                total += sign * one_by_one(model, mixed(model, one, other, everything - kept))[0]
        assert found.interaction[0, i, j] == pytest.approx(total / len(background), abs=1e-10)
    assert np.allclose(found.interaction, found.interaction.transpose(0, 2, 1))
    assert not found.interaction[0].diagonal().any()


def test_a_model_without_a_closed_form_says_so(few: FewFields, background: Background) -> None:
    for name, options in (("fm", {"hidden_units": (6,)}), ("afm", {})):
        with pytest.raises(ModelError, match="closed form"):
            fm_shapley(few.model(name, **options), few.prepared.test, background)


@pytest.mark.parametrize("setup", ["AFM", "FiBiNET", "DIN"])
def test_fields_equal_a_plain_sum_over_subsets(few: FewFields, setup: str) -> None:
    """With hybrids made through encoded rows, not through the tensors that are tested."""
    name, options = SETUPS[setup]
    model, test = few.model(name, **options), few.prepared.test
    background = background_of(few.prepared.train, size=3, seed=4)
    ties = [("user_id", "gender"), ("item_id", "category"), ("price", "hour")]
    groups, one = field_groups(model.fields, ties), test.take([9])

    def worth(members: frozenset[int]) -> float:
        foreign = {place for number, group in enumerate(groups) if number not in members for place in group}
        return float(
            np.mean([one_by_one(model, mixed(model, one, background.rows.take([b]), foreign))[0] for b in range(3)])
        )

    found = shapley(model, few.prepared.encoder, test, 9, background, ties=ties)
    assert found.parts["contribution"].to_numpy() == pytest.approx(by_subsets(len(groups), worth), abs=1e-10)
    assert found.parts["kind"].tolist() == ["group" if len(group) > 1 else "field" for group in groups]


@pytest.mark.parametrize("options", [{}, {"softmax": True}, {"scorer": "dot"}])
@pytest.mark.parametrize("behaviours", ["each", "history_category"])
def test_behaviours_equal_a_plain_sum_over_subsets(few: FewFields, behaviours: str, options: dict[str, object]) -> None:
    model, test = few.model("din", **{**DIN[1], **options}), few.prepared.test
    longest = int(np.argmax(test.bags["history_item"].lengths))
    keep = np.arange(test.bags["history_item"].lengths[longest]) < 4
    one = keep_behaviours(model, test.take([longest]), keep[None])
    background = background_of(few.prepared.train, size=3, seed=2)
    ties = [("user_id", "gender", "price", "hour", "tags"), ("item_id", "category")]
    players = players_of(model, few.prepared.encoder, one, ties=ties, behaviours=behaviours)

    def worth(members: frozenset[int]) -> float:
        gone = [player for number, player in enumerate(players) if number not in members]
        foreign = {place for player in gone for place in player.fields}
        steps = [step for player in gone for step in player.behaviours]
        keep = np.array([[step not in steps for step in range(4)]])
        logits = [
            one_by_one(model, keep_behaviours(model, mixed(model, one, background.rows.take([b]), foreign), keep))[0]
            for b in range(3)
        ]
        return float(np.mean(logits))

    found = shapley(model, few.prepared.encoder, one, 0, background, ties=ties, behaviours=behaviours)
    assert found.parts["contribution"].to_numpy() == pytest.approx(by_subsets(len(players), worth), abs=1e-10)
    assert found.base == pytest.approx(worth(frozenset()), abs=1e-10)
    held = sorted(step for player in players for step in player.behaviours)
    assert held == [0, 1, 2, 3]


def test_sampled_values_are_as_wrong_as_they_say(few: FewFields) -> None:
    """Of many samples, about 95 in 100 lie within 1.96 standard errors of the truth, and the errors' size is right."""
    model, test = few.model("afm"), few.prepared.test
    background = background_of(few.prepared.train, size=8, seed=1)
    exact = shapley(model, few.prepared.encoder, test, 3, background)
    scores = []
    for seed in range(60):
        found = shapley(model, few.prepared.encoder, test, 3, background, exact_up_to=0, tolerance=0.2, seed=seed)
        assert not found.exact
        assert "sampled" in found.method
        assert abs(found.residual) < 1e-9
        assert found.base == pytest.approx(exact.base)
        gap = (found.parts["contribution"] - exact.parts["contribution"]).to_numpy()
        error = found.parts["standard_error"].to_numpy()
        scores += (gap[error > 0] / error[error > 0]).tolist()
        assert np.abs(gap[error == 0]).max(initial=0) < 1e-9
    assert len(scores) > 300
    assert 0.9 < np.mean(np.abs(scores) < 1.96) < 0.99
    assert np.std(scores) == pytest.approx(1, abs=0.2)


def test_samples_are_drawn_until_they_are_good_enough(few: FewFields, background: Background) -> None:
    model, test, encoder = few.model("afm"), few.prepared.test, few.prepared.encoder
    errors: list[float] = []
    for tolerance in (0.1, None):
        wanted = tolerance or errors[0] / 3
        found = shapley(model, encoder, test, 3, background, exact_up_to=0, tolerance=wanted)
        errors.append(found.parts["standard_error"].max() / found.parts["contribution"].abs().sum())
        assert errors[-1] <= wanted
    never = shapley(model, encoder, test, 3, background, exact_up_to=0, tolerance=1e-9)
    assert "still above" in never.method
    assert "9,600 permutations" in never.method  # 400 rounds there and back through 12 rows


def test_the_seed_decides_and_no_global_generator_is_touched(few: FewFields, background: Background) -> None:
    model, test, encoder = few.model("afm"), few.prepared.test, few.prepared.encoder
    np.random.seed(7)  # noqa: NPY002
    before, torch_before = np.random.get_state()[1].tolist(), torch.get_rng_state()  # type: ignore[index, union-attr]  # noqa: NPY002
    first, again, other = (
        shapley(model, encoder, test, 3, background, exact_up_to=0, seed=seed).parts["contribution"].tolist()
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index, union-attr]  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_before)


@pytest.mark.parametrize("setup", ["LR", "FM", "FiBiNET", "DIN"])
def test_many_rows_are_what_each_row_is(few: FewFields, background: Background, setup: str) -> None:
    name, options = SETUPS[setup]
    model, rows = few.model(name, **options), few.prepared.test.take(range(6))
    shares: list[float] = []
    ties = [("item_id", "category")]
    many = shapley_rows(model, rows, background, ties=ties, progress=shares.append)
    for position in range(6):
        one = shapley(model, few.prepared.encoder, rows, position, background, ties=ties)
        assert many.values[position] == pytest.approx(one.parts["contribution"].to_numpy(), abs=1e-12)
        assert many.names == one.parts["name"].tolist()
        assert (many.base, many.logit[position]) == pytest.approx((one.base, one.logit))
    assert many.exact
    assert np.isnan(many.standard_error).all()
    assert shares[-1] == 1
    assert shares == sorted(shares)
    sampled = shapley_rows(model, rows, background, ties=ties, exact_up_to=0)
    assert sampled.exact is (setup in ("LR", "FM"))


def test_no_rows_have_no_values(few: FewFields, background: Background) -> None:
    for name in ("fm", "afm"):
        found = shapley_rows(few.model(name), few.prepared.test.take([]), background)
        assert found.values.shape == found.standard_error.shape == (0, len(found.names))


def test_a_row_of_the_background_against_itself_has_no_effects(few: FewFields) -> None:
    model, one = few.model("afm"), few.prepared.test.take([2])
    found = shapley(model, few.prepared.encoder, one, 0, Background("itself", 0, join([one, one])))
    assert not found.parts["contribution"].any()
    assert found.base == found.logit


def test_behaviours_without_a_history_are_refused(few: FewFields, background: Background) -> None:
    with pytest.raises(ModelError, match="no history 'tags'"):
        shapley(few.model("din"), few.prepared.encoder, few.prepared.test, 0, background, behaviours="tags")
