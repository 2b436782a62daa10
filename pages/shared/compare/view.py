"""What is compared, and what its tabs share: the same rows scored by all, kept once per server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.figures.curves import Curve
from ctrcore.runs.contenders import Contender
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run


@dataclass(frozen=True)
class View:
    """What the page compares.

    Attributes:
        dataset: the table behind it.
        contenders: the models, in the order chosen.
        sheet: the rows that all of them scored.
        part: which rows these are, 'test' or 'valid'.
    """

    dataset: Dataset
    contenders: tuple[Contender, ...]
    sheet: Sheet
    part: str

    @property
    def key(self) -> tuple[tuple[str, float | None], ...]:
        """Names the scores compared: whatever is computed from them is kept under it."""
        return tuple((one.id, one.version) for one in self.contenders)

    @property
    def titles(self) -> dict[str, str]:
        """The names to show, by id."""
        return {one.id: one.title for one in self.contenders}

    @property
    def runs(self) -> list[Run]:
        """Those contenders that are runs."""
        return [one.run for one in self.contenders]

    def __getitem__(self, name: str) -> Contender:
        return next(one for one in self.contenders if one.id == name)


def view_of(dataset: Dataset, found: Sequence[Contender]) -> View:
    """Bring the scores of the contenders together. Raises DataError where they share no rows."""
    sheet, part = _sheet(tuple((one.id, one.version) for one in found), list(found))
    return View(dataset, tuple(found), sheet, part)


def long(found: Sequence[Curve], x: str, y: str) -> pd.DataFrame:
    """Curves as one table, a row a point."""
    return pd.concat([pd.DataFrame({"run": c.label, x: c.x, y: c.y}) for c in found], ignore_index=True)


@st.cache_resource(show_spinner=False, max_entries=12)
def _sheet(key: tuple[tuple[str, float | None], ...], _found: list[Contender]) -> tuple[Sheet, str]:  # noqa: ARG001
    judged = {one.id: one.judged() for one in _found}
    return sheet_of(judged), str(next(iter(judged.values()))["split"].iloc[0])
