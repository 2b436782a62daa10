"""`compare`: models side by side on the same rows, and which differences are more than chance."""

from __future__ import annotations

from dataclasses import asdict
from math import ceil, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands.output import as_json, bar, note, print_json, print_table
from ctrcore.commands.places import find_contenders, open_workspace
from ctrcore.errors import RunError
from ctrcore.runs.contenders import PART_TITLES, Contender
from ctrcore.runs.differences import Difference, differences, in_words
from ctrcore.runs.files import replacing
from ctrcore.runs.scoreboard import COLUMNS, over_seeds, scoreboard, shown

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.comparing.sheet import Sheet
    from ctrcore.comparing.testing import Comparison

WORTH = (
    "auc", "rela_impr", "gauc", "pr_auc", "log_loss", "normalised_entropy", "accuracy", "f1", "ece", "pcoc",
)  # fmt: skip
COSTS = (
    "parameters", "seconds", "train_rows_per_second", "predict_rows_per_second", "peak_memory_mb", "epochs",
    "best_epoch", "seed", "finished",
)  # fmt: skip
OVER_SEEDS = ("auc", "gauc", "pr_auc", "log_loss", "normalised_entropy", "ece", "seconds")  # more would not fit a line
MOST_SENTENCES = 15  # pairs; of more only those with the best model are put in words


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--outside", "outside", multiple=True, metavar="NAME", help="Scores of another system; may be repeated.")
@click.option(
    "--tests",
    "method",
    type=click.Choice(["delong", "bootstrap", "users", "none"]),
    default="delong",
    show_default=True,
    help="Paired tests of all pairs: DeLong's formula; rows drawn again; users drawn again with all their rows.",
)
@click.option(
    "--replicates", type=click.IntRange(100, 100_000), default=1000, show_default=True, help="Draws of a bootstrap."
)
@click.option("--base", help="Model that RelaImpr is measured against; the first one by default.")
@click.option(
    "--cutoff", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Probability cutoff of accuracy, F1."
)
@click.option("--over-seeds", "seeds", is_flag=True, help="Also: runs that differ only in their seed as one row.")
@click.option("--on", type=click.Choice(["test", "valid"]), help="Which rows; test rows where there are any.")
@click.option("--csv", "csv", type=click.Path(dir_okay=False, path_type=Path), help="Write the table here too, as CSV.")
@as_json
def compare(
    runs: tuple[str, ...],
    *,
    outside: tuple[str, ...],
    method: Any,
    replicates: int,
    base: str | None,
    cutoff: float,
    seeds: bool,
    on: Any,
    csv: Path | None,
    json_: bool,
) -> None:
    """Compare RUNS (ids, beginnings of ids, names or 'last'), the best AUC first.

    All numbers are measured on the rows that all of them scored.
    """
    from ctrcore.comparing.sheet import sheet_of
    from ctrcore.comparing.testing import compare_all

    found = find_contenders(open_workspace(), runs, outside)
    judged = {one.id: one.judged(on) for one in found}
    part = str(judged[found[0].id]["split"].iloc[0])
    sheet = sheet_of(judged)
    first = _base(found, base)
    comparison = None
    if method != "none" and len(found) > 1:
        with bar("drawing rows again" if method != "delong" else "testing") as tell:
            comparison = compare_all(sheet, method, replicates, progress=tell)
    table = scoreboard(found, sheet, comparison, first.id, cutoff)
    pooled = over_seeds(table, found) if seeds else None
    trained = [one for one in found if one.run is not None]
    unlike = differences([one.run.spec for one in trained if one.run is not None])
    if csv is not None:
        _write(csv, table if pooled is None else pooled.drop(columns="ids"))
    if json_:
        record: dict[str, Any] = {"on": part, "rows": len(sheet), "clicks": sheet.clicks, "cutoff": cutoff}
        record |= {"left_out": sheet.left_out, "base": first.id, "runs": _records(table, found)}
        record |= {"over_seeds": pooled.to_dict("records")} if pooled is not None else {}
        record |= {"tests": _tests(comparison, found)} if comparison is not None else {}
        ids = [one.id for one in trained]
        settings = {f"{one.section}.{one.name}": dict(zip(ids, one.values, strict=True)) for one in unlike}
        print_json(record | {"settings": settings})
        return
    _print_worth(table, sheet, part, cutoff)
    if pooled is not None:
        _print_over_seeds(pooled)
    _print_costs(table)
    if comparison is not None:
        _print_tests(comparison, found, str(table["id"].iloc[0]))
    _print_settings(unlike, trained)
    _warn(found, sheet)


def _base(found: list[Contender], text: str | None) -> Contender:
    if text is None:
        return found[0]
    for names in ([one.id, one.title, one.run.name if one.run is not None else one.title] for one in found):
        if text in names:
            return next(one for one in found if one.id == names[0])
    begun = [one for one in found if text and one.id.startswith(text)]
    if len(begun) == 1:
        return begun[0]
    raise RunError(f"The base '{text}' is none of the models compared.", "Name one of them.")


def _records(table: pd.DataFrame, found: list[Contender]) -> list[dict[str, Any]]:
    """The scoreboard as JSON."""
    times = {one.id: one.run.finished for one in found if one.run is not None}
    rows: list[dict[str, Any]] = table.rename(columns={"run": "name"}).to_dict("records")  # type: ignore[assignment]
    return [row | {"finished": times.get(row["id"])} for row in rows]


