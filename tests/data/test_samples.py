from __future__ import annotations

import numpy as np

from ctrcore.data.preparing import prepare
from ctrcore.data.samples import breast_cancer


def test_breast_cancer_can_be_trained_on() -> None:
    frame, recipe = breast_cancer()
    assert frame.shape == (569, 31)
    assert frame["benign"].sum() == 357
    prepared = prepare(frame, recipe)
    assert {field.kind for field in prepared.encoder.fields} == {"numeric"}
    np.testing.assert_allclose(prepared.train.values.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(prepared.train.values.std(axis=0), 1, atol=1e-5)
    assert (len(prepared.valid), len(prepared.test)) == (57, 57)
