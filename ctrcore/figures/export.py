"""Numbers behind a figure, as a file that a spreadsheet may open."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe; numbers stay numbers."""
    return "'" + value if isinstance(value, str) and value.startswith(RISKY) else value


def to_csv(frame: pd.DataFrame) -> bytes:
    """CSV in UTF-8 with a byte order mark, safe against formula injection, without the index."""
    columns = [safe_cell(str(column)) for column in frame.columns]
    safe = pd.DataFrame({i: [safe_cell(v) for v in frame.iloc[:, i]] for i in range(frame.shape[1])})
    safe.columns = pd.Index(columns)
    return safe.to_csv(index=False).encode("utf-8-sig")


def to_csv_of(parts: Iterable[pd.DataFrame]) -> bytes:
    """`to_csv` of a table that comes in parts, one below the other."""
    pieces: list[bytes] = []
    for part in parts:
        text = to_csv(part)
        pieces.append(text.removeprefix(to_csv(part.iloc[:0])) if pieces else text)
    return b"".join(pieces)
