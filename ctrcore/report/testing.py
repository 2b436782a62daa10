"""The finding in words, and the section of tests behind it."""

from __future__ import annotations

import math

from ctrcore.comparing.answers import answer, largest_first, winner_first
from ctrcore.comparing.draws import too_few_draws
from ctrcore.comparing.findings import FEW, alike, in_words
from ctrcore.comparing.intervals import Interval
from ctrcore.comparing.testing import BY_USERS, Test, told
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.intervals import Span, auc_intervals, forest
from ctrcore.report.content import Chart, Column, Note, Part, Table, Text
from ctrcore.report.material import PARTS, Material
from ctrcore.report.writing import literal, number, p_value, signed
from ctrcore.words import WORDS

MOST = 21  # pairs that are drawn and put in words


def verdict(material: Material) -> list[Part]:
    """Which model has the highest AUC, whether that can be told, what it rests on, and what not to conclude."""
    sheet = material.sheet
    parts: list[Part] = [Note(_one_class(material), warning=True)]
    if 0 < sheet.clicks < len(sheet):
        parts = _ranking(material)
    left_out = max(sheet.left_out.values(), default=0)
    if left_out:
        parts.append(
            Note(
                f"These models were not tested on quite the same rows: up to {left_out:,} rows of a model are left "
                "out, and only those that all of them scored are compared.",
                warning=True,
            )
        )
    if material.part != "test":
        kind = PARTS[material.part]
        why = material.part_note or f"There are no test rows, so the models were judged on the {kind} rows."
        parts.append(
            Note(
                f"{literal(why)} {captions.FLATTERED}",
                warning=True,
            )
        )
    return parts


def _ranking(material: Material) -> list[Part]:
    """The best AUC, each other model against it, and by which test."""
    comparison, titles, sheet = material.comparison, material.titles, material.sheet
    best = sheet.best_first()[0]
    found = comparison.intervals[best]
    rows = f"{material.judging}, {sheet.clicks / len(sheet):.1%} of them clicked"
    what = "the highest AUC:" if comparison.tests else "an AUC of"
    parts: list[Part] = [Text(f"**{literal(titles[best])}** has {what} {number(found.value)}{_ends(found)} on {rows}.")]
    others = [test for test in comparison.tests if best in (test.a, test.b)]
    said = answer(comparison.tests, sheet.best_first(), titles) if len(others) > 1 else []
    if len(others) <= FEW:
        said += [in_words(test, titles) for test in winner_first(others, sheet.best_first())]
    parts += [Text(literal(sentence)) for sentence in said]
    parts.append(Text(captions.tests_made(comparison.method, len(comparison.tests), material.part)))
    if others and alike(others[0]):
        parts.append(Note(alike(others[0]), warning=True))
    return parts


def _ends(found: Interval | Span) -> str:
    """The 95 % interval, where one can be told."""
    return "" if math.isnan(found.low) else f" (95 % {number(found.low)} to {number(found.high)})"


def _one_class(material: Material) -> str:
    """Why no model has an AUC."""
    which = "All" if material.sheet.clicks else "None"
    return captions.ONE_CLASS.format(rows=f"{which} of the {material.judging} were clicked")


def tests(material: Material) -> list[Part]:
    """AUC with its interval, then every pair of models: figure, numbers, sentences."""
    comparison, titles = material.comparison, material.titles
    if not 0 < material.sheet.clicks < len(material.sheet):
        return [Note(_one_class(material), warning=True)]
    found = [(name, comparison.intervals[name]) for name in material.sheet.best_first()]
    spans = [Span(titles[name], one.value, one.low, one.high, material.models[name]) for name, one in found]
    alt = "; ".join(f"{span.label}: AUC {number(span.value)}{_ends(span)}" for span in spans)
    parts: list[Part] = [
        Text(WORDS[comparison.method]),
        Chart("auc-intervals", auc_intervals(spans), captions.AUC_INTERVALS, alt, ("auc",)),
    ]
    if not comparison.tests:
        return [*parts, Note("With a single model there is nothing to compare it with.")]
    every = largest_first(comparison.tests)
    shown = every
    if len(shown) > MOST:
        best = material.sheet.best_first()[0]
        shown = [test for test in every if best in (test.a, test.b)]
        parts.append(
            Text(
                f"Of {len(comparison.tests)} pairs those with {literal(titles[best])} are drawn; the table has all of "
                "them."
            )
        )
    pairs = [_pair(test, titles) for test in shown]
    sentences = [in_words(test, titles) for test in shown]
    parts.append(Chart("differences", forest(pairs, "difference of AUC"), captions.DIFFERENCES, " ".join(sentences)))
    parts.append(_table(every, titles, folded=len(every) > MOST))
    parts += [Text(literal(sentence)) for sentence in sentences]
    few = too_few_draws(comparison)
    if few:
        parts.append(Note(few, warning=True))
    parts.append(Note(captions.tests(comparison.method not in BY_USERS and material.sheet.has_users)))
    return parts


def _pair(test: Test, titles: dict[str, str]) -> Span:
    label = f"{titles[test.a]} − {titles[test.b]}"
    return Span(label, test.difference, test.low, test.high, told=told(test), note=_chances(test))


def _chances(test: Test) -> str:
    return f"p {p_value(test.p)}, corrected {p_value(test.adjusted)}"


def _table(found: list[Test], titles: dict[str, str], folded: bool) -> Table:
    columns = [
        Column("Models", number=False),
        Column("Difference of AUC", "auc"),
        Column("95 % from", "interval"),
        Column("to", "interval"),
        Column("p", "p"),
        Column("Corrected p", "adjusted p"),
        Column("Told apart", number=False),
    ]
    rows = [
        [
            f"{titles[test.a]} − {titles[test.b]}",
            signed(test.difference),
            signed(test.low),
            signed(test.high),
            p_value(test.p),
            p_value(test.adjusted),
            "yes" if told(test) else "no",
        ]
        for test in found
    ]
    return Table("Every pair of models", columns, rows, folded=folded)
