"""The section of metrics: how good each model is, what it costs, and how much a seed moves both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ctrcore.comparing import cutoffs
from ctrcore.language import say, say_in
from ctrcore.report.content import Column, Note, Part, Table
from ctrcore.report.material import Material
from ctrcore.report.writing import NOTHING, literal
from ctrcore.runs.scoreboard import COLUMNS, COSTS, over_seeds, same_but_seed, scoreboard, shown

QUALITY = (
    "run", "auc", "auc_low", "auc_high", "rela_impr", "gauc", "log_loss", "pr_auc",
    "normalised_entropy", "accuracy", "f1", "ece", "pcoc",
)  # fmt: skip
COST = ("run", *COSTS.values(), "peak_memory_mb", "seed", "finished")
AVERAGED = ("auc", "gauc", "pr_auc", "log_loss", "ece", "seconds")


def metrics(material: Material) -> list[Part]:
    """Both tables, and over several seeds mean and spread."""
    table = scoreboard(material.contenders, material.sheet, material.comparison)
    base = material.contenders[0].title
    said = [
        say(
            "On {rows}, the best AUC first. RelaImpr is measured against {base}.",
            rows=material.judging,
            base=literal(base),
        )
    ]
    if material.sheet.has_users:
        said.append(say("gAUC rests on {users} users.", users=shown("gauc_users", table["gauc_users"].max())))
    if reached := _at_cutoff(material):
        said.append(reached)
    said.append(
        say(
            "**What not to conclude:** a difference of a few thousandths of AUC may be luck of the rows or of the "
            "seed; see the tests."
        )
    )
    note = " ".join(said)
    parts: list[Part] = [_table(say("Every metric at a glance"), table, QUALITY, note)]
    if material.runs:
        slower = say(
            "**What not to conclude:** seconds and rows a second depend on the machine and on what else it did."
        )
        parts.append(_table(say("What they cost"), table, COST, slower))
    return [*parts, *_seeds(material, table)]


def _at_cutoff(material: Material) -> str:
    """Where accuracy and F1 are taken; nothing if no model gives probabilities."""
    probable = {one.id: literal(one.title) for one in material.contenders if one.meaning == "probability"}
    said = cutoffs.reached(material.sheet, probable, 0.5)
    return say("{sentence}.", sentence=said[:1].upper() + said[1:]) if said else ""


def _table(title: str, table: pd.DataFrame, names: Sequence[str], note: str) -> Table:
    """Columns in which nothing is known are left out, but for RelaImpr: its word says what the dashes mean."""
    names = [name for name in names if name == "rela_impr" or bool(table[name].notna().any())]
    columns = [Column(say(COLUMNS[name].title), COLUMNS[name].word, number=name != "run") for name in names]
    rows = [[shown(name, record[name]) for name in names] for record in table.to_dict("records")]
    return Table(title, columns, rows, note)


def _seeds(material: Material, table: pd.DataFrame) -> list[Part]:
    groups = same_but_seed(material.contenders)
    if len(groups) == len(material.contenders):
        alone = say(
            "Each model was trained with one seed, so how much of a difference is luck of the seed is not known."
        )
        return [Note(alone)] if material.runs else []
    found = over_seeds(table, material.contenders)
    names = [name for name in AVERAGED if bool(found[name].notna().any())]
    columns = [
        Column(say("Model"), number=False),
        Column(say("Runs")),
        Column(say("Seeds"), "seed", number=False),
        *(Column(say(COLUMNS[name].title), COLUMNS[name].word) for name in names),
        Column(say("AUC from")),
        Column(say_in("end of an interval", "to")),
    ]
    rows = []
    for record in found.to_dict("records"):
        spread = [_spread(name, record[name], record[f"{name}_sd"]) for name in names]
        ends = [shown("auc", record["auc_min"]), shown("auc", record["auc_max"])]
        rows.append([str(record["run"]), str(record["runs"]), str(record["seeds"]) or NOTHING, *spread, *ends])
    note = say("Mean ± standard deviation of runs that differ in nothing but their seed.")
    reruns = int(found["reruns"].sum())
    if reruns:
        note += " " + say("Left out: {reruns:,} whose seed a newer run has too.", reruns=reruns)
    return [Table(say("Over several seeds"), columns, rows, note)]


def _spread(name: str, mean: Any, deviation: Any) -> str:
    return shown(name, mean) if pd.isna(deviation) else f"{shown(name, mean)} ± {shown(name, deviation)}"
