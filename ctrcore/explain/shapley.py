"""Shapley values: each player's mean effect on the logit, over all orders in which the players can come in.

Out, a field has the value of a background row, and the logit is averaged over these rows (interventional values). Few
players are enumerated, many are sampled until the standard errors are small. LR and FM have a closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.background import Background
from ctrcore.explain.explanation import NAN, Explanation, parts_table
from ctrcore.explain.fm_shapley import fm_shapley, has_closed_form
from ctrcore.explain.games import Game, Solved
from ctrcore.explain.hybrids import TOGETHER, Hybrids, logits
from ctrcore.explain.players import Player, field_groups, players_of
from ctrcore.explain.shared_parts import hybrids_of
from ctrcore.explain.trust.words import background_words
from ctrcore.language import mark, say, say_count
from ctrcore.models.base import CTRModel
from ctrcore.training.blocks import parts_of
from ctrcore.training.loader import RowTensors

Numbers = npt.NDArray[np.float64]
EXACT_UP_TO = 12
TOLERANCE = 0.02
ROWS = 1024  # rows whose tensors are made together


@dataclass(frozen=True)
class Attributions:
    """Shapley values of n rows for the same M players.

    Attributes:
        names: (M,) of the players: fields, or tied fields 'a + b'.
        players: (M,) the places of their fields among `model.fields`.
        values: (n, M) contributions to the logit.
        standard_error: (n, M), NaN where nothing was sampled.
        base: mean logit of the background.
        logit: (n,) the model's outputs.
        background: what the rows are compared with, by name.
        method: how the values were computed.
        exact: True if nothing was sampled.
    """

    names: list[str]
    players: list[tuple[int, ...]]
    values: Numbers
    standard_error: Numbers
    base: float
    logit: Numbers
    background: str
    method: str
    exact: bool


class Effort(NamedTuple):
    """How far to go: players that are still enumerated, the wanted standard error, and the seed of what is sampled."""

    exact_up_to: int
    tolerance: float
    seed: int

    def solve(self, hybrids: Hybrids, row: int, players: Sequence[Player]) -> Solved:
        """The Shapley values of one row."""
        game = Game(hybrids, row, players)
        return game.exact() if len(players) <= self.exact_up_to else game.sampled(self.tolerance, self.seed)

    def method(self, solved: Sequence[Solved], players: int, background: Background) -> str:
        """How these values came about, in the field's words."""
        against = say_count(
            "Shapley values of {count} player against {background}",
            "Shapley values of {count} players against {background}",
            players,
            background=background_words(background.name),
        )
        rounds = [one.rounds for one in solved]
        if not any(rounds):
            return say("exact {values}", values=against)
        low, high = (f"{2 * len(background) * count:,}" for count in (min(rounds), max(rounds)))
        errors = np.array([one.relative_error for one in solved])
        text = say(
            "sampled {values}, {permutations} permutations in antithetic pairs, largest standard error {error:.1%} of "
            "the sum of sizes",
            values=against,
            permutations=low if low == high else say("{low} to {high}", low=low, high=high),
            error=errors.max(),
        )
        over = int((errors > self.tolerance).sum())
        if not over:
            return text
        above = (
            mark("{text}: still above {most:.0%} in {over:,} of {rows:,} rows when as many as allowed were drawn")
            if len(solved) > 1
            else mark("{text}: still above {most:.0%} when as many as allowed were drawn")
        )
        return say(above, text=text, most=self.tolerance, over=over, rows=len(solved))


