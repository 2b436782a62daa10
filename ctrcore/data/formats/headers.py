"""The first lines of a delimited text: what divides its cells, and what its columns are called."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice

from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Source
from ctrcore.errors import DataError
from ctrcore.language import say

DELIMITERS = (",", "\t", ";", "|")
RECBOLE_TYPES = {"token", "float", "token_seq", "float_seq"}


@dataclass(frozen=True)
class TextFormat:
    """How a delimited text is written, as far as it should not be found out from its content.

    Attributes:
        delimiter: one character between two cells; None: found out.
        names: column names of a file without a first line of names; None: the first line holds them.
        numbers_as_names: the first line holds names, even if they look like values.
    """

    delimiter: str | None = None
    names: tuple[str, ...] | None = None
    numbers_as_names: bool = False


FOUND_OUT = TextFormat()


@dataclass(frozen=True)
class Header:
    """What the first lines say.

    Attributes:
        delimiter: between two cells.
        names: of the columns; '' for one without a name.
        blank: empty lines before the first that is not.
        lines: lines of names after them, 0 or 1.
    """

    delimiter: str
    names: list[str]
    blank: int
    lines: int

    @property
    def decimal_comma(self) -> bool:
        """True if numbers may be written 3,14."""
        return self.delimiter == ";"


def read_header(source: Source, encoding: str, limits: Limits, text: TextFormat) -> Header:
    """Find out how the text is written. Raises DataError if its first lines make no table."""
    lines = _first_lines(source, encoding, limits)
    blank = next((number for number, line in enumerate(lines) if line.strip()), None)
    if blank is None:
        raise DataError(
            say("The file holds nothing but blanks."),
            say("Upload a table with a line of column names and at least one row."),
        )
    lines = [line for line in lines if line.strip()]
    delimiter = text.delimiter or _sniff(lines)
    first = [name.strip() for name in _cells(lines, delimiter)[0]]
    limits.check(0, len(first))
    if text.names is None:
        return Header(delimiter, _names(first, text), blank, 1)
    if len(first) != len(text.names):
        raise DataError(
            say(
                "The first line has {count} values, but this layout has {names}.",
                count=len(first),
                names=len(text.names),
            ),
            say("Check the file, or choose another layout."),
        )
    return Header(delimiter, list(text.names), blank, 0)


def _first_lines(source: Source, encoding: str, limits: Limits) -> list[str]:
    """The first lines of the decoded head, none of them cut off."""
    cut = len(source.head) >= limits.max_line
    text = source.head.decode(encoding, errors="ignore" if cut else "strict").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if cut and not any(line.strip() for line in lines[:-1]):
        raise DataError(
            say("The first line is longer than {max_line:,} bytes.", max_line=limits.max_line),
            say("Start the file with a line of column names."),
        )
    return (lines[:-1] if cut else lines)[:100]


def _names(names: list[str], text: TextFormat) -> list[str]:
    typed = [name.rpartition(":") for name in names]
    if all(kind in RECBOLE_TYPES and name for name, _, kind in typed):
        names = [name for name, _, _ in typed]
    known = [name for name in names if name]
    numbers = sum(_is_number(name) for name in names)
    double = next((name for name in known if known.count(name) > 1), None)
    if numbers and not text.numbers_as_names and (numbers > len(names) / 2 or double is not None):
        raise DataError(
            say("The first line seems to hold values ({value}), not column names.", value=", ".join(names[:4])[:60]),
            say("Add a first line with a name for each column."),
        )
    if double is not None:
        raise DataError(
            say("The column name '{value}' appears twice.", value=double[:60]), say("Give every column its own name.")
        )
    return names


def _sniff(lines: list[str]) -> str:
    """The delimiter with which most lines have as many cells as the first, and that in more than one cell."""

    def score(delimiter: str) -> tuple[bool, float, int]:
        widths = [len(row) for row in _cells(lines[:30], delimiter)]
        same = sum(width == widths[0] for width in widths) / len(widths)
        return widths[0] > 1, same, widths[0]

    return max(DELIMITERS, key=score)


def _cells(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        rows = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
        return [row for row in islice(rows, len(lines)) if row] or [[]]
    except csv.Error:
        return [line.rstrip("\r\n").split(delimiter) for line in lines]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
