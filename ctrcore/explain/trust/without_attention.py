"""T1: what the model's ranking is worth without its attention."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from ctrcore import metrics
from ctrcore.comparing.bootstrap import Units, resampled_areas, rows_by_class, users_with_rows
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.testing import LEAST_OF_A_CLASS, LEAST_USERS
from ctrcore.data.encoded import Encoded
from ctrcore.explain.background import stratified
from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.methods import CONTRIBUTION
from ctrcore.explain.trust.statistics import Array
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import Batch
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.training.loader import RowTensors

SHUFFLES = 20
DRAWS = 1000
BATCH = 1024
SHUFFLED_ROWS = 1500
Replacement = Callable[[Tensor, Tensor], Tensor]


def weights_of(model: CTRModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """(weights, mask), (B, L) each: AFM's or DIN's attention, FiBiNET's gates."""
    if isinstance(model, FiBiNET):
        with torch.no_grad():
            gates = model.gates(model.embedding(batch).v)
        return gates, torch.ones_like(gates, dtype=torch.bool)
    parts = model.explain(batch)
    weights = parts.pair_weights if parts.behaviour_weights is None else parts.behaviour_weights
    assert weights is not None
    return weights, torch.ones_like(weights, dtype=torch.bool) if parts.mask is None else parts.mask


def forward_with(model: CTRModel, batch: Batch, weights: Tensor) -> Tensor:
    """Logits (B,) with these weights (B, L) instead of the model's own."""
    if isinstance(model, FiBiNET):
        return model.forward_with_gates(batch, weights)
    assert isinstance(model, AFM | DIN)
    return model.forward_with_attention(batch, weights)


def uniform(weights: Tensor, mask: Tensor) -> Tensor:
    """Every part of a row with the row's mean weight: the total stays as it was."""
    mean = weights.sum(1, keepdim=True) / mask.sum(1, keepdim=True).clamp(min=1)
    return mean * mask


def shuffled(weights: Tensor, mask: Tensor, generator: torch.Generator) -> Tensor:
    """The weights of each row dealt out anew among its parts."""
    key = torch.rand(weights.shape, generator=generator).to(weights.device)
    dealt = key.where(mask, 2.0).argsort(1)  # real parts first, in a random order
    place = torch.arange(weights.shape[1], device=weights.device).where(mask, weights.shape[1])
    real = place.argsort(stable=True, dim=1)  # real parts first, in their own order
    return torch.zeros_like(weights).scatter(1, real, weights.gather(1, dealt)).where(mask, 0.0)


def attention_check(
    model: CTRModel, method: str, rows: Encoded, seed: int = 0, progress: Callable[[float], None] | None = None
) -> Check:
    """T1.

    Args:
        model: in eval mode.
        method: 'attention' or 'gate'; contributions are no weights that could be replaced.
        rows: encoded rows with labels.
        seed: of the shuffles and of the interval.
        progress: told the share done.
    """
    if method == CONTRIBUTION:
        return Check(id="T1", says="Asked of weights only: a contribution cannot be replaced by a uniform one.")
    clicks = int((rows.label > 0).sum())
    if not 0 < clicks < len(rows):
        return Check(id="T1", says="All rows have the same label, so no order of them is better than another one.")
    if not _several_parts(model, rows):
        return Check(id="T1", says="No row has two parts, so their weights cannot be dealt out in another way.")
    tensors = RowTensors(rows, model.bias.device)
    means = _mean_gates(model, tensors) if isinstance(model, FiBiNET) else None
    own, even = _logits(model, tensors, [lambda weights, mask: _uniform(weights, mask, means)], progress)
    ranked = Ranked(rows.label, own), Ranked(rows.label, even)
    doubt = _doubt(rows)
    value, low, high = ranked[0].auc - ranked[1].auc, None, None
    if doubt is None:
        areas = resampled_areas(ranked, _units(rows), DRAWS, seed)
        low, high = _ends(areas[:, 0] - areas[:, 1])
    few = rows if len(rows) <= SHUFFLED_ROWS else rows.take(stratified(np.asarray(rows.label), SHUFFLED_ROWS, seed))
    generator = torch.Generator().manual_seed(seed)
    ways: list[Replacement] = [lambda weights, mask: shuffled(weights, mask, generator)] * SHUFFLES
    some = [Ranked(few.label, logit) for logit in _logits(model, RowTensors(few, model.bias.device), ways)]
    mean = float(np.mean([one.auc for one in some[1:]]))
    by_shuffle: tuple[float | None, float | None] = (None, None)
    if _doubt(few) is None:
        areas = resampled_areas(some, _units(few), DRAWS, seed)
        by_shuffle = _ends(areas[:, 0] - areas[:, 1:].mean(1))
    sure = f"whether that is more than chance cannot be told, {doubt}" if low is None else _said_interval(low, high)
    return Check(
        id="T1",
        value=value,
        low=low,
        high=high,
        rows=len(rows),
        says=f"With {_even_name(model)} the AUC is {_signed(-value)} ({sure}), with weights shuffled within each row "
        f"{_signed(mean - some[0].auc)}.",
        details={
            "auc": ranked[0].auc,
            "auc_uniform": ranked[1].auc,
            "auc_shuffled": mean,
            "shuffled": some[0].auc - mean,
            "shuffled_low": by_shuffle[0],
            "shuffled_high": by_shuffle[1],
            "shuffles": SHUFFLES,
            "shuffled_rows": len(few),
            "logit_change": float(np.abs(own - even).mean()),
        },
    )


