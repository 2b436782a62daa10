"""Bytes of a file, gzipped or not: bounded, watched for binary rubbish, and with their progress told."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from ctrcore.data.formats.limits import Limits
from ctrcore.errors import DataError
from ctrcore.language import mark, say

Progress = Callable[[float], None]
Shape = Literal["parquet", "json_lines", "delimited"]

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
KNOWN = {
    b"PK\x03\x04": (mark("a zip archive or an Excel workbook"), mark("Unpack it, or save the sheet as CSV.")),
    b"\x89PNG": (mark("an image"), mark("Upload a table as CSV, TSV, Parquet or JSON Lines.")),
    b"\xff\xd8\xff": (mark("an image"), mark("Upload a table as CSV, TSV, Parquet or JSON Lines.")),
    b"GIF8": (mark("an image"), mark("Upload a table as CSV, TSV, Parquet or JSON Lines.")),
    b"%PDF": (mark("a PDF document"), mark("Upload a table as CSV, TSV, Parquet or JSON Lines.")),
    b"\xd0\xcf\x11\xe0": (mark("an old Excel workbook"), mark("Save the sheet as CSV.")),
    b"BZh": (mark("a bzip2 archive"), mark("Unpack it, or compress it with gzip.")),
    b"\xfd7zXZ": (mark("an xz archive"), mark("Unpack it, or compress it with gzip.")),
    b"(\xb5/\xfd": (mark("a zstd archive"), mark("Unpack it, or compress it with gzip.")),
    b"7z\xbc\xaf": (mark("a 7z archive"), mark("Unpack it, or compress it with gzip.")),
    b"SQLite format 3": (mark("a database"), mark("Export the table as CSV or Parquet.")),
}
BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}


@dataclass(frozen=True)
class Source:
    """A file and what its first bytes say about it.

    Attributes:
        path: where it is.
        gzipped: its content has to be inflated first.
        shape: which reader it needs.
        encodings: of a text, to be tried in this order.
        head: its first bytes, inflated.
    """

    path: Path
    gzipped: bool
    shape: Shape
    encodings: tuple[str, ...]
    head: bytes

    @classmethod
    def of(cls, path: Path, limits: Limits) -> Source:
        """Look at the content, not at the name. Raises DataError if it is empty or no table."""
        try:
            with path.open("rb") as file:
                gzipped = file.read(2) == GZIP
        except OSError as error:
            raise DataError(
                say("The file '{name}' cannot be opened.", name=path.name), say("Check its name and its rights.")
            ) from error
        source = cls(path, gzipped, "delimited", (), b"")
        with source.open(limits) as stream:
            head = _read(stream, limits.max_line)
        shape, encodings = _recognise(head)
        return cls(path, gzipped, shape, encodings, head)

    def open(self, limits: Limits, progress: Progress | None = None, text: bool = False) -> BinaryIO:
        """The inflated bytes from the start; the stream raises DataError when they are too many or damaged.

        With `text` a NUL byte is refused too, as one-byte encodings have none.
        """
        file = self.path.open("rb")
        inner = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if self.gzipped else file
        stream = _Bounded(file, inner, limits, progress, text)
        return cast(BinaryIO, io.BufferedReader(stream, 1 << 20))


def _read(stream: BinaryIO, count: int) -> bytes:
    parts = []
    while count > 0 and (part := stream.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _recognise(head: bytes) -> tuple[Shape, tuple[str, ...]]:
    if head.startswith(PARQUET):
        return "parquet", ()
    for magic, (what, remedy) in KNOWN.items():
        if head.startswith(magic):
            raise DataError(say("The file is {what}, not a table.", what=say(what)), say(remedy))
    encodings: tuple[str, ...] = ("utf-8", "cp1252")
    for signature, name in BYTE_ORDER_MARKS.items():
        if head.startswith(signature):
            encodings = (name,)
            break
    start = head[:4096]
    rubbish = sum(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in start)
    if encodings == ("utf-8", "cp1252") and (b"\0" in head or rubbish > len(start) / 50):
        raise DataError(
            say("The file holds binary data, not text."),
            say("Save the table as CSV with the encoding UTF-8, or as Parquet."),
        )
    first = start.decode(encodings[0], errors="replace").lstrip("\ufeff \t\r\n")
    if not first:
        raise DataError(
            say("The file is empty."), say("Upload a table with a line of column names and at least one row.")
        )
    return ("json_lines" if first[0] in "{[" else "delimited"), encodings


class _Bounded(io.RawIOBase):
    """Counts what it gives out; reports progress by the bytes taken from the file."""

    def __init__(self, file: BinaryIO, inner: BinaryIO, limits: Limits, progress: Progress | None, text: bool) -> None:
        self._file, self._inner, self._size = file, inner, max(os.fstat(file.fileno()).st_size, 1)
        self._limits, self._progress, self._text = limits, progress, text
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        try:
            part = self._inner.read(len(view))
        except (EOFError, OSError, zlib.error) as error:
            raise DataError(
                say("The gzip file is damaged or cut off."), say("Compress the table again and upload it.")
            ) from error
        self._given += len(part)
        self._limits.check(0, 0, 0, self._given)
        if self._text and b"\0" in part:
            raise DataError(
                say("The file holds NUL bytes, which no text has."),
                say("Save the table again as CSV with the encoding UTF-8."),
            )
        if self._progress is not None:
            self._progress(min(self._file.tell() / self._size, 1.0))
        view[: len(part)] = part
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._file.close()
        super().close()
