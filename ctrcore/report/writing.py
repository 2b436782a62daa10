"""Numbers as they stand in a report's tables, and names as they stand in its sentences."""

from __future__ import annotations

import math

from ctrcore.language import Spoken, mark

NOTHING = "–"
LEAST_P = 0.0001
STAR = "\ufdd0"  # stands for a star that is only a star: Unicode gives this number to no character


KINDS = Spoken(  # of columns, as a table says them
    {
        "numeric": mark("numeric"),
        "categorical": mark("categorical"),
        "multi_value": mark("multi-value"),
        "history": mark("history"),
        "label": mark("label"),
        "ignore": mark("not used"),
    }
)


def literal(text: str) -> str:
    """Text of files and people for a sentence in which two stars make words bold: its own stars stay stars."""
    return text.replace("*", STAR)


def number(value: float | None, digits: int = 4) -> str:
    """With that many decimals; a dash if it is not known."""
    return NOTHING if value is None or not math.isfinite(value) else f"{value:z.{digits}f}"


def signed(value: float | None, digits: int = 4) -> str:
    """With its sign."""
    return NOTHING if value is None or not math.isfinite(value) else f"{value:+z.{digits}f}"


def whole(value: float | None) -> str:
    """A count."""
    return NOTHING if value is None or not math.isfinite(value) else f"{value:,.0f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share."""
    return NOTHING if value is None or not math.isfinite(value) else f"{value:.{digits}%}"


def short(value: float | None) -> str:
    """Four digits, wherever the point is."""
    return NOTHING if value is None or not math.isfinite(value) else f"{value:.4g}"


def p_value(value: float) -> str:
    """Four decimals, and no more than can be believed of small ones."""
    return f"< {LEAST_P:g}" if value < LEAST_P else number(value)
