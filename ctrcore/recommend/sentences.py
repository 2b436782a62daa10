"""Why an item is on a list, in plain words. Their numbers are those of tables and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctrcore.explain.sentences import few, joined, percent_of, signed, steps_back, with_number
from ctrcore.language import Spoken, mark, say, say_count
from ctrcore.recommend.change_sentences import NO_ITEM, of_counterfactual, quoted
from ctrcore.recommend.funnel import AND, FROM_ALL, FROM_POPULAR, FROM_RECALL, Trace
from ctrcore.schema import Schema

if TYPE_CHECKING:
    from ctrcore.recommend.why import Why

REASONS = 3  # named at most
PAST = ("group", "own group", "behaviour")
WORTH_NAMING = 0.1  # of the largest reason
CAVEAT = mark(
    "This is what the model has learned to go together, not what causes a click; and it is the same model throughout, "
    "not trained anew."
)


def of_why(trace: Trace, found: Why) -> list[str]:
    """Where the item stands, what speaks for and against it, and what would take it off the list."""
    told = [_standing(trace, found), *([] if trace.items.fields else [say(NO_ITEM)])]
    if trace.items.fields:
        told.append(lead_told(trace, found))
    if trace.items.fields and len(trace.positions) > 1:
        told += reasons_told(found.reasons, trace.items.encoder.schema)
    told += [_appeal(found)] if found.appeal is not None else []
    told += hardly_known(trace, found)
    told += [of_counterfactual(trace, found.counterfactual)] if found.counterfactual is not None else []
    return [*told, say(CAVEAT)]


def reasons_told(table: pd.DataFrame, schema: Schema | None = None, count: int = REASONS) -> list[str]:
    """What speaks for the item and what against it, the largest reasons first.

    Args:
        table: of `ctrcore.recommend.reasons`; the numbers are its leads.
        schema: names the columns with ids, which are told as such.
        count: named at most in either direction.
    """
    worth = max(WORTH_NAMING * float(table["lead"].abs().max()), 5e-4)
    told, past_named = [], False
    for sentence, sign in ((mark("Mainly because of {reasons}."), 1), (mark("Against it speaks {reasons}."), -1)):
        side = table[sign * table["lead"] >= worth].head(count)
        past_named |= bool(side["kind"].isin(PAST).any())
        told += [say(sentence, reasons=joined(_phrases(side, schema)))] if len(side) else []
    past = table[table["kind"].isin(PAST) & (table["lead"].abs() >= 5e-5)]
    if len(past) and not past_named:
        told.append(_past_told(past, float(table["lead"].abs().max()), schema))
    return told or [say("Nothing tells it from the other candidates.")]


def _past_told(past: pd.DataFrame, largest: float, schema: Schema | None) -> str:
    """What all past clicks add together: each may be too small to be named where their sum is not."""
    total = float(past["lead"].sum())
    most = _phrases(past[past["lead"] * total >= 0].head(1), schema)[0]
    if abs(total) < WORTH_NAMING * largest:
        return say(
            "Past clicks matter little for its lead: together {total}, above all {reason}.",
            total=signed(total),
            reason=most,
        )
    return say("Past clicks together add {total}, above all {reason}.", total=signed(total), reason=most)


def _phrases(reasons: pd.DataFrame, schema: Schema | None) -> list[str]:
    return [
        with_number(reason_phrase(str(kind), str(name), str(value), int(many), schema), float(lead))
        for kind, name, value, many, lead in reasons[["kind", "name", "value", "count", "lead"]].to_numpy().tolist()
    ]


OF_VALUE = {
    "item": mark("what {column} = {value} means to this user"),
    "match": mark("how it suits {column} = {value}"),
}
REASON_WORDS = Spoken(
    {
        "appeal": mark("how other users score it"),
        "match": mark("how it suits this user as such"),
        "item": mark("how its own values go together for this user"),
        "rest": mark("how it suits the user's own values"),
        "hidden": mark("what the model makes of all values together"),
    }
)


def reason_phrase(kind: str, name: str, value: str, count: int, schema: Schema | None = None) -> str:
    """A reason as people say it: '3 past clicks with class = Comedy, as here', 'how it suits age = 49'.

    An id is no reason that anybody could follow, so it is not named.
    """
    item, user = (schema.item, schema.user) if schema is not None else (None, None)
    if kind == "behaviour":
        return say("the past click on {item} ({when})", item=quoted(few(value)), when=steps_back(name))
    if kind in ("group", "own group"):
        shared = {"clicks": count, "column": name, "value": value}
        if kind == "own group":
            return say("{clicks} past clicks with {column} = {value}, as here", **shared)
        return say("{clicks} past clicks with {column} = {value}", **shared)
    if kind == "item" and name == item:
        return say("what this item means to this user")
    if (kind == "item" and name) or (kind == "match" and name != user):
        return say(OF_VALUE[kind], column=name, value=few(value))
    return REASON_WORDS[kind]


RECALLED = {
    FROM_RECALL: mark("The recall chose it as number {rank:,} of {items:,} items."),
    FROM_POPULAR: mark(
        "It was recalled as one of the items with most clicks; by its own score it is only number {rank:,} of "
        "{items:,}."
    ),
}
TWICE_RECALLED = mark("The recall chose it as number {rank:,} of {items:,} items, and it is one of the most clicked.")


def _standing(trace: Trace, found: Why) -> str:
    count = len(trace.positions)
    score = {"item": quoted(found.name), "percent": percent_of(found.logit), "logit": signed(found.logit)}
    if count == 1:
        start = say("{item} is the only candidate, with a click probability of {percent} (logit {logit}).", **score)
    else:
        start = say(
            "{item} is number {rank} of {candidates:,} candidates, with a click probability of {percent} "
            "(logit {logit}).",
            **score,
            rank=found.rank,
            candidates=count,
        )
    if found.channel == FROM_ALL:
        return start
    way = RECALLED.get(found.channel, TWICE_RECALLED)
    return f"{start} {say(way, rank=found.recall_rank, items=len(trace.items) - len(trace.left_out))}"


MORE = mark("For this user the {candidates:,} candidates score {mean} on average and this item {score}: {lead} more.")
LESS = mark("For this user the {candidates:,} candidates score {mean} on average and this item {score}: {lead} less.")


def channel_words(channel: str) -> str:
    """A candidate's ways through the recall, in the reader's language."""
    return joined([say(way) for way in channel.split(AND)])


def lead_told(trace: Trace, found: Why) -> str:
    """How far the item stands above or below the other candidates: what its reasons add up to."""
    if len(trace.positions) == 1:
        return say("There is no other candidate to compare it with.")
    lead = found.logit - found.mean_logit
    return say(
        MORE if lead >= 0 else LESS,
        candidates=len(trace.positions),
        mean=signed(found.mean_logit),
        score=signed(found.logit),
        lead=signed(abs(lead)).lstrip("+"),
    )


def _appeal(found: Why) -> str:
    assert found.appeal is not None
    count = found.appeal.rows
    return say_count(
        "One other user gives it {appeal} on average; this user and the moment add {fit}, including how readily this "
        "user clicks at all.",
        "A sample of {count:,} other users gives it {appeal} on average; this user and the moment add {fit}, including "
        "how readily this user clicks at all.",
        count,
        appeal=signed(found.appeal.appeal),
        fit=signed(found.appeal.fit),
    )


def hardly_known(trace: Trace, found: Why) -> list[str]:
    """A warning where the model hardly knows the item."""
    own = [one for one in found.support if one.field == trace.recommender.encoder.schema.item]
    if not own or own[0].state == "known":
        return []
    if own[0].state == "unknown":
        return [say("Beware: the item was not among the training rows, so the model knows only what describes it.")]
    return [
        say_count(
            "Beware: training saw the item only {count} time.",
            "Beware: training saw the item only {count} times.",
            own[0].seen or 0,
        )
    ]
