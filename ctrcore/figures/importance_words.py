"""What matters, said in sentences: which field matters most to which model, and where the models disagree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ctrcore.explain.sentences import joined, semicolons
from ctrcore.language import mark, say

FEWEST = 3  # models or fields from which on ranks say something
SHARE = 0.4  # of the fields: ranks this far apart are worth a sentence

PHRASES = {  # by the measure: of a single model, and of several, of which the one with the largest number is named
    "permutation": (
        mark("AUC -{amount:.3f} when it is shuffled"),
        mark("AUC -{amount:.3f} when it is shuffled, in {model}"),
    ),
    "shapley": (
        mark("it moves the logit by {amount:.2f} on average"),
        mark("it moves the logit by {amount:.2f} on average, in {model}"),
    ),
    "contribution": (
        mark("its own terms move the logit by {amount:.2f}"),
        mark("its own terms move the logit by {amount:.2f}, in {model}"),
    ),
}


LATER = mark("{field} to {models} ({amount})")  # after another field


def what_matters(values: Mapping[str, Mapping[str, float]], measure: str) -> list[str]:
    """One or two plain sentences.

    Args:
        values: of each model by the name of the field; higher matters more. NaN: not known.
        measure: a key of `PHRASES`.

    Returns:
        Plain text: escape it before it is shown as Markdown. Empty if nothing is known.
    """
    ranked = {model: _ranked(found) for model, found in values.items()}
    ranked = {model: order for model, order in ranked.items() if order}
    if not ranked:
        return []
    by_first: dict[str, list[str]] = {}
    for model, order in ranked.items():
        by_first.setdefault(order[0], []).append(model)
    firsts = sorted(by_first, key=lambda name: -len(by_first[name]))
    told = []
    for place, name in enumerate(firsts):
        models = sorted(by_first[name], key=lambda one: -values[one][name])
        amount = say(PHRASES[measure][len(models) > 1], amount=values[models[0]][name], model=models[0])
        if len(models) == len(ranked) > 1:
            told.append(say("{field} matters most to all models ({amount})", field=name, amount=amount))
        else:
            sentence = mark("{field} matters most to {models} ({amount})") if place == 0 else LATER
            told.append(say(sentence, field=name, models=joined(models), amount=amount))
    sentences = [say("{sentences}.", sentences=semicolons(told))]
    apart = _most_apart(ranked)
    if apart:
        sentences.append(apart)
    return sentences


def _most_apart(ranked: Mapping[str, Sequence[str]]) -> str | None:
    """The field whose ranks lie farthest apart; None if the models agree."""
    fields = set.intersection(*(set(order) for order in ranked.values()))
    if len(ranked) < 2 or len(fields) < FEWEST:
        return None
    best: tuple[int, str] | None = None
    for name in sorted(fields):
        ranks = [order.index(name) for order in ranked.values()]
        if best is None or max(ranks) - min(ranks) > best[0]:
            best = (max(ranks) - min(ranks), name)
    assert best is not None
    if best[0] < max(2, SHARE * len(fields)):
        return say("The models order the fields much alike.")
    name = best[1]
    places = {model: order.index(name) + 1 for model, order in ranked.items()}
    first, *_, last = sorted(places, key=lambda model: places[model])
    return say(
        "The models disagree most on {field}: number {high} of {fields} in {first}, number {low} in {last}.",
        field=name,
        high=places[first],
        fields=len(ranked[first]),
        first=first,
        low=places[last],
        last=last,
    )


def _ranked(found: Mapping[str, float]) -> list[str]:
    known = {name: value for name, value in found.items() if not math.isnan(value)}
    return sorted(known, key=lambda name: -known[name])
