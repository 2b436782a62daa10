"""What a model does over many rows: computed once per run and kept beside it."""

from __future__ import annotations

from typing import Any

from ctrcore.data.encoded import Encoded
from ctrcore.explain.behaviours import behaviour_summary
from ctrcore.explain.gates import gate_summary
from ctrcore.explain.pairs import pair_summary
from ctrcore.explain.permutation import permutation_importance
from ctrcore.explain.players import field_groups
from ctrcore.explain.sampling import sample_rows
from ctrcore.models.base import CTRModel
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.models.lr import LR


def summarise(model: CTRModel, rows: Encoded, sample: int = 2000, seed: int = 0) -> dict[str, Any]:
    """Every summary that suits the model, by name, as JSON: `importance`, `pairs`, `gates`, `behaviours`."""
    chosen = sample_rows(rows, sample, seed)
    result: dict[str, Any] = {}
    if isinstance(model, FiBiNET):
        result["gates"] = gate_summary(model, chosen, sample, seed)
        drop, spread = result["gates"]["permutation_auc_drop"], result["gates"]["permutation_std"]
    else:
        found = permutation_importance(model, chosen, field_groups(model.fields), seed=seed)
        drop, spread = (values.tolist() for values in found.by_field(len(model.fields)))
    result["importance"] = {
        "fields": [field.name for field in model.fields],
        "rows": len(chosen),
        "permutation_auc_drop": drop,
        "permutation_std": spread,
    }
    if isinstance(model, DIN):
        result["behaviours"] = behaviour_summary(model, chosen, sample, seed)
    elif not isinstance(model, LR) and model.pairs.shape[1]:
        result["pairs"] = pair_summary(model, chosen, sample, seed)
    return result
