"""The reasons for an item in the forms that figures show: all of them, and in short the item, the user, and both."""

from __future__ import annotations

from dataclasses import dataclass

from ctrcore.explain.explanation import NAN, Explanation, Part, parts_table
from ctrcore.language import say
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.sentences import reason_phrase
from ctrcore.recommend.why import Why


def as_explanation(trace: Trace, why: Why) -> Explanation:
    """From the mean logit of all candidates to the item's own, reason by reason, in the words of the sentences."""
    schema = trace.items.encoder.schema
    columns = ["kind", "name", "value", "count", "lead"]
    parts: list[Part] = [
        ("other", reason_phrase(str(kind), str(name), str(value), int(count), schema), "", float(lead), NAN, NAN)
        for kind, name, value, count, lead in why.reasons[columns].to_numpy().tolist()
    ]
    method = say("what is different about it among {candidates:,} candidates", candidates=len(trace.positions))
    return Explanation(why.mean_logit, parts_table(parts), why.logit, method, why.explanation.exact)


@dataclass(frozen=True)
class Split:
    """A logit in four steps, which add up to it.

    `candidates + item` is the item's appeal and `user + both` its fit (`ctrcore.explain.appeal`); `item + both` is what
    the sentences explain: the logit minus the mean logit of this user's candidates.

    Attributes:
        candidates: mean logit of the candidates with other users.
        item: how much more the other users score this item; the reason of kind 'appeal'.
        user: how much more this user scores the candidates than the others do.
        both: what is left: how well just this item suits just this user; the sum of all other reasons.
    """

    candidates: float
    item: float
    user: float
    both: float


def split(why: Why) -> Split | None:
    """The item, the user, or both together? None where no sample of other users was asked."""
    if why.appeal is None:
        return None
    item = float(why.reasons.loc[why.reasons["kind"] == "appeal", "lead"].sum())
    candidates = why.appeal.appeal - item
    return Split(candidates, item, why.mean_logit - candidates, why.logit - why.mean_logit - item)
