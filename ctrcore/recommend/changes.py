"""What can be changed about a user's moment: behaviours left out, values of fields replaced."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.explanation import undivided
from ctrcore.explain.names import Names
from ctrcore.recommend.moments import Moment, history_fields, steps_of, without_behaviours
from ctrcore.recommend.recommender import Recommender
from ctrcore.schema import EncodedField

Kind = Literal["behaviour", "field"]
Set = tuple[int, ...]  # places of single changes that are made together
MOST_VALUES = 24  # tried of one field, the most frequent first
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Change:
    """One change, as people know it.

    Attributes:
        kind: a behaviour left out, or a field's value replaced.
        name: 'behaviour 3 back' (1 is the most recent), or the field's name.
        before: the behaviour's item by its name, else the behaviour's values; or the field's value.
        after: the new value; None for a behaviour, which is gone.
    """

    kind: Kind
    name: str
    before: str
    after: str | None = None


class Changes(ABC):
    """All single changes of one kind to one moment.

    Attributes:
        kind: of them.
        singles: the changes.
    """

    kind: Kind
    singles: list[Change]

    @abstractmethod
    def moments(self, sets: Sequence[Set]) -> Moment:
        """The moment once for each set of changes made together."""

    def allowed(self, chosen: Set) -> bool:  # noqa: ARG002
        """True if these can be made together."""
        return True


class BehaviourChanges(Changes):
    """Each behaviour left out: from every history of every model."""

    kind: Kind = "behaviour"

    def __init__(self, recommender: Recommender, moment: Moment) -> None:
        self._recommender, self._moment = recommender, moment
        one, encoder = moment.ranker, recommender.encoder
        recall = recommender.recall
        if recall is not None and moment.recall is not None:
            longer = steps_of(recall.items.encoder, moment.recall) > steps_of(encoder, one)
            one, encoder = (moment.recall, recall.items.encoder) if longer else (one, encoder)
        self._steps = steps_of(encoder, one)
        shown = behaviours_shown(encoder, one, recommender.items.names)
        self.singles = [
            Change("behaviour", f"behaviour {back} back", shown[-back]) for back in range(1, self._steps + 1)
        ]

    def gone(self, sets: Sequence[Set]) -> np.ndarray:
        """(sets, T) True where a behaviour is left out; column t is t + 1 back."""
        gone = np.zeros((len(sets), self._steps), dtype=bool)
        for row, chosen in enumerate(sets):
            gone[row, list(chosen)] = True
        return gone

    def moments(self, sets: Sequence[Set]) -> Moment:
        first, gone, recall = self._recommender.recall, self.gone(sets), None
        if first is not None and self._moment.recall is not None:
            recall = without_behaviours(first.model, first.items.encoder, self._moment.recall, gone)
        ranker = without_behaviours(self._recommender.model, self._recommender.encoder, self._moment.ranker, gone)
        return replace(self._moment, ranker=ranker, recall=recall)


class FieldChanges(Changes):
    """Each open field with another value.

    Args:
        recommender: the two stages.
        moment: a single one.
        locked: fields that stay; None: those that describe the user, who cannot be another one.
    """

    kind: Kind = "field"

    def __init__(self, recommender: Recommender, moment: Moment, locked: Collection[str] | None = None) -> None:
        self._moment = moment
        self._encoders = [recommender.encoder]
        if recommender.recall is not None:
            self._encoders.append(recommender.recall.items.encoder)
        self.singles = []
        self._new: list[tuple[str, int]] = []  # the field of each single change, and its row in the cells below
        self._cells: dict[str, list[Encoded | None]] = {}
        for encoder, one in zip(self._encoders, (moment.ranker, moment.recall), strict=False):
            assert one is not None
            before = encoder.inverse(one).iloc[0]
            for field in encoder.fields:
                if field.name not in self._cells and _open(field, recommender, locked):
                    others = recommender.others if encoder is recommender.encoder else None
                    self._add(field, encoder, _text(before[field.name]), others)

    def _add(self, field: EncodedField, encoder: Encoder, before: str, others: Encoded | None) -> None:
        """Every other value of the field, told as this encoder reads it: a bucketed number by its bucket."""
        frame = pd.DataFrame({field.name: pd.Series(_alternatives(field, encoder, others), dtype=object)})
        told = [_text(value) for value in encoder.inverse(encoder.transform(frame))[field.name]]
        first = {text: place for place, text in reversed([*enumerate(told)]) if text != before}
        names = [{known.name for known in encoder.fields} for encoder in self._encoders]
        self._cells[field.name] = [
            encoder.transform(frame) if field.name in known else None
            for encoder, known in zip(self._encoders, names, strict=True)
        ]
        chosen = sorted((place, text) for text, place in first.items())[:MOST_VALUES]
        self.singles += [Change("field", field.name, before, text) for _, text in chosen]
        self._new += [(field.name, place) for place, _ in chosen]

    def allowed(self, chosen: Set) -> bool:
        """One value for each field."""
        return len({self._new[place][0] for place in chosen}) == len(chosen)

    def moments(self, sets: Sequence[Set]) -> Moment:
        many = self._moment.repeat(len(sets))
        for which, (encoder, rows) in enumerate(zip(self._encoders, (many.ranker, many.recall), strict=False)):
            if rows is not None:
                dense = [field.name for field in encoder.fields if not field.is_bag]
                for row, chosen in enumerate(sets):
                    for place in chosen:
                        name, value = self._new[place]
                        cells = self._cells[name][which]
                        if cells is not None:
                            at = dense.index(name)
                            rows.ids[row, at] = cells.ids[value, at]
                            rows.numbers[row, rows.numeric == at] = cells.numbers[value, cells.numeric == at]
        return many


def changes_of(recommender: Recommender, moment: Moment, kind: Kind, locked: Collection[str] | None = None) -> Changes:
    """All single changes of one kind."""
    if kind == "behaviour":
        return BehaviourChanges(recommender, moment)
    return FieldChanges(recommender, moment, locked)


def behaviours_shown(encoder: Encoder, one: Encoded, names: Names) -> list[str]:
    """Each behaviour of a single row as people know it, oldest first: the item's name, else all its values."""
    histories = history_fields(encoder)
    shown = encoder.inverse(one).iloc[0]
    told = []
    for values in zip(*(shown[name] for name in histories), strict=True):
        items = (
            names.items.get(str(value)) for name, value in zip(histories, values, strict=True) if name in names.fields
        )
        name = next((item for item in items if item), None)
        told.append(undivided(name) if name else ", ".join(undivided(str(value)) for value in values))
    return told


