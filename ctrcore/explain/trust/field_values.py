"""Every way to share a logit out among the fields, of the same few rows: what T10 and T11 compare.

Columns that determine each other are one player, so that no row is made up that cannot exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.background import Background
from ctrcore.explain.gradients import integrated_gradients
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.players import field_groups
from ctrcore.explain.sampling import sample_rows
from ctrcore.explain.shapley import EXACT_UP_TO, shapley_rows
from ctrcore.explain.trust.removing import FieldRemoval
from ctrcore.explain.trust.statistics import Array
from ctrcore.models.base import CTRModel

MOST_ROWS, LEAST_ROWS = 20, 4
PASSES = 120_000  # forward passes that the Shapley values of all rows may take, about
SAMPLED = 5_000  # passes that a row takes about, where there are too many players to enumerate
TOLERANCE = 0.1  # of the permutations then


@dataclass(frozen=True)
class FieldValues:
    """Values (n, M) of M players by each method.

    Attributes:
        names: of the players.
        halves: Shapley values against the one and the other half of the background.
        values: by method: 'contribution' (against its mean over the background), 'leave-one-out',
            'Shapley', 'integrated gradients'.
        noise: (n, M) what sampled permutations add to the squared difference of the halves; 0 where none are.
        background: its name.
    """

    names: list[str]
    halves: tuple[Array, Array]
    values: dict[str, Array]
    noise: Array
    background: str


def field_values(
    model: CTRModel,
    encoder: Encoder,
    rows: Encoded,
    background: Background,
    *,
    ties: Sequence[Sequence[str]] = (),
    progress: Callable[[float], None] | None = None,
) -> FieldValues:
    """The values of a few of the rows, as many as can be had in seconds.

    Args:
        model: in eval mode.
        encoder: the one the rows were encoded with.
        rows: encoded rows; some are drawn.
        background: at least two rows.
        ties: names of fields that are one player.
        progress: told the share done.
    """
    groups = field_groups(model.fields, ties)
    passes = 2 ** len(groups) * len(background) if len(groups) <= EXACT_UP_TO else SAMPLED
    few = sample_rows(rows, int(np.clip(PASSES // passes, LEAST_ROWS, MOST_ROWS)), background.seed)
    halves = []
    for number, half in enumerate(background.halves()):
        told = None if progress is None else _part(progress, 0.4 * number, 0.4)
        halves.append(shapley_rows(model, few, half, ties=ties, tolerance=TOLERANCE, seed=number, progress=told))
    terms, usual = own_terms(model, few), own_terms(model, background.rows)
    removal = FieldRemoval(model, few, background, groups=groups, replacements=len(background))
    all_but_one = ~np.eye(len(groups), dtype=bool)[:, None, :].repeat(len(few), axis=1)
    one, other = halves[0].values, halves[1].values
    weight = np.array([len(half) for half in background.halves()]) / len(background)
    told = None if progress is None else _part(progress, 0.8, 0.2)
    return FieldValues(
        names=halves[0].names,
        halves=(one, other),
        values={
            "contribution": np.column_stack([terms.together(group) - usual.together(group).mean() for group in groups]),
            "leave-one-out": removal.logit[:, None] - removal.keep(all_but_one).T,
            "Shapley": weight[0] * one + weight[1] * other,
            "integrated gradients": _gradients(model, encoder, few, background, groups=groups, progress=told),
        },
        noise=sum((np.nan_to_num(half.standard_error) ** 2 for half in halves), np.zeros_like(one)),
        background=background.name,
    )


def _gradients(
    model: CTRModel,
    encoder: Encoder,
    rows: Encoded,
    background: Background,
    *,
    groups: Sequence[tuple[int, ...]],
    progress: Callable[[float], None] | None,
) -> Array:
    """(n, M) integrated gradients; all behaviours together are the history's."""
    player = {model.fields[place].name: number for number, group in enumerate(groups) for place in group}
    history = next((player[field.name] for field in model.fields if field.kind == "history"), 0)
    values = np.zeros((len(rows), len(groups)))
    for row in range(len(rows)):
        parts = integrated_gradients(model, encoder, rows, row, background).parts
        for kind, name, value in zip(parts["kind"], parts["name"], parts["contribution"], strict=True):
            if kind in ("field", "behaviour"):
                values[row, player[name] if kind == "field" else history] += float(value)
        if progress is not None:
            progress((row + 1) / len(rows))
    return values


def _part(progress: Callable[[float], None], start: float, share: float) -> Callable[[float], None]:
    return lambda done: progress(start + share * done)
