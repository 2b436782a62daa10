from __future__ import annotations

import numpy as np
import pytest

from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import Background, background_of
from tests.explain.conftest import SmallShop


@pytest.fixture(scope="session")
def background(shop: SmallShop) -> Background:
    return background_of(shop.prepared.train, 12)


@pytest.fixture(scope="session")
def rows(shop: SmallShop) -> Encoded:
    return shop.prepared.test.take(np.arange(60))
