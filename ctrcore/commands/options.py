"""Options made from the fields of the settings, so that a new setting is an option at once, with its text and type."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import click
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between them, such as 128,64; 'none' for no number."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The numbers as a tuple."""
        if not isinstance(value, str):
            return tuple(value)
        try:
            return () if value.lower() in ("", "none") else tuple(int(part) for part in value.split(","))
        except ValueError:
            self.fail(f"'{value}' is not a list of whole numbers such as 128,64.", param, ctx)


class Texts(click.ParamType[list[str]]):
    """Texts with commas between them; 'none' for no text."""

    name = "texts"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:  # noqa: ARG002
        """The texts as a list."""
        if not isinstance(value, str):
            return list(value)
        return [] if value.lower() in ("", "none") else [part.strip() for part in value.split(",")]


def setting(model: type[BaseModel], field: str, flag: str, parameter: str | None = None) -> Any:
    """A click option for one field; it is None unless the user gives it.

    Args:
        model: the settings' class.
        field: the field's name.
        flag: the option's name.
        parameter: the name under which the command gets the value; the field's own by default.
    """
    info = model.model_fields[field]
    kind = _type(info.annotation)
    text = info.description or ""
    bounds = _bounds(info)
    notes = [bounds] if bounds else []
    default = None if info.is_required() else info.get_default(call_default_factory=True)  # none of these needs others
    if default not in (None, "", []):
        notes.append(f"default {_shown(default)}")
    text += f" [{'; '.join(notes)}]" if notes else ""
    names = [flag, parameter or field]
    if kind is bool:
        section, dot, name = flag.removeprefix("--").rpartition(".")
        return click.option(f"{flag}/--{section}{dot}no-{name}", names[1], default=None, help=text)
    return click.option(*names, type=kind, default=None, help=text)


def settings_of(model: type[BaseModel], section: str, prefix: str = "", skip: Iterable[str] = ()) -> Decorator:
    """All fields of a settings class as options; the command gets them as `section__field`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed([name for name in model.model_fields if name not in skip]):
            flag = f"--{prefix}{name.replace('_', '-')}"
            command = setting(model, name, flag, f"{section}__{name}")(command)
        return command

    return decorate


def given(options: dict[str, Any], section: str) -> dict[str, Any]:
    """What the user gave for one section of the options made by `settings_of`."""
    start = f"{section}__"
    return {
        name[len(start) :]: value for name, value in options.items() if name.startswith(start) and value is not None
    }


def changed(base: M, changes: dict[str, Any], section: str) -> M:
    """The settings with some fields changed. Raises a usage error that names the option if a value is not allowed."""
    try:
        return type(base).model_validate(base.model_dump() | changes)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise click.UsageError(f"{section}.{field}: {first['msg']}.") from error


def parse_set(texts: Iterable[str], sections: dict[str, type[BaseModel]]) -> dict[str, dict[str, Any]]:
    """`--set section.field=value` texts as changes by section."""
    changes: dict[str, dict[str, Any]] = {name: {} for name in sections}
    for text in texts:
        key, equals, value = text.partition("=")
        section, _, field = key.strip().partition(".")
        if not equals or section not in sections or field not in sections[section].model_fields:
            raise click.UsageError(
                f"--set {text}: there is no such setting; write for example --set fm.embedding_size=16."
            )
        kind = _type(sections[section].model_fields[field].annotation)
        converter = click.types.convert_type(kind)
        changes[section][field] = converter.convert(value.strip(), None, None)
    return changes


def _type(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _type(next(part for part in get_args(annotation) if part is not type(None)))
    if origin is Literal:
        return click.Choice([str(choice) for choice in get_args(annotation)])
    if origin is tuple:
        return Numbers()
    if origin is list:
        return Texts()
    return annotation if annotation in (int, float, bool, str) else str


def _bounds(info: FieldInfo) -> str:
    found = {
        name: getattr(rule, name) for rule in info.metadata for name in ("ge", "gt", "le", "lt") if hasattr(rule, name)
    }
    low = f"from {found['ge']:g}" if "ge" in found else f"above {found['gt']:g}" if "gt" in found else ""
    high = f"to {found['le']:g}" if "le" in found else f"below {found['lt']:g}" if "lt" in found else ""
    return " ".join(part for part in (low, high) if part)


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
