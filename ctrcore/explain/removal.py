"""What a row's logit loses without one of its parts: a field, a pair, a behaviour, a gate of its own.

Every number is the difference to a real forward pass of the changed row, or equal to it in closed form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.background import Background
from ctrcore.explain.hybrids import TOGETHER, Hybrids, logits
from ctrcore.explain.players import field_groups, history_places, history_steps
from ctrcore.models.afm import AFM, PairTerms
from ctrcore.models.base import CTRModel
from ctrcore.models.batch import Batch
from ctrcore.models.fibinet import FiBiNET
from ctrcore.training.loader import RowTensors

Numbers = npt.NDArray[np.float64]


def field_removal(model: CTRModel, rows: Encoded, background: Background) -> Numbers:
    """(n, F) logit minus its mean when the field takes the value of each background row in turn.

    The columns of a history are exchanged together, so each of them gets the history's number. Fields are in the order
    of `model.fields`.
    """
    hybrids, removed = Hybrids(model, rows, background.rows), np.zeros((len(rows), len(model.fields)))
    own = torch.arange(len(rows))[:, None].expand(-1, len(model.fields))
    whole = hybrids.logits(own)
    for group in field_groups(model.fields):
        codes = hybrids.codes(group)[len(rows) :]
        _, first, count = np.unique(codes, return_index=True, return_counts=True)  # a value needs one pass, not many
        source = own.repeat_interleave(len(first), dim=0)
        source[:, list(group)] = torch.from_numpy(len(rows) + first).repeat(len(rows))[:, None]
        changed = hybrids.logits(source).reshape(len(rows), len(first))
        removed[:, list(group)] = (whole - changed @ (count / len(codes)))[:, None]
    return removed


def pair_removal(model: AFM, rows: Encoded) -> Numbers:
    """(n, P) logit minus the logit without the pair, its attention shared out among the other pairs.

    That is the pair's attention times (its projection minus the attention-weighted mean of the others').
    """
    tensors = RowTensors(rows, model.bias.device)
    parts = torch.split(torch.arange(len(rows), device=model.bias.device), TOGETHER)
    found = [removed_pairs(model.pair_terms(tensors.batch(index))).cpu().numpy() for index in parts]
    return np.concatenate(found) if found else np.empty((0, model.pairs.shape[1]))


def removed_pairs(terms: PairTerms) -> Tensor:
    """`pair_removal` (B, P) of a batch's terms, in double precision."""
    score, projected = terms.score.double(), terms.projected.double()
    if score.shape[1] < 2:
        return projected * torch.softmax(score, dim=1)  # no other pair is left to attend to
    attention = torch.softmax(score, dim=1)
    rest = ((attention * projected).sum(1, keepdim=True) - attention * projected) / (1 - attention)
    # where nearly all attention is on one pair, 1 - attention has lost its digits: attend anew without that pair
    top = attention.argmax(1, keepdim=True)
    others = torch.softmax(score.scatter(1, top, float("-inf")), dim=1)
    rest = rest.scatter(1, top, (others * projected).sum(1, keepdim=True))
    return attention * (projected - rest)


def behaviour_removal(model: CTRModel, rows: Encoded) -> Numbers:
    """(n, L) logit minus the logit with a history that lacks the behaviour; 0 where padded, oldest first.

    Raises:
        ModelError: the model reads no history.
    """
    name = model.fields[history_places(model)[0]].name
    lengths = rows.bags[name].lengths
    row = np.repeat(np.arange(len(rows)), lengths)
    step = np.concatenate([np.arange(length) for length in lengths]) if len(rows) else row
    removed = np.zeros((len(rows), int(lengths.max(initial=0))))
    tensors = RowTensors(rows, model.bias.device)
    whole = logits(model, tensors.in_order(TOGETHER))
    removed[row, step] = whole[row] - logits(model, _without(model, tensors, row, step))
    return removed


