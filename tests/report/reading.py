"""A report read back as a browser reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Read(HTMLParser):
    """The elements of an HTML file."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    scripts: list[tuple[dict[str, str | None], str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._table: list[list[str]] = []
        self._label = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in ("meta", "br", "img", "link", "input"):
            self._open.append(tag)
        if tag == "script":
            self.scripts.append((found, ""))
        elif found.get("role") == "region":
            self._label = str(found["aria-label"])
            self.tables[self._label] = []
        elif tag == "tr":
            self.tables[self._label].append([])
        elif tag in ("th", "td"):
            self.tables[self._label][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, tag
        assert self._open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif inside != "style":
            self.texts.append(data)
            if "th" in self._open or "td" in self._open:
                self.tables[self._label][-1][-1] += data.strip()

    @property
    def text(self) -> str:
        """Everything that is written, on one line."""
        return " ".join(" ".join(self.texts).split())

    @property
    def figures(self) -> dict[str, Any]:
        """The figures by the id of their place."""
        return {str(found["data-plot"]): json.loads(text) for found, text in self.scripts if found.get("data-plot")}


def read(text: str) -> Read:
    """Parse a report; every element must be closed in order."""
    found = Read()
    found.feed(text)
    found.close()
    return found