def shapley(
    model: CTRModel,
    encoder: Encoder,
    rows: Encoded,
    position: int,
    background: Background,
    *,
    ties: Sequence[Sequence[str]] = (),
    behaviours: str = "whole",
    exact_up_to: int = EXACT_UP_TO,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> Explanation:
    """The Shapley values of one row.

    Args:
        model: in eval mode.
        encoder: the one the rows were encoded with.
        rows: encoded rows.
        position: which of them.
        background: what the row is compared with; the base is its mean logit. Where behaviours are players, the
            history is never the background's: the base is then the mean logit of its rows with the empty history.
        ties: names of fields that are one player, see `players.tied_fields`.
        behaviours: 'whole', 'each' or a history column's name, see `players.players_of`.
        exact_up_to: players up to which every subset is computed.
        tolerance: above that, permutations are drawn until the largest standard error is at most this share of the
            sum of sizes, or until 400 rounds through the background are done, which `method` says.
        seed: of the permutations.

    Raises:
        ModelError: behaviours are asked for, and the model reads no such history.
    """
    one = rows.take([position])
    players = players_of(model, encoder, one, ties=ties, behaviours=behaviours)
    effort = Effort(exact_up_to, tolerance, seed)
    if has_closed_form(model) and behaviours == "whole":
        solved = _closed(model, one, background, [player.fields for player in players])[0]
    else:
        solved = effort.solve(hybrids_of(model, one, background.rows), 0, players)
    errors = solved.error if solved.rounds else np.full(len(players), NAN)
    return Explanation(
        base=solved.base,
        parts=parts_table(
            (player.kind, player.name, player.value, float(value), NAN, float(error))
            for player, value, error in zip(players, solved.phi, errors, strict=True)
        ),
        logit=solved.logit,
        method=effort.method([solved], len(players), background),
        exact=not solved.rounds,
    )


def shapley_rows(
    model: CTRModel,
    rows: Encoded,
    background: Background,
    *,
    ties: Sequence[Sequence[str]] = (),
    exact_up_to: int = EXACT_UP_TO,
    tolerance: float = TOLERANCE,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Attributions:
    """The Shapley values of many rows over the same players: fields, tied fields, and the history as a whole.

    Args:
        model: in eval mode.
        rows: n encoded rows.
        background: what each row is compared with.
        ties: names of fields that are one player.
        exact_up_to: see `shapley`.
        tolerance: see `shapley`.
        seed: of the permutations, the same in each row.
        progress: called with the share of rows done, 0 to 1.
    """
    groups = field_groups(model.fields, ties)
    names = [" + ".join(model.fields[place].name for place in group) for group in groups]
    players = [Player(name, "field", "", fields=group) for name, group in zip(names, groups, strict=True)]
    effort, solved = Effort(exact_up_to, tolerance, seed), list[Solved]()
    for part in parts_of(rows, ROWS):
        if has_closed_form(model):
            ready = iter(_closed(model, part, background, groups))
        else:
            hybrids = hybrids_of(model, part, background.rows)
            ready = (effort.solve(hybrids, row, players) for row in range(len(part)))
        for one in ready:
            solved.append(one)
            if progress is not None:
                progress(len(solved) / len(rows))
    errors = np.array([one.error for one in solved]).reshape(len(rows), len(groups))
    sampled = np.array([one.rounds > 0 for one in solved], dtype=bool)[:, None]
    return Attributions(
        names=names,
        players=groups,
        values=np.array([one.phi for one in solved]).reshape(len(rows), len(groups)),
        standard_error=np.where(sampled, errors, NAN),
        base=solved[0].base if solved else NAN,
        logit=np.array([one.logit for one in solved]),
        background=background.name,
        method=effort.method(solved, len(groups), background),
        exact=not sampled.any(),
    )


def _closed(model: CTRModel, rows: Encoded, background: Background, groups: Sequence[tuple[int, ...]]) -> list[Solved]:
    """The closed form's values, those of the fields of a group added up."""
    found = fm_shapley(model, rows, background)
    phi = np.stack([found.phi[:, list(group)].sum(1) for group in groups], axis=1)
    whole = logits(model, RowTensors(rows, model.bias.device).in_order(TOGETHER))
    return [Solved(one, np.zeros(len(groups)), found.base, float(f), 0) for one, f in zip(phi, whole, strict=True)]
