"""Which of the well-known layouts some files have."""

from __future__ import annotations

from pathlib import Path

from ctrcore.data.layouts import (
    aliccp,
    amazon,
    avazu,
    criteo,
    flat,
    movielens,
    sparse_text,
    taobao,
    typed_tables,
)
from ctrcore.data.layouts.archives import files_in, is_zip, unpack
from ctrcore.data.layouts.heads import Files
from ctrcore.data.layouts.layout import Layout
from ctrcore.data.layouts.plan import Plan
from ctrcore.errors import DataError

# The first that fits is taken, so what says most about its files comes first.
LAYOUTS: dict[str, Layout] = (
    movielens.LAYOUTS
    | typed_tables.LAYOUTS
    | criteo.LAYOUTS
    | avazu.LAYOUTS
    | amazon.LAYOUTS
    | taobao.LAYOUTS
    | aliccp.LAYOUTS
    | sparse_text.LAYOUTS
    | flat.LAYOUTS
)

__all__ = ["LAYOUTS", "Layout", "files_in", "is_zip", "plan_for", "recognise", "unpack"]


def recognise(files: dict[str, Path]) -> Plan | None:
    """How to read files of a well-known layout; None if they have none.

    Looks at the names and at the first 64 kB of each file, plain or gzipped.

    Args:
        files: where each file is, by the name the user gave it, with '/' between folders.
    """
    looked = Files(files)
    return next((plan for layout in LAYOUTS.values() if (plan := layout.recognise(looked)) is not None), None)


def plan_for(layout: str, files: dict[str, Path]) -> Plan:
    """How to read files that the user says to be of a layout, whatever they are called.

    Raises:
        DataError: there is no such layout, or the files are not of it.
    """
    if layout not in LAYOUTS:
        raise DataError(f"There is no layout '{layout[:60]}'.", f"Use one of: {', '.join(LAYOUTS)}.")
    plan = LAYOUTS[layout].recognise(Files(files, any_name=True))
    if plan is None:
        known = LAYOUTS[layout]
        raise DataError(
            f"The files do not look like {known.title}: {known.about}", "Choose another layout, or check the files."
        )
    return plan
