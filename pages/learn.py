"""Learn: short lessons with tiny models that answer at once."""

from __future__ import annotations

from pages.shared import address
from pages.shared.learn.frame import show_lesson, show_overview
from pages.shared.learn.lessons import lessons

chosen = lessons().get(address.read("lesson") or "")
if chosen is None:
    show_overview(list(lessons().values()))
else:
    show_lesson(chosen)
