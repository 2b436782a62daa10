"""What the truth is made of and what the model says it is made of, on one axis.

A measure is the mean size of a number over rows, as a share of all lines: truth and model have other units, and
attention has none. A contribution is how far what a part adds is from what it adds on average, as a Shapley value is
held against a background: what a part adds to every row alike might as well be in the bias.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.tiny_shop import LEVELS
from ctrcore.explain.importance import own_importance, weight_name
from ctrcore.explain.own_terms import own_terms
from ctrcore.learn.playground_game import model_values
from ctrcore.learn.playground_ground import SHAPLEY_ROWS, Ground
from ctrcore.models.base import CTRModel

Floats = npt.NDArray[np.float64]
ROUNDING = 1e-6  # of a logit, computed in single precision: what is smaller is nothing


@dataclass(frozen=True)
class Shares:
    """Tables with a line per field (or pair of fields) and measure: line, measure, value, share.

    Measures: 'truth', 'shapley', 'contribution', and 'attention' or 'gate' where the model has it. Shares sum to 1
    over the lines of a measure; they are NaN where all values are 0.

    Attributes:
        fields, pairs: the tables.
        shapley_rows: rows behind truth and Shapley values. term_rows: behind contributions and weights.
    """

    fields: pd.DataFrame
    pairs: pd.DataFrame
    shapley_rows: int
    term_rows: int


def shares(model: CTRModel, ground: Ground) -> Shares:
    """Truth, Shapley values, contributions and weights of fields and pairs. The model must be in eval mode."""
    few = ground.sample.rows.take(np.arange(min(SHAPLEY_ROWS, len(ground.sample.rows))))
    terms = own_terms(model, ground.sample.rows)
    found = model_values(model, few, ground.background, ground.players)
    fields = {"truth": _size(ground.truth.shapley), "shapley": _size(found.shapley)}
    pairs = {"truth": _size(ground.truth.interactions), "shapley": _size(found.interactions)}
    own = own_importance(model, terms, ground.players)
    fields["contribution"] = own["contribution"].to_numpy()
    weight = weight_name(model.config.name)  # type: ignore[attr-defined]
    if weight is not None:
        fields[weight] = own["weight"].to_numpy()
    if terms.pairs is not None:
        together = _pairs_together(model, terms.pairs, ground.players)
        pairs["contribution"] = np.abs(together - together.mean(0)).mean(0)
    if terms.attention is not None:
        pairs["attention"] = _pairs_together(model, terms.attention, ground.players).mean(0)
    return Shares(_table(ground.names, fields), _table(ground.pair_names, pairs), len(few), len(ground.sample.rows))


@dataclass(frozen=True)
class Behaviours:
    """What DIN makes of behaviours, by the candidate's and the behaviour's category, in the order of LEVELS.

    Attributes:
        table: candidate, behaviour, measure ('truth', 'contribution', 'attention'), value: a mean over behaviours.
        finds: by measure its correlation with the planted effect over all behaviours; NaN where none was planted.
        count: behaviours.
    """

    table: pd.DataFrame
    finds: dict[str, float]
    count: int


def behaviours(model: CTRModel, ground: Ground) -> Behaviours | None:
    """Planted effect, contribution and attention of the sample's behaviours; None if the model attends to none."""
    terms = own_terms(model, ground.sample.rows)
    if terms.behaviours is None or terms.behaviour_weights is None or terms.mask is None:
        return None
    return _behaviours(terms.behaviours[terms.mask], terms.behaviour_weights[terms.mask], ground)


def _behaviours(contribution: Floats, attention: Floats, ground: Ground) -> Behaviours:
    sample = ground.sample
    every = pd.DataFrame(
        {
            "candidate": np.repeat(sample.category, [len(past) for past in sample.history]),
            "behaviour": np.concatenate([np.array(past, dtype=np.int64) for past in sample.history]),
            "truth": np.concatenate([np.array(effect, dtype=np.float64) for effect in sample.effects]),
            "contribution": contribution,
            "attention": attention,
        }
    )
    names = np.array(LEVELS["category"])
    means = every.groupby(["candidate", "behaviour"], as_index=False).mean()
    table = means.melt(["candidate", "behaviour"], var_name="measure", value_name="value")
    table = table.assign(candidate=names[table["candidate"]], behaviour=names[table["behaviour"]])
    finds = {name: correlation(every[name], every["truth"]) for name in ("contribution", "attention")}
    return Behaviours(table, finds, len(every))


def correlation(a: Sequence[float] | pd.Series, b: Sequence[float] | pd.Series) -> float:
    """Pearson's; NaN if one of both does not vary."""
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if not left.std() or not right.std():
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])


def _size(values: Floats) -> Floats:
    found: Floats = np.abs(values).mean(0)
    return found


def _pairs_together(model: CTRModel, values: Floats, players: Sequence[Sequence[int]]) -> Floats:
    """(n, P) of pairs of fields to pairs of players; a pair within a player belongs to none."""
    owner = {place: number for number, places in enumerate(players) for place in places}
    column = {pair: number for number, pair in enumerate(combinations(range(len(players)), 2))}
    found = np.zeros((len(values), len(column)))
    for place, (i, j) in enumerate(model.pairs.T.tolist()):
        pair = (min(owner[i], owner[j]), max(owner[i], owner[j]))
        if pair in column:
            found[:, column[pair]] += values[:, place]
    return found


def _table(lines: Sequence[str], measures: Mapping[str, Floats]) -> pd.DataFrame:
    parts = []
    for name, values in measures.items():
        known = np.where(values < ROUNDING, 0.0, values)
        share = known / (known.sum() or np.nan)
        parts.append(pd.DataFrame({"line": lines, "measure": name, "value": known, "share": share}))
    return pd.concat(parts, ignore_index=True)
