"""The smallest change that takes an item off a list, or onto it, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from ctrcore.explain.sentences import few, joined
from ctrcore.language import mark, say, say_count
from ctrcore.recommend.changes import Change
from ctrcore.recommend.counterfactual import Counterfactual, lists_all
from ctrcore.recommend.funnel import Trace

NO_ITEM = mark("This model reads nothing of the item, so it scores every item the same: their order tells nothing.")
FOUND = {  # by the goal; True: the item still has a rank; True: another one takes its place, or makes room
    ("leaves", True, True): mark(
        "{change}, {item} would leave the first {length}: it would have rank {rank}, and {other} would come onto the "
        "list."
    ),
    ("leaves", True, False): mark("{change}, {item} would leave the first {length}: it would have rank {rank}."),
    ("leaves", False, True): mark(
        "{change}, {item} would leave the first {length}: it would have no rank, for it is not even recalled, and "
        "{other} would come onto the list."
    ),
    ("leaves", False, False): mark(
        "{change}, {item} would leave the first {length}: it would have no rank, for it is not even recalled."
    ),
    ("enters", True, True): mark(
        "{change}, {item} would enter the first {length}: it would have rank {rank}, and {other} would leave the list."
    ),
    ("enters", True, False): mark("{change}, {item} would enter the first {length}: it would have rank {rank}."),
}
FAILED = {  # by the goal and what was changed
    ("leaves", "behaviour"): mark(
        "Leaving out up to three past clicks does not make {item} leave the first {length}, as far as was tried "
        "({tried:,} times)."
    ),
    ("leaves", "field"): mark(
        "Changing up to three values does not make {item} leave the first {length}, as far as was tried ({tried:,} "
        "times)."
    ),
    ("enters", "behaviour"): mark(
        "Leaving out up to three past clicks does not make {item} enter the first {length}, as far as was tried "
        "({tried:,} times)."
    ),
    ("enters", "field"): mark(
        "Changing up to three values does not make {item} enter the first {length}, as far as was tried ({tried:,} "
        "times)."
    ),
}


def of_counterfactual(trace: Trace, found: Counterfactual) -> str:
    """The smallest change, verified; or that there is none within reach, and the best that was found."""
    if not trace.items.fields:
        return say(NO_ITEM)
    if not found.changes and lists_all(trace, found.top_k):
        return say("Every item that may be offered is on the list, so none can leave it.")
    if not found.changes:
        return say("There is nothing to change: no model reads past clicks of this moment, and no other field is open.")
    item, change = quoted(trace.items.names.item(found.item)), _changed(found.changes)
    ranked, swapped = found.rank_after is not None, found.replacement is not None
    numbers = {"item": item, "length": found.top_k, "rank": found.rank_after, "tried": found.tried}
    if found.found:
        other = quoted(trace.items.names.item(found.replacement)) if found.replacement is not None else ""
        told = [say(FOUND[found.goal, ranked, swapped], change=change, other=other, **numbers)]
        if found.exhaustive and len(found.changes) > 1:
            told.append(say("No smaller change does it."))
        return " ".join(told)
    best = (
        mark("The best found, {change}, puts it at rank {rank}.")
        if ranked
        else mark("The best found, {change}, does not get it recalled.")
    )
    told = [
        say(FAILED[found.goal, found.kind or "field"], **numbers),
        say(best, change=change[0].lower() + change[1:], rank=found.rank_after),
    ]
    return " ".join([*told, *_without_any(found)])


def quoted(text: str) -> str:
    """A name as a sentence shows it."""
    return say("“{name}”", name=text)


def _without_any(found: Counterfactual) -> list[str]:
    """What the past as a whole decides, where leaving out a few clicks decides nothing."""
    if found.rank_without is None:
        return []
    if (found.rank_without > found.top_k) == (found.goal == "leaves"):
        return [say("Only without all past clicks it would: it would then have rank {rank}.", rank=found.rank_without)]
    return [
        say(
            "Past clicks do not decide it: even without any of them it would have rank {rank}.", rank=found.rank_without
        )
    ]


def _changed(changes: Sequence[Change]) -> str:
    """'Without the past clicks on A and B', or 'With hour = 8 instead of 9'."""
    if changes[0].kind == "behaviour":
        items = joined([quoted(few(change.before)) for change in changes])
        return say_count(
            "Without the past click on {items}", "Without the past clicks on {items}", len(changes), items=items
        )
    told = [
        say("{column} = {after} instead of {before}", column=one.name, after=one.after, before=one.before)
        for one in changes
    ]
    return say("With {changes}", changes=joined(told))
