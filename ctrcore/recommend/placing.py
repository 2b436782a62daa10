"""Why an item stands above another one, or is missing, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.explain.sentences import CONSTANT, few, joined, part_phrase, signed
from ctrcore.recommend.funnel import Trace
from ctrcore.recommend.sentences import CAVEAT, NO_ITEM, REASONS, of_counterfactual, quoted

if TYPE_CHECKING:
    from ctrcore.recommend.why import Above, WhyNot


def of_above(trace: Trace, found: Above) -> list[str]:
    """What puts one item above the other, and what pulls the other way."""
    names = trace.items.names
    a, b = quoted(names.item(found.a)), quoted(names.item(found.b))
    side = "higher" if found.difference >= 0 else "lower"
    told = [f"{a} scores {signed(found.difference)} against {b}: that much {side} on the logit."]
    of_value = found.parts["kind"] != CONSTANT
    about = found.parts[found.parts["about_item"] & of_value]
    apart = float(found.parts.loc[~of_value, "difference"].sum())
    for who, sign in ((a, 1), (b, -1)):
        parts = about[sign * about["difference"] >= 5e-5].head(REASONS)
        phrases = [
            f"{_versus(str(kind), str(name), str(one), str(two))} ({signed(float(difference))})"
            for kind, name, one, two, difference in parts[["kind", "name", "value_a", "value_b", "difference"]]
            .to_numpy()
            .tolist()
        ]
        told += [f"In favour of {who}: {joined(phrases)}."] if phrases else []
    if abs(apart) >= 5e-5:
        told.append(f"Apart from the values: what the hidden layers add to each differs by {signed(apart)}.")
    if abs(found.user_only) >= 5e-5:
        told.append(
            f"What is the user's alone makes {signed(found.user_only)} of it: the user is the same, but this model "
            "weighs the user's values by the item."
        )
    return [*told, CAVEAT]


def of_why_not(trace: Trace, found: WhyNot) -> list[str]:
    """Where the item was lost, and what would lift it."""
    name, size = quoted(found.name), len(trace.positions)
    kept = trace.options.top_k
    if found.stage == "list":
        told = [f"{name} is on the list, at rank {found.rank}."]
    elif found.stage == "seen":
        told = [
            f"{name} is in the user's history, and items of the history are left out. "
            f"Among the {size:,} candidates it would rank {found.would_rank}."
        ]
    elif found.stage == "ranking":
        assert found.score is not None
        assert found.cutoff is not None
        came = "is a candidate" if trace.recommender.recall is None else "was recalled"
        told = [
            f"{name} {came}, but the ranking puts it at {found.rank} of {size:,} candidates, with a logit of "
            f"{signed(found.score)}; the list ends at {signed(found.cutoff)}, with rank {kept}."
        ]
    else:
        told = [_lost(trace, found, name)]
    if not trace.items.fields:
        told.append(NO_ITEM)
    elif found.lift is not None:
        told.append(of_counterfactual(trace, found.lift))
    return [*told, CAVEAT]


def _lost(trace: Trace, found: WhyNot, name: str) -> str:
    wish = f"The ranking model would have put it at {found.would_rank}, with a logit of {signed(found.logit)}."
    if found.rank is None or found.score is None or found.cutoff is None:
        return f"{name} was not recalled. {wish}"
    total = len(trace.items) - len(trace.left_out)
    return (
        f"{name} was lost in the recall: its score there is {signed(found.score)}, number {found.rank:,} of {total:,}, "
        f"and {signed(found.cutoff)} was needed. {wish}"
    )


def _versus(kind: str, name: str, one: str, two: str) -> str:
    """A part of two items: 'class = Comedy against Drama'; where both values are equal, only one."""
    told = part_phrase(kind, name, one)
    if one == two:
        return told
    sides = list(zip(one.split(" × "), two.split(" × "), strict=False))
    differ = [b for a, b in sides if a != b] if kind == "pair" else [two]
    return f"{told} against {joined([few(value) for value in differ])}"
