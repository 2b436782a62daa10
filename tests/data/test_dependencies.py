from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from ctrcore.data.dependencies import determined

RNG = np.random.default_rng(0)


def test_planted_dependencies_and_no_others() -> None:
    n = 6000
    item = RNG.integers(0, 200, n)
    columns = {
        "item": item,
        "name": (item * 37 + 11) % 1009,  # another name for the item
        "category": item % 9,
        "nearly": np.where(RNG.random(n) < 0.01, RNG.integers(0, 9, n), item % 9),
        "loosely": np.where(RNG.random(n) < 0.1, RNG.integers(0, 9, n), item % 9),
        "device": RNG.integers(0, 3, n),
        "rare_flag": (RNG.random(n) < 0.005).astype(np.int64),  # 0 in nearly every row, whatever the item
        "constant": np.zeros(n, dtype=np.int64),
        "own": np.arange(n),
        "gaps": np.where(RNG.random(n) < 0.5, -1, item % 5),
    }
    found = {(pair.a, pair.b): pair for pair in determined(columns)}
    assert set(found) == {
        ("item", "name"),
        ("item", "category"),
        ("item", "nearly"),
        ("item", "gaps"),
        ("name", "category"),
        ("name", "nearly"),
        ("name", "gaps"),
        ("category", "nearly"),
    }
    assert {pair for pair, one in found.items() if one.both} == {("item", "name"), ("category", "nearly")}
    assert found["item", "category"].share == 1
    assert found["item", "category"].rows == n
    assert found["item", "gaps"].rows == (columns["gaps"] >= 0).sum()
    # The share against a loop.
    seen: dict[int, Counter[int]] = defaultdict(Counter)
    for a, b in zip(item.tolist(), columns["nearly"].tolist(), strict=True):
        seen[a][b] += 1
    usual = sum(counts.most_common(1)[0][1] for counts in seen.values())
    assert found["item", "nearly"].share == usual / n
    assert determined(columns)[0].both


def test_keys_that_never_repeat_determine_nothing() -> None:
    assert determined({"a": np.arange(100), "b": np.arange(100) % 3}) == []
    assert determined({"a": np.full(100, -1), "b": np.arange(100) % 3}) == []
    assert determined({}) == []


def test_numbers_of_values_need_not_be_dense() -> None:
    codes = np.array([5, 900_000, 5, 900_000] * 20)
    found = determined({"a": codes, "b": codes + 7})
    assert [(pair.a, pair.b, pair.both) for pair in found] == [("a", "b", True)]
