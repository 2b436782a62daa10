"""What a calibration repair brings, in a sentence."""

from __future__ import annotations

from ctrcore.comparing.repair import REPAIR_TITLES
from ctrcore.runs.repairs import Judged

SURE = 1.96  # standard errors
CLOSE = 0.0005  # what is less reads as no change


def repair_in_words(before: Judged, after: Judged) -> str:
    """Whether a repair helps, from the log-loss that it saves on the test rows, and at which price.

    Args:
        before: the probabilities as the model gives them.
        after: the same, repaired.

    Raises:
        ValueError: `after` is not repaired.
    """
    if after.kind is None:
        raise ValueError("these are the probabilities as the model gives them")
    name = f"The {REPAIR_TITLES[after.kind]} repair"
    sure = abs(after.saved) > SURE * after.saved_error
    if sure and after.saved > 0:
        verdict = "helps beyond chance"
    elif sure and after.saved < 0:
        verdict = f"makes it {'slightly ' if abs(after.saved) < 0.01 else ''}worse"
    else:
        verdict = "shows no gain or loss beyond chance"
    numbers = f"log-loss {_change(before.log_loss, after.log_loss)}, ECE {_change(before.ece, after.ece)}"
    lost = before.auc - after.auc
    price = f" It {'costs' if lost > 0 else 'adds'} {abs(lost):.3f} AUC." if abs(lost) >= CLOSE else ""
    return f"{name} {verdict}: {numbers}.{price}"


def _change(before: float, after: float) -> str:
    if abs(before - after) < CLOSE:
        return f"stays at {before:.3f}"
    return f"{before:.3f} → {after:.3f}"
