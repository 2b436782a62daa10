"""Small encoded rows with every kind of field, for tests of models, training and explaining."""

from __future__ import annotations

import numpy as np

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.models.batch import Batch
from ctrcore.schema import EncodedField
from ctrcore.training.loader import to_batch

FIELDS = [
    EncodedField(name="user", kind="categorical", role="user", start=0, size=9),
    EncodedField(name="age", kind="numeric", role="user", start=9, size=1),
    EncodedField(name="item", kind="categorical", role="item", start=10, size=13),
    EncodedField(name="category", kind="categorical", role="item", start=23, size=5),
    EncodedField(name="tags", kind="multi_value", role="item", start=28, size=6),
    EncodedField(name="history_item", kind="history", role="user", start=10, size=13, of="item"),
    EncodedField(name="history_category", kind="history", role="user", start=23, size=5, of="category"),
]
DENSE = [field for field in FIELDS if not field.is_bag]
BAGS = [field for field in FIELDS if field.is_bag]


def _bag(rng: np.random.Generator, field: EncodedField, lengths: np.ndarray) -> Bag:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Bag(rng.integers(field.start, field.start + field.size, offsets[-1]).astype(np.int32), offsets)


def rows(n: int, seed: int = 0, longest: int = 5) -> Encoded:
    """n random rows; about one in `longest + 1` has an empty history."""
    rng = np.random.default_rng(seed)
    ids = np.stack([rng.integers(f.start, f.start + f.size, n) for f in DENSE], axis=1).astype(np.int32)
    numbers = rng.normal(size=(n, 1)).astype(np.float32)
    lengths = rng.integers(0, longest + 1, n)
    tags = rng.integers(0, 4, n)
    bags = {f.name: _bag(rng, f, tags if f.kind == "multi_value" else lengths) for f in BAGS}
    return Encoded(
        ids=ids,
        numbers=numbers,
        numeric=np.array([1]),
        bags=bags,
        label=(rng.random(n) < 0.4).astype(np.float32),
        group=(ids[:, 0] - FIELDS[0].start).astype(np.int32),
        row=np.arange(n, dtype=np.int64),
    )


def batch(n: int, seed: int = 0) -> Batch:
    """n random rows as a batch."""
    return to_batch(rows(n, seed))
