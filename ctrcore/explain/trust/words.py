"""Checks of trust as people read them: their figures, their limits, and what all of them together say.

The same words stand on the pages and in the HTML card. Free of torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ctrcore.explain.trust.check import DEFINITIONS, MODEL, Check, Limit, Thresholds, Verdict, overall, verdict

WORDS_OF: dict[Verdict, str] = {"green": "holds", "amber": "unsure", "red": "fails", "shown": "no verdict"}
ANSWERS: dict[Verdict, str] = {
    "green": "believable",
    "amber": "read with care",
    "red": "should not be relied on",
    "shown": "not judged",
}
ABOUT = {
    "attention": "The model's own attention weights, read as importance.",
    "gate": "The factors by which SENet multiplies the fields, read as importance.",
    "contribution": "What each part adds to the logit, with its sign.",
}
SHARES = ("T3", "T6", "T10", "T13", "T14")
DIFFERENCES = {"T1": 4, "T4": 3, "T5": 3}
MOST_DIGITS = 4  # more than usual, to tell a figure from a limit that it rounds to
PERCENT = "\u202f%"  # a thin blank that does not break


def figure_text(id: str, value: float | None, limit: Limit | None = None) -> str:  # noqa: A002
    """A figure of that check as it is written everywhere; a dash where there is none.

    Args:
        id: of the check.
        value: its figure.
        limit: where the figure would round onto an end of it, more digits show on which side it lies.
    """
    if value is None:
        return "–"
    if id == "T0":
        return f"{value:.1e}" if value else "0"
    factor, digits = (100.0, 1) if id in SHARES else (1.0, DIFFERENCES.get(id, 2))
    ends = () if limit is None else (factor * limit.green, factor * limit.amber)
    shown = factor * value
    while digits < MOST_DIGITS + DIFFERENCES.get(id, 2) and any(_looks_equal(shown, end, digits) for end in ends):
        digits += 1
    rounded = round(shown, digits) + 0.0  # never -0.00
    sign = "+" if id in DIFFERENCES else ""
    return f"{rounded:{sign}.{digits}f}{PERCENT if id in SHARES else ''}"


def _looks_equal(value: float, end: float, digits: int) -> bool:
    return value != end and round(value, digits) == round(end, digits)


def finding_text(check: Check) -> str:
    """What it found, with percentages and zeros written as in the figures."""
    text = re.sub(r"(?<=\d) ?%", PERCENT, check.says)
    return re.sub(r"(?<![\w.])-(0(?:\.0+)?)(?![\d.]*[1-9])", r"\1", text)


def name_of(method: str) -> str:
    """What is judged, at the start of a sentence: 'Attention', 'Gates', 'Contributions', 'The model and its rows'."""
    if method == MODEL:
        return "The model and its rows"
    return (method if method == "attention" else f"{method}s").capitalize()


def verdicts_text(methods: Mapping[str, Sequence[Check]], thresholds: Thresholds) -> str:
    """The overall verdict of each method, a sentence each."""
    return " ".join(f"{name_of(method)}: {ANSWERS[overall(checks, thresholds)]}." for method, checks in methods.items())


def interval_text(check: Check) -> str:
    """The 95 % interval of its figure; empty where it has none."""
    if check.low is None or check.high is None:
        return ""
    return f"{figure_text(check.id, check.low)} to {figure_text(check.id, check.high)}"


def limit_text(id: str, limit: Limit | None) -> str:  # noqa: A002
    """When the check passes and when it fails, in a few words."""
    if limit is None:
        return "shown, never judged"
    green, amber = _bare(id, limit.green), _bare(id, limit.amber)
    direction = DEFINITIONS[id].direction
    if direction == "interval":
        return f"holds if the whole interval is above {green}; fails if the figure is not, or {amber} is out of reach"
    word, beyond = ("at least", "below") if direction == "high" else ("at most", "above")
    return f"holds if {word} {green}; fails {beyond} {amber}"


def in_one_sentence(checks: Sequence[Check], thresholds: Thresholds, *, ids: bool = True) -> str:
    """The overall verdict: how many of the checks that can be judged hold, and which do not.

    Args:
        checks: all of them.
        thresholds: which figures pass.
        ids: name the checks with their numbers, as 'T2 order agrees with effect'.
    """
    by = {one: [check for check in checks if verdict(check, thresholds) == one] for one in WORDS_OF}
    judged = len(by["green"]) + len(by["amber"]) + len(by["red"])
    rest = f" {len(by['shown'])} {'is' if len(by['shown']) == 1 else 'are'} not judged." if by["shown"] else ""
    if not judged:
        return "None of the checks could be judged."
    worst = overall(checks, thresholds)
    if worst == "green":
        said = f"All {judged} checks that can be judged hold." if judged > 1 else "The only check judged holds."
        return said + rest
    unsure = f"{_count(by['amber'])} unsure ({_named(by['amber'], ids)})" if by["amber"] else ""
    if worst == "amber":
        return f"No check fails, but of {judged} that can be judged {unsure}.{rest}"
    count = len(by["red"])
    fails = f"{count} of {judged} checks {'fail' if count > 1 else 'fails'} ({_named(by['red'], ids)})"
    return f"{fails}, and {unsure}.{rest}" if unsure else f"{fails}.{rest}"


def _count(checks: Sequence[Check]) -> str:
    return "one is" if len(checks) == 1 else f"{len(checks)} are"


def _named(checks: Iterable[Check], ids: bool) -> str:
    return "; ".join(f"{f'{check.id} ' if ids else ''}{DEFINITIONS[check.id].title.lower()}" for check in checks)


def _bare(id: str, value: float) -> str:  # noqa: A002
    """A limit without decimals that say nothing."""
    return f"{100 * value:g}{PERCENT}" if id in SHARES else f"{value:g}"
