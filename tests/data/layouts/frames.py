"""A plan's tables as they come out of the readers, joined as a dataset joins them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ctrcore.data.joining import join_tables
from ctrcore.data.layouts.plan import Plan
from ctrcore.data.layouts.recognising import recognise
from ctrcore.data.reading import read_part


def write(named: dict[str, bytes], folder: Path) -> dict[str, Path]:
    """The files under numbers for names, as uploads are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for number, (name, content) in enumerate(named.items()):
        files[name] = folder / f"upload-{number}"
        files[name].write_bytes(content)
    return files


def tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Each part of the plan by its name."""
    parts = {name: getattr(plan, name) for name in ("rows", "users", "items", "valid", "test")}
    return {name: read_part(part) for name, part in parts.items() if part is not None}


def joined(plan: Plan) -> pd.DataFrame:
    """The rows with the columns of their users and items."""
    found = tables(plan)
    return join_tables(found["rows"], found.get("users"), found.get("items"), str(plan.user_key), str(plan.item_key))


def plan_of(named: dict[str, bytes], folder: Path) -> Plan:
    """The plan of files that are recognised."""
    plan = recognise(write(named, folder))
    assert plan is not None
    return plan


def known(cells: pd.Series[Any]) -> list[Any]:
    """The cells, None where missing."""
    return [None if pd.isna(cell) else cell for cell in cells]
