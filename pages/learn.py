"""Learn: short lessons with tiny models that answer at once."""

from __future__ import annotations

from pages.shared import address
from pages.shared.learn.frame import show_lesson
from pages.shared.learn.lessons import lessons
from pages.shared.learn.overview import show_overview

known = list(lessons().values())
keys = [lesson.key for lesson in known]
said = address.read("lesson")
if said in keys:
    place = keys.index(said)
    show_lesson(known[place], known[place + 1] if place + 1 < len(known) else None)
else:
    show_overview()