def _tests(comparison: Comparison, found: list[Contender]) -> dict[str, Any]:
    """The tests as JSON, each with its sentence."""
    from ctrcore.comparing.findings import in_words as sentence
    from ctrcore.comparing.testing import told

    titles = {one.id: one.title for one in found}
    pairs = [asdict(test) | {"told": told(test), "in_words": sentence(test, titles)} for test in comparison.tests]
    return {"method": comparison.method, "replicates": comparison.replicates, "pairs": pairs}


def _print_worth(table: pd.DataFrame, sheet: Sheet, part: str, cutoff: float) -> None:
    names = [name for name in WORTH if table[name].notna().any()]
    heads = ["Run", *(COLUMNS[name].title for name in names)]
    rows = [[row["run"], *(shown(name, row[name]) for name in names)] for row in table.to_dict("records")]
    if table["auc_low"].notna().any():
        place = heads.index(COLUMNS["auc"].title) + 1
        heads.insert(place, "95 %")
        ends = zip(rows, table["auc_low"], table["auc_high"], strict=True)
        for cells, low, high in ends:
            cells.insert(place, f"{shown('auc_low', low)} to {shown('auc_high', high)}")
    users = f", gAUC rests on {shown('gauc_users', table['gauc_users'].iloc[0])} users" if "gauc" in names else ""
    title = f"{len(sheet):,} {PART_TITLES[part]} rows, {sheet.clicks:,} clicked{users}; cutoff {cutoff:g}"
    print_table(title, heads, rows, right_from=1)


def _print_over_seeds(table: pd.DataFrame) -> None:
    names = [name for name in OVER_SEEDS if table[name].notna().any()]
    rows = []
    for row in table.to_dict("records"):
        cells = [
            shown(name, row[name]) + (f" ± {shown(name, row[f'{name}_sd'])}" if row["runs"] > 1 else "")
            for name in names
        ]
        ends = f"{shown('auc', row['auc_min'])} to {shown('auc', row['auc_max'])}"
        rows.append([row["run"], str(row["runs"]), row["seeds"] or "–", cells[0], ends, *cells[1:]])
    heads = [
        "Run",
        "Runs",
        "Seeds",
        COLUMNS["auc"].title,
        "least to most",
        *(COLUMNS[name].title for name in names[1:]),
    ]
    print_table("over seeds: mean ± standard deviation", heads, rows, right_from=1)


def _print_costs(table: pd.DataFrame) -> None:
    names = [name for name in COSTS if table[name].notna().any()]
    rows = [[row["run"], row["id"], *(shown(name, row[name]) for name in names)] for row in table.to_dict("records")]
    print_table("what they cost", ["Run", "Id", *(COLUMNS[name].title for name in names)], rows, right_from=2)


def _print_tests(comparison: Comparison, found: list[Contender], best: str) -> None:
    from ctrcore.comparing.findings import in_words as sentence
    from ctrcore.comparing.testing import LEVEL, told

    titles = {one.id: one.title for one in found}
    rows = [
        [
            titles[test.a],
            titles[test.b],
            f"{test.difference:+.4f}",
            "–" if isnan(test.low) else f"{test.low:+.4f} to {test.high:+.4f}",
            "–" if isnan(test.p) else f"{test.p:.2g}",
            "–" if isnan(test.adjusted) else f"{test.adjusted:.2g}",
            "yes" if told(test) else "no",
        ]
        for test in comparison.tests
    ]
    drawn = f", {comparison.replicates:,} draws" if comparison.replicates else ""
    heads = ["A", "B", "AUC of A - B", "95 %", "p", "p, corrected", "told apart"]
    print_table(f"differences of AUC ({comparison.method}{drawn})", heads, rows, right_from=2)
    needed = ceil(2 * len(comparison.tests) / LEVEL)  # the smallest p of n draws is 2 / (n + 1), before the correction
    if 0 < comparison.replicates < needed:
        note(
            f"{comparison.replicates:,} draws are too few to tell any of {len(comparison.tests)} pairs apart after the "
            f"correction: use --replicates {needed} or more."
        )
    few = len(comparison.tests) <= MOST_SENTENCES
    for test in comparison.tests:
        if few or best in (test.a, test.b):
            click.echo(sentence(test, titles))


def _print_settings(unlike: list[Difference], trained: list[Contender]) -> None:
    if unlike:
        rows = [[f"{one.section} {one.name}", *(in_words(value) for value in one.values)] for one in unlike]
        print_table("settings that differ", ["setting", *(one.title for one in trained)], rows)


def _warn(found: list[Contender], sheet: Sheet) -> None:
    """Say what makes the comparison less than perfect, on the standard error."""
    for one in found:
        if sheet.left_out[one.id]:
            note(f"{sheet.left_out[one.id]:,} rows of '{one.title}' are left out: not all models scored them.")
    if any(one.meaning == "order" for one in found):
        note("Where only the order of the scores means something, there are no metrics of probabilities.")
    runs = [one.run for one in found if one.run is not None]
    if len({run.spec.dataset for run in runs}) > 1:
        note("The runs learned from different datasets; rows of the same number are taken as the same row.")


def _write(path: Path, table: pd.DataFrame) -> None:
    from ctrcore.figures.export import to_csv

    with replacing(path) as temporary:
        temporary.write_bytes(to_csv(table))
