"""The known values of one categorical or multi-value column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ctrcore.data.members import Members
from ctrcore.data.values import UNKNOWN, Words
from ctrcore.language import mark, say


class Vocabulary(BaseModel):
    """Values seen often enough in training rows. Local id 0 is the unknown value, value i of `words` has id i + 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: list[str] = Field(description=mark("most frequent first, equally frequent ones by name"))
    fill: list[str] = Field(default_factory=list, description=mark("stands in for a missing cell; empty: nothing does"))

    @field_validator("words")
    @classmethod
    def _distinct(cls, words: list[str]) -> list[str]:
        if len(set(words)) < len(words):
            raise ValueError(say("a word appears twice"))
        return words

    @classmethod
    def fit(cls, found: Sequence[Words | Members], min_count: int, fill: list[str]) -> Self:
        """Learn from the cells of a column and of the histories that refer to it.

        Args:
            found: imputed cells of training rows.
            min_count: values in fewer rows become unknown; a row counts once per column that holds the value.
            fill: what the imputation learned.
        """
        words = pd.Series(np.concatenate([part.words for part in found]), dtype=object)
        counts = np.concatenate([_rows_with(part, min_count) for part in found])
        codes, distinct = pd.factorize(words)
        totals = np.bincount(codes, weights=counts, minlength=len(distinct)).astype(np.int64)
        table = pa.table({"count": totals, "word": pa.array(distinct, type=pa.large_string())})
        table = table.filter(pa.array(totals >= min_count)).sort_by([("count", "descending"), ("word", "ascending")])
        return cls(words=table["word"].to_pylist(), fill=fill)

    @property
    def size(self) -> int:
        """Ids, the unknown value included."""
        return len(self.words) + 1

    @cached_property
    def _index(self) -> pd.Index[str]:
        return pd.Index(self.words, dtype=object)

    @cached_property
    def names(self) -> npt.NDArray[np.object_]:
        """The word of each local id, shape (size,)."""
        return np.array([UNKNOWN, *self.words], dtype=object)

    def ids(self, found: Words | Members) -> npt.NDArray[np.int64]:
        """The local id of each cell or member, shape of `found.codes`; unknown and missing ones are 0."""
        of_word = self._index.get_indexer(pd.Index(found.words, dtype=object)) + 1
        return np.append(of_word, 0)[found.codes].astype(np.int64)


def _rows_with(part: Words | Members, min_count: int) -> npt.NDArray[np.int64]:
    """Rows that hold each word. With no minimum the cheaper number of occurrences orders the words as well."""
    if isinstance(part, Words):
        return part.counts
    members = part.known()
    codes = members.codes
    if min_count > 1:
        codes = np.unique(members.rows * len(part.words) + codes) % max(len(part.words), 1)
    return np.bincount(codes, minlength=len(part.words)).astype(np.int64)
