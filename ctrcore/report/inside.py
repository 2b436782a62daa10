"""The section on what the models look at: what was summarised over the judging rows when each run ended."""

from __future__ import annotations

from typing import Any

import numpy as np

from ctrcore.figures import captions
from ctrcore.figures.gates import DEAD, dead_fields, gates_picture
from ctrcore.figures.histories import recency_bars
from ctrcore.figures.importance import Worth, permutation_dots
from ctrcore.figures.matrices import field_pairs
from ctrcore.language import say
from ctrcore.report.content import Chart, Column, Heading, Note, Part, Table, Text
from ctrcore.report.material import Material, rows_note
from ctrcore.report.writing import literal, number, percent, signed, whole
from ctrcore.runs.run import Run
from ctrcore.runs.scoreboard import same_but_seed

Summary = dict[str, Any]
PAIRS_SHOWN = 10


def inside(material: Material) -> list[Part]:
    """What each field is worth to each run, then each run's own pairs, gates or behaviours."""
    groups = same_but_seed([one for one in material.contenders if one.run is not None])
    firsts = [(group[0].title, group[0].run) for group in groups]
    found = [(title, run, summary) for title, run in firsts if run is not None and (summary := run.explanations())]
    if not found:
        return [Note(say("No explanation was kept with these models, so nothing can be said on what they look at."))]
    about = say(
        "These summaries were made when the runs ended. They say what a model does with these rows, not what makes "
        "people click."
    )
    if len(groups) < len(material.runs):
        about += " " + say("Of runs that differ only in their seed the first one is shown.")
    parts: list[Part] = [Text(about)]
    parts += _importance(
        [(title, run, summary["importance"]) for title, run, summary in found if "importance" in summary]
    )
    for place, (title, run, summary) in enumerate(found):
        own = [*_gates(place, run, summary), *_pairs(place, run, summary), *_behaviours(place, run, summary)]
        if own:
            parts += [Heading(title), *own]
    return parts


def _rows(run: Run, rows: int) -> str:
    """What a run's summary rests on."""
    counts = (run.metrics() or {}).get("rows") or {}
    part = "test" if counts.get("test") else "valid"
    return rows_note(part, int(counts.get(part) or rows), rows)


def _importance(found: list[tuple[str, Run, Summary]]) -> list[Part]:
    if not found:
        return []
    worths = [
        Worth(title, run.spec.model.name, one["fields"], one["permutation_auc_drop"], one["permutation_std"])
        for title, run, one in found
    ]
    caption = captions.permutation(_rows(found[0][1], found[0][2]["rows"]))
    alt = say("AUC lost when a field is shuffled: {most}", most=say("; ").join(_most(worth) for worth in worths))
    return [Chart("importance", permutation_dots(worths), caption, alt, words=("permutation", "field", "auc"))]


def _most(worth: Worth) -> str:
    lost = np.nan_to_num(np.asarray(worth.lost, dtype=float), nan=-np.inf)
    best = int(lost.argmax())
    return say(
        "{model} loses most by {field}, {lost:.4f}", model=worth.label, field=worth.fields[best], lost=lost[best]
    )


def _gates(place: int, run: Run, found: Summary) -> list[Part]:
    summary = found.get("gates")
    if summary is None:
        return []
    dead = dead_fields(summary)
    parts: list[Part] = [Note(captions.dead_gates(literal(", ".join(dead)), DEAD), warning=True)] if dead else []
    alt = say(
        "Gate distribution, gate ablation and permutation AUC drop of {fields} fields", fields=len(summary["fields"])
    )
    caption = captions.gates(_rows(run, summary["rows"]))
    words = ("gate", "ablation", "permutation")
    return [*parts, Chart(f"gates-{place}", gates_picture(summary), caption, alt, words=words)]


def _pairs(place: int, run: Run, found: Summary) -> list[Part]:
    summary = found.get("pairs")
    if summary is None:
        return []
    fields, rows = list(summary["fields"]), _rows(run, summary["rows"])
    parts: list[Part] = []
    if summary.get("attention") is not None:
        caption = captions.pair_attention(rows)
        parts.append(_matrix(f"attention-{place}", summary, "attention", caption, ("attention", "field")))
        caption = captions.pair_contribution(rows)
    else:
        about = say(
            "Mean over {rows}. Blue pairs raise the logit, orange ones lower it: what the two values say together.",
            rows=rows,
        )
        caption = {**captions.pair_contribution(rows), "read": about}
    parts.append(_matrix(f"contribution-{place}", summary, "contribution", caption, ("contribution", "logit")))
    return [*parts, _strongest(fields, summary)]


def _matrix(name: str, summary: Summary, kind: str, caption: captions.Caption, words: tuple[str, ...]) -> Chart:
    fields, values = list(summary["fields"]), np.array(summary[kind], dtype=float)
    np.fill_diagonal(values, np.nan)
    figure = field_pairs(values, fields, value=kind, signed=kind == "contribution", hint="")
    alt = say("Matrix of {fields} by {fields} fields: mean {kind} of each pair", fields=len(fields), kind=say(kind))
    return Chart(name, figure, caption, alt, words=words)


def _strongest(fields: list[str], summary: Summary) -> Table:
    """The pairs that move the logit most, in numbers."""
    left, right = np.triu_indices(len(fields), 1)
    contribution = np.array(summary["contribution"], dtype=float)[left, right]
    attention = summary.get("attention")
    weights = np.array(attention, dtype=float)[left, right] if attention is not None else None
    columns = [Column(say("Pair of fields"), number=False), Column(say("Contribution to the logit"), "contribution")]
    if weights is not None:
        columns.append(Column(say("Attention"), "attention"))
    rows = []
    for at in np.argsort(-np.abs(np.nan_to_num(contribution)), kind="stable")[:PAIRS_SHOWN]:
        row = [f"{fields[left[at]]} × {fields[right[at]]}", signed(float(contribution[at]))]
        rows.append([*row, number(float(weights[at]))] if weights is not None else row)
    return Table(say("The pairs with the largest mean contribution"), columns, rows)


def _behaviours(place: int, run: Run, found: Summary) -> list[Part]:
    summary = found.get("behaviours")
    if summary is None:
        return []
    rows = _rows(run, summary["rows"])
    if not summary["behaviours"]:
        return [Note(say("None of the rows ({rows}) has a history, so DIN has nothing to attend to.", rows=rows))]
    figure, caption = recency_bars(summary["by_recency"]), captions.recency(rows)
    alt = say("Mean attention by how many clicks back a behaviour lies")
    columns = [
        Column(say("History"), "history", number=False),
        Column(say("Value"), number=False),
        Column(say("Clicks")),
        Column(say("Attention"), "attention"),
        Column(say("Contribution"), "contribution"),
    ]
    cells = [
        [
            str(one["history"]),
            say("same as the candidate") if one["same_as_candidate"] else say("other"),
            whole(one["behaviours"]),
            number(one["attention"]),
            signed(one["contribution"]),
        ]
        for one in summary["by_match"]
    ]
    note = captions.attention_and_sign(rows, summary["sign_agreement"], summary["negative_share"])
    without = summary["rows_without_history"]
    return [
        Chart(f"recency-{place}", figure, caption, alt, words=("attention", "history", "candidate")),
        Table(say("Are clicks like the candidate special?"), columns, cells, note),
        Text(say("{share} of the rows have no history.", share=percent(without / max(summary["rows"], 1)))),
    ]
