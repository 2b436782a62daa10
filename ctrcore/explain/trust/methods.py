"""What is put to the test: the scores that a model's picture shows, and what taking each part away really does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ctrcore.data.encoded import Encoded
from ctrcore.errors import ModelError
from ctrcore.explain.background import Background
from ctrcore.explain.own_terms import OwnTerms, own_terms
from ctrcore.explain.players import field_groups
from ctrcore.explain.removal import behaviour_removal, field_removal, pair_removal
from ctrcore.explain.trust.removing import Unit
from ctrcore.explain.trust.statistics import Array, Mask
from ctrcore.language import say
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel
from ctrcore.models.din import DIN
from ctrcore.models.fibinet import FiBiNET
from ctrcore.training.predicting import predict

CONTRIBUTION = "contribution"
ROUNDING = 2e-6  # effects below this share of the logit are what single precision leaves of nothing


@dataclass(frozen=True)
class Scores:
    """The scores under test of n rows with at most L parts, and the truth about each part alone.

    Attributes:
        method: 'attention', 'gate' or 'contribution'.
        unit: what a part is.
        score: (n, L) as the picture shows them.
        effect: (n, L) leave-one-out: the logit less that without the part, 0 where it is only rounding.
        mask: (n, L) True for a part that is there.
        signed: False for a weight that is never negative: it claims that its part raises the logit.
        names: of the L parts; None for behaviours, which are others in each row.
        group: (n,) the user of each row, -1 for none.
        compared: (n, L) what the effects are compared with where their sizes count, if that is not the score: a pair
            of AFM that is left out hands its attention to the others, so its contribution counts against theirs.
        gates: (n, F) of FiBiNET each gate by itself, as the columns of a history are one part; else None.
    """

    method: str
    unit: Unit
    score: Array
    effect: Array
    mask: Mask
    signed: bool
    names: tuple[str, ...] | None
    group: npt.NDArray[np.integer]
    compared: Array | None = None
    gates: Array | None = None

    @property
    def size_compared(self) -> Array:
        """(n, L) `compared`, or the score itself."""
        return self.score if self.compared is None else self.compared

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: npt.NDArray[np.int64]) -> Scores:
        """The scores of some of the rows."""
        return replace(
            self,
            score=self.score[rows],
            effect=self.effect[rows],
            mask=self.mask[rows],
            group=self.group[rows],
            compared=None if self.compared is None else self.compared[rows],
            gates=None if self.gates is None else self.gates[rows],
        )


def methods_of(model: CTRModel) -> list[str]:
    """The pictures of the model that can be put to the test, its own weights first."""
    if isinstance(model, AFM | DIN):
        return ["attention", CONTRIBUTION]
    return ["gate", CONTRIBUTION] if isinstance(model, FiBiNET) else [CONTRIBUTION]


def scores_of(
    model: CTRModel, method: str, rows: Encoded, background: Background, effect: Array | None = None
) -> Scores:
    """The scores of a method, beside what each part does.

    Contributions of fields are what `own_terms` shares out: the field's own term and half of each pair it is in. The
    columns of a history are one part, as they can only be exchanged together. A field that is left out has the values
    of the background, so its contribution is taken against their mean: of LR it is then exactly the effect.

    Args:
        model: in eval mode.
        method: one of `methods_of(model)`.
        rows: encoded rows.
        background: what stands for a field that is left out.
        effect: (n, L) what `effects_of` gave for these rows; None: it is computed.

    Raises:
        ModelError: the model has no such method.
    """
    if method not in methods_of(model):
        raise ModelError(
            say("{model} has no {method} to put to the test.", model=model.config.title, method=method),
            say("Use: {methods}.", methods=", ".join(methods_of(model))),
        )
    terms = own_terms(model, rows)
    score, mask = raw_scores(model, method, terms)
    if method == CONTRIBUTION and unit_of(model) == "field":
        score = score - raw_scores(model, method, own_terms(model, background.rows))[0].mean(0)
    effect = effects_of(model, rows, background) if effect is None else effect
    return Scores(
        method=method,
        unit=unit_of(model),
        score=np.where(mask, score, 0.0),
        effect=effect,
        mask=mask,
        signed=method == CONTRIBUTION or (isinstance(model, DIN) and not model.config.softmax),
        names=names_of(model),
        group=rows.group,
        compared=_against_the_others(terms) if isinstance(model, AFM) and method == CONTRIBUTION else None,
        gates=terms.weights if isinstance(model, FiBiNET) and method != CONTRIBUTION else None,
    )


def _against_the_others(terms: OwnTerms) -> Array:
    """(n, P) a (c - C): what a pair of attention a and score c adds beyond the attended mean C of all pairs.

    Without the pair the others share its attention, and the logit loses a (c - C) / (1 - a).
    """
    assert terms.pairs is not None
    assert terms.attention is not None
    beyond: Array = terms.pairs - terms.attention * terms.pairs.sum(1, keepdims=True)
    return beyond


def effects_of(model: CTRModel, rows: Encoded, background: Background) -> Array:
    """(n, L) leave-one-out: the logit less that without each part; 0 where padded, or where it is only rounding."""
    if isinstance(model, AFM):
        effect = pair_removal(model, rows)
    elif isinstance(model, DIN):
        effect = behaviour_removal(model, rows)
    else:
        effect = field_removal(model, rows, background)[:, [group[0] for group in field_groups(model.fields)]]
    logit = predict(model, rows).astype(np.float64)
    rounding = ROUNDING * np.maximum(np.abs(logit), 1)[:, None]
    return np.where(np.abs(effect) > rounding, effect, 0.0)


def raw_scores(model: CTRModel, method: str, terms: OwnTerms) -> tuple[Array, Mask]:
    """(scores, mask), (n, L) each, of terms that are there already."""
    if isinstance(model, DIN):
        score = terms.behaviours if method == CONTRIBUTION else terms.behaviour_weights
    elif isinstance(model, AFM):
        score = terms.pairs if method == CONTRIBUTION else terms.attention
    else:
        values = terms.share if method == CONTRIBUTION else terms.weights
        assert values is not None
        score = of_parts(model, values, mean=method != CONTRIBUTION)
    assert score is not None
    return score, np.ones(score.shape, bool) if terms.mask is None else terms.mask


def of_parts(model: CTRModel, values: Array, *, mean: bool = False) -> Array:
    """(n, F) of fields to (n, L) of parts, added up or their mean: the columns of a history are one part."""
    groups = [values[:, list(group)] for group in field_groups(model.fields)]
    return np.column_stack([group.mean(1) if mean else group.sum(1) for group in groups])


def unit_of(model: CTRModel) -> Unit:
    """What a part of the model's own picture is."""
    return "pair" if isinstance(model, AFM) else "behaviour" if isinstance(model, DIN) else "field"


def names_of(model: CTRModel) -> tuple[str, ...] | None:
    """What the parts are called; None for behaviours."""
    names = [field.name for field in model.fields]
    if isinstance(model, AFM):
        return tuple(f"{names[i]} × {names[j]}" for i, j in model.pairs.T.tolist())
    if isinstance(model, DIN):
        return None
    return tuple(" + ".join(names[place] for place in group) for group in field_groups(model.fields))
