"""`calibrate`: repair the probabilities of a trained model."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import click

from ctrcore.commands.output import as_json, note, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.comparing.repair import KINDS, REPAIR_TITLES, Kind, Platt, Repair
from ctrcore.errors import DataError
from ctrcore.runs.repairs import Judged, before_after, fit_repairs

FIGURES = ("log_loss", "ece", "pcoc", "auc")


@click.command()
@click.argument("run")
@click.option(
    "--method",
    type=click.Choice([*KINDS, "both"]),
    default="both",
    show_default=True,
    help="A sigmoid of a straight line (Platt), or a curve that never falls (isotonic).",
)
@as_json
def calibrate(run: str, *, method: Kind | Literal["both"], json_: bool) -> None:
    """Repair the probabilities of RUN (id, beginning of an id, name or 'last') and show what that changes.

    The repair is fitted on the validation rows, kept with the run and judged on the test rows. Platt's leaves the
    order of the rows as it is, unless the run ranks backwards; the isotonic one makes ties, which may lower the AUC.
    'predict RUN FILE --repair platt' uses it.
    """
    found = find_run(open_workspace(), run)
    kinds = KINDS if method == "both" else (method,)
    kept = fit_repairs(found, kinds)
    repairs = {kind: kept[kind] for kind in kinds}
    try:
        judged = before_after(found, kinds)
    except DataError as error:
        judged = []
        note(f"{error.problem} {error.remedy}")
    if json_:
        fitted = {kind: repair.model_dump() for kind, repair in repairs.items()}
        print_json({"run": found.id, "repairs": fitted, "test": [asdict(one) for one in judged]})
        return
    if judged:
        rows = [[_title(one), *(getattr(one, name) for name in FIGURES)] for one in judged]
        title = f"{found.name} {found.id}, {judged[0].rows:,} test rows"
        print_table(title, ["probabilities", *(name.replace("_", " ") for name in FIGURES)], rows)
    for repair in repairs.values():
        note(_said(repair))
    note("The validation rows have also chosen the epoch, so the test rows are what to go by.")


def _title(one: Judged) -> str:
    return "as the model gives them" if one.kind is None else f"repaired ({REPAIR_TITLES[one.kind]})"


def _said(repair: Repair) -> str:
    """A fitted repair in a line."""
    if isinstance(repair, Platt):
        sign = "-" if repair.intercept < 0 else "+"
        curve = f"sigmoid({repair.slope:.4g} * logit {sign} {abs(repair.intercept):.4g})"
    else:
        curve = "a curve that never falls"
    fitted = f"{repair.rows:,} validation rows, {repair.clicks:,} of them clicks"
    return f"{REPAIR_TITLES[repair.kind].capitalize()}: {curve}, fitted on {fitted}. {repair.warning}".rstrip()