def _without(
    model: CTRModel, tensors: RowTensors, row: npt.NDArray[np.int64], step: npt.NDArray[np.int64]
) -> Iterator[Batch]:
    """The rows, each without one step of its history."""
    histories = [model.fields[place].name for place in history_places(model)]
    device = model.bias.device
    for start in range(0, len(row), TOGETHER):
        here = slice(start, start + TOGETHER)
        batch = tensors.batch(torch.from_numpy(row[here]).to(device))
        out = torch.from_numpy(step[here]).to(device)[:, None]
        width = batch.bags[histories[0]].mask.shape[1]
        kept = torch.arange(width, device=device) != out
        shorter = {name: batch.bags[name]._replace(mask=batch.bags[name].mask & kept) for name in histories}
        yield replace(batch, bags=batch.bags | shorter)


def keep_behaviours(model: CTRModel, one: Encoded, keep: npt.NDArray[np.bool_]) -> Encoded:
    """n copies of a single row, copy r with only the behaviours `keep[r]` (n, T) of its T."""
    many = one.take(np.zeros(len(keep), dtype=np.int64))
    step = np.nonzero(keep)[1]
    offsets = np.concatenate([[0], np.cumsum(keep.sum(1))]).astype(np.int64)
    names = [model.fields[place].name for place in history_places(model)]
    shorter = {name: Bag(one.bags[name].ids[step], offsets) for name in names}
    return replace(many, bags=many.bags | shorter)


def group_removal(model: CTRModel, encoder: Encoder, one: Encoded, by: str) -> pd.DataFrame:
    """What the logit loses without all behaviours of one value: substitutes hide each other in leave-one-out.

    Args:
        model: with a history.
        encoder: the one the row was encoded with.
        one: a single encoded row.
        by: the history column whose values group the behaviours.

    Returns:
        One row a value, largest effect first: value, behaviours (their number), removal (the logit lost without all
        of them) and one_by_one (the sum of what is lost without each).

    Raises:
        ModelError: the model reads no such history.
    """
    history_places(model, by)
    values = np.array(history_steps(encoder, one)[by], dtype=object)
    known = list(dict.fromkeys(values))
    keep = np.array([values != value for value in known], dtype=bool).reshape(len(known), len(values))
    kept = [keep_behaviours(model, one, np.ones((1, len(values)), dtype=bool)), keep_behaviours(model, one, keep)]
    whole, without = (logits(model, RowTensors(rows, model.bias.device).in_order(TOGETHER)) for rows in kept)
    single = behaviour_removal(model, one)[0]
    table = pd.DataFrame(
        {
            "value": [str(value) for value in known],
            "behaviours": [int((values == value).sum()) for value in known],
            "removal": whole - without,
            "one_by_one": [float(single[values == value].sum()) for value in known],
        }
    )
    order = table["removal"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def gates_of(model: FiBiNET, rows: Encoded) -> Tensor:
    """(n, F) SENet gates of the rows, on the CPU."""
    tensors = RowTensors(rows, model.bias.device)
    with torch.inference_mode():
        return torch.cat([model.gates(model.embedding(batch).v).cpu() for batch in tensors.in_order(TOGETHER)])


def gate_ablation(model: FiBiNET, rows: Encoded, to: Tensor | None = None) -> Numbers:
    """(n, F) logit minus the logit with one field's gate set to another number.

    Args:
        model: in eval mode.
        rows: the rows.
        to: (F,) what each gate is set to; None: its mean over the rows.
    """
    to = gates_of(model, rows).mean(0) if to is None else to
    changed: list[Numbers] = []
    with torch.inference_mode():
        for batch in RowTensors(rows, model.bias.device).in_order(TOGETHER):
            gates = model.gates(model.embedding(batch).v)
            whole = model.forward_with_gates(batch, gates)
            columns = []
            for field, gate in enumerate(to.to(gates)):
                other = gates.clone()
                other[:, field] = gate
                columns.append(whole - model.forward_with_gates(batch, other))
            changed.append(torch.stack(columns, dim=1).double().cpu().numpy())
    return np.concatenate(changed)
