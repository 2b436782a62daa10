"""What DIN makes of each past behaviour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.players import history_steps
from ctrcore.explain.removal import behaviour_removal
from ctrcore.explain.sampling import sample_rows
from ctrcore.models.din import DIN
from ctrcore.training.loader import to_batch


def history_view(model: DIN, encoder: Encoder, rows: Encoded, position: int) -> pd.DataFrame:
    """One row's behaviours, oldest first.

    Returns:
        back (1 is the most recent), one column per history field with the value as the user knows it, attention,
        contribution (to the logit, with the hidden layers' gates held) and leave_one_out (the logit lost when the
        behaviour is left out, by a forward pass). No rows if the history is empty.
    """
    one = rows.take([position])
    parts = model.explain(to_batch(one, device=model.bias.device))
    assert parts.behaviours is not None
    assert parts.behaviour_weights is not None
    size = parts.behaviours.shape[1]
    return pd.DataFrame(
        {"back": np.arange(size, 0, -1)}
        | history_steps(encoder, one)
        | {
            "attention": parts.behaviour_weights[0].cpu().numpy(),
            "contribution": parts.behaviours[0].cpu().numpy(),
            "leave_one_out": behaviour_removal(model, one)[0],
        }
    )


def behaviour_summary(model: DIN, rows: Encoded, sample: int = 2000, seed: int = 0) -> dict[str, Any]:
    """Attention and contribution over a sample of rows: by how long ago, and by likeness to the candidate.

    Returns:
        rows, rows_without_history, behaviours; `by_recency`: back, attention (mean size), contribution (mean) and
        behaviours for each place from the most recent; `by_match`: per history field, for behaviours with the same
        value as the candidate and for the others: behaviours, attention (mean), contribution (mean);
        `negative_share`: share of behaviours that lower the logit; `sign_agreement`: share of behaviours whose
        attention has the sign of their contribution.
    """
    chosen = sample_rows(rows, sample, seed)
    batch = to_batch(chosen, device=model.bias.device)
    parts = model.explain(batch)
    assert parts.behaviours is not None
    assert parts.behaviour_weights is not None
    assert parts.mask is not None
    mask = parts.mask.cpu().numpy()
    attention = parts.behaviour_weights.cpu().numpy()[mask]
    contribution = parts.behaviours.cpu().numpy()[mask]
    back = (mask.sum(1, keepdims=True) - np.arange(mask.shape[1]))[mask]
    return {
        "rows": len(chosen),
        "rows_without_history": int((mask.sum(1) == 0).sum()),
        "behaviours": len(attention),
        "by_recency": _by_recency(back, attention, contribution),
        "by_match": _by_match(model, batch.ids.cpu(), chosen, attention, contribution),
        "negative_share": float((contribution < 0).mean()) if len(contribution) else None,
        "sign_agreement": float((np.sign(attention) == np.sign(contribution)).mean()) if len(contribution) else None,
    }


def _by_recency(back: np.ndarray, attention: np.ndarray, contribution: np.ndarray) -> list[dict[str, float]]:
    frame = pd.DataFrame({"back": back, "attention": np.abs(attention), "contribution": contribution})
    table = frame.groupby("back").agg(
        attention=("attention", "mean"), contribution=("contribution", "mean"), behaviours=("attention", "size")
    )
    records: list[dict[str, float]] = table.reset_index().to_dict("records")  # type: ignore[assignment]
    return records


def _by_match(
    model: DIN, candidate: torch.Tensor, rows: Encoded, attention: np.ndarray, contribution: np.ndarray
) -> list[dict[str, Any]]:
    result = []
    for name, column in zip(model.histories, model.candidate, strict=True):
        bag = rows.bags[name]
        same = bag.ids == np.repeat(candidate[:, column].numpy(), bag.lengths)
        for matches, which in ((True, same), (False, ~same)):
            result.append(
                {
                    "history": name,
                    "same_as_candidate": matches,
                    "behaviours": int(which.sum()),
                    "attention": float(attention[which].mean()) if which.any() else None,
                    "contribution": float(contribution[which].mean()) if which.any() else None,
                }
            )
    return result
