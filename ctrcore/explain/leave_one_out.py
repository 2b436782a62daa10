"""Leave-one-out as an `Explanation`: what the logit loses without each player alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.background import Background
from ctrcore.explain.explanation import NAN, Explanation, parts_table
from ctrcore.explain.fm_shapley import has_closed_form
from ctrcore.explain.hybrids import Hybrids
from ctrcore.explain.players import Player, players_of
from ctrcore.explain.shapley import EXACT_UP_TO
from ctrcore.explain.trust.words import background_words
from ctrcore.language import say_count
from ctrcore.models.base import CTRModel

Numbers = npt.NDArray[np.float64]
TIMED = 256  # rows of the batch that is timed
ROUNDS = 12  # through the background, there and back: what sampling mostly takes


def left_out(
    model: CTRModel,
    encoder: Encoder,
    rows: Encoded,
    position: int,
    background: Background,
    *,
    ties: Sequence[Sequence[str]] = (),
    behaviours: str = "whole",
) -> Explanation:
    """The logit minus its mean when one player takes the values of each background row, for each player.

    It is for the same players, and from the same base, as `shapley`, so that the two can be compared. It is no sum:
    what two players do only together is lost without either, so it counts twice, and what each of them could do alone
    counts for none. The residual says by how much.

    Args:
        model: in eval mode.
        encoder: the one the rows were encoded with.
        rows: encoded rows.
        position: which of them.
        background: whose values stand in.
        ties: names of fields that are one player.
        behaviours: 'whole', 'each' or a history column's name, see `players.players_of`.

    Raises:
        ModelError: behaviours are asked for, and the model reads no such history.
    """
    one = rows.take([position])
    players = players_of(model, encoder, one, ties=ties, behaviours=behaviours)
    found = _logits(model, one, background, players)
    size = len(background)
    without = found[1:-size].reshape(len(players), size).mean(1)
    return Explanation(
        base=float(found[-size:].mean()),
        parts=parts_table(
            (player.kind, player.name, player.value, float(found[0] - rest), NAN, NAN)
            for player, rest in zip(players, without, strict=True)
        ),
        logit=float(found[0]),
        method=say_count(
            "leave-one-out of {count} player against {background}",
            "leave-one-out of {count} players against {background}",
            len(players),
            background=background_words(background.name),
        ),
        exact=True,
    )


def _logits(model: CTRModel, one: Encoded, background: Background, players: Sequence[Player]) -> Numbers:
    """Logits of the row, then of the row without each player beside each background row, then without all of them."""
    hybrids, size = Hybrids(model, one, background.rows), len(background)
    theirs = torch.arange(1, size + 1)
    source = torch.zeros((len(players) + 1, size, len(model.fields)), dtype=torch.int64)
    steps = torch.ones((len(players) + 1, size, hybrids.history_width), dtype=torch.bool)
    for place, player in enumerate(players):
        for out in (place, len(players)):
            source[out][:, list(player.fields)] = theirs[:, None]
            steps[out][:, list(player.behaviours)] = False
    own = torch.zeros((1, len(model.fields)), dtype=torch.int64)
    masked = any(player.behaviours for player in players)
    kept = torch.cat([torch.ones((1, hybrids.history_width), dtype=torch.bool), steps.flatten(0, 1)])
    return hybrids.logits(torch.cat([own, source.flatten(0, 1)]), kept if masked else None)


def shapley_seconds(
    model: CTRModel,
    encoder: Encoder,
    one: Encoded,
    background: Background,
    *,
    ties: Sequence[Sequence[str]] = (),
    behaviours: str = "whole",
) -> float:
    """About how long the Shapley values of a row take here and now, by timing one batch of it.

    Args:
        model, encoder, background, ties, behaviours: as `shapley` takes them.
        one: a single encoded row.
    """
    if has_closed_form(model) and behaviours == "whole":
        return 0.0
    count = len(players_of(model, encoder, one, ties=ties, behaviours=behaviours))
    passes = 2**count if count <= EXACT_UP_TO else 2 * (count + 1) * ROUNDS
    hybrids, source = Hybrids(model, one, background.rows), torch.zeros((TIMED, len(model.fields)), dtype=torch.int64)
    hybrids.logits(source[:8])
    start = time.perf_counter()
    hybrids.logits(source)
    return passes * len(background) / TIMED * (time.perf_counter() - start)
