"""Numbers as they stand in the sentences of a lesson: with the minus sign that its formula has."""

from __future__ import annotations


def written(number: float) -> str:
    """With two decimals."""
    return f"{number:z.2f}".replace("-", "−")


def signed(number: float) -> str:
    """With its sign and two decimals."""
    return f"{number:+z.2f}".replace("-", "−")
