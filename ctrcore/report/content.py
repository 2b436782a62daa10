"""What a report is made of, before any of it is HTML: sections of texts, tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from ctrcore.figures.captions import Caption


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; words between two stars each are bold, so names stand in it as `writing.literal`."""

    text: str


@dataclass(frozen=True)
class Note:
    """A paragraph set apart: what has to be kept in mind, or what is missing. `warning`: what may spoil the result."""

    text: str
    warning: bool = False


@dataclass(frozen=True)
class Chart:
    """A figure with its words.

    Attributes:
        name: unique in the report.
        figure: as the pages draw it.
        caption: what it is on, how to read it, what not to conclude.
        alt: what is seen, for readers who cannot see it.
        words: keys of `ctrcore.words.WORDS` that it needs.
    """

    name: str
    figure: go.Figure
    caption: Caption
    alt: str
    words: Sequence[str] = ()


@dataclass(frozen=True)
class Column:
    """How a column of a table is headed. `word`: the key of `ctrcore.words.WORDS` that explains it."""

    title: str
    word: str | None = None
    number: bool = True


@dataclass(frozen=True)
class Table:
    """Cells that are texts already; those of columns of numbers stand to the right.

    Attributes:
        title: what it is on; also what it is called for readers who cannot see it.
        note: what stands below it.
        folded: shown when asked for, and on paper.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    note: str = ""
    folded: bool = False


Part = Heading | Text | Note | Chart | Table


@dataclass(frozen=True)
class Section:
    """A chapter of the report."""

    name: str
    title: str
    parts: Sequence[Part]

    @property
    def words(self) -> set[str]:
        """The terms that its parts need, as keys of `ctrcore.words.WORDS`."""
        found: set[str] = set()
        for part in self.parts:
            if isinstance(part, Chart):
                found.update(part.words)
            elif isinstance(part, Table):
                found.update(column.word for column in part.columns if column.word is not None)
        return found


@dataclass(frozen=True)
class Report:
    """All of it.

    Attributes:
        title: as given, or made from the dataset's name.
        facts: what stands below the title, as pairs of a name and a value.
        verdict: the finding in sentences.
        sections: in order.
        glossary: terms and what they mean.
        command: what makes the same report in a shell; empty if nothing does.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    verdict: Sequence[Part]
    sections: Sequence[Section]
    glossary: Sequence[tuple[str, str, str]] = field(default_factory=tuple)
    command: str = ""

    def charts(self) -> list[Chart]:
        """Every chart, in order."""
        parts: list[Any] = [*self.verdict, *(part for section in self.sections for part in section.parts)]
        return [part for part in parts if isinstance(part, Chart)]
