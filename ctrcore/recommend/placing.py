"""Why an item stands above another one, or is missing, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.explain.sentences import CONSTANT, few, joined, part_phrase, signed, with_number
from ctrcore.language import mark, say
from ctrcore.recommend.change_sentences import NO_ITEM, of_counterfactual, quoted
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.sentences import CAVEAT, REASONS

if TYPE_CHECKING:
    from ctrcore.recommend.why import Above, WhyNot


OUTRANKED = mark(
    "{item} is a candidate, but the ranking puts it at {rank} of {candidates:,} candidates, with a logit of {score}; "
    "the list ends at {cutoff}, with rank {length}."
)
RECALLED_BUT_OUTRANKED = mark(
    "{item} was recalled, but the ranking puts it at {rank} of {candidates:,} candidates, with a logit of {score}; the "
    "list ends at {cutoff}, with rank {length}."
)


def of_above(trace: Trace, found: Above) -> list[str]:
    """What puts one item above the other, and what pulls the other way."""
    names = trace.items.names
    a, b = quoted(names.item(found.a)), quoted(names.item(found.b))
    side = (
        mark("{item} scores {difference} against {other}: that much higher on the logit.")
        if found.difference >= 0
        else mark("{item} scores {difference} against {other}: that much lower on the logit.")
    )
    told = [say(side, item=a, difference=signed(found.difference), other=b)]
    of_value = found.parts["kind"] != CONSTANT
    about = found.parts[found.parts["about_item"] & of_value]
    apart = float(found.parts.loc[~of_value, "difference"].sum())
    for who, sign in ((a, 1), (b, -1)):
        parts = about[sign * about["difference"] >= 5e-5].head(REASONS)
        phrases = [
            with_number(_versus(str(kind), str(name), str(one), str(two)), float(difference))
            for kind, name, one, two, difference in parts[["kind", "name", "value_a", "value_b", "difference"]]
            .to_numpy()
            .tolist()
        ]
        told += [say("In favour of {item}: {reasons}.", item=who, reasons=joined(phrases))] if phrases else []
    if abs(apart) >= 5e-5:
        told.append(
            say("Apart from the values: what the hidden layers add to each differs by {apart}.", apart=signed(apart))
        )
    if abs(found.user_only) >= 5e-5:
        told.append(
            say(
                "What is the user's alone makes {user_only} of it: the user is the same, but this model weighs the "
                "user's values by the item.",
                user_only=signed(found.user_only),
            )
        )
    return [*told, say(CAVEAT)]


def of_why_not(trace: Trace, found: WhyNot) -> list[str]:
    """Where the item was lost, and what would lift it."""
    name = quoted(found.name)
    said = {"item": name, "rank": found.rank, "candidates": len(trace.positions), "length": trace.options.top_k}
    if found.stage == "list":
        told = [say("{item} is on the list, at rank {rank}.", **said)]
    elif found.stage == "seen":
        told = [
            say(
                "{item} is in the user's history, and items of the history are left out. Among the {candidates:,} "
                "candidates it would rank {would}.",
                **said,
                would=found.would_rank,
            )
        ]
    elif found.stage == "ranking":
        assert found.score is not None
        assert found.cutoff is not None
        came = OUTRANKED if trace.recommender.recall is None else RECALLED_BUT_OUTRANKED
        told = [say(came, **said, score=signed(found.score), cutoff=signed(found.cutoff))]
    else:
        told = [_lost(trace, found, name)]
    if not trace.items.fields:
        told.append(say(NO_ITEM))
    elif found.lift is not None:
        told.append(of_counterfactual(trace, found.lift))
    return [*told, say(CAVEAT)]


def _lost(trace: Trace, found: WhyNot, name: str) -> str:
    wish = say(
        "The ranking model would have put it at {rank}, with a logit of {logit}.",
        rank=found.would_rank,
        logit=signed(found.logit),
    )
    if found.rank is None or found.score is None or found.cutoff is None:
        lost = say("{item} was not recalled.", item=name)
    else:
        lost = say(
            "{item} was lost in the recall: its score there is {score}, number {rank:,} of {items:,}, and {cutoff} was "
            "needed.",
            item=name,
            score=signed(found.score),
            rank=found.rank,
            items=len(trace.items) - len(trace.left_out),
            cutoff=signed(found.cutoff),
        )
    return f"{lost} {wish}"


def _versus(kind: str, name: str, one: str, two: str) -> str:
    """A part of two items: 'class = Comedy against Drama'; where both values are equal, only one."""
    told = part_phrase(kind, name, one)
    if one == two:
        return told
    sides = list(zip(one.split(" × "), two.split(" × "), strict=False))
    differ = [b for a, b in sides if a != b] if kind == "pair" else [two]
    return say("{part} against {other}", part=told, other=joined([few(value) for value in differ]))
