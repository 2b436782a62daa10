"""The first bytes of files, looked at once however many layouts ask."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

from ctrcore.data.formats.headers import DELIMITERS
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Shape, Source
from ctrcore.data.splitting import MEANING, PARTS
from ctrcore.errors import DataError

HEAD_BYTES = 1 << 16
MOST_LINES = 400
MOST_FILES = 100
WORDS_OF_PARTS = {part: {word for word, meant in MEANING.items() if meant == part} for part in PARTS}


@dataclass(frozen=True)
class Head:
    """The start of one file.

    Attributes:
        name: what the user calls the file.
        path: where it is.
        shape: what kind of file it is; only texts have lines.
        lines: its first lines that are complete and not blank, without their ends.
        size: bytes of the file on disk.
    """

    name: str
    path: Path
    shape: Shape
    lines: tuple[str, ...]
    size: int

    @property
    def base(self) -> str:
        """The name in small letters, without folders and without '.gz'."""
        return self.name.lower().replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".gz")

    @property
    def part(self) -> str | None:
        """'train', 'valid' or 'test' if a word of the name says so."""
        words = set(re.split(r"[^a-z]+", self.base))
        return next((part for part, names in WORDS_OF_PARTS.items() if words & names), None)

    @cached_property
    def delimiter(self) -> str:
        """The delimiter that cuts the first line into most cells."""
        return max(DELIMITERS, key=lambda delimiter: len(self.cells(delimiter, 1)[0])) if self.lines else ","

    @cached_property
    def names(self) -> list[str]:
        """The cells of the first line, stripped: the column names if it has any."""
        return [cell.strip() for cell in self.cells(self.delimiter, 1)[0]] if self.lines else []

    @cached_property
    def lower_names(self) -> list[str]:
        """`names` in small letters."""
        return [name.lower() for name in self.names]

    def cells(self, delimiter: str, most: int = MOST_LINES) -> list[list[str]]:
        """The cells of at most so many lines, the first one included."""
        lines = self.lines[:most]
        try:
            quoted = any('"' in line for line in lines)
            return list(csv.reader(lines, delimiter=delimiter)) if quoted else [line.split(delimiter) for line in lines]
        except csv.Error:
            return [line.split(delimiter) for line in lines]

    def column(self, name: str) -> list[str]:
        """The cells of a named column that are not empty, as far as the head goes."""
        if name not in self.names:
            return []
        place = self.names.index(name)
        rows = self.cells(self.delimiter)[1:]
        return [row[place].strip() for row in rows if len(row) > place and row[place].strip()]


def head_of(name: str, path: Path) -> Head | None:
    """Look at a file; None if it is empty, damaged or not to be read as a table."""
    try:
        source = Source.of(path, Limits(max_line=HEAD_BYTES))
        size = path.stat().st_size
    except (DataError, OSError):
        return None
    if source.shape == "parquet":
        return Head(name, path, source.shape, (), size)
    text = _decode(source).removeprefix("\ufeff")
    lines = re.split(r"\r\n|\n|\r", text)
    if len(source.head) >= HEAD_BYTES:
        lines = lines[:-1]  # cut off somewhere
    kept = [line for line in lines if line.strip()][:MOST_LINES]
    return Head(name, path, source.shape, tuple(kept), size)


def _decode(source: Source) -> str:
    cut = len(source.head) >= HEAD_BYTES
    for encoding in source.encodings[:-1]:
        try:
            # The cut may go through the middle of a letter, which the decoder keeps to itself.
            return codecs.getincrementaldecoder(encoding)().decode(source.head, final=not cut)
        except UnicodeDecodeError:
            continue
    return source.head.decode(source.encodings[-1], errors="replace")


Fits = Callable[[Head], bool]


class Files:
    """Named files, each looked at when a layout first asks for it.

    Args:
        named: the user's name of each file, and where it is.
        any_name: names do not matter, only contents do: the user has said what layout it is.
    """

    def __init__(self, named: Mapping[str, Path], any_name: bool = False) -> None:
        ordered = sorted(named.items(), key=lambda item: (item[0].count("/"), item[0]))
        self._named = dict(ordered[:MOST_FILES])
        self._any_name = any_name
        self._heads: dict[str, Head | None] = {}

    @property
    def heads(self) -> list[Head]:
        """What can be read of them, files in the topmost folder first."""
        for name, path in self._named.items():
            if name not in self._heads:
                self._heads[name] = head_of(name, path)
        return [head for name in self._named if (head := self._heads[name]) is not None]

    def all(self, fits: Fits, *patterns: str) -> list[Head]:
        """The files of which one of the name patterns (such as '*.inter'; none: any name) and the content fit."""
        texts = [head for head in self.heads if head.lines]
        named = [head for head in texts if not patterns or any(fnmatch(head.base, pattern) for pattern in patterns)]
        found = [head for head in named if fits(head)]
        if not found and self._any_name:
            found = [head for head in texts if fits(head)]
        return found

    def one(self, fits: Fits, *patterns: str) -> Head | None:
        """The first of `all`, or None."""
        return next(iter(self.all(fits, *patterns)), None)
