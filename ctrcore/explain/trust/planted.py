"""Does a model's explanation find what was planted? The scoreboard of check T12, for shops whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ctrcore.comparing.ranked import Ranked
from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.background import Background
from ctrcore.explain.fm_shapley import fm_shapley, has_closed_form
from ctrcore.explain.gates import gate_summary
from ctrcore.explain.pairs import pair_summary
from ctrcore.explain.removal import behaviour_removal
from ctrcore.explain.sampling import sample_rows
from ctrcore.explain.trust.statistics import spearman
from ctrcore.explain.trust.truth import PlantedTruth
from ctrcore.models.base import CTRModel
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.models.fm import FM
from ctrcore.models.lr import LR
from ctrcore.training.loader import to_batch

Floats = npt.NDArray[np.floating]
BACKGROUND = 200  # rows that FM's interactions are against
PAIR_SCORES = {  # a name in `pair_summary`, and the score's
    "strength": "contribution",
    "interaction": "interaction",
    "attention": "attention",
}
FIELD_SCORES = {  # a name in `gate_summary`, and the score's
    "gate_mean": "gate",
    "gate_std": "gate spread",
    "ablation": "gate ablation",
    "permutation_auc_drop": "permutation",
}


def planted_checks(
    model: CTRModel, encoder: Encoder, rows: Encoded, truth: PlantedTruth, *, sample: int = 2000, seed: int = 0
) -> dict[str, Any]:
    """What the model's weights and contributions find of the planted truth, as plain JSON.

    Args:
        model: in eval mode.
        encoder: the one the rows were encoded with.
        rows: encoded rows of the table that the truth is of.
        truth: of that table.
        sample: of so many rows at most.
        seed: of the sample.

    Returns:
        `rows` (size of the sample) and what suits the model: `behaviours` (see `behaviour_scores`) for DIN, `fields`
        (`field_scores`) for FiBiNET, `pairs` (`pair_scores`) for all others but LR. A figure that is not defined is
        None.

    Raises:
        DataError: the model's histories are not those that the truth is of.
    """
    chosen = sample_rows(rows, sample, seed)
    result: dict[str, Any] = {"rows": len(chosen)}
    if isinstance(model, DIN):
        truth.check_histories(encoder, chosen)
        result["behaviours"] = behaviour_scores(*behaviour_truth(model, chosen, truth))
    elif not isinstance(model, LR) and model.pairs.shape[1]:
        summary = pair_summary(model, chosen, sample, seed)
        if isinstance(model, FM) and has_closed_form(model):
            background = Background("some of these rows", seed, sample_rows(chosen, BACKGROUND, seed))
            summary["interaction"] = np.abs(fm_shapley(model, chosen, background).interaction).mean(0)
        result["pairs"] = pair_scores(summary, truth.pairs)
    if isinstance(model, FiBiNET):
        effects = truth.field_effects([field.name for field in model.fields], chosen.row)
        result["fields"] = field_scores(gate_summary(model, chosen, sample, seed), effects)
    return result


def pair_scores(summary: Mapping[str, Any], planted: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Where the planted pairs stand among all pairs of a `pair_summary`.

    Returns:
        planted: those whose fields the model has, as 'a × b'; count: number of all pairs; against: the share of the
        attention mass on pairs that lower the score (None without attention); and under `contribution` (mean size),
        `interaction` (of FM: mean size of what the pair adds beyond both fields) and `attention` (mean), None where
        the model has none: ranks of the planted pairs (1 is the first), hit_1 (the first pair is planted), hit_3
        (share of the planted pairs among the first three).
    """
    fields = [str(name) for name in summary["fields"]]
    known = [(a, b) for a, b in planted if a in fields and b in fields]
    left, right = np.triu_indices(len(fields), 1)
    place = {frozenset((fields[i], fields[j])): n for n, (i, j) in enumerate(zip(left, right, strict=True))}
    result: dict[str, Any] = {
        "planted": [f"{a} × {b}" for a, b in known],
        "count": len(left),
        "against": summary.get("against"),
    }
    for key, name in PAIR_SCORES.items():
        if key not in summary or not known:
            result[name] = None
            continue
        score = np.asarray(summary[key], dtype=float)[left, right]
        ranks = [int((score > score[place[frozenset(pair)]]).sum()) + 1 for pair in known]
        found = {"ranks": ranks, "hit_1": min(ranks) == 1, "hit_3": float(np.mean([rank <= 3 for rank in ranks]))}
        result[name] = found
    return result


