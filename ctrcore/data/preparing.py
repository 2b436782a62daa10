"""From a table and a recipe to rows that can be trained on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ctrcore.data.cleaning import clean
from ctrcore.data.coldness import cold_report
from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.histories import build_histories, full_schema
from ctrcore.data.negatives import keep_rows
from ctrcore.data.recipe import Recipe
from ctrcore.data.splitting import PARTS, split_rows
from ctrcore.data.stored import SameTable, Table
from ctrcore.data.values import as_words
from ctrcore.errors import DataError
from ctrcore.language import say


@dataclass(frozen=True)
class Prepared:
    """Encoded training, validation and test rows. Users are numbered alike in all three.

    Attributes:
        train: the training rows, fewer of them without a click if the recipe says so.
        valid: rows that choose the best epoch.
        test: rows that measure it; there are none if the recipe's share is 0.
        encoder: fitted on the training rows.
        report: what happened, as plain JSON values.
        keep_negatives: share of the training rows without a click that was kept.
    """

    train: Encoded
    valid: Encoded
    test: Encoded
    encoder: Encoder
    report: dict[str, Any]
    keep_negatives: float

    def save(self, folder: Path) -> None:
        """Write everything into `folder`, the arrays so that they can be memory-mapped."""
        for name in PARTS:
            getattr(self, name).save(folder / name)
        self.save_summary(folder)

    def save_summary(self, folder: Path) -> None:
        """Write everything but the arrays."""
        (folder / "encoder.json").write_text(self.encoder.to_json(), encoding="utf-8")
        summary = {"report": self.report, "keep_negatives": self.keep_negatives}
        (folder / "prepared.json").write_text(json.dumps(summary), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; the arrays are memory-mapped. Raises DataError if the folder is damaged."""
        try:
            encoder = Encoder.from_json((folder / "encoder.json").read_text(encoding="utf-8"))
            summary = json.loads((folder / "prepared.json").read_text(encoding="utf-8"))
            parts = {name: Encoded.load(folder / name, encoder.bag_names) for name in PARTS}
            return cls(**parts, encoder=encoder, report=summary["report"], keep_negatives=summary["keep_negatives"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise DataError(say("The prepared rows cannot be read."), say("Prepare them again.")) from error


def rows_as_seen(table: SameTable, recipe: Recipe) -> SameTable:
    """The rows that stay after cleaning, with built histories, indexed by source row: to show what models saw."""
    return build_histories(clean(table, recipe)[0], recipe)


def prepare(
    table: Table,
    recipe: Recipe,
    progress: Callable[[float], None] | None = None,
    folder: Path | None = None,
) -> Prepared:
    """Clean, build histories, split, drop negatives, fit on the training rows, encode.

    Args:
        table: the source table; source rows are its positions. One on disk is read one column at a time.
        recipe: what to do.
        progress: called with the share done, 0 to 1.
        folder: where everything is written, as `Prepared.load` reads it, the arrays memory-mapped from the start;
            None: it is kept in memory.

    Raises:
        DataError: the table and the recipe do not go together, or a part has no rows or a single class.
    """
    tell = progress or (lambda _share: None)
    started = time.perf_counter()
    schema = full_schema(recipe)
    rows, label, dropped = clean(table, recipe)
    tell(0.1)
    rows = build_histories(rows, recipe, compact=True)
    tell(0.2)
    parts = split_rows(rows, label, recipe)
    full = len(parts["train"])
    if recipe.keep_negatives < 1:
        kept = keep_rows(label[parts["train"]], recipe.keep_negatives, recipe.split.seed)
        parts["train"] = parts["train"][kept]
    keep_negatives = _negatives(label[parts["train"]]) / (
        _negatives(label[parts["train"]]) + full - len(parts["train"])
    )
    encoder = Encoder()
    found = encoder.fit_parts(rows, schema, dict(parts), folder, lambda done: tell(0.25 + 0.74 * done))
    report = {
        "source_rows": len(table),
        "dropped": {**dropped, "negatives": full - len(parts["train"])},
        "parts": {name: _describe(found.parts[name]) for name in PARTS},
        "unknown_share": found.unknown,
        "cold": cold_report(parts, {"user": _codes(rows, schema.user), "item": _codes(rows, schema.item)}),
        "vocabulary_size": encoder.vocabulary_size,
        "seconds": round(time.perf_counter() - started, 3),
    }
    made = Prepared(**found.parts, encoder=encoder, report=report, keep_negatives=keep_negatives)
    if folder is not None:
        made.save_summary(folder)
    tell(1.0)
    return made


def _codes(table: Table, name: str | None) -> npt.NDArray[np.int32] | None:
    return as_words(table[name]).codes.astype(np.int32) if name is not None and name in table.columns else None


def _negatives(label: npt.NDArray[np.floating]) -> int:
    return int((label == 0).sum())


def _describe(part: Encoded) -> dict[str, Any]:
    clicks = int((part.label == 1).sum())
    return {
        "rows": len(part),
        "clicks": clicks,
        "click_rate": clicks / len(part) if len(part) else None,
        "users": len(np.unique(part.group[part.group >= 0])),
        "mean_length": {name: float(bag.lengths.mean()) if len(part) else None for name, bag in part.bags.items()},
    }
