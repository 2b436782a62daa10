"""Items by their names in an `Explanation`, tied columns and histories in short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ctrcore.explain.explanation import Explanation, undivided
from ctrcore.language import mark

if TYPE_CHECKING:
    from ctrcore.explain.names import Names

BEHAVIOURS = re.compile(r"(\d+) behaviours?")
"""The value of a part that several behaviours make up."""
WHOLE = mark("history")
"""The name of a part that all behaviours make up."""


def named(explanation: Explanation, names: Names, histories: Sequence[str] = ()) -> Explanation:
    """The explanation with items by their names instead of their ids, for charts and for words.

    Tied columns are told by the first one's value, and a history as a whole by its number of behaviours: a list of all
    of them would fill the page. Call it once: it reads values as `players_of` joins them.

    Args:
        explanation: any.
        names: what items are called.
        histories: the history fields in the order of a behaviour's values; without them the first one holds items.
    """
    if not names.items and not histories:
        return explanation
    parts = explanation.parts
    texts = [
        (
            _group_name(str(name), names) if kind == "group" and BEHAVIOURS.fullmatch(str(value)) else str(name),
            _named_value(str(kind), str(name), str(value), names, histories),
        )
        for kind, name, value in zip(parts["kind"], parts["name"], parts["value"], strict=True)
    ]
    return replace(explanation, parts=parts.assign(name=[a for a, _ in texts], value=[b for _, b in texts]))


def _named_value(kind: str, name: str, value: str, names: Names, histories: Sequence[str]) -> str:
    """The value with what it consists of named, as far as it can be told apart."""
    values, columns = value.split(", "), name.split(" + ")
    if kind in ("field", "group") and histories and set(columns) <= set(histories):
        count = 0 if value == "none" else len(values) // len(columns)
        called = f"{count} behaviour{'' if count == 1 else 's'}"
    elif kind == "behaviour":
        called = ", ".join(_pieces(histories or [*names.fields][:1], values, names))
    elif kind == "pair":
        called = " × ".join(_pieces(name.partition(" (")[0].split(" × "), value.split(" × "), names))
    elif kind == "group":  # tied columns: the first says what the others are
        called = _called(names, columns[0], values[0]) if len(columns) > 1 else value
    else:
        called = _called(names, name, value)
    return called


def _pieces(fields: Sequence[str], values: Sequence[str], names: Names) -> Sequence[str]:
    if len(fields) != len(values):  # a value that contains what divides them: only the first is sure
        return [_called(names, fields[0], values[0]), *values[1:]] if fields else values
    return [_called(names, field, value) for field, value in zip(fields, values, strict=True)]


def _called(names: Names, field: str, value: str) -> str:
    return undivided(names.value(field, value)) if field in names.fields else value


def _group_name(name: str, names: Names) -> str:
    field, colon, value = name.partition(": ")
    return f"{field}{colon}{names.value(field, value)}"
