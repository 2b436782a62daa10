"""To and from `shap.Explanation`, so that shap's own plots draw ours, and our figures draw shap's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ctrcore.errors import DataError
from ctrcore.explain.explanation import NAN, Explanation, parts_table
from ctrcore.language import say

if TYPE_CHECKING:
    import shap


def to_shap(explanations: Explanation | Sequence[Explanation]) -> shap.Explanation:
    """One explanation, or several of the same parts, as shap has them.

    Returns:
        `values` (M,) or (n, M) contributions, `base_values` () or (n,), `data` the values as text, `feature_names`
        the names of the parts, and `error_std` the standard errors where all are known. A residual has no place there.

    Raises:
        DataError: the explanations have different parts, or there are none.
    """
    import shap

    several = [explanations] if isinstance(explanations, Explanation) else list(explanations)
    if not several:
        raise DataError(say("There is no explanation to hand to shap."), say("Give at least one."))
    names = several[0].parts["name"].tolist()
    if any(one.parts["name"].tolist() != names for one in several):
        raise DataError(
            say("The explanations have different parts, so they do not fit into one table."),
            say("Convert them one by one, or explain all rows with the same players."),
        )
    values, errors = (
        np.stack([one.parts[column].to_numpy(dtype=float) for one in several])
        for column in ("contribution", "standard_error")
    )
    data = np.stack([one.parts["value"].to_numpy(dtype=object) for one in several])
    base = np.array([one.base for one in several])
    single = isinstance(explanations, Explanation)
    return shap.Explanation(
        values=values[0] if single else values,
        base_values=float(base[0]) if single else base,
        data=data[0] if single else data,
        feature_names=names,
        error_std=None if np.isnan(errors).any() else errors[0] if single else errors,
    )


def from_shap(explanation: shap.Explanation, method: str = "by the shap package") -> Explanation:
    """One row's explanation by shap as ours. The logit is what base and values sum to, for shap keeps no other.

    Args:
        explanation: of a single row and a single output, for example `explainer(rows)[0]`.
        method: how it was computed.

    Raises:
        DataError: it holds several rows or outputs.
    """
    values = np.asarray(explanation.values, dtype=float)
    base = np.asarray(explanation.base_values, dtype=float)
    if values.ndim != 1 or base.size != 1:
        raise DataError(
            say("This shap explanation holds several rows or outputs, and an explanation here is of one."),
            say("Pick one row first, for example explanation[0]."),
        )
    names = explanation.feature_names
    names = [f"feature {place}" for place in range(len(values))] if names is None else list(map(str, names))
    shown = [""] * len(values) if explanation.data is None else list(map(str, np.asarray(explanation.data)))
    errors = np.full(len(values), NAN) if explanation.error_std is None else np.asarray(explanation.error_std)
    return Explanation(
        base=base.item(),
        parts=parts_table(
            ("field", name, value, float(contribution), NAN, float(error))
            for name, value, contribution, error in zip(names, shown, values, errors, strict=True)
        ),
        logit=base.item() + float(values.sum()),
        method=method,
        exact=explanation.error_std is None,
    )
