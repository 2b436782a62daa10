"""The planted truth behind a dataset of the workspace, where there is one: the sample shop's, or one kept beside it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ctrcore.runs.dataset import Dataset
from ctrcore.runs.demo import SAMPLE_DATA, SHOP

if TYPE_CHECKING:
    from ctrcore.data.stored import Stored
    from ctrcore.explain.trust.truth import PlantedTruth

TRUTH = "truth.parquet"


def planted_truth_of(dataset: Dataset) -> PlantedTruth | None:
    """The truth of the dataset's rows; None where nobody knows it.

    It is known of the sample shop, however it came into the workspace, and of a dataset in whose folder lies a
    `truth.parquet` with as many rows, such as `python -m ctrcore sample --to` writes beside a shop's impressions. The
    sample shop is recognised by its cells: in every column that the truth speaks of each must be the same.
    """
    from ctrcore.explain.trust.truth import TABLE_COLUMNS

    if dataset.state != "done" or not {*TABLE_COLUMNS} <= {*dataset.columns}:
        return None
    table, own = dataset.folder / "table.parquet", dataset.folder / TRUTH
    changed = tuple(path.stat().st_mtime_ns for path in (table, own) if path.exists())
    return _find(table, own, changed)


@lru_cache(maxsize=4)
def _find(path: Path, own: Path, changed: tuple[int, ...]) -> PlantedTruth | None:  # noqa: ARG001
    """`changed` is when the files were written: others under the same names are looked at anew."""
    import pandas as pd

    from ctrcore.data.simulate import PLANTED_PAIRS
    from ctrcore.data.stored import Stored
    from ctrcore.explain.trust.truth import planted_truth

    if not path.exists():
        return None
    table = Stored(path)
    if not own.exists():
        own = SAMPLE_DATA / SHOP / TRUTH
        if not own.exists() or not _is_sample_shop(table):
            return None
    truth = pd.read_parquet(own)
    return planted_truth(table, truth, PLANTED_PAIRS) if len(truth) == len(table) else None


def _is_sample_shop(table: Stored) -> bool:
    import numpy as np

    from ctrcore.data.stored import Stored
    from ctrcore.explain.trust.truth import TABLE_COLUMNS

    sample = Stored(SAMPLE_DATA / SHOP / "impressions.parquet")
    columns = (*TABLE_COLUMNS, "user_id", "durability", "history_category")
    return len(sample) == len(table) and all(
        name in table.columns
        and np.array_equal(np.asarray(table[name]).astype(str), np.asarray(sample[name]).astype(str))
        for name in columns
    )
