"""What a repair brings, in words: a verdict only beyond chance, with the measured numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctrcore.comparing.probabilities import Bins
from ctrcore.comparing.repair import Kind
from ctrcore.runs.repair_words import repair_in_words
from ctrcore.runs.repairs import Judged

NONE, ROWS = np.empty(0), np.empty(0, dtype=np.int64)
BEFORE = Judged(None, 6000, 2000, 0.461, 0.035, 0.9, 0.85, 0.0, 0.0, Bins(NONE, NONE, NONE, NONE, ROWS))


def after(kind: Kind, loss: float, ece: float, auc: float = 0.85, error: float = 0.001) -> Judged:
    return replace(BEFORE, kind=kind, log_loss=loss, ece=ece, auc=auc, saved=0.461 - loss, saved_error=error)


def test_a_repair_that_saves_loss_helps() -> None:
    said = repair_in_words(BEFORE, after("platt", 0.452, 0.015))
    assert said == "The Platt repair helps beyond chance: log-loss 0.461 → 0.452, ECE 0.035 → 0.015."


def test_what_it_costs_in_auc_is_said() -> None:
    said = repair_in_words(BEFORE, after("isotonic", 0.452, 0.035, auc=0.8487))
    assert said.endswith("ECE stays at 0.035. It costs 0.001 AUC.")


@pytest.mark.parametrize(
    ("loss", "error", "says"),
    [
        (0.465, 0.001, "makes it slightly worse"),
        (0.561, 0.001, "makes it worse"),
        (0.465, 0.010, "shows no gain or loss beyond chance"),
        (0.452, 0.010, "shows no gain or loss beyond chance"),
    ],
)
def test_a_verdict_is_given_only_beyond_chance(loss: float, error: float, says: str) -> None:
    assert says in repair_in_words(BEFORE, after("platt", loss, 0.03, error=error))


def test_there_is_nothing_to_say_of_what_is_not_repaired() -> None:
    with pytest.raises(ValueError, match="as the model gives them"):
        repair_in_words(BEFORE, BEFORE)
