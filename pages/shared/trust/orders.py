"""What the score loses as parts go: by the method's order, by random orders, and at best and at worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ctrcore.explain.trust.words import method_words
from ctrcore.figures.orders import Order, Orders, order_curves
from ctrcore.language import mark, say
from pages.shared.charts import chart

PANELS = {
    "deletion": mark("Without the first parts:<br>more is better"),
    "insertion": mark("With only the first parts:<br>less is better"),
}
Drawn = Mapping[str, Any]


def show_orders(curves: Mapping[str, Drawn], method: str) -> None:
    """The curves of check T4: the method chosen, and the other methods of the model.

    Args:
        curves: by method what `ctrcore.explain.trust.curves` drew.
        method: the one chosen.
    """
    if method not in curves or not any(_known(curves[method][name]["method"]) for name in PANELS):
        return
    order = [method, *(one for one in curves if one != method)]
    counts = curves[method]["counts"]
    rows = max((count for name in PANELS for count in curves[method][name]["rows"]), default=0)
    chart(
        order_curves([_panel(curves, order, name) for name in PANELS], say("logit lost")),
        key="trust-orders",
        title=say("Do the parts that come first matter most?"),
        help_text=say(
            "Deletion and insertion, check T4. Leaving a part out: a pair's product or a behaviour is removed, "
            "a field takes the values of the background rows."
        ),
        read=say(
            "Left: the logit lost when the first {counts} parts by the method's order are taken away; "
            "a good order loses much at once. Right: what is lost when only these parts are left; a "
            "good order loses little. Grey band: random orders. Dotted: the parts ordered by leaving "
            "out one by one, and the same turned round. Sample of {rows:,} rows.",
            counts=", ".join(map(str, counts)),
            rows=rows,
        ),
        beware=say(
            "A line above the band of random orders is better than nothing, not good. The order by leaving out one "
            "by one is a yardstick, not the best there is: parts act together, and another order may beat it. "
            "With parts "
            "taken away the model sees what it never saw in training, but for behaviours, where it is just a shorter "
            "history."
        ),
        alt_text=_in_words(curves[method], method),
        data=lambda: orders_table(curves, order),
    )


def orders_table(curves: Mapping[str, Drawn], order: Sequence[str]) -> pd.DataFrame:
    """The curves as a table: a line a method, kind and number of parts."""
    return pd.DataFrame(
        [
            {"method": method, "kind": name, "parts": count, "order": line, "logit lost": value}
            for method in order
            for name in PANELS
            for line, values in curves[method][name].items()
            if line != "rows"
            for count, value in zip(curves[method]["counts"], values, strict=True)
        ]
    )


def _panel(curves: Mapping[str, Drawn], order: Sequence[str], name: str) -> Orders:
    own = curves[order[0]][name]
    return Orders(
        say(PANELS[name]),
        curves[order[0]]["counts"],
        [Order(method, curves[method][name]["method"]) for method in order if name in curves[method]],
        (own["random_mean"], own["random_low"], own["random_high"]),
        best=own["best"],
        worst=own["worst"],
    )


def _known(values: Sequence[float | None]) -> bool:
    return any(value is not None for value in values)


def _in_words(drawn: Drawn, method: str) -> str:
    """The left panel for those who cannot see it."""
    one = drawn["deletion"]
    steps = zip(drawn["counts"], one["method"], one["random_mean"], one["best"], strict=True)
    said = [
        say(
            "{parts}: {own:.3f}, random {random:.3f}, by leaving out one by one {best:.3f}",
            parts=n,
            own=own,
            random=random,
            best=best,
        )
        for n, own, random, best in steps
        if own is not None
    ]
    return say(
        "Logit lost without the first parts by {method}, by their number: {losses}",
        method=method_words(method),
        losses="; ".join(said),
    )
