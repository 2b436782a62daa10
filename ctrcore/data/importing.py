"""From the files that a user has to a table, or to a behaviour log and the table of rows built from it.

Into a folder go `table.parquet` and, of a log, `log.parquet`, `users.parquet`, `items.parquet` and `log.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ctrcore.data.formats.limits import Limits
from ctrcore.data.guessing import guess_schema
from ctrcore.data.layouts.plan import Hints, Part, Plan
from ctrcore.data.layouts.recognising import is_zip, plan_for, recognise, unpack
from ctrcore.data.logs.building import build_impressions
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.logs.guessing import guess_log
from ctrcore.data.reading import join_stored, read_part, store_part
from ctrcore.data.recipe import Recipe, first_recipe
from ctrcore.data.sides import join_sides, with_key, write_table
from ctrcore.data.stored import Stored
from ctrcore.errors import DataError
from ctrcore.schema import Column, Schema

PLAIN = "plain"
Tell = Callable[[float, str], None]


class ImportChoices(BaseModel):
    """How files are read, as far as it should not be found out."""

    model_config = ConfigDict(extra="forbid")

    layout: str | None = Field(None, description="layout of the files; 'plain' for an ordinary table; none: found out")
    rows_are: Literal["impressions", "behaviours"] | None = Field(
        None, description="impressions say of each row whether it was clicked, behaviours only what was done; none: "
        "found out"
    )  # fmt: skip
    log: dict[str, Any] = Field(
        default_factory=dict, description="what is said of how rows are built from behaviours; the rest is guessed"
    )


@dataclass(frozen=True)
class Files:
    """The files of one dataset.

    Attributes:
        rows: by the names the user gave them; one of them may be a zip.
        valid, test: given validation and test rows.
        users, items: one row a user or an item.
    """

    rows: dict[str, Path]
    valid: Path | None = None
    test: Path | None = None
    users: Path | None = None
    items: Path | None = None


@dataclass(frozen=True)
class Imported:
    """What the folder holds now.

    Attributes:
        guess: the meaning of the table's columns, guessed or known.
        recipe: the choices to begin with.
        about: plain JSON values: the layout's title, how it was recognised, notes, and of a log what was built.
    """

    guess: Schema
    recipe: Recipe
    about: dict[str, Any] = field(default_factory=dict)


def import_files(files: Files, choices: ImportChoices, folder: Path, tell: Tell) -> Imported:
    """Read files into a folder.

    Args:
        files: what there is.
        choices: how to read it.
        folder: where the tables go; it holds nothing of their names yet.
        tell: called with the share done, 0 to 1, and what is being done.

    Raises:
        DataError: a file cannot be read, the files do not go together, or nothing can be learned from them.
    """
    named = _unpacked(files.rows, folder)
    plan = _plan(named, choices)
    parts = _parts(files, named, plan)
    rows = folder / "rows.parquet"
    _store(parts, rows, lambda done: tell(0.45 * done, "reading the rows"))
    sides = {side: read_part(parts[side][0]) if parts.get(side) else None for side in ("users", "items")}
    hints = plan.hints if plan is not None else Hints()
    keys = {
        "users": plan.user_key if plan is not None and files.users is None else None,
        "items": plan.item_key if plan is not None and files.items is None else None,
    }
    about = {} if plan is None else {"layout": plan.title, "why": plan.why, "notes": list(hints.notes)}
    log = log_choices(Stored(rows), choices, hints)
    if log is not None:
        rows.rename(folder / "log.parquet")
        for side, frame in sides.items():
            if frame is not None:
                write_table(
                    with_key(frame, side, log, Stored(folder / "log.parquet"), keys), folder / f"{side}.parquet"
                )
        return build_rows(folder, log, hints, tell, about)
    if any(frame is not None for frame in sides.values()):
        tell(0.5, "joining the tables")
        join_sides(rows, sides, keys, folder / "table.parquet")
        rows.unlink()
    else:
        rows.rename(folder / "table.parquet")
    tell(0.6, "guessing the columns")
    guess = guess_with_hints(Stored(folder / "table.parquet"), hints)
    return Imported(guess, first_recipe(guess), about)


def build_rows(folder: Path, choices: LogChoices, hints: Hints, tell: Tell, about: dict[str, Any]) -> Imported:
    """Build the table from the log of the folder.

    Args:
        folder: with `log.parquet`, and `users.parquet` and `items.parquet` if there are such tables.
        choices: how rows are made.
        hints: what is known of columns.
        tell: called with the share done and what is being done.
        about: what is known of the files.

    Raises:
        DataError: the log and the choices do not go together, no row comes of them, or the log is too large.
    """
    log = Stored(folder / "log.parquet")
    Limits.from_env().check_memory(len(log) * len(log.columns))
    sides = {
        side: Stored(folder / f"{side}.parquet").frame() if (folder / f"{side}.parquet").exists() else None
        for side in ("users", "items")
    }
    made = build_impressions(
        log,
        choices,
        sides["users"],
        sides["items"],
        lambda done: tell(0.45 + 0.2 * done, "building rows from the behaviours"),
    )
    tell(0.65, "writing the rows")
    write_table(made.frame, folder / "table.parquet")
    (folder / "log.json").write_text(choices.model_dump_json(indent=1), encoding="utf-8")
    guess = with_known(made.recipe.data_schema, hints.columns)
    return Imported(guess, first_recipe(guess), about | {"built": made.report})


def log_choices(rows: Stored, choices: ImportChoices, hints: Hints) -> LogChoices | None:
    """How rows are built if these are behaviours, else None.

    Raises:
        DataError: they are to be behaviours, but no user, item and time are found.
    """
    if choices.rows_are == "impressions":
        return None
    said = choices.log
    wanted = choices.rows_are == "behaviours" or bool(said)
    base = hints.log or guess_log(rows, label_is_sure=hints.label is not None and not wanted)
    if base is None and not wanted:
        return None
    try:
        return LogChoices.model_validate((base.model_dump() if base is not None else {}) | said)
    except ValidationError as error:
        first = error.errors()[0]
        if base is None and first["type"] == "missing":
            raise DataError(
                "No columns are found that say who, with which item and when.",
                "Name the columns of the user, the item and the time.",
            ) from error
        raise DataError(
            f"'{'.'.join(map(str, first['loc']))}' cannot be so: {first['msg']}.", "Choose another value."
        ) from error


def guess_with_hints(table: Stored, hints: Hints) -> Schema:
    """The guessed schema, with what is known of the columns."""
    names = set(table.columns)

    def known(name: str | None) -> str | None:
        return name if name in names else None

    label = known(hints.label)
    guess = guess_schema(table, label, known(hints.user), known(hints.item), known(hints.time))
    update: dict[str, Any] = {name: known(getattr(hints, name)) for name in ("user", "item", "time")}
    update = {name: value for name, value in update.items() if value is not None}
    if label is not None and (hints.positive is not None or hints.threshold is not None):
        update |= {"positive": hints.positive, "threshold": hints.threshold}
    return with_known(guess.model_copy(update=update), hints.columns)


def with_known(schema: Schema, columns: tuple[Column, ...]) -> Schema:
    """The schema with what is known of single columns; those that the table does not have are passed over."""
    remembered = {column.of for column in schema.histories}  # what a history is of stays a category
    known = {
        column.name: column
        for column in columns
        if column.name != schema.label and (column.kind == "categorical" or column.name not in remembered)
    }
    merged = [known.get(column.name, column) for column in schema.columns]
    return Schema.model_validate({**schema.model_dump(), "columns": [column.model_dump() for column in merged]})


def _unpacked(rows: dict[str, Path], folder: Path) -> dict[str, Path]:
    if len(rows) != 1 or not is_zip(next(iter(rows.values()))):
        return rows
    path = next(iter(rows.values()))
    place = folder / "unpacked"
    place.mkdir()
    return unpack(path, place, Limits.from_env(path.stat().st_size))


def _plan(files: dict[str, Path], choices: ImportChoices) -> Plan | None:
    if choices.layout == PLAIN:
        return None
    return plan_for(choices.layout, files) if choices.layout is not None else recognise(files)


def _parts(files: Files, named: dict[str, Path], plan: Plan | None) -> dict[str, list[Part]]:
    """The files to read by what they hold. What the user says of a file wins over the plan."""
    given: dict[str, list[Part]] = {"rows": [Part(path) for path in named.values()]}
    if plan is not None:
        found = {name: getattr(plan, name) for name in ("rows", "valid", "test", "users", "items")}
        given = {name: [part] for name, part in found.items() if part is not None}
    for name in ("valid", "test", "users", "items"):
        path = getattr(files, name)
        if path is not None:
            like = given["rows"][0] if name in ("valid", "test") else Part(path)
            given[name] = [replace(like, path=path)]
    return given


def _store(parts: dict[str, list[Part]], target: Path, progress: Callable[[float], None]) -> None:
    """Put all rows below each other; where validation or test rows are given, a column says which they are."""
    marked = [
        ("train" if name == "rows" else name, part)
        for name in ("rows", "valid", "test")
        for part in parts.get(name, [])
    ]
    if len(marked) == 1:
        store_part(marked[0][1], target, progress=progress)
        return
    places = [target.with_name(f"part{number}.parquet") for number in range(len(marked))]
    for number, ((_, part), place) in enumerate(zip(marked, places, strict=True)):
        store_part(part, place, progress=lambda done, n=number: progress((n + done) / len(marked)))  # type: ignore[misc]
    given = "valid" in parts or "test" in parts
    names = [mark if given else part.path.name for mark, part in marked]
    join_stored(places, target, names, [mark for mark, _ in marked] if given else [])
    for place in places:
        place.unlink()
