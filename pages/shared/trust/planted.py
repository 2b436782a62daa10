"""Check T12: on a simulated shop the truth is known, so what an explanation finds of it can be counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ctrcore.figures.trust import planted_scoreboard, planted_scores
from pages.shared.charts import chart


def show_planted(planted: Mapping[str, Any] | None) -> None:
    """The scoreboard; nothing for a table whose truth nobody knows."""
    scores = planted_scores(planted) if planted else []
    if not planted or not scores:
        return
    chart(
        planted_scoreboard(scores),
        key="trust-planted",
        title="Does it find what was planted?",
        help_text="Check T12. The simulated shop writes down what each click really came from.",
        read="One line a question, one mark a way to explain. 1 is perfect, the grey tick is what a guess gets. "
        f"Sample of {planted['rows']:,} rows.",
        beware="It holds for this simulated shop, whose rules are simple. A method that fails here will not do better "
        "on real clicks; one that shines here may still fail there.",
        alt_text="; ".join(f"{one.label}, {one.method}: {one.value:.2f}" for one in scores),
        data=lambda: pd.DataFrame(
            [
                {"question": s.label, "method": s.method, "value": s.value, "guess": s.chance, "note": s.note}
                for s in scores
            ]
        ),
    )
