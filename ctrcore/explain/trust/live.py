"""The checks that cost one batch: they stand beside every row that is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.explain.trust.check import Check

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.data.encoding import Encoder
    from ctrcore.explain.background import Background
    from ctrcore.models.base import CTRModel


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
    """
    raise NotImplementedError
