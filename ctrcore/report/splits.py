"""How the table became training, validation and test rows."""

from __future__ import annotations

from typing import Any

from ctrcore.errors import CtrLensError
from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.report.content import Column, Heading, Part, Table, Text
from ctrcore.report.material import PARTS, prepared_report
from ctrcore.report.writing import percent, whole
from ctrcore.runs.run import Run

_SPLITS = Spoken(
    {
        "random": mark("random"),
        "time": mark("time"),
        "user": mark("user"),
        "time_per_user": mark("time per user"),
        "leave_last_out": mark("leave last out"),
        "given": mark("given"),
    }
)
_DROPPED = Spoken({"duplicates": mark("duplicates"), "unlabelled": mark("unlabelled"), "negatives": mark("negatives")})


def each_recipe(runs: list[tuple[str, Run]]) -> list[tuple[str, Run]]:
    """The first run of each way in which the table became rows; without a title if there is but one."""
    found: dict[str, tuple[str, Run]] = {}
    for title, run in runs:
        found.setdefault(run.recipe.id, (title, run))
    return list(found.values()) if len(found) > 1 else [("", run) for _, run in found.values()]


def split_of(title: str, run: Run) -> list[Part]:
    try:
        report = prepared_report(run)
    except CtrLensError:
        report = {}
    if not report.get("parts"):
        return []
    parts: list[Part] = [
        Heading(
            say("Training, validation and test rows of {run}", run=title)
            if title
            else say("Training, validation and test rows")
        )
    ]
    split = run.recipe.split
    parts.append(Table(say("Rows by part, split: {by}", by=_SPLITS[split.by]), _split_columns(), _split_rows(report)))
    dropped = {name: count for name, count in (report.get("dropped") or {}).items() if count}
    if dropped:
        told = say(", ").join(f"{count:,} {_DROPPED.get(name, name)}" for name, count in dropped.items())
        parts.append(Text(say("Rows left out before: {dropped}.", dropped=told)))
    parts += _cold(report)
    return parts


def _split_columns() -> list[Column]:
    return [
        Column(say("Part"), number=False),
        Column(say("Rows")),
        Column(say("Clicks")),
        Column(say("Click rate"), "click-through rate"),
        Column(say_in("people", "Users")),
        Column(say("Cells with an unknown value"), "unknown"),
    ]


def _split_rows(report: dict[str, Any]) -> list[list[str]]:
    rows = []
    for name, part in report["parts"].items():
        unknown = list((report.get("unknown_share") or {}).get(name, {}).values())
        share = sum(unknown) / len(unknown) if unknown else None
        users = part.get("users") or None
        rows.append(
            [
                PARTS.get(name, name),
                whole(part["rows"]),
                whole(part["clicks"]),
                percent(part["click_rate"]),
                whole(users),
                percent(share, 2),
            ]
        )
    return rows


def _cold(report: dict[str, Any]) -> list[Part]:
    """Users and items that training never saw."""
    rows = [
        [
            PARTS.get(part, part),
            say(key),
            whole(told["cold_rows"]),
            percent(told["share"]),
            say("{cold} of {distinct}", cold=whole(told["cold"]), distinct=whole(told["distinct"])),
        ]
        for part, keys in (report.get("cold") or {}).items()
        for key, told in keys.items()
        if told["distinct"]
    ]
    if not rows:
        return []
    columns = [
        Column(say("Part"), number=False),
        Column(say("Of"), number=False),
        Column(say("Rows")),
        Column(say("Share of the rows")),
        Column(say("Never seen")),
    ]
    note = say("Of a user or an item without a training row a model knows nothing but what it shares with others.")
    return [Table(say("Users and items that training never saw"), columns, rows, note)]
