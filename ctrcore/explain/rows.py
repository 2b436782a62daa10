"""Why one row has its logit, for any model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from torch import Tensor

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.explanation import NAN, Explanation, Part, parts_table, undivided
from ctrcore.explain.sentences import HELD_PART, HIDDEN
from ctrcore.language import mark
from ctrcore.models.base import CTRModel, Parts
from ctrcore.training.loader import to_batch


def explain_row(model: CTRModel, encoder: Encoder, rows: Encoded, position: int) -> Explanation:
    """The parts of one row's logit, from the model's own terms.

    Args:
        model: in eval mode.
        encoder: the one the rows were encoded with.
        rows: encoded rows.
        position: which of them.
    """
    one = rows.take([position])
    parts = model.explain(to_batch(one, device=model.bias.device))
    shown = shown_values(encoder, one)
    table = [*_fields(model, parts, shown), *_pairs(model, parts, shown), *_behaviours(model, parts, encoder, one)]
    hidden = parts.base[0].item() - model.bias.item()
    if not model.exact:
        table.append(("other", HIDDEN, HELD_PART, hidden, NAN, NAN))
    return Explanation(
        base=model.bias.item(),
        parts=parts_table(table),
        logit=float(parts.logit[0]),
        method=mark("the model's own terms")
        if model.exact
        else mark("the model's own terms, with the gates of its hidden layers held"),
        exact=True,
    )


def shown_values(encoder: Encoder, one: Encoded) -> dict[str, str]:
    """Each field's value in the first row as the user knows it, `undivided`; the members of a bag joined by commas."""
    return {str(name): _text(value) for name, value in encoder.inverse(one).iloc[0].items()}


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(undivided(str(one)) for one in value) or "none"
    return f"{value:.4g}" if isinstance(value, float | np.floating) else undivided(str(value))


def _first(values: Tensor | None, length: int) -> list[float]:
    """The first row of a (B, length) tensor; NaNs where the model has none."""
    return [NAN] * length if values is None else [float(x) for x in values[0]]


def _fields(model: CTRModel, parts: Parts, shown: dict[str, str]) -> Iterator[Part]:
    gates = _first(parts.gates, len(model.fields))
    for field, contribution, gate in zip(model.fields, parts.fields[0], gates, strict=True):
        if parts.behaviours is not None and field.kind == "history":
            continue  # its behaviours stand for it
        yield "field", field.name, shown[field.name], float(contribution), gate, NAN


def _pairs(model: CTRModel, parts: Parts, shown: dict[str, str]) -> Iterator[Part]:
    names = [field.name for field in model.fields]
    branches = (("", parts.pairs, parts.pair_weights), (" (re-weighted)", parts.reweighted_pairs, None))
    for suffix, contributions, weights in branches:
        if contributions is None:
            continue
        listed = zip(model.pairs.T.tolist(), contributions[0], _first(weights, contributions.shape[1]), strict=True)
        for (i, j), contribution, weight in listed:
            a, b = names[i], names[j]
            yield "pair", f"{a} × {b}{suffix}", f"{shown[a]} × {shown[b]}", float(contribution), weight, NAN


def _behaviours(model: CTRModel, parts: Parts, encoder: Encoder, one: Encoded) -> Iterator[Part]:
    if parts.behaviours is None:
        return
    histories = [field.name for field in model.fields if field.kind == "history"]
    members = encoder.inverse(one).iloc[0]
    steps = list(zip(*(members[name] for name in histories), strict=True))
    weights = _first(parts.behaviour_weights, len(steps))
    for step, (values, contribution, weight) in enumerate(zip(steps, parts.behaviours[0], weights, strict=True)):
        ago = len(steps) - step
        yield "behaviour", f"behaviour {ago} back", _text(values), float(contribution), weight, NAN
