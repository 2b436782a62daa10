"""Sparse lines: libsvm and libfm ('label index:value ...'), and libffm ('label field:index:value ...').

Source: the README files of LIBSVM, libFM and LIBFFM; the columns of Frappe are in the order of its mirror beside
Neural Factorization Machines (He and Chua, 2017).
"""

from __future__ import annotations

import re

from ctrcore.data.layouts.heads import Files
from ctrcore.data.layouts.layout import Layout, given_parts, is_large, left_out, list_names, with_parts
from ctrcore.data.layouts.plan import Hints, Part, Plan
from ctrcore.data.layouts.sparse_blocks import parse_lines
from ctrcore.data.layouts.sparse_columns import BAG, Facts, SparseColumn, columns_of
from ctrcore.data.layouts.sparse_reading import LABEL, SparseReader
from ctrcore.errors import DataError
from ctrcore.schema import Column, Role

NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
LINE = re.compile(rf"\s*{NUMBER}(\s+\d+:{NUMBER})*\s*")
LINE_WITH_FIELDS = re.compile(rf"\s*{NUMBER}(\s+\d+:\d+:{NUMBER})*\s*")
FRAPPE = (
    "user_id", "item_id", "daytime", "weekday", "isweekend", "homework", "cost", "weather", "country", "city",
)  # fmt: skip
ROLES: dict[str, Role] = {"user_id": "user", "item_id": "item"}
BAG_COLUMN = Column(
    name=BAG, kind="multi_value", delimiter=" ", max_length=1000, reason="It holds the indices of the line's entries."
)
REASONS = {
    "position": "Each line has one index out of this range, so the index names a value.",
    "index": "Each line has at most one index of this field, so the index names a value.",
    "members": "It holds the indices of the line's entries.",
    "value": "It is the value of one index, which differs from line to line; it is 0 where the line does not have it.",
}
RARE = " Indices seen in fewer than 10 training rows count as unknown: there are too many of them to learn each."
NOTE = "What the indices mean is not in the file, so the columns are called by numbers."
WEIGHTS_NOTE = "Of entries that become members of a set only the index is read, not its weight."


def recognise_libffm(files: Files) -> Plan | None:
    """Lines whose entries name their fields."""
    return _plan(files, LINE_WITH_FIELDS, "libffm")


def recognise_libsvm(files: Files) -> Plan | None:
    """Lines of indices and values."""
    return _plan(files, LINE, "libsvm")


def _plan(files: Files, line: re.Pattern[str], layout: str) -> Plan | None:
    heads = files.all(lambda head: ":" in head.lines[0] and all(line.fullmatch(text) for text in head.lines))
    if not heads:
        return None
    parts = given_parts(heads)
    rows = parts["train"]
    names = FRAPPE if "frappe" in rows.base else ()
    try:
        facts = Facts()
        facts.add(parse_lines(list(rows.lines)))
    except DataError:
        return None
    columns = columns_of(facts, layout == "libffm", names)
    called = {column.name for column in columns}
    like = Part(rows.path, read=SparseReader(rows.path, layout == "libffm", names))
    plan = Plan(
        layout=layout,
        title=LAYOUTS[layout].title,
        why=f"{list_names([rows])} has a label and entries such as '{rows.lines[0].split()[1][:40]}' on each line.",
        rows=like,
        hints=Hints(
            label=LABEL,
            user="user_id" if "user_id" in called else None,
            item="item_id" if "item_id" in called else None,
            columns=_hinted(columns, is_large(rows)),
            notes=(
                *([NOTE] if not names else []),
                *([WEIGHTS_NOTE] if any(column.source == "members" for column in columns) else []),
                *left_out(heads, list(parts.values())),
            ),
        ),
    )
    return with_parts(plan, parts, like)


def _hinted(columns: tuple[SparseColumn, ...], large: bool) -> tuple[Column, ...]:
    """Hints for the columns of the first lines. Further lines may make others of them, so the set of indices is in."""
    label = Column(name=LABEL, kind="ignore", reason="Each line begins with it.")
    found = {LABEL: label, BAG: BAG_COLUMN} | {column.name: _hint(column, large) for column in columns}
    return tuple(found.values())


def _hint(column: SparseColumn, large: bool) -> Column:
    reason = REASONS[column.source]
    if column.source == "value":
        return Column(name=column.name, kind="numeric", reason=reason)
    least, reason = (10, reason + RARE) if large else (1, reason)
    if column.source == "members":
        return BAG_COLUMN.model_copy(update={"name": column.name, "min_count": least, "reason": reason})
    role = ROLES.get(column.name, "context")
    return Column(name=column.name, kind="categorical", role=role, min_count=least, reason=reason)


LAYOUTS = {
    "libffm": Layout(
        "libffm text",
        "Lines of a label and entries 'field:index:value', as libffm takes them; each field becomes a column.",
        recognise_libffm,
    ),
    "libsvm": Layout(
        "libsvm or libfm text",
        "Lines of a label and entries 'index:value', as libsvm and libfm take them.",
        recognise_libsvm,
    ),
}
