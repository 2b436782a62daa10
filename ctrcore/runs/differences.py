"""What differs between runs: the settings to look at before a difference of metrics is believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ctrcore.language import mark, say
from ctrcore.runs.spec import RunSpec
from ctrcore.schema import Column

SECTIONS = {"model": mark("model"), "training": mark("training"), "recipe": mark("rows")}
SILENT = {"reason"}  # why a column's kind was guessed changes nothing


@dataclass(frozen=True)
class Difference:
    """A setting as each of several runs has it.

    Attributes:
        section: model, training or rows (how the table became rows).
        name: the setting within its section, such as `learning_rate` or `split.by`.
        values: one for each run, as in the settings; None also where a run's model has no such setting.
        about: what the setting means.
    """

    section: str
    name: str
    values: list[Any]
    about: str


def differences(specs: Sequence[RunSpec]) -> list[Difference]:
    """The settings of model, training and rows in which runs differ, in the order in which they are declared.

    What only one model has is no difference between models: a setting is compared among the runs that have it. Names,
    tags and datasets are not settings.

    Args:
        specs: what the runs were made from.
    """
    return [one for one, unlike in _settings(specs) if unlike]


def every_setting(specs: Sequence[RunSpec]) -> list[Difference]:
    """All settings of model, training and rows that any of the runs has, whether they differ or not."""
    return [one for one, _ in _settings(specs)]


def _settings(specs: Sequence[RunSpec]) -> Iterator[tuple[Difference, bool]]:
    for attribute, section in SECTIONS.items():
        flat = [dict(_flat(getattr(spec, attribute))) for spec in specs]
        names = dict.fromkeys(name for settings in flat for name in settings)
        for name in names:
            had = [settings[name] for settings in flat if name in settings]
            values = [settings[name][0] if name in settings else None for settings in flat]
            yield Difference(section, name, values, had[0][1]), any(value != had[0][0] for value, _ in had)


def in_words(value: Any) -> str:
    """A setting's value as it stands in a table."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return say(", ").join(map(str, value)) or say("none")
    return str(value)


def _flat(settings: BaseModel, before: str = "") -> Iterator[tuple[str, tuple[Any, str]]]:
    """Every plain value with its meaning, by its name; columns of a table go by theirs, wherever they stand."""
    for name, info in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{name}." if name != "data_schema" else "")
        elif isinstance(value, list) and value and isinstance(value[0], Column):
            for column in value:
                yield from _flat(column, f"column {column.name}: ")
        elif name not in SILENT:
            yield f"{before}{name}", (value, info.description or "")
