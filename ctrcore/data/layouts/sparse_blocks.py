"""Lines such as '1 3:1 17:0.5' (libsvm, libfm) or '1 0:3:1 2:17:0.5' (libffm), block by block as arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ctrcore.data.formats.columns_of_text import LARGEST_EXACT
from ctrcore.data.formats.limits import Limits
from ctrcore.data.formats.streams import Source
from ctrcore.data.layouts.plan import Progress
from ctrcore.errors import DataError

BLOCK_BYTES = 1 << 22
REMEDY = "Write 'label index:value ...' or 'label field:index:value ...' on each line, with whole numbers as indices."

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """n consecutive lines with m entries together.

    Attributes:
        label: (n,) what each line begins with.
        offsets: (n + 1,) entries of line r are those from `offsets[r]` to `offsets[r + 1]`.
        field: (m,) field of each entry, 0 where the form has none.
        index: (m,) its index.
        value: (m,) its value.
    """

    label: Floats
    offsets: Ints
    field: Ints
    index: Ints
    value: Floats

    @cached_property
    def rows(self) -> Ints:
        """The line of each entry, (m,)."""
        return np.repeat(np.arange(len(self.label)), np.diff(self.offsets))


def blocks_of(path: Path, limits: Limits, progress: Progress | None = None) -> Iterator[Block]:
    """The file in blocks of some megabytes.

    Raises:
        DataError: a line is not written so or too long, or the file is too large.
    """
    rows = entries = 0
    rest = b""
    with Source.of(path, limits).open(limits, progress, text=True) as stream:
        while part := stream.read(BLOCK_BYTES):
            rest += part
            end = rest.rfind(b"\n") + 1
            if not end and len(rest) > max(limits.max_line, BLOCK_BYTES):
                raise DataError(f"Line {rows + 1} is longer than {limits.max_line:,} bytes.", "Leave that line out.")
            if end:
                lines, rest = _lines(rest[:end]), rest[end:]
                if not lines:
                    continue
                block = parse_lines(lines, rows)
                rows, entries = rows + len(block.label), entries + len(block.index)
                limits.check(rows, 1, entries)
                yield block
    if lines := _lines(rest):
        yield parse_lines(lines, rows)


def _lines(text: bytes) -> list[str]:
    return [line for line in text.decode("utf-8", errors="replace").lstrip("\ufeff").splitlines() if line.strip()]


def parse_lines(lines: list[str], before: int = 0) -> Block:
    """Lines, none of them blank, as one block. Equal entries are parsed once.

    Args:
        lines: as in the file.
        before: lines before these, to number a wrong one.

    Raises:
        DataError: a line is not written so.
    """
    cells = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(pa.array(lines, type=pa.large_string())))
    starts = cells.offsets.to_numpy().astype(np.int64)
    flat = cells.flatten()
    is_entry = np.ones(len(flat), dtype=bool)
    is_entry[starts[:-1]] = False
    coded = flat.filter(pa.array(is_entry)).dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    offsets = starts - np.arange(len(starts))
    parsed = _quickly(coded.dictionary)
    if parsed is None:
        entries = [_entry(text) for text in coded.dictionary.to_pylist()]
        known = np.array([entry is not None for entry in entries], dtype=bool)[codes]
        if not known.all():
            row = int(np.searchsorted(offsets, int(known.argmin()), side="right")) - 1
            raise DataError(
                f"Line {before + row + 1} has an entry that is not read: '{lines[row].strip()[:60]}'.", REMEDY
            )
        table = np.array([entry for entry in entries if entry is not None], dtype=np.float64).reshape(-1, 3)
        parsed = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]
    labels = _labels(flat.take(pa.array(starts[:-1])), before)
    return Block(labels, offsets, parsed[0][codes], parsed[1][codes], parsed[2][codes])


def _quickly(texts: pa.Array) -> tuple[Ints, Ints, Floats] | None:
    """Fields, indices and values of entries that are all of one form; None if one of them needs a closer look."""
    parts = pc.split_pattern(texts, ":")
    widths = set(pc.unique(pc.list_value_length(parts)).to_pylist())
    if widths not in ({2}, {3}):
        return None
    width = widths.pop()
    cells = parts.flatten()
    columns = [cells.take(pa.array(np.arange(place, len(cells), width))) for place in range(width)]
    try:
        value = pc.cast(columns[-1], pa.float64()).to_numpy()
        indices = [pc.cast(column, pa.int64()).to_numpy() for column in columns[:-1]]
    except pa.ArrowInvalid:
        return None
    if not np.isfinite(value).all() or any(((index < 0) | (index > LARGEST_EXACT)).any() for index in indices):
        return None
    return (indices[0] if width == 3 else np.zeros(len(texts), dtype=np.int64)), indices[-1], value


def _labels(texts: pa.Array, before: int) -> Floats:
    labels = np.empty(len(texts))
    for row, text in enumerate(texts.to_pylist()):
        try:
            labels[row] = float(text)
        except ValueError:
            raise DataError(f"Line {before + row + 1} begins with '{text[:40]}', which is no label.", REMEDY) from None
    return labels


def _entry(text: str) -> tuple[int, int, float] | None:
    """Field, index and value; None if the text is no entry."""
    parts = text.split(":")
    try:
        numbers = [int(part) for part in parts[:-1]]
        value = float(parts[-1])
    except ValueError:
        return None
    if (
        len(numbers) not in (1, 2)
        or not math.isfinite(value)
        or any(not 0 <= number <= LARGEST_EXACT for number in numbers)
    ):
        return None
    return (numbers[0] if len(numbers) == 2 else 0), numbers[-1], value
