"""T7 and T8: whether the scores change when the model forgets (Adebayo et al. 2018), or learns from shuffled clicks."""

from __future__ import annotations

import copy

import numpy as np

from ctrcore.data.encoded import Encoded
from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.methods import CONTRIBUTION
from ctrcore.explain.trust.profiles import (
    LEAST_PARTS,
    TOO_FEW_PARTS,
    Profile,
    likeness,
    profile_of,
    row_likeness,
)
from ctrcore.models.base import CTRModel
from ctrcore.models.registry import build

TIMES = 3
REPRODUCED = 0.6  # likeness that the short training on the true clicks must reach before its loss means anything
ATTENTION = {"afm": ("attention.", "h"), "fibinet": ("senet.",), "din": ("scorer.",)}  # beginnings of parameters' names


def forget_everything(model: CTRModel, seed: int) -> CTRModel:
    """A model of the same form, freshly initialised."""
    return build(model.config, model.fields, seed).eval().to(model.bias)


def forget_attention(model: CTRModel, seed: int) -> CTRModel | None:
    """The model with its attention freshly initialised; None if its attention has no parameters of its own."""
    fresh = forget_everything(model, seed).state_dict()
    beginnings = ATTENTION.get(model.config.title.lower(), ())
    anew = {name: value for name, value in fresh.items() if beginnings and name.startswith(beginnings)}
    if not anew:
        return None
    other = copy.deepcopy(model)
    other.load_state_dict(other.state_dict() | anew)
    return other.eval()


def parameter_check(model: CTRModel, method: str, rows: Encoded, profile: Profile, seed: int = 0) -> Check:
    """T7.

    Args:
        model: in eval mode.
        method: under test.
        rows: encoded rows.
        profile: of the method on these rows.
        seed: of the first of the `TIMES` initialisations.
    """
    found: dict[str, float | None] = {}
    for step, forget in (("attention", forget_attention), ("everything", forget_everything)):
        others = [forget(model, seed + 1000 + number) for number in range(TIMES)]
        fresh = [profile_of(other, method, rows) for other in others if other is not None]
        values = [row_likeness(profile, one) for one in fresh if one.ordered.any()]
        known = [value for value in values if value is not None]
        found[step] = float(np.mean(known)) if known else None
    judged = [found["everything"]] if method == CONTRIBUTION else list(found.values())
    known = [abs(value) for value in judged if value is not None]
    if not known:
        says = "The scores of each row are all alike, so they have no order to lose."
        if profile.ordered.any():
            says = "A fresh model gives all parts of a row the same score, so no order could be kept."
        return Check(id="T7", says=says, rows=len(rows))
    return Check(
        id="T7",
        value=max(known),
        rows=len(rows),
        says="Correlation of the order of the scores with what it was: "
        + "; ".join(
            f"{_text(value)} with {step} initialised anew" for step, value in found.items() if value is not None
        )
        + ".",
        details={**found, "times": TIMES},
    )


def label_check(profile: Profile, short: Profile, shuffled: Profile, rows: int) -> Check:
    """T8.

    Args:
        profile: of the model under test.
        short: of a model trained as briefly as the next one, on the true labels.
        shuffled: of a model trained on shuffled labels.
        rows: on which all of them are.
    """
    if profile.compared_parts < LEAST_PARTS:
        return Check(id="T8", says=TOO_FEW_PARTS.format(profile.compared_parts), rows=rows)
    as_shuffled, _ = likeness(profile, shuffled)
    as_short, _ = likeness(profile, short)
    if not profile.ordered.any() or as_short is None:
        return Check(id="T8", says="The scores are all alike, so they have no structure to lose.", rows=rows)
    left = 0.0 if as_shuffled is None else as_shuffled  # scores that are all alike now have lost all of it
    before, after = profile.concentration, shuffled.concentration
    learnt = as_short >= REPRODUCED
    says = (
        f"Correlation with the model's scores after a short training: {as_short:.2f} on the true clicks, {left:.2f} on "
        "shuffled ones."
    )
    says += (
        f" Concentration: {_text(before)} before, {_text(after)} on shuffled clicks (0: all parts alike, 1: one part "
        "alone)."
        if learnt
        else f" So short a training does not find the structure again (that takes at least {REPRODUCED}), so its loss "
        "cannot be judged."
    )
    return Check(
        id="T8",
        value=as_short - left if learnt else None,
        rows=rows,
        says=says,
        details={
            "true_labels": as_short,
            "shuffled_labels": as_shuffled,
            "concentration": before,
            "concentration_shuffled": after,
        },
    )


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
