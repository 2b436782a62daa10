"""One lesson a file, each with a LESSON."""

from __future__ import annotations

from importlib import import_module

from pages.shared.learn.lesson import Lesson

ORDER: tuple[str, ...] = (  # modules of this folder, in the order in which they are best read
)


def lessons() -> dict[str, Lesson]:
    """All lessons by their key."""
    found = [import_module(f"{__name__}.{name}").LESSON for name in ORDER]
    return {lesson.key: lesson for lesson in found}
