"""How good scores are: exact, vectorised, numpy only (scikit-learn takes two seconds to import).

Everywhere `label` is (n,) of 0 and 1, `score` any real number that ranks rows, `logit` the model's output and
`probability` its sigmoid. A metric that is not defined for the rows at hand (one class, no rows) is NaN.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
EPS = 1e-15


def sigmoid(logit: Array) -> npt.NDArray[np.float64]:
    """Probability of a click, without overflow."""
    x = np.asarray(logit, dtype=np.float64)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _average_ranks(score: Array) -> npt.NDArray[np.float64]:
    """Rank of each score from 1; tied scores share their mean rank."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(score))
    ranks = np.empty(len(score))
    ranks[order] = ((starts + 1 + ends) / 2)[np.cumsum(first) - 1]
    return ranks


def auc(label: Array, score: Array) -> float:
    """Area under the ROC curve: the chance that a clicked row outranks another (ties count half)."""
    label, score = np.asarray(label, dtype=np.float64), np.asarray(score)
    positives = label.sum()
    negatives = len(label) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    return float((_average_ranks(score)[label == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def log_loss(label: Array, logit: Array) -> float:
    """Mean negative log-likelihood in nats, computed from the logit so that nothing is clipped."""
    if len(label) == 0:
        return float("nan")
    x = np.asarray(logit, dtype=np.float64)
    return float(np.mean(np.maximum(x, 0) - x * label + np.log1p(np.exp(-np.abs(x)))))


def _cumulative(label: Array, score: Array) -> tuple[Array, Array, Array]:
    """True and false positives when everything down to each distinct score is called a click, best score first."""
    label, score = np.asarray(label, dtype=np.float64), np.asarray(score, dtype=np.float64)
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(score) else np.empty(0, np.int64)
    hits = np.cumsum(label[order])[last]
    return hits, last + 1 - hits, ordered[last]


def pr_auc(label: Array, score: Array) -> float:
    """Average precision: the area under the precision-recall curve, without interpolation."""
    hits, misses, _ = _cumulative(label, score)
    if len(hits) == 0 or hits[-1] == 0:
        return float("nan")
    return float(np.sum(np.diff(hits, prepend=0) * hits / (hits + misses)) / hits[-1])


def roc_curve(label: Array, score: Array, points: int = 1000) -> tuple[Array, Array, Array]:
    """(false-positive rate, true-positive rate, threshold), at most `points` of them, both ends kept.

    The first threshold is infinite: nothing is called a click. Rates are NaN for a class without rows.
    """
    hits, misses, threshold = _cumulative(label, score)
    tp, fp = np.concatenate([[0.0], hits]), np.concatenate([[0.0], misses])
    threshold = np.concatenate([[np.inf], threshold])
    if len(tp) > points:
        keep = _spread(fp / max(fp[-1], 1), tp / max(tp[-1], 1), points)
        tp, fp, threshold = tp[keep], fp[keep], threshold[keep]
    with np.errstate(invalid="ignore"):
        return fp / fp[-1], tp / tp[-1], threshold


def _spread(x: Array, y: Array, points: int) -> npt.NDArray[np.int64]:
    """Positions evenly spaced along a monotone curve, so that a steep start keeps its points."""
    length = x + y
    return np.unique(np.searchsorted(length, np.linspace(length[0], length[-1], points)).clip(0, len(x) - 1))


def gauc(label: Array, score: Array, group: npt.NDArray[np.integer]) -> tuple[float, int, int]:
    """Impression-weighted mean of the AUC of each user (Zhou et al. 2018, section 6.2).

    Returns:
        The value, the number of users it rests on, and the number skipped because they have only one class.
    """
    label, score, group = np.asarray(label, dtype=np.float64), np.asarray(score), np.asarray(group)
    known = group >= 0
    label, score, group = label[known], score[known], group[known]
    if len(label) == 0:
        return float("nan"), 0, 0
    user = np.unique(group, return_inverse=True)[1]
    order = np.lexsort((score, user))
    label, score, user = label[order], score[order], user[order]
    impressions = np.bincount(user).astype(np.float64)
    start = np.concatenate([[0], np.cumsum(impressions)[:-1]])
    tie = np.concatenate([[True], (score[1:] != score[:-1]) | (user[1:] != user[:-1])])
    first = np.flatnonzero(tie)
    mean_rank = ((first + 1 + np.append(first[1:], len(score))) / 2)[np.cumsum(tie) - 1] - start[user]
    positives = np.bincount(user, weights=label)
    negatives = impressions - positives
    both = (positives > 0) & (negatives > 0)
    if not both.any():
        return float("nan"), 0, len(both)
    rank_sum = np.bincount(user, weights=mean_rank * label)
    area = (rank_sum - positives * (positives + 1) / 2)[both] / (positives * negatives)[both]
    return float(np.average(area, weights=impressions[both])), int(both.sum()), int((~both).sum())


def accuracy(label: Array, probability: Array, threshold: float = 0.5) -> float:
    """Share of rows on the right side of the threshold."""
    return float(np.mean((probability >= threshold) == (label == 1))) if len(label) else float("nan")


def confusion(label: Array, probability: Array, threshold: float = 0.5) -> dict[str, int]:
    """Counts tp, fp, fn, tn when a probability at or above the threshold is called a click."""
    called, clicked = probability >= threshold, label == 1
    tp, fp = int(np.sum(called & clicked)), int(np.sum(called & ~clicked))
    return {"tp": tp, "fp": fp, "fn": int(clicked.sum()) - tp, "tn": int((~clicked).sum()) - fp}


def f1(label: Array, probability: Array, threshold: float = 0.5) -> float:
    """Harmonic mean of precision and recall; 0 where nothing is found."""
    c = confusion(label, probability, threshold)
    found = 2 * c["tp"] + c["fp"] + c["fn"]
    return 2 * c["tp"] / found if found else 0.0


def normalised_entropy(label: Array, logit: Array) -> float:
    """Log-loss divided by that of always predicting the click rate (He et al. 2014): below 1 is better than that."""
    rate = float(np.mean(label)) if len(label) else float("nan")
    if not 0 < rate < 1:
        return float("nan")
    return log_loss(label, logit) / float(-(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)))


def calibration(label: Array, probability: Array, bins: int = 10) -> tuple[Array, Array, Array]:
    """(mean probability, click rate, rows) in bins of equally many rows, lowest probability first."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    probability, label = np.asarray(probability, dtype=np.float64), np.asarray(label, dtype=np.float64)
    mean = np.array([probability[part].mean() for part in parts])
    rate = np.array([label[part].mean() for part in parts])
    return mean, rate, np.array([float(len(part)) for part in parts])


def ece(label: Array, probability: Array, bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and click rate over equal-frequency bins."""
    if len(label) == 0:
        return float("nan")
    mean, rate, rows = calibration(label, probability, bins)
    return float(np.average(np.abs(mean - rate), weights=rows))


def pcoc(label: Array, probability: Array) -> float:
    """Predicted clicks over observed clicks: above 1 the model promises too many."""
    clicks = float(np.sum(label))
    return float(np.sum(probability)) / clicks if clicks else float("nan")


def rela_impr(value: float, base: float) -> float:
    """Relative improvement of an AUC over a base's, both less the 0.5 of a random order (Yan et al. 2014)."""
    return float("nan") if base == 0.5 else (value - 0.5) / (base - 0.5) - 1


def ranking(label: Array, score: Array, group: npt.NDArray[np.integer], k: int = 10) -> dict[str, float]:
    """HR@K, NDCG@K and MRR, averaged over the users that have a click. Ties are broken by row order."""
    known = np.flatnonzero(np.asarray(group) >= 0)
    user = np.unique(np.asarray(group)[known], return_inverse=True)[1]
    order = np.lexsort((-np.asarray(score, dtype=np.float64)[known], user))
    user, label = user[order], np.asarray(label, dtype=np.float64)[known][order]
    impressions = np.bincount(user)
    position = np.arange(len(user)) - np.repeat(np.cumsum(impressions) - impressions, impressions)
    clicks = np.bincount(user, weights=label)
    have = clicks > 0
    if not have.any():
        return {"hit_rate": float("nan"), "ndcg": float("nan"), "mrr": float("nan")}
    discount = 1 / np.log2(np.arange(2, k + 2))
    top = position < k
    hits = np.bincount(user[top], weights=label[top], minlength=len(have))
    gain = np.bincount(user[top], weights=label[top] * discount[position[top]], minlength=len(have))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(clicks, k).astype(int)]
    first = np.full(len(have), np.inf)
    np.minimum.at(first, user[label == 1], position[label == 1] + 1.0)
    return {
        "hit_rate": float(np.mean(hits[have] > 0)),
        "ndcg": float(np.mean(gain[have] / ideal[have])),
        "mrr": float(np.mean(1 / first[have])),
    }


def evaluate(
    label: Array, logit: Array, group: npt.NDArray[np.integer] | None = None, threshold: float = 0.5
) -> dict[str, float]:
    """The metrics of one run on one set of rows, by name. Per-user ones only where a row has a user."""
    probability = sigmoid(logit)
    result = {
        "auc": auc(label, logit),
        "log_loss": log_loss(label, logit),
        "pr_auc": pr_auc(label, logit),
        "accuracy": accuracy(label, probability, threshold),
        "f1": f1(label, probability, threshold),
        "normalised_entropy": normalised_entropy(label, logit),
        "ece": ece(label, probability),
        "pcoc": pcoc(label, probability),
    }
    if group is not None and np.any(np.asarray(group) >= 0):
        value, users, skipped = gauc(label, logit, group)
        result |= {"gauc": value, "gauc_users": float(users), "gauc_skipped": float(skipped)}
        result |= ranking(label, logit, group)
    return result
