"""What a calibration repair brings, in a sentence."""

from __future__ import annotations

from ctrcore.comparing.repair import REPAIR_TITLES
from ctrcore.language import mark, say
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
    said = say(
        _verdict(after),
        repair=REPAIR_TITLES[after.kind],
        log_loss=_change(before.log_loss, after.log_loss),
        ece=_change(before.ece, after.ece),
    )
    lost = before.auc - after.auc
    if abs(lost) < CLOSE:
        return said
    price = say("It costs {auc:.3f} AUC.", auc=lost) if lost > 0 else say("It adds {auc:.3f} AUC.", auc=-lost)
    return f"{said} {price}"


def _verdict(after: Judged) -> str:
    """The sentence, still to be said."""
    sure = abs(after.saved) > SURE * after.saved_error
    if sure and after.saved > 0:
        return mark("The {repair} repair helps beyond chance: log-loss {log_loss}, ECE {ece}.")
    if sure and after.saved <= -0.01:
        return mark("The {repair} repair makes it worse: log-loss {log_loss}, ECE {ece}.")
    if sure and after.saved < 0:
        return mark("The {repair} repair makes it slightly worse: log-loss {log_loss}, ECE {ece}.")
    return mark("The {repair} repair shows no gain or loss beyond chance: log-loss {log_loss}, ECE {ece}.")


def _change(before: float, after: float) -> str:
    if abs(before - after) < CLOSE:
        return say("stays at {before:.3f}", before=before)
    return f"{before:.3f} → {after:.3f}"
