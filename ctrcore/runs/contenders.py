"""Whatever can be compared: trained runs of one dataset, and scores of other systems on its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ctrcore.errors import DataError, RunError
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.runs.outside import OutsideScores

OUTSIDE = "outside"  # the model of scores that no run of ours gave
Part = Literal["test", "valid"]
PART_TITLES: Spoken[str] = Spoken({"test": mark("test"), "valid": mark("validation")})
Version = float | tuple[float, str, float | None] | None


@dataclass(frozen=True)
class Contender:
    """One of the models that are compared.

    Attributes:
        id: unique in the workspace.
        title: the name to show, unique among those compared.
        model: 'lr', 'fm', 'afm', 'fibinet' or 'din', or 'outside' for another system; it picks the colour.
        version: changes whenever the scores, or the rows that they are on, do.
        run: the run behind it; None for another system.
        meaning: 'order' if only the order of the scores means something, so that there are no probabilities.
        outside: the other system's scores; None for a run.
        reference: the run from whose rows the other system's scores take split, label and user; None for a run.
    """

    id: str
    title: str
    model: str
    version: Version
    run: Run | None
    meaning: Literal["probability", "order"] = "probability"
    outside: OutsideScores | None = None
    reference: Run | None = None

    def predictions(self) -> pd.DataFrame:
        """Scored rows with the columns split ('valid', 'test'), row, label, group and logit."""
        return self._scored(self._rows())

    def judged(self, part: Part) -> pd.DataFrame:
        """The scored test or validation rows.

        Raises:
            DataError: none of these rows is scored.
        """
        return self._part(self._rows(), part)

    def _part(self, rows: pd.DataFrame, part: Part) -> pd.DataFrame:
        found = self._scored(rows[rows["split"] == part])
        if not len(found):
            raise DataError(
                say("'{model}' has no scores of {part} rows.", model=self.title, part=PART_TITLES[part]),
                say("Choose other models, or compare on other rows."),
            )
        return found.reset_index(drop=True)

    def _rows(self) -> pd.DataFrame:
        """The rows of the run that knows split, label and user."""
        run = self.run or self.reference
        if run is None:
            raise RunError(
                say("Nothing is known of the rows that '{model}' scored.", model=self.title),
                say("Compare it with a run."),
            )
        return run.predictions()

    def _scored(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows if self.outside is None else self.outside.on(rows)


@dataclass(frozen=True)
class Judged:
    """The rows that models are compared on.

    Attributes:
        rows: each model's scored rows by its id: split, row, label, group and logit.
        part: the part that all of these rows come from.
        without: names of models without test rows, where these were to be expected of all; else none.
    """

    rows: dict[str, pd.DataFrame]
    part: Part
    without: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """A sentence where test rows were to be expected but are not used; else empty."""
        return no_test_rows(self.without)


def no_test_rows(names: Sequence[str]) -> str:
    """That the models are compared on validation rows, because these have no others; empty if there are none."""
    if not names:
        return ""
    return say(
        "All models are compared on validation rows, because there are no test rows of {models}.",
        models=say(", ").join(f"'{name}'" for name in names),
    )


def judged(found: Sequence[Contender], part: Part | None = None) -> Judged:
    """The scored rows that judge these models. The part is one for all, as rows of two parts compare nothing.

    Args:
        found: the models.
        part: which rows; None: the test rows if all models have some, else the validation rows of all. Whether scores
            of another system have test rows is up to the run from which they take the split.

    Raises:
        DataError: a model has no scores of such rows.
    """
    rows = {one.id: one._rows() for one in found}
    without = [one for one in found if not (rows[one.id]["split"] == "test").any()]
    chosen = part or ("valid" if without else "test")
    named = tuple(one.title for one in without) if part is None and len(without) < len(found) else ()
    return Judged({one.id: one._part(rows[one.id], chosen) for one in found}, chosen, named)


def contenders(
    runs: Sequence[Run], outside: Sequence[OutsideScores] = (), others: Sequence[Run] = ()
) -> list[Contender]:
    """Runs and scores of other systems as contenders, in their order; those of one name are told apart by their id.

    Args:
        runs: runs that are done.
        outside: scores of other systems on rows of the runs' dataset.
        others: further runs that are done. The first of the runs on the dataset of outside scores says split, label
            and user of their rows, so that all are judged on the same rows; where there is none, one of these does,
            if possible one with the choices of data under which the scores were added.

    Raises:
        RunError: no run was trained on the dataset of the outside scores.
    """
    names = [*(run.name for run in runs), *(one.name for one in outside)]
    found = [Contender(run.id, _title(run, names), run.spec.model.name, run.finished, run) for run in runs]
    for one in outside:
        alike = [run for run in others if run.recipe.id == one.manifest.recipe]
        known = [run for run in (*runs, *alike, *others) if run.spec.dataset == one.dataset.id]
        if not known:
            raise RunError(
                say("None of the runs was trained on the dataset of '{model}'.", model=one.name),
                say("Choose a run on the same dataset."),
            )
        found.append(
            Contender(
                id=one.id,
                title=_title(one, names),
                model=OUTSIDE,
                version=(one.created, known[0].id, known[0].finished),
                run=None,
                meaning="order" if one.meaning == "order" else "probability",
                outside=one,
                reference=known[0],
            )
        )
    return found


def _title(one: Run | OutsideScores, names: list[str]) -> str:
    return f"{one.name} · {one.id[-4:]}" if names.count(one.name) > 1 else one.name
