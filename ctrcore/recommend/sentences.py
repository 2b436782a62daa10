"""Why an item is on a list, in plain words. Their numbers are those of tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ctrcore.explain.sentences import few, joined, percent_of, signed
from ctrcore.recommend.changes import Change
from ctrcore.recommend.counterfactual import Counterfactual, lists_all
from ctrcore.recommend.funnel import FROM_ALL, FROM_POPULAR, FROM_RECALL, Trace
from ctrcore.schema import Schema

if TYPE_CHECKING:
    from ctrcore.recommend.why import Why

REASONS = 3  # named at most
PAST = ("group", "own group", "behaviour")
WORTH_NAMING = 0.1  # of the largest reason
NO_ITEM = "This model reads nothing of the item, so it scores every item the same: their order tells nothing."
CAVEAT = (
    "This is what the model has learned to go together, not what causes a click; and it is the same model throughout, "
    "not trained anew."
)


def of_why(trace: Trace, found: Why) -> list[str]:
    """Where the item stands, what speaks for and against it, and what would take it off the list."""
    told = [_standing(trace, found), *([] if trace.items.fields else [NO_ITEM])]
    if trace.items.fields:
        told.append(lead_told(trace, found))
    if trace.items.fields and len(trace.positions) > 1:
        told += reasons_told(found.reasons, trace.items.encoder.schema)
    told += [_appeal(found)] if found.appeal is not None else []
    told += _support(trace, found)
    told += [of_counterfactual(trace, found.counterfactual)] if found.counterfactual is not None else []
    return [*told, CAVEAT]


def reasons_told(table: pd.DataFrame, schema: Schema | None = None, count: int = REASONS) -> list[str]:
    """What speaks for the item and what against it, the largest reasons first.

    Args:
        table: of `ctrcore.recommend.reasons`; the numbers are its leads.
        schema: names the columns with ids, which are told as such.
        count: named at most in either direction.
    """
    worth = max(WORTH_NAMING * float(table["lead"].abs().max()), 5e-4)
    told, past_named = [], False
    for start, sign in (("Mainly because of", 1), ("Against it speaks", -1)):
        side = table[sign * table["lead"] >= worth].head(count)
        past_named |= bool(side["kind"].isin(PAST).any())
        told += [f"{start} {joined(_phrases(side, schema))}."] if len(side) else []
    past = table[table["kind"].isin(PAST) & (table["lead"].abs() >= 5e-5)]
    if len(past) and not past_named:
        told.append(_past_told(past, float(table["lead"].abs().max()), schema))
    return told or ["Nothing tells it from the other candidates."]


def _past_told(past: pd.DataFrame, largest: float, schema: Schema | None) -> str:
    """What all past clicks add together: each may be too small to be named where their sum is not."""
    total = float(past["lead"].sum())
    most = _phrases(past[past["lead"] * total >= 0].head(1), schema)[0]
    if abs(total) < WORTH_NAMING * largest:
        return f"Past clicks matter little for its lead: together {signed(total)}, above all {most}."
    return f"Past clicks together add {signed(total)}, above all {most}."


def _phrases(reasons: pd.DataFrame, schema: Schema | None) -> list[str]:
    return [
        f"{reason_phrase(str(kind), str(name), str(value), int(many), schema)} ({signed(float(lead))})"
        for kind, name, value, many, lead in reasons[["kind", "name", "value", "count", "lead"]].to_numpy().tolist()
    ]


def reason_phrase(kind: str, name: str, value: str, count: int, schema: Schema | None = None) -> str:
    """A reason as people say it: '3 past clicks with class = Comedy, as here', 'how it suits age = 49'.

    An id is no reason that anybody could follow, so it is not named.
    """
    item, user = (schema.item, schema.user) if schema is not None else (None, None)
    if kind == "behaviour":
        return f"the past click on {quoted(few(value))} ({name.removeprefix('behaviour ')})"
    if kind in ("group", "own group"):
        return f"{count} past clicks with {name} = {value}" + (", as here" if kind == "own group" else "")
    if kind == "item" and name:
        return f"what {'this item' if name == item else f'{name} = {few(value)}'} means to this user"
    told = {
        "appeal": "how other users score it",
        "match": "how it suits this user as such" if name == user else f"how it suits {name} = {few(value)}",
        "item": "how its own values go together for this user",
        "rest": "how it suits the user's own values",
        "hidden": "what the model makes of all values together",
    }
    return told[kind]


def of_counterfactual(trace: Trace, found: Counterfactual) -> str:
    """The smallest change, verified; or that there is none within reach, and the best that was found."""
    item = quoted(trace.items.names.item(found.item))
    if not trace.items.fields:
        return NO_ITEM
    if not found.changes and lists_all(trace, found.top_k):
        return "Every item that may be offered is on the list, so none can leave it."
    if not found.changes:
        return "There is nothing to change: no model reads past clicks of this moment, and no other field is open."
    without = _changed(found.changes)
    goes = "leave" if found.goal == "leaves" else "enter"
    if found.found:
        other = quoted(trace.items.names.item(found.replacement)) if found.replacement is not None else ""
        where = f"rank {found.rank_after}" if found.rank_after is not None else "no rank, for it is not even recalled"
        swap = {"leaves": f", and {other} would come onto the list", "enters": f", and {other} would leave the list"}
        small = "No smaller change does it." if found.exhaustive and len(found.changes) > 1 else ""
        return (
            f"{without}, {item} would {goes} the first {found.top_k}: it would have {where}"
            f"{swap[found.goal] if other else ''}. {small}".strip()
        )
    kind = "Leaving out up to three past clicks" if found.kind == "behaviour" else "Changing up to three values"
    rank = f"puts it at rank {found.rank_after}" if found.rank_after is not None else "does not get it recalled"
    told = (
        f"{kind} does not make {item} {goes} the first {found.top_k}, as far as was tried ({found.tried:,} times). "
        f"The best found, {without[0].lower()}{without[1:]}, {rank}."
    )
    return f"{told} {_without_any(found)}".strip()


def _without_any(found: Counterfactual) -> str:
    """What the past as a whole decides, where leaving out a few clicks decides nothing."""
    if found.rank_without is None:
        return ""
    if (found.rank_without > found.top_k) == (found.goal == "leaves"):
        return f"Only without all past clicks it would: it would then have rank {found.rank_without}."
    return f"Past clicks do not decide it: even without any of them it would have rank {found.rank_without}."


def _standing(trace: Trace, found: Why) -> str:
    count = len(trace.positions)
    place = "the only candidate" if count == 1 else f"number {found.rank} of {count:,} candidates"
    start = (
        f"{quoted(found.name)} is {place}, with a click probability of {percent_of(found.logit)} "
        f"(logit {signed(found.logit)})."
    )
    if found.channel == FROM_ALL:
        return start
    total = len(trace.items) - len(trace.left_out)
    ways = {
        FROM_RECALL: f"The recall chose it as number {found.recall_rank:,} of {total:,} items",
        FROM_POPULAR: f"It was recalled as one of the items with most clicks; by its own score it is only number "
        f"{found.recall_rank:,} of {total:,}",
    }
    return f"{start} {ways.get(found.channel, ways[FROM_RECALL] + ', and it is one of the most clicked')}."


def lead_told(trace: Trace, found: Why) -> str:
    """How far the item stands above or below the other candidates: what its reasons add up to."""
    if len(trace.positions) == 1:
        return "There is no other candidate to compare it with."
    lead = found.logit - found.mean_logit
    return (
        f"For this user the {len(trace.positions):,} candidates score {signed(found.mean_logit)} on average and this "
        f"item {signed(found.logit)}: {signed(abs(lead)).lstrip('+')} {'more' if lead >= 0 else 'less'}."
    )


def _appeal(found: Why) -> str:
    assert found.appeal is not None
    count = found.appeal.rows
    asked = "One other user gives" if count == 1 else f"A sample of {count:,} other users gives"
    return (
        f"{asked} it {signed(found.appeal.appeal)} on average; this user "
        f"and the moment add {signed(found.appeal.fit)}, including how readily this user clicks at all."
    )


def _support(trace: Trace, found: Why) -> list[str]:
    """A warning where the model hardly knows the item."""
    own = [one for one in found.support if one.field == trace.recommender.encoder.schema.item]
    if not own or own[0].state == "known":
        return []
    if own[0].state == "unknown":
        return ["Beware: the item was not among the training rows, so the model knows only what describes it."]
    return [f"Beware: training saw the item only {own[0].seen} time{'' if own[0].seen == 1 else 's'}."]


def _changed(changes: Sequence[Change]) -> str:
    """'Without the past clicks on A and B', or 'With hour = 8 instead of 9'."""
    if changes[0].kind == "behaviour":
        clicks = joined([quoted(few(change.before)) for change in changes])
        return f"Without the past click{'s' if len(changes) > 1 else ''} on {clicks}"
    return "With " + joined([f"{change.name} = {change.after} instead of {change.before}" for change in changes])


def quoted(text: str) -> str:
    """A name as a sentence shows it."""
    return f"“{text}”"
