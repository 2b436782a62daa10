"""Errors that a user can cause, in two sentences: what is wrong, and how to mend it."""

from __future__ import annotations


class CtrLensError(Exception):
    """A problem the user can mend.

    Args:
        problem: one sentence on what is wrong.
        remedy: one sentence on how to mend it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy


class DataError(CtrLensError):
    """A file, a table or a schema that cannot be used as it is."""


class ModelError(CtrLensError):
    """A model that does not fit the data, or settings that do not fit the model."""


class RunError(CtrLensError):
    """A run or job that does not exist, is busy, or cannot be read."""
