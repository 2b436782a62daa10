"""The section of curves: how well each model orders the rows, whether its probabilities are right, how it learnt."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ctrcore.comparing import cutoffs
from ctrcore.comparing.probabilities import calibration, histogram
from ctrcore.comparing.ranked import Ranked
from ctrcore.comparing.repair import REPAIR_TITLES
from ctrcore.errors import DataError
from ctrcore.figures import comparison_captions as captions
from ctrcore.figures import curves as drawn
from ctrcore.figures.captions import said
from ctrcore.figures.curves import Curve
from ctrcore.figures.probabilities import Reliability, Spread, score_histograms
from ctrcore.figures.probabilities import calibration as draw_calibration
from ctrcore.language import mark, say
from ctrcore.metrics import sigmoid
from ctrcore.report.content import Chart, Column, Heading, Note, Part, Table
from ctrcore.report.material import Material
from ctrcore.report.writing import literal, number, percent, whole
from ctrcore.runs.repairs import Judged, before_after, repairs_of

ZOOM = 0.05
POINTS = 1000  # of a curve
MOST_POINTS = 6000  # of all curves of a figure: the file stays small with many models
LEARNT = mark("AUC on validation rows")
AXES = {"epoch": mark("epoch"), "seconds": mark("seconds of training")}
Numbers = npt.NDArray[np.float64]


def curves(material: Material) -> list[Part]:
    """Ranking, probabilities, one cutoff each, learning."""
    return [*_ranking(material), *_probabilities(material), *_cutoffs(material), *_learning(material)]


def _of(material: Material, read: Callable[[Ranked, int], tuple[Numbers, Numbers]]) -> list[Curve]:
    points = max(100, min(POINTS, MOST_POINTS // len(material.contenders)))
    sheet = material.sheet
    return [Curve(one.title, one.model, *read(sheet.ranked(one.id), points)) for one in material.contenders]


def _ranking(material: Material) -> list[Part]:
    sheet = material.sheet
    if not 0 < sheet.clicks < len(sheet):
        return [
            Note(say("All rows have the same label, so no order of them is better than another one."), warning=True)
        ]
    rate = sheet.clicks / len(sheet)
    roc, gain, lift = _of(material, Ranked.roc), _of(material, Ranked.gain), _of(material, Ranked.lift)
    precision = _of(material, Ranked.precision_recall)
    names = say(", ").join(one.title for one in material.contenders)
    start = [drawn.start_of(curve, ZOOM) for curve in roc]
    return [
        Heading(say("How well each orders the rows")),
        Chart("roc", drawn.roc(roc), said(captions.ROC), say("ROC curves: {names}", names=names), ("auc",)),
        Chart(
            "roc-zoom",
            drawn.roc(start, zoom=ZOOM),
            captions.zoomed(ZOOM),
            say("Start of the ROC curves: {names}", names=names),
        ),
        Chart(
            "precision-recall",
            drawn.precision_recall(precision, rate),
            said(captions.PRECISION_RECALL),
            say("Precision against recall: {names}", names=names),
            ("pr_auc",),
        ),
        Chart("gain", drawn.gain(gain, rate), said(captions.GAIN), say("Cumulative gain: {names}", names=names)),
        Chart("lift", drawn.lift(lift), said(captions.LIFT), say("Lift: {names}", names=names)),
    ]


def _probabilities(material: Material) -> list[Part]:
    heading = Heading(say("Whether the probabilities are right"))
    if not material.probable:
        return [heading, Note(say("None of these scores are probabilities; only their order means something."))]
    sheet = material.sheet
    top = cutoffs.top_of(sheet, [one.id for one in material.probable])
    bins, spreads = [], []
    for one in material.probable:
        probability = sigmoid(sheet.logit[one.id])
        found = calibration(sheet.label, probability)
        bins.append(Reliability(one.title, one.model, found.mean, found.rate, found.low, found.high, found.rows))
        spreads.append(Spread(one.title, one.model, *histogram(sheet.label, probability, top=top)))
    names = say(", ").join(one.title for one in material.probable)
    alt = say("Click rate against predicted probability: {names}", names=names)
    spread_alt = say("Predicted probabilities of clicked and other rows: {names}", names=names)
    return [
        heading,
        Chart("calibration", draw_calibration(bins), said(captions.CALIBRATION), alt, ("calibration", "ece")),
        Chart("histograms", score_histograms(spreads), said(captions.HISTOGRAMS), spread_alt, ("probability",)),
        *_repairs(material),
    ]


def _repairs(material: Material) -> list[Part]:
    """What the repairs that are kept with runs change on their test rows."""
    columns = [
        Column(say("Model"), number=False),
        Column(say("Probabilities"), "repair", number=False),
        Column(say("Log-loss"), "log_loss"),
        Column("ECE", "ece"),
        Column("PCOC", "pcoc"),
        Column("AUC", "auc"),
    ]
    rows: list[list[str]] = []
    parts: list[Part] = []
    for title, run in material.runs:
        if not repairs_of(run):
            continue
        try:
            rows += [_repaired(title, one) for one in before_after(run)]
        except DataError:
            parts.append(
                Note(
                    say(
                        "{title} has no test rows, so what its repairs change cannot be judged: its validation "
                        "rows would flatter them, as they were fitted on these.",
                        title=literal(title),
                    )
                )
            )
    note = say("Each model on all of its own test rows. All other sections show the probabilities as they are.")
    return [Table(say("Repaired probabilities, before and after"), columns, rows, note), *parts] if rows else parts


def _repaired(title: str, one: Judged) -> list[str]:
    """A line of the table: the model, how its probabilities were repaired, and how good they are then."""
    kind = REPAIR_TITLES[one.kind] if one.kind is not None else say("as they are")
    return [title, kind, number(one.log_loss), number(one.ece), number(one.pcoc, 3), number(one.auc)]


def _cutoffs(material: Material) -> list[Part]:
    """What one cutoff brings: the usual 0.5, and the best one of each model."""
    if not material.probable:
        return []
    columns = [
        Column(say("Model"), number=False),
        Column(say("Cutoff"), "cutoff"),
        Column(say("Clicks found")),
        Column(say("Missed")),
        Column(say("False alarms")),
        Column(say("Rightly left out")),
        Column(say("Precision")),
        Column(say("Recall")),
        Column("F1", "f1"),
        Column(say("Accuracy"), "accuracy"),
    ]
    rows = []
    for one in material.probable:
        best, _ = cutoffs.best(material.sheet, one.id, "f1")
        for cutoff, name in ((0.5, "0.500"), (best, say("{best:.3f} (best F1)", best=best))):
            counts = cutoffs.at(material.sheet, one.id, cutoff)
            outcome = [whole(counts.tp), whole(counts.fn), whole(counts.fp), whole(counts.tn)]
            shares = [percent(counts.precision), percent(counts.recall), number(counts.f1, 3), percent(counts.accuracy)]
            rows.append([one.title, name, *outcome, *shares])
    flatters = say("The best one was found on these very rows, so its F1 flatters a little.")
    note = f"{flatters} {say(captions.ONE_CUTOFF)}"
    return [Heading(say("At one cutoff")), Table(say("What a cutoff brings"), columns, rows, note)]


def _learning(material: Material) -> list[Part]:
    heading = Heading(say("How they learnt"))
    records = [(t, run, [r for r in run.events() if r.get("kind") == "epoch"]) for t, run in material.runs]
    records = [(title, run, lines) for title, run, lines in records if lines]
    if not records:
        return [heading, Note(say("No learning curves were kept with these models."))]
    names = say(", ").join(title for title, *_ in records)
    parts: list[Part] = [heading]
    for axis, title_of_axis in AXES.items():
        found = [
            Curve(title, run.spec.model.name, [r[axis] for r in lines], [r["valid_auc"] for r in lines])
            for title, run, lines in records
        ]
        figure = drawn.learning(found, say(title_of_axis), say(LEARNT), "highest")
        caption = captions.learning(LEARNT, axis)
        parts.append(
            Chart(
                f"learning-{axis}",
                figure,
                caption,
                say("{measure} by {axis}: {names}", measure=say(LEARNT), axis=say(axis), names=names),
                ("epoch",),
            )
        )
    return parts
