"""Cells that hold any number of members: delimited text, lists and arrays, as one flat array with offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ctrcore.data.values import as_words, is_missing
from ctrcore.errors import DataError
from ctrcore.language import say


def is_list(cell: Any) -> bool:
    """True for a list, tuple, set or array of members."""
    return isinstance(cell, (list, tuple, set)) or (isinstance(cell, np.ndarray) and cell.ndim > 0)


@dataclass(frozen=True)
class Members:
    """n cells with any number of members each: cell r has `codes[offsets[r]:offsets[r + 1]]`.

    Attributes:
        codes: (total,) int64 positions in `words`, -1 for a missing member.
        offsets: (n + 1,) int64.
        words: (m,) object array of distinct non-empty texts.
    """

    codes: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    words: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Members per cell, shape (n,)."""
        return np.diff(self.offsets)

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The cell of each member, shape (total,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def keep(self, chosen: npt.NDArray[np.bool_]) -> Members:
        """Only the chosen members; the cells stay, some of them shorter."""
        if chosen.all():
            return self
        before = np.concatenate([[0], np.cumsum(chosen)]).astype(np.int64)
        return Members(self.codes[chosen], before[self.offsets], self.words)

    def known(self) -> Members:
        """Without the missing members."""
        return self.keep(self.codes >= 0)

    def first(self, count: int) -> Members:
        """At most `count` members of each cell, the first ones."""
        if not len(self) or self.lengths.max() <= count:
            return self
        within = np.arange(len(self.codes)) - np.repeat(self.offsets[:-1], self.lengths)
        return self.keep(within < count)

    def last(self, count: int) -> Members:
        """At most `count` members of each cell, the last ones."""
        if not len(self) or self.lengths.max() <= count:
            return self
        to_end = np.repeat(self.offsets[1:], self.lengths) - np.arange(len(self.codes))
        return self.keep(to_end <= count)

    def take(self, rows: npt.NDArray[np.int64]) -> Members:
        """The cells of the chosen rows, in the order given; row -1 is an empty cell."""
        starts, lengths = np.append(self.offsets[:-1], 0)[rows], np.append(self.lengths, 0)[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        return Members(self.codes[np.repeat(starts, lengths) + within], offsets, self.words)


def as_members(cells: pd.Series[Any], delimiter: str) -> Members:
    """The members of every cell. A text is split at the delimiter, any other single value is its only member.

    Missing members (an empty text between two delimiters, None in a list) have the code -1; members are not
    stripped of blanks. With a blank as delimiter a run of blanks counts as one.
    """
    if isinstance(cells.dtype, pd.ArrowDtype) and pa.types.is_nested(cells.dtype.pyarrow_dtype):
        kind = cells.dtype.pyarrow_dtype
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            return _from_arrow(cells)
        cells = cells.astype(object)
    if isinstance(cells.dtype, pd.StringDtype):
        return _split(cells, delimiter)
    if isinstance(cells.dtype, pd.CategoricalDtype):
        categories = as_members(pd.Series(cells.cat.categories), delimiter)
        return categories.take(cells.cat.codes.to_numpy().astype(np.int64))
    if cells.dtype == object:
        if pd.api.types.infer_dtype(cells, skipna=True) == "string":
            return _split(cells, delimiter)
        return _flatten(cells, delimiter)
    single = as_words(cells)
    offsets = np.concatenate([[0], np.cumsum(single.known)]).astype(np.int64)
    return Members(single.codes[single.known], offsets, single.words)


def _from_arrow(cells: pd.Series[Any]) -> Members:
    """Members of Arrow's lists, without a Python object for each."""
    lists = pa.chunked_array(pa.array(cells))
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy().astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    flat = pc.list_flatten(lists).combine_chunks()
    if pa.types.is_string(flat.type) or pa.types.is_large_string(flat.type):
        flat = flat.dictionary_encode()  # each different text once, instead of one for every member
    if not pa.types.is_dictionary(flat.type):
        found = as_words(flat.to_pandas())
        return Members(found.codes, offsets, found.words)
    found = as_words(flat.dictionary.to_pandas())
    indices = pc.fill_null(flat.indices, -1).to_numpy(zero_copy_only=False)
    return Members(np.append(found.codes, -1)[indices], offsets, found.words)


def _split(texts: pd.Series[Any], delimiter: str) -> Members:
    """Split in Arrow, which neither makes a Python object of each member nor hashes each text."""
    column = pa.array(texts, type=pa.large_string(), from_pandas=True)
    if isinstance(column, pa.ChunkedArray):  # a column that was put together from several tables
        column = column.combine_chunks()
    lists = pc.split_pattern(column, delimiter)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    members = pc.list_flatten(lists).dictionary_encode()
    words = members.dictionary.to_numpy(zero_copy_only=False).astype(object)
    codes = members.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return _without_empty(Members(codes, offsets, words), texts, delimiter)


def _without_empty(members: Members, texts: pd.Series[Any], delimiter: str) -> Members:
    """Empty words become missing members; an empty text has no members at all."""
    empty = np.flatnonzero(members.words == "")
    if not len(empty):
        return members
    codes = np.where(members.codes == empty[0], -1, members.codes - (members.codes > empty[0]))
    members = Members(codes, members.offsets, np.delete(members.words, empty[0]))
    if delimiter.isspace():
        return members.known()
    blank = (texts == "").fillna(False).to_numpy(dtype=bool)
    return members.keep(~np.repeat(blank, members.lengths))


def _flatten(cells: pd.Series[Any], delimiter: str) -> Members:
    """Lists and arrays, with single texts and numbers among them."""
    lists = [cell if is_list(cell) else _single(cell, delimiter) for cell in cells]
    lengths = np.fromiter((len(cell) for cell in lists), dtype=np.int64, count=len(lists))
    flat = np.fromiter(chain.from_iterable(lists), dtype=object, count=int(lengths.sum()))
    found = as_words(pd.Series(flat, dtype=object))
    return Members(found.codes, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), found.words)


def _single(cell: Any, delimiter: str) -> list[Any]:
    if is_missing(cell):
        return []
    if not isinstance(cell, str):
        return [cell]
    parts = cell.split(delimiter)
    return [part for part in parts if part] if delimiter.isspace() else parts


def align_histories(histories: dict[str, Members], lengths: Sequence[int]) -> dict[str, Members]:
    """Give the history columns of each row the same behaviours.

    A behaviour is a position across all history columns. One that is missing in every column is dropped, and the most
    recent ones are kept, as many as the smallest of `lengths` (the columns' `max_length`) says.

    Raises:
        DataError: the columns of a row hold different numbers of behaviours.
    """
    if not histories:
        return {}
    names = list(histories)
    first = histories[names[0]]
    for name in names[1:]:
        differ = np.flatnonzero(histories[name].lengths != first.lengths)
        if len(differ):
            row, other = int(differ[0]), histories[name]
            raise DataError(
                say(
                    "In row {row} the history '{value}' has {value_2} behaviours, but '{name}' has {value_3}.",
                    row=row + 1,
                    value=names[0],
                    value_2=first.lengths[row],
                    name=name,
                    value_3=other.lengths[row],
                ),
                say("Give every history column of a row one member per behaviour, or set one of them to 'ignore'."),
            )
    known = np.logical_or.reduce([members.codes >= 0 for members in histories.values()])
    return {name: members.keep(known).last(min(lengths)) for name, members in histories.items()}
