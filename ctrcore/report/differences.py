"""The section on where the models differ: slices of the rows, the best two against each other, disputed rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ctrcore.comparing.disputes import agreement, disputed
from ctrcore.comparing.groupings import Grouping, groupings
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.slice_words import (
    caution,
    description_in_words,
    differences_in_words,
    lead_in_words,
    weak_slices_in_words,
)
from ctrcore.comparing.slices import LEAST_CLASS, LEAST_ROWS, difference_table, slice_table, too_small
from ctrcore.comparing.slicing import nearly_all
from ctrcore.comparing.tree import describe
from ctrcore.figures import slice_captions
from ctrcore.figures.slices import LEAD, Dot, Series, dots_of, interval_dots, leads, worst_first
from ctrcore.report.behind import Behind, rows_behind
from ctrcore.report.content import Chart, Column, Heading, Note, Part, Table, Text
from ctrcore.report.material import Material
from ctrcore.report.writing import literal, number, p_value, percent, signed, whole

SHOWN = 12
BESIDE = 6  # models in one chart; more would hide each other
ROWS = 20
HEIGHT = 620  # pixels of a chart that fits on a page
FIELDS = 8  # of a row, as many as fit on paper
CELLS = 60  # characters of a cell


def differences(material: Material) -> list[Part]:
    """Slices on which the best model is weak, where the best two differ, and, if asked for, single rows."""
    behind = rows_behind(material)
    found = groupings(behind.table, behind.schema, material.sheet.row, behind.learned)
    if not found:
        return [
            Note(
                "There is nothing to cut these rows by: the table has no field with values that many rows share, and "
                "no user, item or time."
            )
        ]
    order = material.sheet.best_first()
    parts = _weak(material, found, order)
    if len(order) > 1:
        parts += _between(material, found, order[0], order[1])
        parts += _rows(material, behind, order[0], order[1]) if material.options.rows else []
    return parts


def _weak(material: Material, found: list[Grouping], order: Sequence[str]) -> list[Part]:
    """The slices on which the best model is worst, the others beside it."""
    sheet, titles = material.sheet, material.titles
    table = slice_table(sheet, found, order[:BESIDE])
    mine = worst_first(table[(table["model"] == order[0]) & table["auc"].notna()], "auc")
    title = titles[order[0]]
    heading = Heading(f"Where {title} is weak")
    small = too_small(sheet, found)
    if mine.empty:
        least = f"{LEAST_ROWS} rows with {LEAST_CLASS} clicks and {LEAST_CLASS} non-clicks"
        return [heading, Note(f"No slice of these rows has {least}: they are too small to judge.")]
    beside = order[:BESIDE]
    top = mine.head(max(5, min(SHOWN, HEIGHT // (12 + 14 * len(beside)))))
    series = []
    for name in beside:
        theirs = table[table["model"] == name].set_index(["grouping", "place"])
        lines = theirs.reindex(pd.MultiIndex.from_frame(top[["grouping", "place"]]))
        dots = dots_of(lines, ("auc", "auc_low", "auc_high", "told"))
        series.append(Series(titles[name], material.models[name], dots, sheet.ranked(name).auc))
    figure = interval_dots(_places(top), _notes(top), series, x="AUC within the slice")
    return [
        heading,
        Chart(
            "slices",
            figure,
            slice_captions.of_model("auc", title, len(top), len(mine)),
            f"AUC with intervals on the {len(top)} worst slices of {title}",
            ("slice", "auc"),
        ),
        Text(caution(mine, small, nearly_all=nearly_all(sheet, found))),
        *(Text(literal(sentence)) for sentence in weak_slices_in_words(top, order[0], title)),
        _slices(top, order[0] in {one.id for one in material.probable}),
    ]


def _slices(top: pd.DataFrame, probable: bool) -> Table:
    """The slices in numbers; `probable`: the model's scores are probabilities."""
    columns = [
        Column("Slice", "slice", number=False),
        Column("Rows"),
        Column("Clicks"),
        Column("Click rate", "click-through rate"),
        Column("AUC", "auc"),
        Column("Against the other rows"),
        Column("Corrected p", "correction"),
        *([Column("Log-loss", "log_loss"), Column("PCOC", "pcoc")] if probable else []),
    ]
    rows = [
        [
            place,
            whole(one["rows"]),
            whole(one["clicks"]),
            percent(one["click_rate"]),
            number(one["auc"]),
            signed(one["against_rest"]),
            p_value(one["adjusted"]),
            *([number(one["log_loss"]), number(one["pcoc"], 3)] if probable else []),
        ]
        for place, one in zip(_places(top), top.to_dict("records"), strict=True)
    ]
    return Table("The same in numbers", columns, rows, folded=True)


