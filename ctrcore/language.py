"""The language of all texts: English in the source, other languages from one table each (gettext).

    say("Row {row} of {rows:,}", row=3, rows=1200)
    say_count("{count:,} row", "{count:,} rows", 1200)
    TITLES = Spoken({"roc": mark("ROC curve")})     # `mark` is for the extractor; TITLES["roc"] is translated

Texts are sentences with names in braces, so that a translator can move the parts; nothing is put together from halves
of sentences. What users bring along (columns, values, names of runs) is never translated: it only fills the braces.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeVar

Key = TypeVar("Key")

LANGUAGES = {"en": "English", "zh": "简体中文"}
"""Code and own name of each language; the first is that of the source."""

TABLES = Path(__file__).parent / "languages"
DOMAIN = "ctrcore"
VARIABLE = "CTR_LANGUAGE"

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_followed: list[Callable[[], str | None]] = []


def follow(source: Callable[[], str | None]) -> None:
    """Ask this function for the language from now on, for example that of the visitor who is being served."""
    _followed[:] = [source]


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Speak this language within the block, whatever is followed."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The code of the language that `say` speaks now; a process may be started with one in CTR_LANGUAGE."""
    chosen = _spoken.get() or (_followed[0]() if _followed else None) or os.environ.get(VARIABLE)
    return chosen if chosen in LANGUAGES else "en"


def say(text: str, /, **values: object) -> str:
    """The text in the reader's language, with values in its braces.

    Args:
        text: English, as it stands in the table. Without values it is taken as it is, braces and all.
        values: what fills the braces, with format specifications as in `str.format`.
    """
    said = _table(language()).gettext(text) if text else text  # gettext answers "" with the head of its table
    return said.format(**values) if values else said


def say_count(one: str, many: str, count: int, /, **values: object) -> str:
    """A text that depends on a number, which stands for `count` in its braces."""
    return _table(language()).ngettext(one, many, count).format(count=count, **values)


def say_in(context: str, text: str, /, **values: object) -> str:
    """A text that means another thing elsewhere, such as a word of one syllable: the context tells them apart."""
    said = _table(language()).pgettext(context, text)
    return said.format(**values) if values else said


def mark(text: str) -> str:
    """The text itself: tells the extractor that it is to be translated, where it is only said later."""
    return text


class Spoken(Mapping[Key, str]):
    """Marked texts by key, each said in the reader's language when it is looked up."""

    def __init__(self, texts: Mapping[Key, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, key: Key) -> str:
        return say(self._texts[key])

    def __iter__(self) -> Iterator[Key]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def _table(code: str) -> gettext.NullTranslations:
    """The table of a language; the source's own is empty."""
    return gettext.translation(DOMAIN, TABLES, [code], fallback=code == "en")
