"""`compare`: models side by side on the same rows, and which differences are more than chance."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ctrcore.commands import caveats
from ctrcore.commands.output import as_json, bar, note, print_json, print_table
from ctrcore.commands.places import find_contenders, open_workspace
from ctrcore.errors import RunError
from ctrcore.runs.contenders import PART_TITLES, Contender, judged
from ctrcore.runs.differences import Difference, differences, in_words
from ctrcore.runs.files import replacing
from ctrcore.runs.scoreboard import COLUMNS, over_seeds, scoreboard, shown

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.comparing.sheet import Sheet
    from ctrcore.comparing.testing import Comparison

WORTH = (
    "auc", "rela_impr", "gauc", "log_loss", "pr_auc", "normalised_entropy", "accuracy", "f1", "ece", "pcoc",
)  # fmt: skip
COSTS = (
    "parameters", "seconds", "train_rows_per_second", "predict_rows_per_second", "peak_memory_mb", "epochs",
    "best_epoch", "seed", "finished",
)  # fmt: skip
OVER_SEEDS = ("auc", "gauc", "pr_auc", "log_loss", "normalised_entropy", "ece", "seconds")  # more would not fit a line
DRAWN = ("bootstrap", "users")  # tests that draw anew
MOST_SENTENCES = 15  # pairs; of more only those with the best model are put in words


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--outside", "outside", multiple=True, metavar="NAME", help="Scores of another system; may be repeated.")
@click.option(
    "--tests",
    "method",
    type=click.Choice(["auto", "delong", "clustered", "bootstrap", "users", "none"]),
    default="auto",
    show_default=True,
    help="Paired tests of all pairs: DeLong's formula, by rows or by users (clustered); rows or users drawn again; "
    "auto: DeLong's, by users where they have several rows, which are alike.",
)
@click.option(
    "--replicates",
    type=click.IntRange(100, 100_000),
    show_default="1000",
    help="Draws of a bootstrap, of rows or users.",
)
@click.option("--base", help="Model (id or name) that RelaImpr is measured against; the first one by default.")
@click.option(
    "--cutoff", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Probability cutoff of accuracy, F1."
)
@click.option(
    "--over-seeds",
    "seeds",
    is_flag=True,
    help="Also: runs that differ only in their seed as one row, with mean and spread.",
)
@click.option("--on", type=click.Choice(["test", "valid"]), help="Which rows; by default test rows if all have some.")
@click.option(
    "--csv",
    "csv",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the table of runs here too, as CSV; with --over-seeds that of means and spreads in its place.",
)
@as_json
def compare(
    runs: tuple[str, ...],
    *,
    outside: tuple[str, ...],
    method: Any,
    replicates: int | None,
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

    if replicates is not None and method not in DRAWN:
        raise click.UsageError(f"--replicates is for --tests {' and '.join(DRAWN)}, which draw anew.")
    found = find_contenders(open_workspace(), runs, outside)
    on_rows = judged(found, on)
    sheet = sheet_of(on_rows.rows, {one.id: one.title for one in found})
    first = _base(found, base)
    comparison = None
    if method != "none" and len(found) > 1:
        with bar("drawing again" if method in DRAWN else "testing") as tell:
            comparison = compare_all(sheet, method, replicates or 1000, progress=tell)
    table = scoreboard(found, sheet, comparison, first.id, cutoff)
    pooled = over_seeds(table, found) if seeds else None
    trained = [one for one in found if one.run is not None]
    unlike = differences([one.run.spec for one in trained if one.run is not None])
    notes = [on_rows.note] if on_rows.note else []
    notes += [*caveats.of_rows(found, sheet), *caveats.of_base(table, first)]
    notes += [*caveats.of_seeds(pooled), *caveats.of_tests(comparison)]
    if csv is not None:
        _write(csv, table if pooled is None else pooled.drop(columns="ids"))
    if json_:
        record: dict[str, Any] = {"on": on_rows.part, "rows": len(sheet), "clicks": sheet.clicks, "cutoff": cutoff}
        record |= {"left_out": sheet.left_out, "base": first.id, "runs": _records(table, found)}
        record |= {"over_seeds": pooled.to_dict("records")} if pooled is not None else {}
        record |= {"tests": _tests(comparison, found)} if comparison is not None else {}
        ids = [one.id for one in trained]
        settings = {f"{one.section}.{one.name}": dict(zip(ids, one.values, strict=True)) for one in unlike}
        print_json(record | {"settings": settings, "notes": notes})
        return
    _print_worth(table, sheet, on_rows.part, cutoff)
    if pooled is not None:
        _print_over_seeds(pooled)
    _print_costs(table)
    if comparison is not None:
        _print_tests(comparison, found, sheet.best_first())
    _print_settings(unlike, trained)
    for line in notes:
        note(line)


def _base(found: list[Contender], text: str | None) -> Contender:
    if text is None:
        return found[0]
    meant = [one for one in found if one.id == text]
    meant = meant or [one for one in found if text in (one.title, one.run.name if one.run is not None else one.title)]
    meant = meant or [one for one in found if text and one.id.startswith(text)]
    if not meant:
        raise RunError(f"The base '{text}' is none of the models compared.", "Name one of them.")
    if len(meant) > 1:
        ids = ", ".join(one.id for one in meant[:5])
        raise RunError(f"The base '{text}' means {len(meant)} of the models compared: {ids}.", "Give the id.")
    return meant[0]


def _records(table: pd.DataFrame, found: list[Contender]) -> list[dict[str, Any]]:
    """The scoreboard as JSON. `meaning` 'order' says why metrics of probabilities are null."""
    meanings = {one.id: one.meaning for one in found}
    times = {one.id: one.run.finished for one in found if one.run is not None}
    rows: list[dict[str, Any]] = table.rename(columns={"run": "name"}).to_dict("records")  # type: ignore[assignment]
    return [row | {"finished": times.get(row["id"]), "meaning": meanings[row["id"]]} for row in rows]


def _tests(comparison: Comparison, found: list[Contender]) -> dict[str, Any]:
    """The tests as JSON, each with its sentence."""
    from ctrcore.comparing.findings import in_words as sentence
    from ctrcore.comparing.testing import told

    titles = {one.id: one.title for one in found}
    pairs = [asdict(test) | {"told": told(test), "in_words": sentence(test, titles)} for test in comparison.tests]
    return {"method": comparison.method, "replicates": comparison.replicates, "pairs": pairs}


def _print_worth(table: pd.DataFrame, sheet: Sheet, part: str, cutoff: float) -> None:
    names = [name for name in WORTH if name == "rela_impr" or table[name].notna().any()]
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


def _print_tests(comparison: Comparison, found: list[Contender], order: list[str]) -> None:
    from ctrcore.comparing.answers import answer, largest_first, winner_first
    from ctrcore.comparing.findings import in_words as sentence
    from ctrcore.comparing.testing import told

    titles = {one.id: one.title for one in found}
    rows = [
        [
            titles[test.a],
            titles[test.b],
            f"{test.difference:+z.4f}",
            "–" if isnan(test.low) else f"{test.low:+z.4f} to {test.high:+z.4f}",
            "–" if isnan(test.p) else f"{test.p:.2g}",
            "–" if isnan(test.adjusted) else f"{test.adjusted:.2g}",
            "yes" if told(test) else "no",
        ]
        for test in largest_first(comparison.tests)
    ]
    drawn = f", {comparison.replicates:,} draws" if comparison.replicates else ""
    heads = ["A", "B", "AUC of A - B", "95 %", "p", "corrected p", "told apart"]
    print_table(f"differences of AUC ({comparison.method}{drawn})", heads, rows, right_from=2)
    for line in answer(comparison.tests, order, titles) if len(order) > 2 else []:
        click.echo(line)
    few = len(comparison.tests) <= MOST_SENTENCES
    for test in winner_first(comparison.tests, order):
        if few or order[0] in (test.a, test.b):
            click.echo(sentence(test, titles))


def _print_settings(unlike: list[Difference], trained: list[Contender]) -> None:
    if unlike:
        rows = [[f"{one.section} {one.name}", *(in_words(value) for value in one.values)] for one in unlike]
        print_table("settings that differ", ["setting", *(one.title for one in trained)], rows)


def _write(path: Path, table: pd.DataFrame) -> None:
    from ctrcore.figures.export import to_csv

    with replacing(path) as temporary:
        temporary.write_bytes(to_csv(table))
