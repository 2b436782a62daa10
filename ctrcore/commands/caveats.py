"""What makes a comparison less than perfect, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ctrcore.runs.contenders import Contender

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.comparing.sheet import Sheet
    from ctrcore.comparing.testing import Comparison


def of_rows(found: Sequence[Contender], sheet: Sheet) -> list[str]:
    """What the rows compared leave out, and what the scores of some models do not mean."""
    notes = [
        f"{sheet.left_out[one.id]:,} rows of '{one.title}' are left out: not all models scored them."
        for one in found
        if sheet.left_out[one.id]
    ]
    if any(one.meaning == "order" for one in found):
        notes.append("Where only the order of the scores means something, there are no metrics of probabilities.")
    if len({one.run.spec.dataset for one in found if one.run is not None}) > 1:
        notes.append("The runs learned from different datasets; rows of the same number are taken as the same row.")
    return notes


def of_base(table: pd.DataFrame, base: Contender) -> list[str]:
    """Why there is no RelaImpr in a scoreboard, if there is none."""
    if table["rela_impr"].notna().any():
        return []
    return [f"There is no RelaImpr: that '{base.title}' ranks better than a random order cannot be told on these rows."]


def of_seeds(pooled: pd.DataFrame | None) -> list[str]:
    """How many runs the means over seeds leave out."""
    return [
        f"{reruns:,} older run{'s' if reruns > 1 else ''} of '{name}' {'are' if reruns > 1 else 'is'} left out over "
        "seeds: a newer one has the same seed."
        for name, reruns in (zip(pooled["run"], pooled["reruns"], strict=True) if pooled is not None else ())
        if reruns
    ]


def of_tests(comparison: Comparison | None) -> list[str]:
    """Whether rows of users were taken as independent, and whether there are too few draws to tell anything."""
    from ctrcore.comparing.draws import too_few_draws
    from ctrcore.comparing.findings import alike

    if comparison is None or not comparison.tests:
        return []
    dependent, few = alike(comparison.tests[0]), too_few_draws(comparison)
    notes = [f"{dependent} --tests auto does."] if dependent else []
    return [*notes, f"{few} --replicates says how many are drawn."] if few else notes