def field_scores(summary: Mapping[str, Any], effects: Floats) -> dict[str, Any]:
    """How well each score of a `gate_summary` orders the fields by their true effect.

    Args:
        summary: of a FiBiNET.
        effects: (F,) the true effect of each field (`PlantedTruth.field_effects`).

    Returns:
        fields, true_effect, and `spearman`: by score the rank correlation with the true effect (None where the score is
        the same for all fields).
    """
    return {
        "fields": list(summary["fields"]),
        "true_effect": [float(effect) for effect in effects],
        "spearman": {name: rank_correlation(summary[key], effects) for key, name in FIELD_SCORES.items()},
    }


def behaviour_scores(scores: Mapping[str, Floats], effect: Floats, row: npt.NDArray[np.integer]) -> dict[str, Any]:
    """How well each score finds the behaviours that matter, and their sign.

    Args:
        scores: by name (m,) the score of each behaviour.
        effect: (m,) its share in the true logit; 0: it does not matter.
        row: (m,) the row that it belongs to, from 0.

    Returns:
        behaviours (m), relevant (those that matter), rows (with behaviours of both kinds), `row_auc`: by score the
        chance that a behaviour that matters has a larger |score| than one of the same row that does not, mean over
        those rows; `sign_accuracy`: by score the share of the relevant behaviours whose score has the sign of the
        effect.
    """
    relevant = effect != 0
    rows = int(row.max(initial=-1)) + 1
    area = {name: Ranked(relevant, np.abs(score)).auc_by(row, rows)[0] for name, score in scores.items()}
    both = next(iter(area.values())) if area else np.empty(0)
    return {
        "behaviours": len(effect),
        "relevant": int(relevant.sum()),
        "rows": int(np.isfinite(both).sum()),
        "row_auc": {name: _mean(found[np.isfinite(found)]) for name, found in area.items()},
        "sign_accuracy": {name: _mean((np.sign(score) == np.sign(effect))[relevant]) for name, score in scores.items()},
    }


def behaviour_truth(
    model: DIN, rows: Encoded, truth: PlantedTruth
) -> tuple[dict[str, Floats], Floats, npt.NDArray[np.int64]]:
    """(scores by name, effect, row) of all behaviours of these rows, as `behaviour_scores` takes them.

    The scores are attention, contribution (the hidden layers' gates held) and leave-one-out (a forward pass).
    """
    parts = model.explain(to_batch(rows, device=model.bias.device))
    assert parts.behaviours is not None
    assert parts.behaviour_weights is not None
    assert parts.mask is not None
    mask = parts.mask.cpu().numpy()
    scores = {
        "attention": parts.behaviour_weights.cpu().numpy()[mask],
        "contribution": parts.behaviours.cpu().numpy()[mask],
        "leave-one-out": behaviour_removal(model, rows)[mask],
    }
    return scores, truth.behaviour_effects(rows.row, mask.sum(1)), np.nonzero(mask)[0]


def rank_correlation(one: npt.ArrayLike, other: npt.ArrayLike) -> float | None:
    """Spearman's rank correlation of two lists; None where one of them is the same throughout."""
    first, second = (np.asarray(side, dtype=np.float64)[None] for side in (one, other))
    found = float(spearman(first, second, np.ones(first.shape, dtype=bool))[0])
    return found if np.isfinite(found) else None


def _mean(values: npt.NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None