def _between(material: Material, found: list[Grouping], a: str, b: str) -> list[Part]:
    """By how much the best model leads the next one on each slice."""
    sheet, titles = material.sheet, material.titles
    table = difference_table(sheet, found, a, b)
    alike = agreement(sheet, a, b)
    parts: list[Part] = [
        Heading(f"{titles[a]} against {titles[b]}"),
        Text(
            f"The rank correlation of their scores is {number(alike.spearman, 3)}. Of the best {alike.top:.0%} of the "
            f"rows of one, {percent(alike.shared, 0)} are among the best of the other as well; by chance it would be "
            f"{percent(alike.by_chance, 0)}."
        ),
    ]
    if table.empty:
        return parts
    top = leads(table, "auc").head(SHOWN)
    overall = sheet.ranked(a).auc - sheet.ranked(b).auc
    series = [Series("A minus B", None, dots_of(top, LEAD), overall)]
    figure = interval_dots(_places(top), _notes(top), series, x="AUC of A minus AUC of B", zero=0.0)
    return [
        *parts,
        Chart(
            "slices-difference",
            figure,
            slice_captions.of_pair(titles[a], titles[b], len(top), len(table)),
            f"Difference of AUC between {titles[a]} and {titles[b]} with intervals on {len(top)} slices",
            ("slice", "rank correlation", "shared top", "correction"),
        ),
        Text(literal(lead_in_words(table, titles[a], titles[b], overall))),
        Text(caution(table, too_small(sheet, found), column="beyond_p", nearly_all=nearly_all(sheet, found))),
        *(Text(literal(sentence)) for sentence in differences_in_words(top, titles[a], titles[b])),
        Heading(f"Where {titles[a]} is ahead, in words"),
        *_tree(sheet, found, a, b, titles),
    ]


def _tree(sheet: Sheet, found: list[Grouping], a: str, b: str, titles: Mapping[str, str]) -> list[Part]:
    """A shallow tree's places in sentences."""
    about = (
        "A small decision tree looked for places in which the lead differs, on one half of the rows; what it found was "
        "measured on the other half, which it had not seen."
    )
    tree = describe(sheet, found, a, b)
    parts: list[Part] = [
        Text(about),
        *(Text(literal(said)) for said in description_in_words(tree, titles[a], titles[b])),
    ]
    if len(tree.leaves) < 2:
        return parts
    dots = [Dot(leaf.value, leaf.low, leaf.high, leaf.told) for leaf in tree.leaves]
    figure = interval_dots(
        [leaf.words for leaf in tree.leaves],
        [f"{leaf.rows:,} rows" for leaf in tree.leaves],
        [Series("A minus B", None, dots)],
        x="lead there, in AUC",
        zero=0.0,
    )
    alt = f"Lead of {titles[a]} over {titles[b]} in {len(tree.leaves)} places, with intervals"
    return [*parts, Chart("places", figure, slice_captions.places(titles[a], titles[b]), alt, ("slice",))]


def _rows(material: Material, behind: Behind, a: str, b: str) -> list[Part]:
    """The rows that two models place furthest apart, with their cells: data of single people, so only if asked for."""
    titles = material.titles
    found = disputed(material.sheet, a, b, count=ROWS)
    cells = behind.table.at(found["row"].tolist()).reset_index(drop=True)
    histories = {column.name for column in behind.schema.histories}
    known = [column.name for column in behind.schema.fields if column.name in cells and column.name not in histories]
    fields = known[:FIELDS]
    columns = [
        Column("Row"),
        Column("Really", number=False),
        Column(f"{titles[a]} is above", "rank"),
        Column(f"{titles[b]} is above", "rank"),
        Column("Better placed by", number=False),
        *(Column(name, number=False) for name in fields),
    ]
    rows = [
        [
            str(one["row"]),
            "click" if one["label"] else "no click",
            percent(one["percentile_a"]),
            percent(one["percentile_b"]),
            titles.get(str(one["right"]), "both alike"),
            *(_cell(cells[name].iloc[place]) for name in fields),
        ]
        for place, one in enumerate(found.to_dict("records"))
    ]
    note = "How many of the other rows each model places below the row. Histories are left out" + (
        f", and so are all but the first {len(fields)} fields." if len(known) > len(fields) else "."
    )
    return [Table(f"The {len(rows)} rows that {titles[a]} and {titles[b]} place furthest apart", columns, rows, note)]


def _cell(value: object) -> str:
    text = str(value)
    return text if len(text) <= CELLS else text[: CELLS - 1] + "…"


def _places(table: pd.DataFrame) -> list[str]:
    return [f"{one.grouping}: {one.slice}" for one in table.itertuples()]


def _notes(table: pd.DataFrame) -> list[str]:
    return [f"{one.rows:,} rows, {one.clicks:,} clicks" for one in table.itertuples()]
