"""The finding in words, and the section of tests behind it."""

from __future__ import annotations

import math

from ctrcore.comparing.draws import too_few_draws
from ctrcore.comparing.findings import alike, in_words
from ctrcore.comparing.testing import BY_USERS, Test, told
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures.intervals import Span, auc_intervals, forest
from ctrcore.report.content import Chart, Column, Note, Part, Table, Text
from ctrcore.report.material import PARTS, Material
from ctrcore.report.writing import literal, number, p_value, signed
from ctrcore.words import WORDS

FEW = 6  # comparisons that the finding puts in words one by one
MOST = 21  # pairs that are drawn and put in words


def verdict(material: Material) -> list[Part]:
    """Which model orders clicks best, whether that can be told, and what it rests on."""
    intervals, titles, sheet = material.comparison.intervals, material.titles, material.sheet
    best = max(material.contenders, key=lambda one: _rankable(intervals[one.id].value))
    found = intervals[best.id]
    rows = f"{material.judging}, {sheet.clicks / max(len(sheet), 1):.1%} of them clicked"
    first = f"**{literal(best.title)}** " + ("orders clicks best: " if len(material.contenders) > 1 else "has an ")
    ends = "" if math.isnan(found.low) else f" (95 % {number(found.low)} to {number(found.high)})"
    parts: list[Part] = [Text(f"{first}AUC {number(found.value)}{ends} on {rows}.")]
    others = [test for test in material.comparison.tests if best.id in (test.a, test.b)]
    parts += (
        [Text(literal(in_words(test, titles))) for test in others] if len(others) <= FEW else _together(others, titles)
    )
    if len(others) > 1:
        parts.append(Text("These statements are corrected for how many comparisons there are (Holm)."))
    if others and alike(others[0]):
        parts.append(Note(alike(others[0]), warning=True))
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


def tests(material: Material) -> list[Part]:
    """AUC with its interval, then every pair of models: figure, numbers, sentences."""
    comparison, titles = material.comparison, material.titles
    spans = [
        Span(one.title, found.value, found.low, found.high, one.model)
        for one in material.contenders
        for found in (comparison.intervals[one.id],)
    ]
    spans.sort(key=lambda span: -span.value)
    alt = "; ".join(f"{span.label}: AUC {span.value:.4f}, 95 % {span.low:.4f} to {span.high:.4f}" for span in spans)
    parts: list[Part] = [
        Text(WORDS[comparison.method]),
        Chart("auc-intervals", auc_intervals(spans), captions.AUC_INTERVALS, alt, ("auc",)),
    ]
    if not comparison.tests:
        return [*parts, Note("With a single model there is nothing to compare it with.")]
    shown = comparison.tests
    if len(shown) > MOST:
        best = max(material.contenders, key=lambda one: _rankable(comparison.intervals[one.id].value)).id
        shown = [test for test in shown if best in (test.a, test.b)]
        parts.append(
            Text(
                f"Of {len(comparison.tests)} pairs those with {literal(titles[best])} are drawn; the table has all of "
                "them."
            )
        )
    pairs = [_pair(test, titles) for test in shown]
    sentences = [in_words(test, titles) for test in shown]
    parts.append(Chart("differences", forest(pairs, "difference of AUC"), captions.DIFFERENCES, " ".join(sentences)))
    parts.append(_table(comparison.tests, titles, folded=len(comparison.tests) > MOST))
    parts += [Text(literal(sentence)) for sentence in sentences]
    few = too_few_draws(comparison)
    if few:
        parts.append(Note(few, warning=True))
    parts.append(Note(captions.tests(comparison.method not in BY_USERS and material.sheet.has_users)))
    return parts


def _pair(test: Test, titles: dict[str, str]) -> Span:
    label = f"{titles[test.a]} − {titles[test.b]}"
    return Span(label, test.difference, test.low, test.high, told=told(test), note=f"p (Holm) {p_value(test.adjusted)}")


def _rankable(auc: float) -> float:
    """An AUC that is not defined comes last."""
    return -1.0 if math.isnan(auc) else auc


def _together(found: list[Test], titles: dict[str, str]) -> list[Part]:
    """Many comparisons with the best model, as two sentences."""
    best = found[0].a if found[0].a in (found[1].a, found[1].b) else found[0].b
    names = {True: list[str](), False: list[str]()}
    for test in found:
        names[told(test)].append(titles[test.b if test.a == best else test.a])
    parts: list[Part] = []
    if names[True]:
        parts.append(Text(f"It ranks better than {literal(', '.join(names[True]))}: more than chance would explain."))
    if names[False]:
        parts.append(Text(f"No difference can be told from {literal(', '.join(names[False]))}."))
    return parts


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
