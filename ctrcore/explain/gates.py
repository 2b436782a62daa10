"""What FiBiNET's SENet gates do, beside what the fields are worth.

A gate is not an importance: its scale can be compensated downstream. So beside it stand the gate's ablation and the
AUC that shuffling the field costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.explain.importance import rank_agreement
from ctrcore.explain.permutation import permutation_importance
from ctrcore.explain.players import field_groups
from ctrcore.explain.removal import gate_ablation, gates_of
from ctrcore.explain.sampling import sample_rows
from ctrcore.language import mark, say
from ctrcore.models.fibinet import FiBiNET

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DEAD_FROM = 0.5  # a gate that is 0 in this share of the rows is called dead


MEASURES = {  # a name in `gate_summary`, and what the measure is called
    "gate_mean": mark("the mean gate"),
    "gate_std": mark("the spread of the gate"),
    "ablation": mark("the gate ablation"),
    "permutation_auc_drop": mark("the AUC lost by permutation"),
}
SHAPLEY = mark("mean |Shapley|")
IDLE = 0.01  # of a logit: a probability of 50 % moves by a quarter of a percent
ALIKE, LOOSE = 0.7, 0.3  # rank correlations: from here on much the same order, a loosely similar one


def gate_agreement(summary: Mapping[str, Any], shapley: Mapping[str, float] | None = None) -> pd.DataFrame:
    """How far a field's gate, its ablation and what the field is worth order the fields alike.

    Args:
        summary: of `gate_summary`.
        shapley: mean |Shapley| by field, if it is known.

    Returns:
        One row a comparison: one, other (names of the measures), spearman (rank correlation, NaN where a measure is
        the same for all fields) and says, a sentence. The gate against each of the others first.
    """
    measures = {title: list(summary[key]) for key, title in MEASURES.items()}
    if shapley is not None:
        measures[SHAPLEY] = [shapley.get(name, np.nan) for name in summary["fields"]]
    matrix, names = rank_agreement(measures).to_numpy(), list(measures)
    rows = []
    for i, j in zip(*np.triu_indices(len(names), 1), strict=True):
        one, other, found = names[i], names[j], float(matrix[i, j])
        rows.append({"one": one, "other": other, "spearman": found, "says": _says(one, other, found)})
    return pd.DataFrame(rows, columns=["one", "other", "spearman", "says"])


def idle_gates(summary: Mapping[str, Any]) -> str | None:
    """A sentence if no gate of a `gate_summary` moves the score by anything that matters, else None."""
    largest = max(summary["ablation"], default=0.0)
    if largest >= IDLE:
        return None
    low, high = np.array(summary["gate_quantiles"], dtype=float)[:, [0, -1]].T
    return say(
        "The gates of this run do next to nothing: of each field nine in ten lie between {low:.3g} and {high:.3g}, and "
        "without telling rows apart the strongest would change the logit by {largest:.2g} on average.",
        low=low.min(),
        high=high.max(),
        largest=largest,
    )


def _says(one: str, other: str, found: float) -> str:
    if np.isnan(found):
        told = mark("{one} and {other} cannot be compared: one of them is the same for all fields.")
    elif found <= -LOOSE:
        told = mark("{one} and {other} order the fields the other way round (Spearman {found:+z.2f}).")
    elif found < LOOSE:
        told = mark("{one} and {other} order the fields as differently as two shuffled lists (Spearman {found:+z.2f}).")
    elif found < ALIKE:
        told = mark("{one} and {other} order the fields loosely alike (Spearman {found:+z.2f}).")
    else:
        told = mark("{one} and {other} order the fields much alike (Spearman {found:+z.2f}).")
    return say(told, one=say(one), other=say(other), found=found)


def gate_summary(model: FiBiNET, rows: Encoded, sample: int = 2000, seed: int = 0, repeats: int = 5) -> dict[str, Any]:
    """Gates, their ablation and the permutation AUC drop of each field over a sample of rows.

    Returns:
        fields, rows, and per field: gate_mean, gate_std, gate_quantiles (5 %, 25 %, 50 %, 75 %, 95 %), dead_share
        (rows in which the gate is exactly 0), ablation (mean size of the logit's change when the gate is set to its
        mean), off (the same when it is set to 0), permutation_auc_drop and permutation_std.
    """
    chosen = sample_rows(rows, sample, seed)
    gates = gates_of(model, chosen).numpy()
    found = permutation_importance(model, chosen, field_groups(model.fields), repeats=repeats, seed=seed)
    drop, spread = found.by_field(len(model.fields))
    return {
        "fields": [field.name for field in model.fields],
        "rows": len(chosen),
        "gate_mean": gates.mean(0).tolist(),
        "gate_std": gates.std(0).tolist(),
        "gate_quantiles": np.quantile(gates, QUANTILES, axis=0).T.tolist(),
        "dead_share": (gates == 0).mean(0).tolist(),
        "ablation": np.abs(gate_ablation(model, chosen)).mean(0).tolist(),
        "off": np.abs(gate_ablation(model, chosen, torch.zeros(len(model.fields)))).mean(0).tolist(),
        "permutation_auc_drop": drop.tolist(),
        "permutation_std": spread.tolist(),
    }
