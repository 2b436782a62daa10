from __future__ import annotations

import numpy as np
import pytest

from ctrcore.data.negatives import keep_rows

LABEL = (np.arange(1000) % 5 == 0).astype(np.float32)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 1e-9])
def test_all_clicks_and_the_share_of_the_others_stay(share: float) -> None:
    kept = keep_rows(LABEL, share, seed=0)
    assert (np.diff(kept) > 0).all()
    assert LABEL[kept].sum() == 200
    assert (LABEL[kept] == 0).sum() == max(1, round(800 * share))


def test_the_seed_decides() -> None:
    assert np.array_equal(keep_rows(LABEL, 0.5, 1), keep_rows(LABEL, 0.5, 1))
    assert not np.array_equal(keep_rows(LABEL, 0.5, 1), keep_rows(LABEL, 0.5, 2))


def test_none_to_drop() -> None:
    assert keep_rows(np.ones(3, np.float32), 0.5, 0).tolist() == [0, 1, 2]
    assert keep_rows(np.empty(0, np.float32), 0.5, 0).tolist() == []
