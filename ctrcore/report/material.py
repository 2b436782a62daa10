"""What the sections of a report are made from, read and computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ctrcore.comparing.sheet import Sheet, sheet_of
from ctrcore.comparing.testing import Comparison, compare_all
from ctrcore.errors import DataError, RunError
from ctrcore.language import Spoken, mark, say
from ctrcore.report.options import Options
from ctrcore.runs.contenders import Contender, judged
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run

PARTS = Spoken({"train": mark("training"), "valid": mark("validation"), "test": mark("test")})


@dataclass(frozen=True)
class Material:
    """The models compared and the rows that judge them.

    Attributes:
        contenders: the models, in the order chosen.
        sheet: the rows that all of them scored.
        part: which rows these are, 'test' or 'valid'.
        part_note: why these are not test rows, where one might expect them; else empty.
        comparison: intervals, and a test of every pair.
        options: what was asked for.
    """

    contenders: Sequence[Contender]
    sheet: Sheet
    part: str
    part_note: str
    comparison: Comparison
    options: Options

    @property
    def titles(self) -> dict[str, str]:
        """The names to show, by id."""
        return {one.id: one.title for one in self.contenders}

    @property
    def models(self) -> dict[str, str]:
        """What picks the colour, by id."""
        return {one.id: one.model for one in self.contenders}

    @property
    def runs(self) -> list[tuple[str, Run]]:
        """Those contenders that are runs, each with its title."""
        return [(one.title, one.run) for one in self.contenders if one.run is not None]

    @property
    def sources(self) -> list[tuple[str, Run]]:
        """The runs whose rows judge: those compared, and those that other systems' scores take their rows from."""
        found = [(one.title, one.run or one.reference) for one in self.contenders]
        return [(title, run) for title, run in found if run is not None]

    @property
    def probable(self) -> list[Contender]:
        """Those whose scores are probabilities; of the others only the order means something."""
        return [one for one in self.contenders if one.meaning == "probability"]

    @cached_property
    def dataset(self) -> Dataset | None:
        """The dataset of all of them; None if it is gone or cannot be read."""
        for _, run in self.sources:
            try:
                found = run.dataset()
            except RunError:
                continue
            if found.state == "done":
                return found
        return None

    @property
    def named(self) -> str:
        """What the dataset is called."""
        return self.dataset.name if self.dataset is not None else say("a dataset that is gone")

    @property
    def judging(self) -> str:
        """'6,000 test rows'."""
        return say("{rows:,} {part} rows", rows=len(self.sheet), part=PARTS.get(self.part, self.part))


def material_of(
    contenders: Sequence[Contender],
    options: Options,
    sheet: Sheet | None = None,
    progress: Callable[[float], None] | None = None,
) -> Material:
    """Bring the scores together, if that has not been done, and compare them.

    Raises:
        DataError: there is nothing to report on, or the models share no rows.
    """
    if not contenders:
        raise DataError(say("There is no model to report on."), say("Choose at least one run."))
    if len({run.spec.dataset for one in contenders if (run := one.run or one.reference) is not None}) > 1:
        raise DataError(say("The models learned from different datasets."), say("Choose models of one dataset."))
    found = judged(contenders)
    rows = sheet if sheet is not None else sheet_of(found.rows, {one.id: one.title for one in contenders})
    comparison = compare_all(rows, options.tests, options.replicates, options.seed, progress)
    return Material(contenders, rows, found.part, found.note, comparison, options)


def rows_note(part: str, total: int, rows: int) -> str:
    """What a mean over some of the rows rests on."""
    kind = PARTS.get(part, part)
    return (
        say("all {total:,} {part} rows", total=total, part=kind)
        if rows >= total
        else say("a sample of {rows:,} of the {total:,} {part} rows", rows=rows, total=total, part=kind)
    )


def prepared_report(run: Run) -> dict[str, Any]:
    """What happened when a run's rows were prepared; empty if it was not kept."""
    found: dict[str, Any] = (run.metrics() or {}).get("data") or {}
    return found
