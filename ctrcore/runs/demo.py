"""The demo: sample datasets and runs trained on them, which come with the project and open at once."""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock

from ctrcore.errors import RunError
from ctrcore.runs.folders import new_folder, visible
from ctrcore.runs.workspace import Workspace

SAMPLE_DATA = Path(__file__).resolve().parents[2] / "sample_data"
DEMO = "demo"
SHOP = "shop"
TABLES = {SHOP: Path("shop", "impressions.parquet")}  # tables that lie elsewhere in the sample data, not twice


def install_demo(workspace: Workspace, source: Path | None = None) -> list[str]:
    """Copy what the workspace lacks of the demo's datasets and runs. What is there stays as it is.

    Args:
        workspace: where to.
        source: the folder of sample data; by default the project's own.

    Returns:
        The ids of the demo's runs.

    Raises:
        RunError: if this copy of the project comes without the demo.
    """
    source = source or SAMPLE_DATA
    demo = source / DEMO
    if not demo.is_dir():
        raise RunError("The demo is not part of this installation.", "Build it with 'make sample'.")
    with FileLock(workspace.root / ".demo.lock"):  # two visitors may open the demo at the same time
        for kind in ("datasets", "runs"):
            for name in visible(demo / kind):
                place = workspace.root / kind / name
                if not place.exists():
                    _copy(demo / kind / name, place, source / TABLES[name] if name in TABLES else None)
    return sorted(visible(demo / "runs"))


def _copy(source: Path, place: Path, table: Path | None) -> None:
    with new_folder(place) as folder:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        if table is not None:
            shutil.copyfile(table, folder / "table.parquet")