def _open(field: EncodedField, recommender: Recommender, locked: Collection[str] | None) -> bool:
    if field.is_bag or field.name in recommender.items.fields or field.role == "item":
        return False
    return field.role != "user" if locked is None else field.name not in locked


def _alternatives(field: EncodedField, encoder: Encoder, others: Encoded | None) -> list[str] | list[float]:
    """Cells to try: the most frequent words of a category; of a number some that other rows have.

    Args:
        field: of this encoder.
        encoder: that knows it.
        others: rows of other users by this encoder; without them numbers are spread evenly over the training range.
    """
    if encoder.schema.column(field.name).kind != "numeric":
        return encoder.words(field.name)[: MOST_VALUES + 1]
    low, high = encoder.number_range(field.name)
    if field.kind != "numeric":  # buckets: the smallest number of each
        edges = [low, *(float(name[1:].split(",")[0]) for name in encoder.words(field.name)[1:])]
        places = np.linspace(0, len(edges) - 1, min(len(edges), MOST_VALUES + 1)).round().astype(int)
        return [edges[place] for place in places]
    if others is None or not len(others):
        return [float(number) for number in np.linspace(low, high, len(QUANTILES))]
    numbers = encoder.inverse(others)[field.name].to_numpy(dtype=np.float64)
    return [float(number) for number in np.quantile(numbers, QUANTILES, method="nearest")]


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
