"""The simulated shop as Parquet files: the same shop gives the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from ctrcore.data.simulate import Shop

TABLES = ("impressions", "behaviours", "users", "items", "truth")
_WHOLE_COLUMN = 1 << 28
"""Bytes of a page and rows of a group: histories repeat over far-apart rows, which only compresses within a page."""


def write_shop(shop: Shop, folder: Path) -> list[Path]:
    """Write `impressions`, `behaviours`, `users`, `items` and `truth` as `<name>.parquet`, and `recipe.json`.

    Nothing in the files depends on when, where or by which version of pandas they were written.

    Returns:
        The files, in that order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.parquet" for name in TABLES]
    for name, path in zip(TABLES, paths, strict=True):
        _write(getattr(shop, name), path)
    recipe = folder / "recipe.json"
    recipe.write_text(shop.recipe().model_dump_json(indent=1) + "\n", encoding="utf-8")
    return [*paths, recipe]


def _write(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    rising = [name for name in frame.columns if name == "time"]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in frame.columns if name not in rising],
        column_encoding=dict.fromkeys(rising, "DELTA_BINARY_PACKED"),
        data_page_size=_WHOLE_COLUMN,
        dictionary_pagesize_limit=_WHOLE_COLUMN,
        row_group_size=_WHOLE_COLUMN,
        store_schema=False,
    )
