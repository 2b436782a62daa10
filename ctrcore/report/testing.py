"""The finding in words, and the section of tests behind it."""

from __future__ import annotations

import math

from ctrcore.comparing.answers import answer, largest_first, winner_first
from ctrcore.comparing.draws import too_few_draws
from ctrcore.comparing.findings import FEW, alike, in_words
from ctrcore.comparing.intervals import Interval
from ctrcore.comparing.testing import BY_USERS, Test, told
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.captions import said
from ctrcore.figures.intervals import Span, auc_intervals, forest
from ctrcore.language import mark, say, say_in
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
                say(
                    "These models were not tested on quite the same rows: up to {left_out:,} rows of a model "
                    "are left out, and only those that all of them scored are compared.",
                    left_out=left_out,
                ),
                warning=True,
            )
        )
    if material.part != "test":
        kind = PARTS[material.part]
        why = material.part_note or say(
            "There are no test rows, so the models were judged on the {part} rows.", part=kind
        )
        parts.append(
            Note(
                f"{literal(why)} {say(captions.FLATTERED)}",
                warning=True,
            )
        )
    return parts


def _ranking(material: Material) -> list[Part]:
    """The best AUC, each other model against it, and by which test."""
    comparison, titles, sheet = material.comparison, material.titles, material.sheet
    best = sheet.best_first()[0]
    found = comparison.intervals[best]
    text = mark("**{model}** has an AUC of {auc} on {rows}, {share:.1%} of them clicked.")
    if comparison.tests:
        text = mark("**{model}** has the highest AUC: {auc} on {rows}, {share:.1%} of them clicked.")
    parts: list[Part] = [
        Text(
            say(
                text,
                model=literal(titles[best]),
                auc=_with_ends(found),
                rows=material.judging,
                share=sheet.clicks / len(sheet),
            )
        )
    ]
    others = [test for test in comparison.tests if best in (test.a, test.b)]
    lines = answer(comparison.tests, sheet.best_first(), titles) if len(others) > 1 else []
    if len(others) <= FEW:
        lines += [in_words(test, titles) for test in winner_first(others, sheet.best_first())]
    parts += [Text(literal(sentence)) for sentence in lines]
    parts.append(Text(captions.tests_made(comparison.method, len(comparison.tests), material.part)))
    if others and alike(others[0]):
        parts.append(Note(alike(others[0]), warning=True))
    return parts


def _with_ends(found: Interval | Span) -> str:
    """The AUC with its 95 % interval, where one can be told."""
    value = number(found.value)
    if math.isnan(found.low):
        return value
    return say("{value} (95 % {low} to {high})", value=value, low=number(found.low), high=number(found.high))


def _one_class(material: Material) -> str:
    """Why no model has an AUC."""
    rows = (
        say("All of the {rows} were clicked", rows=material.judging)
        if material.sheet.clicks
        else say("None of the {rows} were clicked", rows=material.judging)
    )
    return say(captions.ONE_CLASS, rows=rows)


def tests(material: Material) -> list[Part]:
    """AUC with its interval, then every pair of models: figure, numbers, sentences."""
    comparison, titles = material.comparison, material.titles
    if not 0 < material.sheet.clicks < len(material.sheet):
        return [Note(_one_class(material), warning=True)]
    found = [(name, comparison.intervals[name]) for name in material.sheet.best_first()]
    spans = [Span(titles[name], one.value, one.low, one.high, material.models[name]) for name, one in found]
    alt = say("; ").join(say("{model}: AUC {auc}", model=span.label, auc=_with_ends(span)) for span in spans)
    parts: list[Part] = [
        Text(WORDS[comparison.method]),
        Chart("auc-intervals", auc_intervals(spans), said(captions.AUC_INTERVALS), alt, ("auc",)),
    ]
    if not comparison.tests:
        return [*parts, Note(say("With a single model there is nothing to compare it with."))]
    every = largest_first(comparison.tests)
    shown = every
    if len(shown) > MOST:
        best = material.sheet.best_first()[0]
        shown = [test for test in every if best in (test.a, test.b)]
        parts.append(
            Text(
                say(
                    "Of {pairs} pairs those with {model} are drawn; the table has all of them.",
                    pairs=len(comparison.tests),
                    model=literal(titles[best]),
                )
            )
        )
    pairs = [_pair(test, titles) for test in shown]
    sentences = [in_words(test, titles) for test in shown]
    parts.append(
        Chart("differences", forest(pairs, say("difference of AUC")), said(captions.DIFFERENCES), " ".join(sentences))
    )
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
    return say("p {p}, corrected {adjusted}", p=p_value(test.p), adjusted=p_value(test.adjusted))


def _table(found: list[Test], titles: dict[str, str], folded: bool) -> Table:
    columns = [
        Column(say("Models"), number=False),
        Column(say("Difference of AUC"), "auc"),
        Column(say("95 % from"), "interval"),
        Column(say_in("end of an interval", "to"), "interval"),
        Column("p", "p"),
        Column(say("Corrected p"), "adjusted p"),
        Column(say("Told apart"), number=False),
    ]
    rows = [
        [
            f"{titles[test.a]} − {titles[test.b]}",
            signed(test.difference),
            signed(test.low),
            signed(test.high),
            p_value(test.p),
            p_value(test.adjusted),
            say("yes") if told(test) else say("no"),
        ]
        for test in found
    ]
    return Table(say("Every pair of models"), columns, rows, folded=folded)
