"""Small sheets whose truth is known, for tests of what is said about slices and places."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.sheet import Sheet

Floats = npt.NDArray[np.float64]


def sheet_of_scores(label: npt.ArrayLike, scores: Mapping[str, npt.ArrayLike]) -> Sheet:
    """Rows 0 to n - 1 without users."""
    labels = np.asarray(label, dtype=np.uint8)
    logits = {name: np.asarray(score, dtype=np.float32) for name, score in scores.items()}
    return Sheet(np.arange(len(labels)), labels, np.full(len(labels), -1, dtype=np.int32), logits)


def field(name: str, codes: npt.ArrayLike, labels: list[str] | None = None) -> Grouping:
    """A categorical field; its values are called a, b, c and so on."""
    places = np.asarray(codes, dtype=np.int32)
    size = int(places.max(initial=-1)) + 1
    return Grouping(name, "field", labels or [chr(97 + at) for at in range(size)], places)


def world(seed: int, n: int = 2000, noise: float = 0.7) -> tuple[Sheet, list[Grouping], Floats]:
    """Two models, a and b, that are equally good everywhere; four fields and a number; the true logit."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=n) - 1
    label = rng.random(n) < 1 / (1 + np.exp(-true))
    sheet = sheet_of_scores(label, {name: true + noise * rng.normal(size=n) for name in ("a", "b")})
    number = rng.normal(size=n)
    fields = [field(f"field {at}", rng.integers(0, 4, n)) for at in range(4)]
    return (
        sheet,
        [*fields, Grouping("number", "field", ["low", "high"], (number > 0).astype(np.int32), "", number)],
        true,
    )
