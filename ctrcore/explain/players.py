"""Who shares the logit out: fields, columns tied into one, the history as a whole or behaviour by behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ctrcore.data.encoded import Bag, Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.errors import ModelError
from ctrcore.explain.explanation import undivided
from ctrcore.explain.rows import shown_values
from ctrcore.language import say
from ctrcore.models.base import CTRModel
from ctrcore.schema import EncodedField

LEAST_ROWS = 20  # rows with a value seen twice, below which 'determines' is not said


@dataclass(frozen=True)
class Player:
    """One that is in or out of a coalition.

    Out, a player of fields takes the values of a background row; a player of behaviours is missing from the history.

    Attributes:
        name: of the field, of tied fields 'a + b', or of the behaviour.
        kind: 'field', 'behaviour', or 'group' of tied fields or of behaviours.
        value: as the user knows it.
        fields: its places among `model.fields`.
        behaviours: its steps of the row's history, 0 is the oldest.
    """

    name: str
    kind: Literal["field", "behaviour", "group"]
    value: str
    fields: tuple[int, ...] = ()
    behaviours: tuple[int, ...] = ()


def field_groups(fields: Sequence[EncodedField], ties: Sequence[Sequence[str]] = ()) -> list[tuple[int, ...]]:
    """The places of the fields that move together, in field order: tied ones, and the columns of the history.

    Args:
        fields: the fields of a model, in its order.
        ties: names of fields that are one player; lists that share a name are joined. Unknown names are ignored.
    """
    places = {field.name: place for place, field in enumerate(fields)}
    tied = [[places[name] for name in names if name in places] for names in ties]
    tied.append([place for place, field in enumerate(fields) if field.kind == "history"])
    group = list(range(len(fields)))  # each field's group is named by its first member
    for members in tied:
        for member in members[1:]:
            old, new = sorted((group[members[0]], group[member]), reverse=True)
            group = [new if one == old else one for one in group]
    return [tuple(place for place, one in enumerate(group) if one == first) for first in sorted(set(group))]


def players_of(
    model: CTRModel, encoder: Encoder, one: Encoded, *, ties: Sequence[Sequence[str]] = (), behaviours: str = "whole"
) -> list[Player]:
    """The players of one row.

    Args:
        model: whose fields are shared out.
        encoder: the one the row was encoded with.
        one: a single encoded row.
        ties: names of fields that are one player.
        behaviours: 'whole': the history is one player, replaced by the background's; 'each': every behaviour is a
            player that is left out; or the name of a history column: one player for each of its values.

    Raises:
        ModelError: behaviours are asked for, and the model has no history, or not this one.
    """
    shown = shown_values(encoder, one)
    groups = field_groups(model.fields, ties)
    if behaviours != "whole":
        histories = history_places(model, behaviours)
        groups = [tuple(place for place in group if place not in histories) for group in groups]
    players = [_of_fields(model, group, shown) for group in groups if group]
    if behaviours == "whole":
        return players
    return players + (_each(encoder, one) if behaviours == "each" else _by_value(encoder, one, behaviours))


def history_places(model: CTRModel, behaviours: str = "each") -> list[int]:
    """Places of the history's columns.

    Raises:
        ModelError: there is none, or none of the name `behaviours`.
    """
    names = {field.name: place for place, field in enumerate(model.fields) if field.kind == "history"}
    if not names:
        raise ModelError(
            say("The model reads no behaviour history, so there are no behaviours to share the logit among."),
            say("Choose the fields alone, or a model that was trained with a history."),
        )
    if behaviours != "each" and behaviours not in names:
        raise ModelError(
            say("There is no history '{history}'.", history=behaviours),
            say("Use one of: {names}.", names=", ".join(names)),
        )
    return list(names.values())


def _of_fields(model: CTRModel, places: tuple[int, ...], shown: dict[str, str]) -> Player:
    names = [model.fields[place].name for place in places]
    text = ", ".join(shown[name] for name in names)
    return Player(" + ".join(names), "group" if len(names) > 1 else "field", text, fields=places)


def history_steps(encoder: Encoder, one: Encoded) -> dict[str, list[str]]:
    """Each history column's values of the row's behaviours, as the user knows them, oldest first."""
    members = encoder.inverse(one).iloc[0]
    return {field.name: list(map(str, members[field.name])) for field in encoder.fields if field.kind == "history"}


def _each(encoder: Encoder, one: Encoded) -> list[Player]:
    steps = list(zip(*history_steps(encoder, one).values(), strict=True))
    return [
        Player(
            f"behaviour {len(steps) - step} back", "behaviour", ", ".join(map(undivided, values)), behaviours=(step,)
        )
        for step, values in enumerate(steps)
    ]


def _by_value(encoder: Encoder, one: Encoded, name: str) -> list[Player]:
    steps: dict[str, list[int]] = {}
    for step, value in enumerate(history_steps(encoder, one)[name]):
        steps.setdefault(value, []).append(step)
    return [
        Player(f"{name}: {value}", "group", f"{len(members)} behaviour{'s'[: len(members) != 1]}", (), tuple(members))
        for value, members in steps.items()
    ]


def tied_fields(rows: Encoded, fields: Sequence[EncodedField]) -> list[list[str]]:
    """Columns that determine each other, ready for `ties`: a value of one says the other's in every row.

    Replacing the category but not the item that has it makes rows that cannot exist, so both are one player. Only
    values of the determining column that are seen at least twice count, and only if there are 20 such rows with more
    than one value of the determined one. Unknown values count on neither side. A column that several others determine
    goes with the one of the fewest values. Histories stay by themselves.

    Args:
        rows: the training rows.
        fields: the encoder's fields.
    """
    codes = _codes(rows, fields)
    sizes = {name: int(column.max(initial=-1)) + 1 for name, column in codes.items()}
    parent: dict[str, str] = {}
    for name, column in codes.items():
        above = [
            other
            for other in codes
            if (sizes[other], other) > (sizes[name], name) and _determines(codes[other], column, sizes[other])
        ]
        if above:
            parent[name] = min(above, key=lambda other: (sizes[other], other))
    groups: dict[str, list[str]] = {}
    for name in codes:
        root = name
        while root in parent:
            root = parent[root]
        groups.setdefault(root, []).append(name)
    return [members for members in groups.values() if len(members) > 1]


def _determines(codes: npt.NDArray[np.int64], others: npt.NDArray[np.int64], size: int) -> bool:
    """True if rows of the same code, as far as there are several, have the same other code."""
    known = (codes >= 0) & (others >= 0)
    codes, others = codes[known], others[known]
    repeated = np.bincount(codes, minlength=size)[codes] >= 2
    codes, others = codes[repeated], others[repeated]
    if len(codes) < LEAST_ROWS or (others == others[0]).all():
        return False
    last = np.empty(size, dtype=np.int64)
    last[codes] = others
    return bool((last[codes] == others).all())


def _codes(rows: Encoded, fields: Sequence[EncodedField]) -> dict[str, npt.NDArray[np.int64]]:
    """Each field's values as numbers from 0, -1 for unknown ones."""
    values: dict[str, npt.NDArray[np.int64]] = {}
    dense = [field for field in fields if not field.is_bag]
    numeric = dict(zip(rows.numeric.tolist(), rows.numbers.T, strict=True))
    for place, field in enumerate(dense):
        if place in numeric:
            values[field.name] = np.unique(numeric[place], return_inverse=True)[1].astype(np.int64)
        else:
            values[field.name] = np.asarray(rows.ids[:, place], dtype=np.int64) - field.start - 1
    for field in fields:
        if field.kind == "multi_value":
            values[field.name] = _bag_codes(rows.bags[field.name], field)
    return values


def _bag_codes(bag: Bag, field: EncodedField) -> npt.NDArray[np.int64]:
    """A number for each set of members: sums of a random 64-bit number per member, which differ for different sets."""
    word = np.random.default_rng(0).integers(1, 2**63, field.size, dtype=np.uint64)
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(word[np.asarray(bag.ids) - field.start])])
    offsets = np.asarray(bag.offsets)
    return np.unique(total[offsets[1:]] - total[offsets[:-1]], return_inverse=True)[1].astype(np.int64)
