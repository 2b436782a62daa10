"""Uploaded bytes on their way to the disk. Nothing is read into memory or believed here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ctrcore.errors import RunError
from ctrcore.runs import settings

Upload = bytes | BinaryIO
CHUNK = 1 << 20
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".jsonl", ".ndjson", ".json", ".inter", ".user", ".item")


def clean_name(name: str) -> str:
    """The file's name to show: no folders, no control characters, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:120] or "dataset"


def suffix_of(name: str) -> str:
    """The known ending of a name, such as '.csv.gz'; '' if it has none."""
    lower = name.lower()
    packed = ".gz" if lower.endswith(".gz") else ""
    return next((ending for ending in SUFFIXES if lower.removesuffix(".gz").endswith(ending)), "") + packed


def save_upload(folder: Path, part: str, name: str, data: Upload) -> str:
    """Write one uploaded file into `folder` in pieces; returns the name it has there, which the user does not choose.

    Raises:
        RunError: if it is empty or larger than `CTR_MAX_UPLOAD`.
    """
    limit = settings.max_upload()
    target = folder / (f"source{suffix_of(name)}" if part == "rows" else f"source_{part}")
    size = 0
    with target.open("xb") as file:
        for piece in _pieces(data):
            size += len(piece)
            if size > limit:
                raise RunError(
                    f"The file is larger than {limit / 1e6:,.0f} MB.", "Upload fewer rows, or raise CTR_MAX_UPLOAD."
                )
            file.write(piece)
    if size == 0:
        raise RunError("The file is empty.", "Upload a file with a header and at least one row.")
    return target.name


def _pieces(data: Upload) -> Iterator[bytes | memoryview]:
    if isinstance(data, bytes):
        view = memoryview(data)
        for at in range(0, len(view), CHUNK):
            yield view[at : at + CHUNK]
        return
    if data.seekable():
        data.seek(0)
    while piece := data.read(CHUNK):
        yield piece
