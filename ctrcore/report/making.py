"""From chosen models to the file: gather, write the sections, make one HTML of them."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ctrcore import __version__
from ctrcore.comparing.sheet import Sheet
from ctrcore.errors import CtrLensError
from ctrcore.language import mark, say
from ctrcore.report.content import Note, Part, Report, Section
from ctrcore.report.curves import curves
from ctrcore.report.data import data
from ctrcore.report.differences import differences
from ctrcore.report.inside import inside
from ctrcore.report.material import Material, material_of
from ctrcore.report.metrics import metrics
from ctrcore.report.options import SECTIONS, Options, SectionName
from ctrcore.report.page import to_html
from ctrcore.report.settings import settings
from ctrcore.report.testing import tests, verdict
from ctrcore.report.users import users
from ctrcore.report.writing import literal
from ctrcore.runs.contenders import Contender
from ctrcore.runs.files import replacing
from ctrcore.words import TITLES, WORDS

MONTHS = (
    mark("January"),
    mark("February"),
    mark("March"),
    mark("April"),
    mark("May"),
    mark("June"),
    mark("July"),
    mark("August"),
    mark("September"),
    mark("October"),
    mark("November"),
    mark("December"),
)
Progress = Callable[[float, str], None]
MAKERS: dict[SectionName, Callable[[Material], list[Part]]] = {
    "data": data,
    "settings": settings,
    "metrics": metrics,
    "tests": tests,
    "curves": curves,
    "differences": differences,
    "users": users,
    "inside": inside,
}


def write_report(
    contenders: Sequence[Contender],
    path: Path,
    options: Options | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the report as one HTML file, whole or not at all; see `make_report`."""
    text = make_report(contenders, options, progress)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def make_report(
    contenders: Sequence[Contender],
    options: Options | None = None,
    progress: Progress | None = None,
    *,
    sheet: Sheet | None = None,
    when: float | None = None,
) -> str:
    """The report as the text of one HTML file, some 5 MB, most of it plotly. The same but for the date each time.

    A section whose data are missing says so in a sentence; the others are made all the same.

    Args:
        contenders: the models, in order; runs of one dataset and scores of other systems on its rows.
        options: what it contains and how differences are tested.
        progress: called with the share done and what comes next.
        sheet: the rows that all of them scored, if they were brought together already.
        when: seconds since the epoch that count as the date; None: now.

    Raises:
        DataError: there is no model, or the models cannot be compared.
    """
    options, tell = options or Options(), progress or (lambda _share, _next: None)
    tell(0.0, say("reading the scores"))
    material = material_of(
        contenders, options, sheet, lambda done: tell(0.05 + 0.35 * done, say("comparing the models"))
    )
    finding = verdict(material)
    sections = []
    for place, name in enumerate(options.sections):
        tell(0.4 + 0.5 * place / len(options.sections), SECTIONS[name].lower())
        sections.append(Section(name, SECTIONS[name], _made(MAKERS[name], material)))
    tell(0.9, say("writing"))
    report = Report(
        title=options.title or _title(material),
        facts=_facts(material, time.time() if when is None else when),
        verdict=finding,
        sections=sections,
        glossary=_glossary(sections),
        command=command_of(contenders, options),
    )
    text = to_html(report)
    tell(1.0, say("done"))
    return text


def command_of(contenders: Sequence[Contender], options: Options) -> str:
    """What makes the same report in a shell; empty without a run, as the command asks for one."""
    if not any(one.run is not None for one in contenders):
        return ""
    words = ["python", "-m", "ctrcore", "report", *(one.id for one in contenders if one.run is not None)]
    for one in contenders:
        words += [] if one.run is not None else ["--outside", one.id]
    plain = Options()
    for name in ("title", "tests", "replicates", "seed"):
        if getattr(options, name) != getattr(plain, name):
            words += [f"--{name}", str(getattr(options, name))]
    words += ["--rows"] if options.rows else []
    words += ["--sections", ",".join(options.sections)] if options.sections != plain.sections else []
    return shlex.join([*words, "--out", "report.html"])


def _made(make: Callable[[Material], list[Part]], material: Material) -> list[Part]:
    try:
        return make(material)
    except CtrLensError as error:
        return [Note(f"**{literal(error.problem)}** {literal(error.remedy)}", warning=True)]


def _title(material: Material) -> str:
    titles = [one.title for one in material.contenders]
    if len(titles) == 1:
        return say("How well {model} predicts clicks on {dataset}", model=titles[0], dataset=material.named)
    if len(titles) == 2:
        a, b = titles
        return say("How well {a} and {b} predict clicks on {dataset}", a=a, b=b, dataset=material.named)
    return say("How well the models predict clicks on {dataset}", dataset=material.named)


def _facts(material: Material, when: float) -> list[tuple[str, str]]:
    day = time.localtime(when)
    date = say("{day} {month} {year}", day=day.tm_mday, month=say(MONTHS[day.tm_mon - 1]), year=day.tm_year)
    return [
        (say("Date"), date),
        (say("Dataset"), material.named),
        (say("Judged on"), material.judging),
        (say("Models"), str(len(material.contenders))),
        (say("Made with"), f"CTR Lens {__version__}"),
    ]


def _glossary(sections: Sequence[Section]) -> list[tuple[str, str, str]]:
    """The terms that the sections use, in the order in which they are explained."""
    used = {"auc", "probability", "logit", "test", "validation"}.union(*(section.words for section in sections))
    return sorted(((word, TITLES[word], WORDS[word]) for word in used), key=lambda entry: entry[1].lower())
