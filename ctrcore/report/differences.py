"""The section on where the models differ: slices of the rows, the best two against each other, disputed rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ctrcore.comparing.disputes import agreement
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
from ctrcore.language import say
from ctrcore.report.behind import rows_behind
from ctrcore.report.content import Chart, Column, Heading, Note, Part, Table, Text
from ctrcore.report.disputed import disputed_rows
from ctrcore.report.material import Material
from ctrcore.report.writing import literal, number, p_value, percent, signed, whole

SHOWN = 12
BESIDE = 6  # models in one chart; more would hide each other
HEIGHT = 620  # pixels of a chart that fits on a page


def differences(material: Material) -> list[Part]:
    """Slices on which the best model is weak, where the best two differ, and, if asked for, single rows."""
    behind = rows_behind(material)
    found = groupings(behind.table, behind.schema, material.sheet.row, behind.learned)
    if not found:
        return [
            Note(
                say(
                    "There is nothing to cut these rows by: the table has no field with values that many rows share, "
                    "and no user, item or time."
                )
            )
        ]
    order = material.sheet.best_first()
    parts = _weak(material, found, order)
    if len(order) > 1:
        parts += _between(material, found, order[0], order[1])
        parts += disputed_rows(material, behind, order[0], order[1]) if material.options.rows else []
    return parts


def _weak(material: Material, found: list[Grouping], order: Sequence[str]) -> list[Part]:
    """The slices on which the best model is worst, the others beside it."""
    sheet, titles = material.sheet, material.titles
    table = slice_table(sheet, found, order[:BESIDE])
    mine = worst_first(table[(table["model"] == order[0]) & table["auc"].notna()], "auc")
    title = titles[order[0]]
    heading = Heading(say("Where {model} is weak", model=title))
    small = too_small(sheet, found)
    if mine.empty:
        none = say(
            "No slice of these rows has {rows} rows with {least} clicks and {least} non-clicks: they are too small to "
            "judge.",
            rows=LEAST_ROWS,
            least=LEAST_CLASS,
        )
        return [heading, Note(none)]
    beside = order[:BESIDE]
    top = mine.head(max(5, min(SHOWN, HEIGHT // (12 + 14 * len(beside)))))
    series = []
    for name in beside:
        theirs = table[table["model"] == name].set_index(["grouping", "place"])
        lines = theirs.reindex(pd.MultiIndex.from_frame(top[["grouping", "place"]]))
        dots = dots_of(lines, ("auc", "auc_low", "auc_high", "told"))
        series.append(Series(titles[name], material.models[name], dots, sheet.ranked(name).auc))
    figure = interval_dots(_places(top), _notes(top), series, x=say("AUC within the slice"))
    return [
        heading,
        Chart(
            "slices",
            figure,
            slice_captions.of_model("auc", title, len(top), len(mine)),
            say("AUC with intervals on the {count} worst slices of {model}", count=len(top), model=title),
            ("slice", "auc"),
        ),
        Text(caution(mine, small, nearly_all=nearly_all(sheet, found))),
        *(Text(literal(sentence)) for sentence in weak_slices_in_words(top, order[0], title)),
        _slices(top, order[0] in {one.id for one in material.probable}),
    ]


def _slices(top: pd.DataFrame, probable: bool) -> Table:
    """The slices in numbers; `probable`: the model's scores are probabilities."""
    columns = [
        Column(say("Slice"), "slice", number=False),
        Column(say("Rows")),
        Column(say("Clicks")),
        Column(say("Click rate"), "click-through rate"),
        Column("AUC", "auc"),
        Column(say("Against the other rows")),
        Column(say("Corrected p"), "correction"),
        *([Column(say("Log-loss"), "log_loss"), Column("PCOC", "pcoc")] if probable else []),
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
    return Table(say("The same in numbers"), columns, rows, folded=True)


def _between(material: Material, found: list[Grouping], a: str, b: str) -> list[Part]:
    """By how much the best model leads the next one on each slice."""
    sheet, titles = material.sheet, material.titles
    table = difference_table(sheet, found, a, b)
    alike = agreement(sheet, a, b)
    parts: list[Part] = [
        Heading(say("{a} against {b}", a=titles[a], b=titles[b])),
        Text(
            say(
                "The rank correlation of their scores is {spearman}. Of the best {top:.0%} of the rows "
                "of one, {shared} are among the best of the other as well; by chance it would be "
                "{by_chance}.",
                spearman=number(alike.spearman, 3),
                top=alike.top,
                shared=percent(alike.shared, 0),
                by_chance=percent(alike.by_chance, 0),
            )
        ),
    ]
    if table.empty:
        return parts
    top = leads(table, "auc").head(SHOWN)
    overall = sheet.ranked(a).auc - sheet.ranked(b).auc
    series = [Series(say("A minus B"), None, dots_of(top, LEAD), overall)]
    figure = interval_dots(_places(top), _notes(top), series, x=say("AUC of A minus AUC of B"), zero=0.0)
    return [
        *parts,
        Chart(
            "slices-difference",
            figure,
            slice_captions.of_pair(titles[a], titles[b], len(top), len(table)),
            say(
                "Difference of AUC between {a} and {b} with intervals on {count} slices",
                a=titles[a],
                b=titles[b],
                count=len(top),
            ),
            ("slice", "rank correlation", "shared top", "correction"),
        ),
        Text(literal(lead_in_words(table, titles[a], titles[b], overall))),
        Text(caution(table, too_small(sheet, found), column="beyond_p", nearly_all=nearly_all(sheet, found))),
        *(Text(literal(sentence)) for sentence in differences_in_words(top, titles[a], titles[b])),
        Heading(say("Where {model} is ahead, in words", model=titles[a])),
        *_tree(sheet, found, a, b, titles),
    ]


def _tree(sheet: Sheet, found: list[Grouping], a: str, b: str, titles: Mapping[str, str]) -> list[Part]:
    """A shallow tree's places in sentences."""
    about = say(
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
        [say("{rows:,} rows", rows=leaf.rows) for leaf in tree.leaves],
        [Series(say("A minus B"), None, dots)],
        x=say("lead there, in AUC"),
        zero=0.0,
    )
    alt = say(
        "Lead of {a} over {b} in {places} places, with intervals",
        a=titles[a],
        b=titles[b],
        places=len(tree.leaves),
    )
    return [*parts, Chart("places", figure, slice_captions.places(titles[a], titles[b]), alt, ("slice",))]


def _places(table: pd.DataFrame) -> list[str]:
    return [f"{one.grouping}: {one.slice}" for one in table.itertuples()]


def _notes(table: pd.DataFrame) -> list[str]:
    text = say("{rows:,} rows, {clicks:,} clicks")
    return [text.format(rows=one.rows, clicks=one.clicks) for one in table.itertuples()]
