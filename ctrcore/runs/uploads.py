"""Uploaded bytes on their way to the disk. Nothing is read into memory or believed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from ctrcore.errors import RunError
from ctrcore.runs import settings

Upload = bytes | BinaryIO
CHUNK = 1 << 20
MOST_FILES = 200
LONGEST = 120  # letters of a name
SOURCE = "source"  # the folder of uploaded files; the tables made of them hold all that is needed
SUFFIXES = (
    ".csv", ".tsv", ".txt", ".parquet", ".pq", ".jsonl", ".ndjson", ".json", ".inter", ".user", ".item", ".dat",
    ".data", ".zip",
)  # fmt: skip


def clean_name(name: str) -> str:
    """The file's name to show: no folders, no control characters, not too long, with the ending it came with."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(letter for letter in last if letter.isprintable()).strip() or "dataset"
    kept = clean[len(clean) - len(suffix_of(clean)) :]
    return clean if len(clean) <= LONGEST else clean[: LONGEST - len(kept)] + kept


def suffix_of(name: str) -> str:
    """The known ending of a name, such as '.csv.gz'; '' if it has none."""
    lower = name.lower()
    packed = ".gz" if lower.endswith(".gz") else ""
    return next((ending for ending in SUFFIXES if lower.removesuffix(".gz").endswith(ending)), "") + packed


def save_uploads(folder: Path, part: str, uploads: Mapping[str, Upload]) -> dict[str, str]:
    """Write uploaded files into `folder` in pieces.

    Args:
        folder: the dataset's folder.
        part: what they hold: rows, users, ...
        uploads: by the names the user gave them, which are shown and tell layouts apart, but name nothing here.

    Returns:
        Where each file is, below `folder`.

    Raises:
        RunError: if there are too many, two have one name, or one is empty or larger than `CTR_MAX_UPLOAD`.
    """
    if len(uploads) > MOST_FILES:
        raise RunError(f"These are more than {MOST_FILES} files.", "Upload them as one zip file.")
    check_names(uploads)
    (folder / SOURCE).mkdir(exist_ok=True)
    saved = {}
    for number, (name, data) in enumerate(uploads.items()):
        place = f"{SOURCE}/{part}{number}{suffix_of(name)}"
        save_upload(folder / place, data)
        saved[clean_name(name)] = place
    return saved


def check_names(names: Iterable[str]) -> None:
    """Raises RunError if two names are the same once they are cleaned: one file would stand for both."""
    cleaned = [clean_name(name) for name in names]
    double = next((name for name in cleaned if cleaned.count(name) > 1), None)
    if double is not None:
        raise RunError(f"Two of the files are called '{double[:60]}'.", "Rename one of them, or choose it only once.")


def save_upload(target: Path, data: Upload) -> None:
    """Write one upload to a new file. Raises RunError if it is empty or larger than `CTR_MAX_UPLOAD`."""
    limit = settings.max_upload()
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
