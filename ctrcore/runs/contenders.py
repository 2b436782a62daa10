"""Whatever can be compared: trained runs of one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctrcore.runs.run import Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Contender:
    """One of the models that are compared.

    Attributes:
        id: unique in the workspace.
        title: the name to show, unique among those compared.
        model: 'lr', 'fm', 'afm', 'fibinet' or 'din'; it picks the colour.
        version: changes whenever the scores do.
        run: the run behind it.
    """

    id: str
    title: str
    model: str
    version: float | None
    run: Run

    def predictions(self) -> pd.DataFrame:
        """Scored rows with the columns split ('valid', 'test'), row, label, group and logit."""
        return self.run.predictions()

    def judged(self) -> pd.DataFrame:
        """The scored rows that judge it: the test rows, or the validation rows if there are no test rows."""
        scored = self.predictions()
        test = scored[scored["split"] == "test"]
        return (test if len(test) else scored).reset_index(drop=True)


def contenders(runs: Sequence[Run]) -> list[Contender]:
    """The runs as contenders, in their order; runs of one name are told apart by the end of their id."""
    names = [run.name for run in runs]
    return [
        Contender(
            id=run.id,
            title=f"{run.name} · {run.id[-4:]}" if names.count(run.name) > 1 else run.name,
            model=run.spec.model.name,
            version=run.finished,
            run=run,
        )
        for run in runs
    ]
