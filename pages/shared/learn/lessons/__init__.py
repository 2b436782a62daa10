"""One lesson a file, each with a LESSON."""

from __future__ import annotations

from importlib import import_module

from ctrcore.language import mark
from pages.shared.learn.lesson import Lesson

ORDER: tuple[str, ...] = (  # modules of this folder, in the order in which they are best read
    "pairs",
    "trick",
    "attention",
    "story",
    "senet",
    "bilinear",
    "interest",
    "order",
    "calibration",
    "shares",
    "overfitting",
)


def lessons() -> dict[str, Lesson]:
    """All lessons by their key."""
    found = [import_module(f"{__name__}.{name}").LESSON for name in ORDER]
    return {lesson.key: lesson for lesson in found}


_GROUPS: dict[str, tuple[str, ...]] = {
    mark("Factorization machines"): ("pairs", "trick"),
    mark("AFM: attention over pairs"): ("attention", "story"),
    mark("FiBiNET: gates and matrices"): ("senet", "bilinear"),
    mark("DIN: what was clicked before"): ("interest",),
    mark("Judging and explaining"): ("order", "calibration", "shares", "overfitting"),
}


def grouped() -> list[tuple[str, list[Lesson]]]:
    """The lessons under the title of their group, which is marked for translation."""
    found = {name: import_module(f"{__name__}.{name}").LESSON for name in ORDER}
    groups = [(title, [found[name] for name in names if name in found]) for title, names in _GROUPS.items()]
    return [(title, lessons) for title, lessons in groups if lessons]
