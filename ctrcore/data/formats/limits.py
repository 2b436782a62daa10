"""How much of a file is read at most."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Self

from ctrcore.errors import DataError
from ctrcore.language import say


@dataclass(frozen=True)
class Limits:
    """Bounds on a table. Each can be set by an environment variable: CTR_MAX_ROWS, CTR_MAX_COLUMNS, and so on.

    The defaults are those of small files; `from_env` widens them for larger ones.

    Attributes:
        max_rows: rows.
        max_columns: columns.
        max_cells: rows times columns, members of lists counted one by one.
        max_bytes: bytes once inflated.
        max_line: bytes of one line of text; some lines of up to twice as many are read.
        max_memory_cells: cells of a table that has to be held in memory as a whole.
    """

    max_rows: int = 5_000_000
    max_columns: int = 2_000
    max_cells: int = 200_000_000
    max_bytes: int = 4_000_000_000
    max_line: int = 1_000_000
    max_memory_cells: int = 200_000_000

    @classmethod
    def from_env(cls, size: int = 0) -> Self:
        """The defaults, changed as the environment says.

        A large file may hold more than the defaults, a small one that claims to is a trap: one row a byte, 20 cells a
        byte and 50 unpacked bytes a byte are believed.

        Args:
            size: bytes of the file.

        Raises:
            DataError: a variable is no positive whole number.
        """
        believed = {"max_rows": size, "max_cells": 20 * size, "max_bytes": 50 * size}
        found = {name: max(getattr(cls, name), value) for name, value in believed.items()}
        for field in fields(cls):
            text = os.environ.get(f"CTR_{field.name.upper()}")
            if text is None:
                continue
            if not text.isdecimal() or int(text) < 1:
                raise DataError(
                    say(
                        "CTR_{name} is '{text_}', which is no positive whole number.",
                        name=field.name.upper(),
                        text_=text,
                    ),
                    say("Correct the environment variable, or unset it."),
                )
            found[field.name] = int(text)
        return cls(**found)

    def check_memory(self, cells: int) -> None:
        """Raise DataError if a table of so many cells is too large to be held in memory."""
        if cells > self.max_memory_cells:
            raise DataError(
                say(
                    "The table has more than {max_memory_cells:,} cells, too many to be held in memory at once.",
                    max_memory_cells=self.max_memory_cells,
                ),
                say(
                    "Give it as CSV or Parquet, which are read in slices, use a part of it, or raise the limit through "
                    "the environment variable CTR_MAX_MEMORY_CELLS."
                ),
            )

    def check(self, rows: int, columns: int, cells: int | None = None, size: int = 0) -> None:
        """Raise DataError if a table of this shape is too large. `cells` is rows x columns if not given."""
        cells = rows * columns if cells is None else cells
        for name, what, found, most in (
            ("ROWS", say("rows"), rows, self.max_rows),
            ("COLUMNS", say("columns"), columns, self.max_columns),
            ("CELLS", say("cells"), cells, self.max_cells),
            ("BYTES", say("bytes once unpacked"), size, self.max_bytes),
        ):
            if found > most:
                raise DataError(
                    say("The file has more than {most:,} {what}.", most=most, what=what),
                    say(
                        "Upload a part of it, or raise the limit through the environment variable CTR_MAX_{name}.",
                        name=name,
                    ),
                )
