"""The metrics of one model on the rows of a sheet."""

from __future__ import annotations

from ctrcore import metrics
from ctrcore.comparing.sheet import Sheet


def measure(sheet: Sheet, name: str, cutoff: float = 0.5) -> dict[str, float]:
    """The metrics of one model, named as in `metrics.evaluate`.

    What does not depend on the cutoff is computed at the first call, of several models at a time, and kept with the
    sheet; at another cutoff the rest takes microseconds. A sheet without users has a gAUC that is NaN and rests on no
    user.

    Args:
        sheet: the rows.
        name: the model's id.
        cutoff: the probability from which on rows are called clicks.

    Returns:
        auc, log_loss, pr_auc, normalised_entropy, ece, pcoc, gauc, gauc_users, gauc_skipped, accuracy, f1.
    """
    fixed = sheet.kept("metrics", "of all models", lambda: _fixed_of_all(sheet))[name]
    counts = sheet.ranked(name).at(metrics.log_odds(cutoff))
    return fixed | {"accuracy": counts.accuracy, "f1": counts.f1}


def _fixed_of_all(sheet: Sheet) -> dict[str, dict[str, float]]:
    _ = sheet.users  # counted once, before several threads need them
    return dict(zip(sheet.ids, sheet.of_each(lambda name: _fixed(sheet, name)), strict=True))


def _fixed(sheet: Sheet, name: str) -> dict[str, float]:
    ranked = sheet.ranked(name)
    return metrics.whole(ranked, sheet.logit[name]) | metrics.per_user(ranked, *sheet.users)
