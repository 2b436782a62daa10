"""What logits are made of, for many users and items at once, and sorted by what people ask for.

A model has dozens of parts: two fields of the user and five of the item make ten pairs. Here all pairs of one value of
the user with the item are one term, all pairs among the item's own values another, and each past behaviour a third.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.models.afm import AFM
from ctrcore.models.base import CTRModel, Parts
from ctrcore.models.batch import Batch
from ctrcore.models.din import DIN
from ctrcore.models.fm import FM
from ctrcore.recommend.items import Positions
from ctrcore.training.loader import to_batch

BATCH = 512
Numbers = npt.NDArray[np.float64]


class Key(NamedTuple):
    """What a term is about: 'item' (one of its values alone; without a name all pairs among its values) or 'match' (a
    value of the user or the situation, with the item)."""

    kind: Literal["item", "match"]
    name: str


@dataclass(frozen=True)
class Terms:
    """The terms of n rows. A logit is the sum of its values, behaviours, rest and hidden.

    Attributes:
        keys: K terms that have to do with the item.
        values: (n, K).
        behaviours: (n, L) what each past behaviour adds, the oldest first, 0 where padded; L is 0 where the model does
            not tell them apart, and then the history is among the keys.
        rest: (n,) everything else: the user's own terms, the same for every item in LR and FM; of other models what
            attention and hidden layers make of them beside the item.
        hidden: (n,) the constant of the hidden layers' units that the row switches on, whatever its values are; 0
            where the model has none.
        logit: (n,).
    """

    keys: list[Key]
    values: Numbers
    behaviours: Numbers
    rest: Numbers
    hidden: Numbers
    logit: Numbers


class Means(NamedTuple):
    """Mean terms of some rows, (K,) values, the history's sum of behaviours, rest, hidden and logit."""

    values: Numbers
    history: float
    rest: float
    hidden: float
    logit: float


def terms_of(model: CTRModel, rows: Encoded, item_fields: Collection[str]) -> Terms:
    """The terms of some rows.

    Args:
        model: in eval mode.
        rows: each of a user with an item (`ctrcore.recommend.items`).
        item_fields: what changes with the item.
    """
    of_item = np.array([field.name in item_fields for field in model.fields])
    keys = _keys(model, of_item, _split_histories(model))
    parts = [_terms(model, rows.take(index), of_item, keys) for index in _blocks(len(rows))]
    width = max((part[2].shape[1] for part in parts), default=0)
    logit = np.concatenate([part[0] for part in parts]).astype(np.float64)
    values = np.concatenate([part[1] for part in parts])
    behaviours = np.concatenate([np.pad(part[2], ((0, 0), (0, width - part[2].shape[1]))) for part in parts])
    hidden = np.concatenate([part[3] for part in parts])
    rest = logit - values.sum(1) - behaviours.sum(1) - hidden
    return Terms(keys, values, behaviours, rest, hidden, logit)


def means_of(terms: Terms) -> Means:
    """The means over all rows."""
    history = float(terms.behaviours.sum(1).mean())
    rest, hidden, logit = (float(term.mean()) for term in (terms.rest, terms.hidden, terms.logit))
    return Means(terms.values.mean(0), history, rest, hidden, logit)


def of_user_alone(model: CTRModel, parts: pd.DataFrame, item_fields: Collection[str]) -> list[bool]:
    """True for each part of an explanation's table that holds nothing of the item."""
    names = [field.name for field in model.fields]
    alone = {name for name in names if name not in item_fields}
    pairs = {f"{names[i]} × {names[j]}" for i, j in model.pairs.T.tolist() if {names[i], names[j]} <= alone}
    known = {"field": alone, "pair": pairs}
    return [
        str(name).removesuffix(" (re-weighted)") in known.get(str(kind), ())
        for kind, name in zip(parts["kind"], parts["name"], strict=True)
    ]


def _blocks(n: int) -> list[Positions]:
    return np.split(np.arange(n), range(BATCH, n, BATCH))


def _split_histories(model: CTRModel) -> bool:
    """True if the model tells what each behaviour adds.

    DIN says so itself. FM and AFM take the mean of the behaviours' vectors, and pairs of that mean with the item are
    linear in it, so each behaviour has its share of them.
    """
    return isinstance(model, DIN | AFM) or (isinstance(model, FM) and model.mlp is None)


def _keys(model: CTRModel, of_item: npt.NDArray[np.bool_], split: bool) -> list[Key]:
    keys = [Key("item", field.name) for field, own in zip(model.fields, of_item, strict=True) if own]
    keys.append(Key("item", ""))
    keys += [
        Key("match", field.name)
        for field, own in zip(model.fields, of_item, strict=True)
        if not own and not (split and field.kind == "history")
    ]
    return keys


@torch.no_grad()
def _terms(
    model: CTRModel, rows: Encoded, of_item: npt.NDArray[np.bool_], keys: list[Key]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    batch = to_batch(rows, device=model.bias.device)
    parts = model.explain(batch)
    place = {key: at for at, key in enumerate(keys)}
    values = np.zeros((len(rows), len(keys)))
    for at in np.flatnonzero(of_item):
        values[:, place[Key("item", model.fields[at].name)]] += parts.fields[:, at].double().cpu().numpy()
    pairs = _pairs(parts)
    if pairs is not None:
        for column, (i, j) in enumerate(model.pairs.T.tolist()):
            if not (of_item[i] or of_item[j]):
                continue
            other = j if of_item[i] else i
            key = Key("item", "") if of_item[i] and of_item[j] else Key("match", model.fields[other].name)
            if key in place:
                values[:, place[key]] += pairs[:, column]
    hidden = np.zeros(len(rows)) if model.exact else parts.base.double().cpu().numpy()
    return parts.logit.cpu().numpy(), values, _behaviours(model, batch, parts, of_item), hidden


def _pairs(parts: Parts) -> np.ndarray | None:
    """(b, P) contribution of each pair, before and after the gates together."""
    if parts.pairs is None:
        return None
    both = parts.pairs if parts.reweighted_pairs is None else parts.pairs + parts.reweighted_pairs
    return both.double().cpu().numpy()


def _behaviours(model: CTRModel, batch: Batch, parts: Parts, of_item: npt.NDArray[np.bool_]) -> np.ndarray:
    """(b, T) contribution of each behaviour to the match with the item, oldest first."""
    if parts.behaviours is not None:
        return parts.behaviours.double().cpu().numpy()
    histories = [at for at, field in enumerate(model.fields) if field.kind == "history"]
    if not histories or not _split_histories(model):
        return np.zeros((len(batch), 0))
    looked = model.embedding(batch)
    along = model.p if isinstance(model, AFM) else torch.ones(model.embedding.size, device=looked.v.device)
    of_pair = {(i, j): at for at, (i, j) in enumerate(model.pairs.T.tolist())}
    total = torch.zeros(len(batch), looked.members[model.fields[histories[0]].name].shape[1], device=looked.v.device)
    for history in histories:
        members = looked.members[model.fields[history].name]
        for other in np.flatnonzero(of_item).tolist():
            share = torch.einsum("btk,bk->bt", members, looked.v[:, other] * along)
            if parts.pair_weights is not None:
                share = share * parts.pair_weights[:, of_pair[min(history, other), max(history, other)]][:, None]
            total += share
    lengths = batch.bags[model.fields[histories[0]].name].mask.sum(1, keepdim=True).clamp(min=1)
    return (total / lengths).double().cpu().numpy()
