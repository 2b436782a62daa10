from __future__ import annotations

import json

import numpy as np
import pytest

from ctrcore.data.coldness import cold_report


def test_against_a_loop() -> None:
    rng = np.random.default_rng(0)
    n = 500
    part = rng.choice(["train", "valid", "test"], n, p=[0.4, 0.2, 0.4])
    parts = {name: np.flatnonzero(part == name) for name in ("train", "valid", "test")}
    keys = {"user": rng.integers(-1, 300, n).astype(np.int32), "item": rng.integers(0, 20, n)}
    found = cold_report(parts, keys)
    assert list(found) == ["valid", "test"]
    for name in ("valid", "test"):
        for key, codes in keys.items():
            learned = {int(codes[row]) for row in parts["train"]}
            own = [int(codes[row]) for row in parts[name] if codes[row] >= 0]
            cold = [code for code in own if code not in learned]
            assert found[name][key] == {
                "rows": len(own),
                "cold_rows": len(cold),
                "share": pytest.approx(len(cold) / len(own)),
                "distinct": len(set(own)),
                "cold": len(set(cold)),
            }
    assert found["test"]["user"]["cold"] > 0
    assert found["test"]["item"]["cold"] == 0
    assert json.loads(json.dumps(found)) == found


def test_without_a_key_without_rows_and_without_values() -> None:
    parts = {"train": np.array([0]), "valid": np.array([], dtype=np.int64), "test": np.array([1, 2])}
    found = cold_report(parts, {"user": None, "item": np.array([-1, -1, 4])})
    nothing = {"rows": 0, "cold_rows": 0, "share": 0.0, "distinct": 0, "cold": 0}
    assert found["valid"] == {"item": nothing}
    assert found["test"] == {"item": {"rows": 1, "cold_rows": 1, "share": 1.0, "distinct": 1, "cold": 1}}
    assert cold_report(parts, {"user": np.full(3, -1)})["test"]["user"] == nothing
