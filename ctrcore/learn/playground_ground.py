"""What the playground's models learn from: a tiny shop, encoded, and the truth that they are held against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.comparing.delong import DeLong
from ctrcore.comparing.intervals import NORMAL
from ctrcore.comparing.ranked import Ranked
from ctrcore.data.encoded import Encoded
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.tiny_shop import LEVELS, TinyConfig, TinyShop, logit_terms, tiny_shop
from ctrcore.explain.background import background_of
from ctrcore.explain.players import field_groups
from ctrcore.explain.sampling import sample_rows
from ctrcore.learn.playground_game import Coalitions, coalitions
from ctrcore.metrics import auc, log_loss
from ctrcore.training.loader import RowTensors

TIES = (("category", "item"),)
"""An item lies in one category: to change one without the other makes rows that cannot exist, so they are one line."""
JOIN = " & "  # between the names of fields that are one line
SHAPLEY_ROWS, BACKGROUND, TERM_ROWS = 24, 16, 400
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """Rows that are looked at closely, encoded, and what is true of them.

    Attributes:
        rows: n encoded rows.
        logit: (n,) the true one.
        category: (n,) place of the candidate's category in LEVELS.
        history: of each row the categories of its behaviours, the oldest first.
        effects: what each of these behaviours truly adds to the logit.
    """

    rows: Encoded
    logit: Floats
    category: Codes
    history: list[list[int]]
    effects: list[list[float]]


@dataclass(frozen=True)
class Ground:
    """A shop ready to be learnt. Nothing changes it, so all visitors with the same knobs share it.

    Attributes:
        config: the knobs.
        prepared: encoded rows: training rows to learn from, validation rows to judge by.
        train, valid: the same as tensors.
        label: (n,) of the validation rows. logit: (n,) their true logit.
        additive: (n,) the sum of one number per value that comes closest to the true logit: all that LR can learn.
        sample: validation rows, of which the first SHAPLEY_ROWS get Shapley values.
        background: what 'without this value' means for these.
        players: places of the fields that move together. names: what they are called.
        truth: the true logit of the sample's first rows for every coalition of players.
    """

    config: TinyConfig
    prepared: Prepared
    train: RowTensors
    valid: RowTensors
    label: npt.NDArray[np.int64]
    logit: Floats
    additive: Floats
    sample: Sample
    background: Encoded
    players: list[tuple[int, ...]]
    names: list[str]
    truth: Coalitions

    @cached_property
    def best_auc(self) -> float:
        """AUC of the true logit on the validation rows: of endless rows, no model's is larger."""
        return auc(self.label, self.logit)

    @cached_property
    def best_chance(self) -> float:
        """How far chance takes that AUC in 19 of 20 draws of so many rows: half of DeLong's 95 % interval."""
        return _chance(self.label, self.logit)

    @cached_property
    def best_loss(self) -> float:
        """Log-loss of the true logit there."""
        return log_loss(self.label, self.logit)

    @cached_property
    def additive_auc(self) -> float:
        """AUC there of the best sum of single values."""
        return auc(self.label, self.additive)

    @cached_property
    def additive_chance(self) -> float:
        """The same of the best sum of single values."""
        return _chance(self.label, self.additive)

    @property
    def pair_names(self) -> list[str]:
        """Every two players, in the order of the coalitions' interactions."""
        return [f"{a} × {b}" for a, b in combinations(self.names, 2)]


def make_ground(config: TinyConfig) -> Ground:
    """Simulate and encode the shop; half a second for 20,000 rows."""
    shop = tiny_shop(config)
    prepared = prepare(shop.rows, shop.recipe())
    looked_at = sample_rows(prepared.valid, TERM_ROWS, seed=0)
    background = background_of(prepared.train, BACKGROUND).rows
    fields = prepared.encoder.fields
    fields = [field for field in fields if not field.is_bag] + [field for field in fields if field.is_bag]
    players = field_groups(fields, TIES)
    names = [JOIN.join(fields[place].name for place in group) for group in players]
    valid = prepared.valid.row
    return Ground(
        config=config,
        prepared=prepared,
        train=RowTensors(prepared.train),
        valid=RowTensors(prepared.valid),
        label=shop.rows["click"].to_numpy()[valid],
        logit=shop.truth["logit"].to_numpy()[valid],
        additive=_additive(prepared, shop.truth["logit"].to_numpy()),
        sample=_sample(shop, looked_at),
        background=background,
        players=players,
        names=names,
        truth=_true_values(shop, looked_at.row[:SHAPLEY_ROWS], background.row, names),
    )


