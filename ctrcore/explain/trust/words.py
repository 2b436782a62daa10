"""Checks of trust as people read them: their figures, their limits, and what all of them together say.

The same words stand on the pages and in the HTML card. Free of torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctrcore.explain.trust.check import DEFINITIONS, Check, Limit, Thresholds, Verdict, overall, verdict

WORDS_OF: dict[Verdict, str] = {"green": "holds", "amber": "unsure", "red": "fails", "shown": "no verdict"}
SHARES = ("T3", "T6", "T10", "T13", "T14")
DIFFERENCES = {"T1": 4, "T4": 3, "T5": 3}


def figure_text(id: str, value: float | None) -> str:  # noqa: A002
    """A figure of that check as it is written everywhere; a dash where there is none."""
    if value is None:
        return "–"
    if id == "T0":
        return f"{value:.1e}" if value else "0"
    if id in SHARES:
        return f"{100 * value:.1f} %"
    if id in DIFFERENCES:
        return f"{value:+.{DIFFERENCES[id]}f}"
    return f"{value:.2f}"


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


def in_one_sentence(checks: Sequence[Check], thresholds: Thresholds) -> str:
    """The overall verdict: how many of the checks that can be judged hold, and which do not."""
    by = {one: [check for check in checks if verdict(check, thresholds) == one] for one in WORDS_OF}
    judged = len(by["green"]) + len(by["amber"]) + len(by["red"])
    if not judged:
        return "None of the checks could be judged."
    worst = overall(checks, thresholds)
    if worst == "green":
        return f"All {judged} checks that can be judged hold." if judged > 1 else "The only check judged holds."
    unsure = f"{_count(by['amber'])} unsure ({_named(by['amber'])})" if by["amber"] else ""
    if worst == "amber":
        return f"No check fails, but of {judged} that can be judged {unsure}."
    fails = f"{len(by['red'])} of {judged} checks {'fail' if len(by['red']) > 1 else 'fails'} ({_named(by['red'])})"
    return f"{fails}, and {unsure}." if unsure else f"{fails}."


def _count(checks: Sequence[Check]) -> str:
    return "one is" if len(checks) == 1 else f"{len(checks)} are"


def _named(checks: Iterable[Check]) -> str:
    return "; ".join(f"{check.id} {DEFINITIONS[check.id].title.lower()}" for check in checks)


def _bare(id: str, value: float) -> str:  # noqa: A002
    """A limit without decimals that say nothing."""
    return f"{100 * value:g} %" if id in SHARES else f"{value:g}"
