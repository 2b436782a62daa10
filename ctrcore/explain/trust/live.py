"""The checks that cost one batch: they stand beside every row that is explained."""

from __future__ import annotations

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.background import Background
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.effect_agreement import order_check, sign_check
from ctrcore.explain.trust.methods import scores_of
from ctrcore.explain.trust.weights import alive_check, residual_check, support_check
from ctrcore.models.base import CTRModel
from ctrcore.training.predicting import predict


def live_checks(  # noqa: PLR0917
    model: CTRModel, encoder: Encoder, rows: Encoded, position: int, method: str, background: Background
) -> list[Check]:
    """T0, T2, T3, T13 and T14 of one row.

    Args:
        model: in eval mode.
        encoder: the one the rows were encoded with.
        rows: encoded rows.
        position: which of them.
        method: one of `methods_of(model)`.
        background: what stands for a field that is left out.

    Raises:
        ModelError: the model has no such method.
    """
    one = rows.take([position])
    scores = scores_of(model, method, one, background)
    return [
        residual_check(own_terms(model, one), predict(model, one)),
        order_check(scores),
        sign_check(scores),
        alive_check(model, scores),
        support_check(model, encoder, one),
    ]
