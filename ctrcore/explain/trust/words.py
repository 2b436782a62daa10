"""Checks of trust as people read them: their figures, their limits, and what all of them together say.

The same words stand on the pages and in the HTML card. Free of torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ctrcore.explain.sentences import semicolons
from ctrcore.explain.trust.check import DEFINITIONS, MODEL, Check, Limit, Thresholds, Verdict, overall, verdict
from ctrcore.explain.trust.retold import retold
from ctrcore.language import Spoken, mark, say, say_count

WORDS_OF: Spoken[Verdict] = Spoken(
    {"green": mark("holds"), "amber": mark("unsure"), "red": mark("fails"), "shown": mark("no verdict")}
)
ANSWERS: Spoken[Verdict] = Spoken(
    {
        "green": mark("believable"),
        "amber": mark("read with care"),
        "red": mark("should not be relied on"),
        "shown": mark("not judged"),
    }
)
ABOUT = Spoken(
    {
        "attention": mark("The model's own attention weights, read as importance."),
        "gate": mark("The factors by which SENet multiplies the fields, read as importance."),
        "contribution": mark("What each part adds to the logit, with its sign."),
    }
)
NAMES = Spoken(
    {
        "attention": mark("Attention"),
        "gate": mark("Gates"),
        "contribution": mark("Contributions"),
        MODEL: mark("The model and its rows"),
    }
)
METHODS = Spoken(
    {
        "attention": mark("attention"),
        "gate": mark("gate"),
        "contribution": mark("contribution"),
        "leave-one-out": mark("leave-one-out"),
        "gate spread": mark("gate spread"),
        "gate ablation": mark("gate ablation"),
        "permutation": mark("permutation"),
        "interaction": mark("interaction"),
        "integrated gradients": mark("integrated gradients"),
    }
)
SHARES = ("T3", "T6", "T10", "T13", "T14")
DIFFERENCES = {"T1": 4, "T4": 3, "T5": 3}
BACKGROUND = re.compile(r"(\d+) training rows, seed (\d+)")
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
    text = re.sub(r"(?<=\d) ?%", PERCENT, retold(check.says))
    return re.sub(r"(?<![\w.])-(0(?:\.0+)?)(?![\d.]*[1-9])", r"\1", text)


def name_of(method: str) -> str:
    """What is judged, at the start of a sentence: 'Attention', 'Gates', 'Contributions', 'The model and its rows'."""
    return NAMES[method]


def method_words(method: str) -> str:
    """A way to explain, as the label of a line or a column."""
    return METHODS.get(method, method)


def background_words(background: str) -> str:
    """What stands for a field that is left out, as `ctrcore.explain.background` names it."""
    found = BACKGROUND.fullmatch(background)
    return say("{rows} training rows, seed {seed}", rows=found[1], seed=found[2]) if found else background


def verdicts_text(methods: Mapping[str, Sequence[Check]], thresholds: Thresholds) -> str:
    """The overall verdict of each method, a sentence each."""
    return " ".join(
        say("{picture}: {answer}.", picture=name_of(method), answer=ANSWERS[overall(checks, thresholds)])
        for method, checks in methods.items()
    )


def interval_text(check: Check) -> str:
    """The 95 % interval of its figure; empty where it has none."""
    if check.low is None or check.high is None:
        return ""
    return say("{low} to {high}", low=figure_text(check.id, check.low), high=figure_text(check.id, check.high))


LIMITS = {
    "interval": mark(
        "holds if the whole interval is above {green}; fails if the figure is not, or {amber} is out of reach"
    ),
    "high": mark("holds if at least {green}; fails below {amber}"),
    "low": mark("holds if at most {green}; fails above {amber}"),
}


def limit_text(id: str, limit: Limit | None) -> str:  # noqa: A002
    """When the check passes and when it fails, in a few words."""
    if limit is None:
        return say("shown, never judged")
    return say(LIMITS[DEFINITIONS[id].direction], green=_bare(id, limit.green), amber=_bare(id, limit.amber))


def in_one_sentence(checks: Sequence[Check], thresholds: Thresholds, *, ids: bool = True) -> str:
    """The overall verdict: how many of the checks that can be judged hold, and which do not.

    Args:
        checks: all of them.
        thresholds: which figures pass.
        ids: name the checks with their numbers, as 'T2 order agrees with effect'.
    """
    by = {one: [check for check in checks if verdict(check, thresholds) == one] for one in WORDS_OF}
    judged = len(by["green"]) + len(by["amber"]) + len(by["red"])
    if not judged:
        return say("None of the checks could be judged.")
    rest = len(by["shown"])
    told = [
        _of_judged(by, judged, ids),
        *([say_count("{count} is not judged.", "{count} are not judged.", rest)] if rest else []),
    ]
    return " ".join(told)


def _of_judged(by: Mapping[Verdict, Sequence[Check]], judged: int, ids: bool) -> str:
    """What those checks say together that can be judged."""
    red, amber = len(by["red"]), len(by["amber"])
    failed, unsure = _named(by["red"], ids), _named(by["amber"], ids)
    if not red and not amber:
        return say_count("The only check judged holds.", "All {count} checks that can be judged hold.", judged)
    if not red:
        return say_count(
            "No check fails, but of {judged} that can be judged one is unsure ({unsure}).",
            "No check fails, but of {judged} that can be judged {count} are unsure ({unsure}).",
            amber,
            judged=judged,
            unsure=unsure,
        )
    fails = say_count(
        "{count} of {judged} checks fails ({failed})",
        "{count} of {judged} checks fail ({failed})",
        red,
        judged=judged,
        failed=failed,
    )
    if not amber:
        return say("{fails}.", fails=fails)
    return say_count(
        "{fails}, and one is unsure ({unsure}).",
        "{fails}, and {count} are unsure ({unsure}).",
        amber,
        fails=fails,
        unsure=unsure,
    )


def _named(checks: Iterable[Check], ids: bool) -> str:
    titles = ((check.id, DEFINITIONS[check.id].title.lower()) for check in checks)
    return semicolons([f"{name} {title}" if ids else title for name, title in titles])


def _bare(id: str, value: float) -> str:  # noqa: A002
    """A limit without decimals that say nothing."""
    return f"{100 * value:g}{PERCENT}" if id in SHARES else f"{value:g}"
