"""Check T12: on a simulated shop the truth is known, so what an explanation finds of it can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ctrcore.explain.trust.words import method_words
from ctrcore.figures.trust import planted_scoreboard, planted_scores
from ctrcore.language import say
from pages.shared.charts import chart


def show_planted(planted: Mapping[str, Any] | None) -> None:
    """The scoreboard; nothing for a table whose truth nobody knows."""
    scores = planted_scores(planted) if planted else []
    if not planted or not scores:
        return
    chart(
        planted_scoreboard(scores),
        key="trust-planted",
        title=say("Does it find what was planted?"),
        help_text=say("Check T12. The simulated shop writes down what each click really came from."),
        read=say(
            "One line a question, one mark a way to explain. 1 is perfect, the grey tick is what a "
            "guess gets. Sample of {rows:,} rows.",
            rows=planted["rows"],
        ),
        beware=say(
            "It holds for this simulated shop, whose rules are simple. A method that fails here will not do better "
            "on real clicks; one that shines here may still fail there."
        ),
        alt_text="; ".join(f"{one.label}, {method_words(one.method)}: {one.value:.2f}" for one in scores),
        data=lambda: pd.DataFrame(
            [
                {"question": s.label, "method": s.method, "value": s.value, "guess": s.chance, "note": s.note}
                for s in scores
            ]
        ),
    )
