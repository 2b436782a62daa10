"""The trust card of a run as one HTML file that holds everything it needs: no script, no server, prints well."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ctrcore.explain.trust.card import Card
from ctrcore.explain.trust.check import DEFINITIONS, Check, Thresholds, Verdict, overall, verdict
from ctrcore.explain.trust.words import (
    ABOUT,
    ANSWERS,
    WORDS_OF,
    figure_text,
    finding_text,
    in_one_sentence,
    interval_text,
    limit_text,
)
from ctrcore.language import language, mark, say
from ctrcore.report.trust_texts import OF_MODEL, PANELS, TEXTS

HERE = Path(__file__).parent
MARKS: dict[Verdict, str] = {"green": "✓", "amber": "!", "red": "✕", "shown": "○"}  # colours alone are not enough
WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 10, 40  # margins of a panel


@dataclass(frozen=True)
class Shown:
    """A check as it stands on the card."""

    check: Check
    title: str
    question: str
    definition: str
    verdict: Verdict
    mark: str
    word: str
    figure: str
    finding: str
    interval: str
    limit: str


@dataclass(frozen=True)
class Line:
    """A line of a panel: its style's name and its points as SVG writes them."""

    name: str
    points: str


@dataclass(frozen=True)
class Panel:
    """Deletion or insertion as a drawing of `WIDTH` by `HEIGHT`."""

    title: str
    alt: str
    rows: int
    band: str
    lines: list[Line]
    across: list[tuple[float, str]]  # where the counts of parts stand
    up: list[tuple[float, str]]  # where the numbers of the logit stand


@dataclass(frozen=True)
class Section:
    """One picture of the model, judged, or the model itself."""

    method: str
    about: str
    verdict: Verdict
    mark: str
    word: str
    sentence: str
    checks: list[Shown]
    panels: list[Panel]


def trust_html(card: Card, thresholds: Thresholds | None = None) -> str:
    """The whole file. Every text is escaped, and a policy forbids anything to be loaded or run.

    Args:
        card: what the checks found.
        thresholds: which figures pass; None: the default ones.
    """
    limits = thresholds or Thresholds()
    usual = Thresholds()
    edited = [name for name in Thresholds.model_fields if limits.of(name) != usual.of(name)]
    return (
        _environment()
        .get_template("trust.html.j2")
        .render(
            title=say("Trust card: {name}", name=card.name),
            facts=_facts(card, edited),
            sections=[_section(card, method, limits) for method in card.methods],
            language=language(),
            words=TEXTS,
            say=say,
            style=Markup((HERE / "report.css").read_text(encoding="utf-8")),
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            right=WIDTH - RIGHT,
            bottom=HEIGHT - BOTTOM,
        )
    )


def _facts(card: Card, edited: Sequence[str]) -> list[tuple[str, str]]:
    sample = (
        say("all judged rows")
        if card.rows == card.judged
        else say("sample of {rows:,} of {judged:,} judged rows", rows=card.rows, judged=card.judged)
    )
    made = (
        mark("{when} in {seconds:.0f} s, seed {seed}, with short trainings (T8, T9)")
        if card.options.retrain
        else mark("{when} in {seconds:.0f} s, seed {seed}, without short trainings")
    )
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(card.made))
    return [
        (say("Run"), f"{card.name} ({card.run})"),
        (say("Model"), card.model),
        (say("Rows"), sample),
        (say("Background"), say(card.background)),
        (say("Made"), say(made, when=when, seconds=card.seconds, seed=card.options.seed)),
        (
            say("Thresholds"),
            say("edited: {checks}", checks=say(", ").join(edited)) if edited else say("the default ones"),
        ),
    ]


def _section(card: Card, method: str, thresholds: Thresholds) -> Section:
    checks = card.methods[method]
    found = overall(checks, thresholds)
    return Section(
        method=method,
        about=ABOUT.get(method, say(OF_MODEL)),
        verdict=found,
        mark=MARKS[found],
        word=ANSWERS[found],
        sentence=in_one_sentence(checks, thresholds),
        checks=[_shown(check, thresholds) for check in checks],
        panels=panels_of(card.curves.get(method, {}), method),
    )


def _shown(check: Check, thresholds: Thresholds) -> Shown:
    found, about = verdict(check, thresholds), DEFINITIONS[check.id]
    return Shown(
        check=check,
        title=about.title,
        question=about.question,
        definition=about.definition,
        verdict=found,
        mark=MARKS[found],
        word=WORDS_OF[found],
        figure=figure_text(check.id, check.value, thresholds.of(check.id)),
        finding=finding_text(check),
        interval=interval_text(check),
        limit=limit_text(check.id, thresholds.of(check.id)),
    )


def panels_of(curves: Mapping[str, Any], method: str) -> list[Panel]:
    """The drawings of the curves of check T4; none where no row has parts to take away."""
    return [
        _panel(curves[name], curves["counts"], title, method)
        for name, title in PANELS.items()
        if name in curves and any(value is not None for value in curves[name]["method"])
    ]


def _panel(drawn: Mapping[str, Any], counts: Sequence[int], title: str, method: str) -> Panel:
    known = [place for place in range(len(counts)) if drawn["method"][place] is not None]
    names = ("method", "best", "worst", "random_mean", "random_low", "random_high")
    values = {name: [float(drawn[name][place]) for place in known] for name in names}
    low = min(0.0, *(value for line in values.values() for value in line))
    high = max(0.0, *(value for line in values.values() for value in line))
    spread = (high - low) or 1.0

    def x(number: int) -> float:
        return LEFT + (number + 0.5) * (WIDTH - LEFT - RIGHT) / len(known)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - low) / spread * (HEIGHT - TOP - BOTTOM)

    def points(line: Sequence[float], numbers: Sequence[int]) -> str:
        return " ".join(f"{x(number):.1f},{y(value):.1f}" for number, value in zip(numbers, line, strict=True))

    places = list(range(len(known)))
    edge = points(values["random_low"], places) + " " + points(values["random_high"][::-1], places[::-1])
    said = say("; ").join(
        say(
            "{parts} parts: {value:.3f}, random {random:.3f}",
            parts=counts[place],
            value=values["method"][number],
            random=values["random_mean"][number],
        )
        for number, place in enumerate(known)
    )
    return Panel(
        title=say(title),
        alt=say("{title}. By {method}: {values}.", title=say(title), method=say(method), values=said),
        rows=max(drawn["rows"], default=0),
        band=edge,
        lines=[Line(name, points(values[name], places)) for name in ("best", "worst", "random_mean", "method")],
        across=[(x(number), str(counts[place])) for number, place in enumerate(known)],
        up=[(y(value), f"{value:.2f}") for value in sorted({low, 0.0, high})],
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
