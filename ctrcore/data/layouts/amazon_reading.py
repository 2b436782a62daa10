"""Amazon's reviews and products: the few fields worth having, out of lines that hold far more."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ctrcore.data.formats.arrow import as_series
from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Source
from ctrcore.data.layouts.plan import Progress
from ctrcore.errors import DataError

REVIEW = pa.schema(
    [("user_id", pa.string()), ("item_id", pa.string()), ("rating", pa.float64()), ("timestamp", pa.int64())]
)
BLOCK = 50_000
PRICE = re.compile(r"\$?\s*(\d[\d,]*\.?\d*)")
MOST = 1e9
LONGEST_NAME = 200  # in some products style sheets stand where a name should be


@dataclass(frozen=True)
class Reviews:
    """Reads the reviews whole, of each only who, what, how many stars and when.

    Attributes:
        fields: the names of these four; 'asin' stands in for a missing 'parent_asin'.
    """

    fields: tuple[str, str, str, str]

    def __call__(self, path: Path, limits: Limits, progress: Progress | None) -> pd.DataFrame:
        """Columns user_id, item_id, rating and timestamp.

        Raises:
            DataError: a line is no object or too long, or there are too many.
        """
        parts: list[pa.Table] = []
        rows = 0
        reviews = (self._cells(record) for record in _records(path, limits, progress))
        while block := list(islice(reviews, BLOCK)):
            rows += len(block)
            limits.check(rows, len(REVIEW))
            limits.check_memory(rows * len(REVIEW))
            parts.append(pa.table([pa.array(cells) for cells in zip(*block, strict=True)], REVIEW))
        if not rows:
            raise DataError("The file holds no reviews.", "Upload a file with at least one line.")
        table = pa.concat_tables(parts)
        return pd.DataFrame({name: as_series(table[name]) for name in REVIEW.names}, copy=False)

    def _cells(self, record: dict[str, Any]) -> tuple[str | None, str | None, float | None, int | None]:
        user, item, rating, when = (record.get(name) for name in self.fields)
        item = item or record.get("asin")
        return (
            _text(user),
            _text(item),
            _number(rating),
            when if type(when) is int and abs(when) < LARGEST_EXACT else None,
        )


@dataclass(frozen=True)
class Products:
    """Reads the products whole, of each field only what a field can be made of, and of each product the first line.

    Attributes:
        key: the field with the id; 'asin' where there is no 'parent_asin'.
    """

    key: str

    def __call__(self, path: Path, limits: Limits, progress: Progress | None) -> pd.DataFrame:
        """Columns item_id, title, category, categories, brand and price.

        Raises:
            DataError: a line is no object or too long, or there are too many.
        """
        products: dict[str, dict[str, Any]] = {}
        for record in _records(path, limits, progress):
            item = _text(record.get(self.key) or record.get("asin"))
            if item is not None and item not in products:
                products[item] = _fields(record)
                limits.check(len(products), 6)
                limits.check_memory(6 * len(products))
        if not products:
            raise DataError(f"No line has the field '{self.key}'.", "Check that this is the file of products.")
        columns = pd.DataFrame.from_records(list(products.values()))
        texts = {name: columns[name].astype("str") for name in ("title", "category", "categories", "brand")}
        ids = pd.Series(list(products), dtype="str")
        return pd.DataFrame({"item_id": ids, **texts, "price": columns["price"].astype("float64")})


def parse(line: str) -> dict[str, Any] | None:
    """One line as an object: JSON, or as in 2014 what Python writes; None if it is neither."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        try:
            with warnings.catch_warnings(action="ignore"):
                found = ast.literal_eval(line.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
    return found if isinstance(found, dict) else None


def _records(path: Path, limits: Limits, progress: Progress | None) -> Iterator[dict[str, Any]]:
    with Source.of(path, limits).open(limits, progress, text=True) as stream:
        number = 0
        while line := stream.readline(limits.max_line + 1):
            number += 1
            if len(line) > limits.max_line:
                raise DataError(f"Line {number} is longer than {limits.max_line:,} bytes.", "Leave that line out.")
            if not line.strip():
                continue
            record = parse(line.decode("utf-8-sig", errors="replace"))
            if record is None:
                raise DataError(f"Line {number} is not JSON.", "Write one JSON object on each line.")
            yield record


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    categories = [name for name in _flat(record.get("categories") or record.get("category")) if name]
    main = _name(record.get("main_category") or record.get("main_cat"))
    distinct = list(dict.fromkeys(categories)) or ([main] if main else [])
    return {
        "title": _name(record.get("title")),
        "category": distinct[-1] if distinct else None,
        "categories": "|".join(distinct) or None,
        "brand": _name(record.get("brand") or record.get("store")),
        "price": _price(record.get("price")),
    }


def _flat(cell: Any) -> list[str]:
    """Names out of a list, or of a list of lists."""
    if isinstance(cell, list):
        return [name for member in cell for name in _flat(member)]
    name = _name(cell)
    return [] if name is None else [name]


def _name(cell: Any) -> str | None:
    """A short text without the sign that divides several; None if it is none."""
    text = (_text(cell) or "").replace("|", "/").strip()
    return text if 0 < len(text) <= LONGEST_NAME else None


def _text(cell: Any) -> str | None:
    """A text that can be stored, which half of a surrogate pair cannot."""
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else None


def _price(cell: Any) -> float | None:
    match = PRICE.match(cell.strip()) if isinstance(cell, str) and len(cell) < LONGEST_NAME else None
    return float(match[1].replace(",", "")) if match else _number(cell)


def _number(cell: Any) -> float | None:
    """A number of a size that prices and ratings have."""
    return float(cell) if type(cell) in (int, float) and abs(cell) < MOST else None
