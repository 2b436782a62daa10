"""CSV, TSV and their kin. Every cell is read as text; whole columns then become numbers where nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv

from ctrcore.data.formats.columns_of_text import Kind, join, kind_of, typed
from ctrcore.data.formats.headers import FOUND_OUT, Header, TextFormat, read_header
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.sinks import Sink
from ctrcore.data.formats.streams import Progress, Source
from ctrcore.errors import DataError
from ctrcore.language import say

MISSING = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "None", "<NA>", "\\N"]
SLICE_BYTES = 48 << 20  # text of the rows that are typed and stored at once


def read_delimited(
    source: Source, limits: Limits, progress: Progress | None, sink: Sink, text: TextFormat = FOUND_OUT
) -> None:
    """Read a text table slice by slice; see `ctrcore.data.reading.read_table`.

    What a column holds is judged by its first slice. If a later one contradicts, the file is read to its end to learn
    what all of them hold, and then once more.
    """
    for encoding in source.encodings:
        try:
            header = read_header(source, encoding, limits, text)
            _read(_Rows(source, encoding, limits, progress, header), sink)
            return
        except UnicodeDecodeError:
            sink.restart()
        except pa.ArrowInvalid as error:
            if "invalid UTF8" in str(error):
                sink.restart()
                continue
            if "straddl" in str(error):
                raise _open_quote(
                    say(
                        "A line is longer than {max_line:,} bytes, or a quotation mark is never closed.",
                        max_line=limits.max_line,
                    )
                ) from error
            raise DataError(
                say("The file cannot be read as a table of text."), say("Save it as CSV with one line of column names.")
            ) from error
    raise DataError(
        say("The text is not in the encoding {encodings}.", encodings=" or ".join(source.encodings)),
        say("Save the table with the encoding UTF-8."),
    )


def _read(rows: _Rows, sink: Sink) -> None:
    columns = _Columns(rows.header, sink)
    while True:
        part = None
        # Parsing and typing take about equally long, and both let other threads work.
        with ThreadPoolExecutor(1) as typist:
            waiting: Future[None] | None = None
            for part in rows.slices():
                if waiting is not None:
                    waiting.result()
                waiting = typist.submit(columns.write, part)
            if part is None or waiting is None:
                raise DataError(
                    say("The file has column names but no rows."), say("Upload a table with at least one row.")
                )
            waiting.result()
        rows.check_quotes(part)
        if not columns.changed:
            return
        columns.changed = False
        sink.restart()


class _Columns:
    """What each column holds, as far as it is known, and the way of its cells into the sink."""

    def __init__(self, header: Header, sink: Sink) -> None:
        self.header, self.sink = header, sink
        self.kinds: list[Kind | None] = [None] * len(header.names)
        self.changed = False

    def write(self, part: pa.Table) -> None:
        """Pass a slice on, unless it or an earlier one has changed what a column is held to be."""
        cells = [self._cells(place, column) for place, column in enumerate(part.columns)]
        if not self.changed:
            named = {
                name or f"unnamed_{place + 1}": found
                for place, (name, found) in enumerate(zip(self.header.names, cells, strict=True))
                # A delimiter at the end of each line makes a column without name and content.
                if name or self.kinds[place] != "empty"
            }
            self.sink.write(pa.table(named))

    def _cells(self, place: int, texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
        comma = self.header.decimal_comma
        kind = self.kinds[place]
        if kind is None:
            kind = self.kinds[place] = kind_of(texts, comma)
        found = typed(texts, kind, comma)
        if found is None:
            self.kinds[place] = join(kind, kind_of(texts, comma))
            if self.kinds[place] == kind:  # of this kind but for its codes, which only a text keeps
                self.kinds[place] = "text"
            self.changed = True
        return found


@dataclass(frozen=True)
class _Rows:
    """The rows of a file below its header."""

    source: Source
    encoding: str
    limits: Limits
    progress: Progress | None
    header: Header

    def slices(self) -> Iterator[pa.Table]:
        """The cells as texts, columns named by their places."""
        places = [str(position) for position in range(len(self.header.names))]
        bad: list[pa_csv.InvalidRow] = []

        def on_bad_row(row: pa_csv.InvalidRow) -> str:
            bad.append(row)
            return "error"

        batches: list[pa.RecordBatch] = []
        rows = size = 0
        plain = self.encoding in ("utf-8", "utf-8-sig", "cp1252")
        with self.source.open(self.limits, self.progress, text=plain) as stream:
            try:
                for batch in self._parse(stream, places, on_bad_row):
                    rows, size = rows + batch.num_rows, size + batch.nbytes
                    self.limits.check(rows, len(places))
                    if batch.num_rows:
                        batches.append(batch)
                    if size > SLICE_BYTES:
                        yield pa.Table.from_batches(batches)
                        batches, size = [], 0
            except pa.ArrowInvalid:
                if bad:
                    raise _ragged(bad[0]) from None
                raise
        if batches:
            yield pa.Table.from_batches(batches)

    def _parse(
        self, stream: BinaryIO, places: list[str], on_bad_row: Callable[[pa_csv.InvalidRow], str]
    ) -> Iterable[pa.RecordBatch]:
        found: Iterable[pa.RecordBatch] = pa_csv.open_csv(
            stream,
            # One thread: only then are bad rows numbered.
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=self.limits.max_line,
                column_names=places,
                skip_rows=self.header.blank,
                skip_rows_after_names=self.header.lines,
                encoding="utf8" if self.encoding == "utf-8-sig" else self.encoding,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.header.delimiter, newlines_in_values=True, invalid_row_handler=on_bad_row
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=True, null_values=MISSING
            ),
        )
        return found

    def check_quotes(self, last: pa.Table) -> None:
        """A quotation mark that is never closed makes one cell of the rest of the file.

        Args:
            last: the last slice.
        """
        if any("\n" in (cell.as_py() or "") for cell in (column[-1] for column in last.columns)):
            with self.source.open(self.limits) as stream:
                quotes = sum(part.count(b'"') for part in iter(lambda: stream.read(1 << 20), b""))
            if quotes % 2:
                raise _open_quote(say("A quotation mark is never closed."))


def _open_quote(problem: str) -> DataError:
    return DataError(problem, say("Check the quotation marks of the file."))


def _ragged(row: pa_csv.InvalidRow) -> DataError:
    return DataError(
        say(
            "Row {number} has {actual_columns} values, but the header has {expected_columns} (the header is row 1).",
            number=row.number,
            actual_columns=row.actual_columns,
            expected_columns=row.expected_columns,
        ),
        say("Give every row the same number of values, and put quotation marks around values that hold the delimiter."),
    )
