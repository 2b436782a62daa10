"""A model's own terms over many rows: they sum to the logit, and are what `explain` says row by row."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.explain.own_terms import BATCH, own_terms
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from tests.explain.conftest import SmallShop

MODELS = ("lr", "fm", "afm", "fibinet", "din")


@pytest.mark.parametrize("name", MODELS)
def test_base_and_shares_sum_to_the_logit(shop: SmallShop, name: str) -> None:
    model, rows = shop.model(name), shop.prepared.train
    assert len(rows) > BATCH
    terms = own_terms(model, rows)
    assert np.allclose(terms.base + terms.share.sum(1), predict(model, rows), atol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_many_rows_say_what_each_says_alone(shop: SmallShop, name: str) -> None:
    model, rows = shop.model(name), shop.prepared.train
    terms, position = own_terms(model, rows), BATCH + 3
    alone = model.explain(to_batch(rows, [position]))
    share = alone.fields[0].detach().double().numpy().copy()
    if alone.pairs is not None:
        pairs = (alone.pairs if alone.reweighted_pairs is None else alone.pairs + alone.reweighted_pairs)[0].numpy()
        assert terms.pairs is not None
        assert np.allclose(terms.pairs[position], pairs, atol=1e-5)
        for place, (i, j) in enumerate(model.pairs.T.tolist()):
            share[i] += pairs[place] / 2
            share[j] += pairs[place] / 2
    histories = [place for place, field in enumerate(model.fields) if field.kind == "history"]
    if alone.behaviours is not None:
        assert terms.behaviours is not None
        assert terms.mask is not None
        length = alone.behaviours.shape[1]
        assert terms.mask[position].sum() == length
        assert np.allclose(terms.behaviours[position, :length], alone.behaviours[0], atol=1e-5)
        assert not terms.behaviours[position, length:].any()
        share[histories[0]] += alone.behaviours[0].sum().item()
    assert np.allclose(terms.share[position], share, atol=1e-5)
    assert np.allclose(terms.together(histories)[position], share[histories].sum(), atol=1e-5)


def test_weights_are_attention_on_a_fields_pairs_or_its_gate(shop: SmallShop) -> None:
    rows = shop.prepared.test
    afm, fibinet = shop.model("afm"), shop.model("fibinet")
    attention = own_terms(afm, rows)
    assert attention.weights is not None
    assert attention.attention is not None
    assert np.allclose(attention.weights.sum(1), 1, atol=1e-6)
    with_third = [place for place, pair in enumerate(afm.pairs.T.tolist()) if 2 in pair]
    assert np.allclose(attention.weights[:, 2], attention.attention[:, with_third].sum(1) / 2)
    gates = fibinet.explain(to_batch(rows)).gates
    assert gates is not None
    assert np.allclose(own_terms(fibinet, rows).weights, gates, atol=1e-6)
    assert own_terms(shop.model("din"), rows).weights is None
