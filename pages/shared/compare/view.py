"""What is compared, and what its tabs share: the same rows scored by all, kept once per server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.figures.curves import Curve
from ctrcore.language import say, say_count
from ctrcore.runs.contenders import PART_TITLES, Contender, Part, Version, judged, no_test_rows
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from pages.shared.tools import plain

Key = tuple[tuple[str, Version], ...]
# A sheet of a million rows and six models, with the orders and lists that the tabs keep with it, takes 0.4 to 0.5 GB.
# So few stay, and of whatever else has a number a row: the models at hand, and those of the last clicks.
SHEETS = 3


@dataclass(frozen=True)
class View:
    """What the page compares.

    Attributes:
        dataset: the table behind it.
        contenders: the models, in the order chosen.
        sheet: the rows that all of them scored.
        part: which rows these are, 'test' or 'valid'.
        part_note: why these are not test rows, where one might expect them; else empty.
    """

    dataset: Dataset
    contenders: tuple[Contender, ...]
    sheet: Sheet
    part: Part
    part_note: str

    @property
    def chosen(self) -> Key:
        """Names the scores compared, in the order chosen."""
        return tuple((one.id, one.version) for one in self.contenders)

    @property
    def key(self) -> Key:
        """Names the scores compared, in whatever order: all that is computed from them is kept under it."""
        return _key(self.contenders)

    @property
    def titles(self) -> dict[str, str]:
        """The names to show, by id."""
        return {one.id: one.title for one in self.contenders}

    @property
    def runs(self) -> list[Run]:
        """Those contenders that are runs."""
        return [one.run for one in self.contenders if one.run is not None]

    @property
    def probable(self) -> list[Contender]:
        """Those whose scores are probabilities; of the others only the order means something."""
        return [one for one in self.contenders if one.meaning == "probability"]

    @property
    def click_rate(self) -> float:
        """Share of the rows that was clicked."""
        return self.sheet.clicks / max(len(self.sheet), 1)

    @property
    def rows_in_words(self) -> str:
        """For example '6,000 test rows'."""
        part = PART_TITLES[self.part]
        return say_count("{count:,} {part} row", "{count:,} {part} rows", len(self.sheet), part=part)

    @property
    def both_classes(self) -> bool:
        """True if some rows were clicked and others were not; else there is nothing to rank."""
        return 0 < self.sheet.clicks < len(self.sheet)

    def __getitem__(self, name: str) -> Contender:
        return next(one for one in self.contenders if one.id == name)


def view_of(dataset: Dataset, found: Sequence[Contender]) -> View:
    """Bring the scores of the contenders together. Raises DataError where they share no rows."""
    with st.spinner(say("Reading the scores")):
        sheet, part, without = _sheet(_key(found), list(found))
    return View(dataset, tuple(found), sheet.ordered([one.id for one in found]), part, no_test_rows(without))


def long(found: Sequence[Curve], x: str, y: str) -> pd.DataFrame:
    """Curves as one table, a row a point."""
    return pd.concat([pd.DataFrame({"run": c.label, x: c.x, y: c.y}) for c in found], ignore_index=True)


def say_left_out(view: View, many: str, one: str) -> None:
    """Name the models that have no probabilities, in a tab that is about probabilities.

    Args:
        view: what is compared.
        many: the marked text, with `models` in braces. one: the same where it is a single model.
    """
    without = [plain(model.title) for model in view.contenders if model.meaning == "order"]
    if without:
        st.caption(say(one if len(without) == 1 else many, models=say(", ").join(without)))


def _key(found: Sequence[Contender]) -> Key:
    return tuple((one.id, one.version) for one in sorted(found, key=lambda one: one.id))


def say_one_class(view: View) -> None:
    """That nothing can be ranked, in place of whatever would rank."""
    clicked = view.sheet.clicks > 0
    if len(view.sheet) > 1:
        rows = (
            say("All {rows} have the same label (a click)", rows=view.rows_in_words)
            if clicked
            else say("All {rows} have the same label (no click)", rows=view.rows_in_words)
        )
    else:
        rows = say("There is a single row (a click)") if clicked else say("There is a single row (no click)")
    st.info(
        say(
            "**{rows}, so nothing can be ranked and no AUC be told.**  \nCompare on more rows: choose runs with a "
            "split that leaves clicks and other rows to test on.",
            rows=rows,
        ),
        icon=":material/info:",
    )


@st.cache_resource(show_spinner=False, max_entries=SHEETS)
def _sheet(key: Key, _found: list[Contender]) -> tuple[Sheet, Part, tuple[str, ...]]:  # noqa: ARG001
    found = judged(_found)
    return sheet_of(found.rows, {one.id: one.title for one in _found}), found.part, found.without
