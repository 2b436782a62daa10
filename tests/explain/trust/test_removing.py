from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.errors import ModelError
from ctrcore.explain.background import Background
from ctrcore.explain.permutation import shuffle_field
from ctrcore.explain.players import field_groups
from ctrcore.explain.removal import keep_behaviours
from ctrcore.explain.trust.methods import effects_of, methods_of, names_of, scores_of
from ctrcore.explain.trust.removing import FieldRemoval, removal_of
from ctrcore.explain.trust.without_attention import forward_with, weights_of
from ctrcore.models.din import DIN
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

KINDS = [("afm", {}), ("fibinet", {}), ("din", {}), ("din", {"softmax": True}), ("din", {"scorer": "dot"})]


@pytest.mark.parametrize(("name", "options"), KINDS)
def test_the_models_own_weights_give_its_own_logits(
    shop: SmallShop, rows: Encoded, name: str, options: dict[str, object]
) -> None:
    model, batch = shop.model(name, **options), to_batch(rows)
    weights, _ = weights_of(model, batch)
    with torch.no_grad():
        own, changed = forward_with(model, batch, weights), forward_with(model, batch, weights * 0.5)
    np.testing.assert_array_equal(own.numpy(), predict(model, rows))
    assert float((own - changed).abs().max()) > 1e-3


def test_pairs_left_over_share_the_attention(shop: SmallShop, rows: Encoded, background: Background) -> None:
    model = shop.model("afm")
    removal = removal_of(model, rows, background)
    kept = np.random.default_rng(0).random((3, *removal.mask.shape)) < 0.4
    kept[2] = False  # nothing left: no pair contributes
    batch = to_batch(rows)
    terms = model.pair_terms(batch)  # type: ignore[operator]
    rest = predict(model, rows) - (terms.attention * terms.projected).sum(1).numpy()
    for number in range(3):
        for row in range(8):
            left = torch.from_numpy(kept[number, row])
            expected = rest[row]
            if left.any():
                share = torch.softmax(terms.score[row][left].double(), dim=0)
                expected += float((share * terms.projected[row][left]).sum())
            assert removal.keep(kept)[number, row] == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("options", [{}, {"softmax": True}, {"scorer": "dot"}])
def test_behaviours_left_over_are_a_shorter_history(
    shop: SmallShop, rows: Encoded, background: Background, options: dict[str, object]
) -> None:
    model = shop.model("din", **options)
    assert isinstance(model, DIN)
    removal = removal_of(model, rows, background)
    kept = np.random.default_rng(0).random((2, *removal.mask.shape)) < 0.5
    kept[1] = False
    found = removal.keep(kept & removal.mask)
    for row in range(20):
        length = int(removal.mask[row].sum())
        shorter = keep_behaviours(model, rows.take([row]), kept[:, row, :length])
        np.testing.assert_allclose(found[:, row], predict(model, shorter), atol=1e-5)


@pytest.mark.parametrize("name", ["fibinet", "fm", "lr"])
def test_fields_taken_away_have_a_background_rows_values(
    shop: SmallShop, rows: Encoded, background: Background, name: str
) -> None:
    model, few = shop.model(name), rows.take(np.arange(6))
    removal = FieldRemoval(model, few, background, replacements=len(background))
    rng = np.random.default_rng(0)
    kept = rng.random((2, *removal.mask.shape)) < 0.5
    found = removal.keep(kept)
    for number in range(2):
        for row in range(len(few)):
            values = []
            for other in range(len(background)):
                one = few.take([row])
                both = _stacked(one, background.rows.take([other]))
                mixed = both
                for part, group in enumerate(field_groups(model.fields)):
                    if not kept[number, row, part]:
                        for place in group:
                            mixed = shuffle_field(model, mixed, model.fields[place], np.array([1, 1]))
                values.append(float(predict(model, mixed)[0]))
            assert found[number, row] == pytest.approx(np.mean(values), abs=1e-5)


def _stacked(one: Encoded, other: Encoded) -> Encoded:
    bags = {}
    for name, bag in one.bags.items():
        more = other.bags[name]
        ids = np.concatenate([bag.ids, more.ids])
        bags[name] = Bag(ids, np.array([0, len(bag.ids), len(ids)], dtype=np.int64))
    arrays = ("ids", "numbers", "label", "group", "row")
    return replace(
        one, bags=bags, **{name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in arrays}
    )


@pytest.mark.parametrize("name", ["afm", "fibinet", "din"])
def test_leaving_out_one_part_is_the_effect_of_the_part(
    shop: SmallShop, rows: Encoded, background: Background, name: str
) -> None:
    model = shop.model(name)
    effect = effects_of(model, rows, background)
    removal = removal_of(model, rows, background)
    if isinstance(removal, FieldRemoval):
        removal = FieldRemoval(model, rows, background, replacements=len(background))
    places = range(0, effect.shape[1], 7)
    kept = np.stack([removal.mask & (np.arange(effect.shape[1]) != place) for place in places])
    found = removal.logit[:, None] - removal.keep(kept).T
    np.testing.assert_allclose(found, effect[:, list(places)], atol=3e-5)


def test_each_model_has_its_methods(shop: SmallShop, rows: Encoded, background: Background) -> None:
    expected = {
        "afm": ["attention", "contribution"],
        "fibinet": ["gate", "contribution"],
        "din": ["attention", "contribution"],
        "fm": ["contribution"],
        "lr": ["contribution"],
    }
    for name, methods in expected.items():
        model = shop.model(name)
        assert methods_of(model) == methods
        for method in methods:
            found = scores_of(model, method, rows, background)
            assert found.score.shape == found.effect.shape == found.mask.shape
            assert (found.score[~found.mask] == 0).all()
            assert names_of(model) is None or len(found.names or ()) == found.score.shape[1]
    with pytest.raises(ModelError, match="no attention"):
        scores_of(shop.model("fm"), "attention", rows, background)


def test_a_weight_is_signed_where_it_can_be_negative(shop: SmallShop, rows: Encoded, background: Background) -> None:
    assert scores_of(shop.model("din"), "attention", rows, background).signed
    assert not scores_of(shop.model("din", softmax=True), "attention", rows, background).signed
    assert not scores_of(shop.model("afm"), "attention", rows, background).signed
    assert scores_of(shop.model("afm"), "contribution", rows, background).signed
