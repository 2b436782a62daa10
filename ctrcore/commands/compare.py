"""`compare`: trained models side by side."""

from __future__ import annotations

from typing import Any

import click

from ctrcore.commands.output import METRICS, as_json, note, print_json, print_table
from ctrcore.commands.places import find_run, open_workspace
from ctrcore.errors import RunError
from ctrcore.metrics import rela_impr
from ctrcore.runs.differences import differences, in_words

COSTS = ("parameters", "epochs", "seconds", "predict_rows_per_second")


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--on", type=click.Choice(["test", "valid"]), default="test", show_default=True, help="Which rows.")
@click.option("--base", help="Run that RelaImpr is measured against; the first one by default.")
@as_json
def compare(runs: tuple[str, ...], *, on: str, base: str | None, json_: bool) -> None:
    """Compare RUNS (ids, beginnings of ids, names or 'last'), the best AUC first."""
    workspace = open_workspace()
    found = list({run.id: run for run in (find_run(workspace, text) for text in runs)}.values())
    unfinished = [run for run in found if run.state != "done"]
    if unfinished:
        raise RunError(f"The run '{unfinished[0].name}' is {unfinished[0].state}.", "Compare runs that are done.")
    figures = {run.id: run.metrics() or {} for run in found}
    first = find_run(workspace, base).id if base else found[0].id
    reference = (figures.get(first) or workspace.run(first).metrics() or {}).get(on, {}).get("auc")
    table: list[dict[str, Any]] = []
    for run in found:
        measured, own = figures[run.id].get(on, {}), figures[run.id]
        auc = measured.get("auc")
        gain = rela_impr(auc, reference) if auc is not None and reference is not None else None
        record = {"id": run.id, "name": run.name, "model": run.spec.model.name}
        record |= {name: measured.get(name) for name in METRICS} | {"rela_impr": gain}
        table.append(record | {name: own.get(name) for name in COSTS})
    table.sort(key=lambda record: record["auc"] if record["auc"] is not None else -1.0, reverse=True)
    unlike = differences([run.spec for run in found])
    if json_:
        ids = [run.id for run in found]
        settings = {f"{one.section}.{one.name}": dict(zip(ids, one.values, strict=True)) for one in unlike}
        print_json({"on": on, "base": first, "runs": table, "settings": settings})
        return
    names = [
        "name",
        "id",
        *(name for name in (*METRICS, "rela_impr", *COSTS) if any(r[name] is not None for r in table)),
    ]
    print_table(f"{on} rows", [name.replace("_", " ") for name in names], [[r[name] for name in names] for r in table])
    if unlike:
        rows = [[f"{one.section} {one.name}", *(in_words(value) for value in one.values)] for one in unlike]
        print_table("settings that differ", ["setting", *(run.name for run in found)], rows)
    if len({(run.spec.dataset, run.recipe.id) for run in found}) > 1:
        note("The runs learned from different rows, so their metrics are not measured on the same ones.")
