"""CSV, TSV and their kin. Every cell is read as text; whole columns then become numbers where nothing is lost."""

from __future__ import annotations

import csv
import io
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from ctrcore.data.formats.columns_of_text import from_text
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Progress, Source
from ctrcore.errors import DataError

DELIMITERS = (",", "\t", ";", "|")
RECBOLE_TYPES = {"token", "float", "token_seq", "float_seq"}
MISSING = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "None", "<NA>", "\\N"]


def read_delimited(source: Source, limits: Limits, progress: Progress | None) -> pd.DataFrame:
    """Read a text table; see `ctrcore.data.reading.read_table`."""
    for encoding in source.encodings:
        try:
            return _read(source, encoding, limits, progress)
        except UnicodeDecodeError:
            continue
        except pa.ArrowInvalid as error:
            if "invalid UTF8" in str(error):
                continue
            if "straddl" in str(error):
                raise _open_quote(f"A line is longer than {limits.max_line:,} bytes, or a") from error
            raise DataError(
                "The file cannot be read as a table of text.", "Save it as CSV with one line of column names."
            ) from error
    raise DataError(
        f"The text is not in the encoding {' or '.join(source.encodings)}.", "Save the table with the encoding UTF-8."
    )


def _read(source: Source, encoding: str, limits: Limits, progress: Progress | None) -> pd.DataFrame:
    lines = _first_lines(source, encoding, limits)
    blank = next((number for number, line in enumerate(lines) if line.strip()), None)
    if blank is None:
        raise DataError(
            "The file holds nothing but blanks.", "Upload a table with a line of column names and at least one row."
        )
    delimiter, names = _header([line for line in lines if line.strip()], limits)
    bad: list[pa_csv.InvalidRow] = []

    def on_bad_row(row: pa_csv.InvalidRow) -> str:
        bad.append(row)
        return "error"

    places = [str(position) for position in range(len(names))]
    with source.open(limits, progress, text=encoding in ("utf-8", "utf-8-sig", "cp1252")) as stream:
        try:
            reader = pa_csv.open_csv(
                stream,
                # One thread: only then are bad rows numbered.
                read_options=pa_csv.ReadOptions(
                    use_threads=False,
                    block_size=limits.max_line,
                    column_names=places,
                    skip_rows=blank,
                    skip_rows_after_names=1,
                    encoding="utf8" if encoding == "utf-8-sig" else encoding,
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, invalid_row_handler=on_bad_row
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=True, null_values=MISSING
                ),
            )
            batches, rows = [], 0
            for batch in reader:
                rows += batch.num_rows
                limits.check(rows, len(names))
                batches.append(batch)
        except pa.ArrowInvalid:
            if bad:
                raise _ragged(bad[0]) from None
            raise
    if not rows:
        raise DataError("The file has column names but no rows.", "Upload a table with at least one row.")
    table = pa.Table.from_batches(batches)
    _check_quotes(source, table, limits)
    columns = {}
    for name, place in zip(names, places, strict=True):
        cells = table[place]
        # A delimiter at the end of each line makes a column without name and content.
        if not name and cells.null_count == rows:
            continue
        columns[name or f"unnamed_{int(place) + 1}"] = from_text(cells, decimal_comma=delimiter == ";")
    return pd.DataFrame(columns, copy=False)


def _check_quotes(source: Source, table: pa.Table, limits: Limits) -> None:
    """A quotation mark that is never closed makes one cell of the rest of the file."""
    if any("\n" in (cell.as_py() or "") for cell in (column[-1] for column in table.columns)):
        with source.open(limits) as stream:
            quotes = sum(part.count(b'"') for part in iter(lambda: stream.read(1 << 20), b""))
        if quotes % 2:
            raise _open_quote("A")


def _open_quote(start: str) -> DataError:
    return DataError(f"{start} quotation mark is never closed.", "Check the quotation marks of the file.")


def _ragged(row: pa_csv.InvalidRow) -> DataError:
    return DataError(
        f"Row {row.number} has {row.actual_columns} values, but the header has {row.expected_columns}"
        " (the header is row 1).",
        "Give every row the same number of values, and put quotation marks around values that hold the delimiter.",
    )


def _first_lines(source: Source, encoding: str, limits: Limits) -> list[str]:
    """The first lines of the decoded head, none of them cut off."""
    cut = len(source.head) >= limits.max_line
    text = source.head.decode(encoding, errors="ignore" if cut else "strict").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if cut and not any(line.strip() for line in lines[:-1]):
        raise DataError(
            f"The first line is longer than {limits.max_line:,} bytes.", "Start the file with a line of column names."
        )
    return (lines[:-1] if cut else lines)[:100]


def _header(lines: list[str], limits: Limits) -> tuple[str, list[str]]:
    """The delimiter, and the column names."""
    delimiter = _sniff(lines)
    names = [name.strip() for name in _cells(lines, delimiter)[0]]
    limits.check(0, len(names))
    typed = [name.rpartition(":") for name in names]
    if all(kind in RECBOLE_TYPES and name for name, _, kind in typed):
        names = [name for name, _, _ in typed]
    known = [name for name in names if name]
    numbers = sum(_is_number(name) for name in names)
    double = next((name for name in known if known.count(name) > 1), None)
    if numbers and (numbers > len(names) / 2 or double is not None):
        raise DataError(
            f"The first line seems to hold values ({', '.join(names[:4])[:60]}), not column names.",
            "Add a first line with a name for each column.",
        )
    if double is not None:
        raise DataError(f"The column name '{double[:60]}' appears twice.", "Give every column its own name.")
    return delimiter, names


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