def _sample(shop: TinyShop, rows: Encoded) -> Sample:
    place = {name: number for number, name in enumerate(LEVELS["category"])}
    table, truth = shop.rows.iloc[rows.row], shop.truth.iloc[rows.row]
    return Sample(
        rows=rows,
        logit=truth["logit"].to_numpy(),
        category=_codes(table)["category"],
        history=[[place[one] for one in past] for past in table["history"]],
        effects=truth["behaviours"].tolist(),
    )


def _codes(table: pd.DataFrame) -> dict[str, Codes]:
    return {
        name: pd.Categorical(table[name], categories=list(levels)).codes.astype(np.int64)
        for name, levels in LEVELS.items()
    }


def _true_values(shop: TinyShop, rows: Codes, background: Codes, names: list[str]) -> Coalitions:
    """The true logit with some players of each row and the others of a background row, meaned over these."""
    ours, theirs = shop.rows.iloc[rows], shop.rows.iloc[background]
    outside = coalitions(len(names))  # (S, M)
    changed = {field: outside[:, place] for place, name in enumerate(names) for field in name.split(JOIN)}

    def mixed(a: Codes, b: Codes, field: str) -> Codes:
        """(n, B, S) of (n,) and (B,)."""
        return np.where(changed[field], b[None, :, None], a[:, None, None])

    own, other = _codes(ours), _codes(theirs)
    codes = {name: mixed(own[name], other[name], name) for name in LEVELS}
    place = mixed(_item_places(ours), _item_places(theirs), "item")
    counts = np.concatenate([_category_counts(ours), _category_counts(theirs)])
    past = mixed(np.arange(len(ours)), len(ours) + np.arange(len(theirs)), "history")
    relevant = counts[past, codes["category"]]
    logit = shop.config.intercept + sum(logit_terms(shop.config, codes, place, relevant).values())
    return Coalitions(np.asarray(logit).mean(1))


def _item_places(table: pd.DataFrame) -> Codes:
    """Places of the items within their categories, 0 the most popular, read from their names."""
    return np.array([int(name.split()[-1]) - 1 for name in table["item"]], dtype=np.int64)


def _category_counts(table: pd.DataFrame) -> Codes:
    """(n, categories) behaviours of each category."""
    names = LEVELS["category"]
    return np.array([[past.count(name) for name in names] for past in table["history"]], dtype=np.int64)


def _chance(label: npt.NDArray[np.int64], score: Floats) -> float:
    return NORMAL * math.sqrt(DeLong([Ranked(label, score)]).variances()[0])


def _additive(prepared: Prepared, logit: Floats) -> Floats:
    """(n,) of the validation rows: least squares of the true logit on indicators of values, over the training rows."""
    size = max(field.start + field.size for field in prepared.encoder.fields)
    weights = np.linalg.lstsq(_indicators(prepared.train, size), logit[prepared.train.row], rcond=None)[0]
    found: Floats = _indicators(prepared.valid, size) @ weights
    return found


def _indicators(rows: Encoded, size: int) -> Floats:
    """(n, 1 + size) a one, and of each value its share in its field: what LR multiplies by its weights."""
    found = np.zeros((len(rows), 1 + size))
    found[:, 0] = 1
    np.put_along_axis(found, 1 + rows.ids.astype(np.int64), 1.0, axis=1)
    for bag in rows.bags.values():
        owner = np.repeat(np.arange(len(rows)), bag.lengths)
        np.add.at(found, (owner, 1 + bag.ids), 1 / bag.lengths[owner])
    return found