def _signed(change: float) -> str:
    if not np.isfinite(change):
        return "not defined"
    return f"{abs(change):.4f} {'lower' if change < 0 else 'higher'}" if abs(change) >= 5e-5 else "the same"


def _logits(
    model: CTRModel,
    tensors: RowTensors,
    ways: Sequence[Replacement],
    progress: Callable[[float], None] | None = None,
) -> list[Array]:
    """Logits (n,) with the model's own weights, then with those that each way puts in their place."""
    found: list[list[Tensor]] = [[] for _ in range(1 + len(ways))]
    done = 0
    with torch.no_grad():
        for batch in tensors.in_order(BATCH):
            weights, mask = weights_of(model, batch)
            for kept, one in zip(found, [weights, *(way(weights, mask) for way in ways)], strict=True):
                kept.append(forward_with(model, batch, one).cpu())
            done += len(batch)
            if progress is not None:
                progress(done / len(tensors))
    return [torch.cat(parts).double().numpy() for parts in found]


def _uniform(weights: Tensor, mask: Tensor, means: Tensor | None) -> Tensor:
    """Gates differ by field, so a row's mean would mix these up: each gate gets its field's mean."""
    return uniform(weights, mask) if means is None else means.expand_as(weights)


def _mean_gates(model: CTRModel, tensors: RowTensors) -> Tensor:
    """(F,) mean gate of each field."""
    return torch.cat([weights_of(model, batch)[0] for batch in tensors.in_order(BATCH)]).mean(0)


def _even_name(model: CTRModel) -> str:
    """What stands for the weights; DIN's raw ones do not sum to 1, so each row has its own even weight."""
    if isinstance(model, FiBiNET):
        return "each gate at its field's mean"
    raw = isinstance(model, DIN) and not model.config.softmax
    return "each behaviour at the row's mean weight" if raw else "uniform weights"


def _several_parts(model: CTRModel, rows: Encoded) -> bool:
    """Whether any row has parts that could change places. Gates differ by row as well, so one field has a say."""
    if isinstance(model, AFM):
        return model.pairs.shape[1] > 1
    if isinstance(model, DIN):
        history = next(field.name for field in model.fields if field.kind == "history")
        return int(rows.bags[history].lengths.max(initial=0)) > 1
    return True


def _doubt(rows: Encoded) -> str | None:
    """Why the rows are too few to tell a loss from chance, by the limits of a comparison of models; None: they do."""
    code, users = metrics.user_codes(rows.group)
    if 0 < users < LEAST_USERS:
        return f"the rows belong to {users} users (at least {LEAST_USERS} are needed)"
    clicked = np.asarray(rows.label) > 0
    who = "users with " if users else ""
    for name, among in ((f"{who}clicks", clicked), (f"{who}rows without a click", ~clicked)):
        count = len(np.unique(code[among & (code >= 0)])) if users else int(among.sum())
        if count < LEAST_OF_A_CLASS:
            return f"there are {count} {name} (at least {LEAST_OF_A_CLASS} are needed)"
    return None


def _units(rows: Encoded) -> Units:
    """Users where the rows have any, since rows of one user are alike; else rows."""
    code, users = metrics.user_codes(rows.group)
    return users_with_rows(code, users) if users else rows_by_class(np.asarray(rows.label) > 0)


def _ends(drawn: Array) -> tuple[float | None, float | None]:
    """The 95 % interval; samples that hold one class only have no AUC."""
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return None, None
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)


def _said_interval(low: float, high: float | None) -> str:
    return f"95 % interval of the loss {low:z.4f} to {high:z.4f}"
