"""What matters, said in sentences: which field matters most to which model, and where the models disagree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

FEWEST = 3  # models or fields from which on ranks say something
SHARE = 0.4  # of the fields: ranks this far apart are worth a sentence

PHRASES = {
    "permutation": "AUC -{:.3f} when it is shuffled",
    "shapley": "it moves the logit by {:.2f} on average",
    "contribution": "its own terms move the logit by {:.2f}",
}


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
        amount = PHRASES[measure].format(values[models[0]][name])
        whom = "all models" if len(models) == len(ranked) > 1 else _joined(models)
        strongest = f", in {models[0]}" if len(models) > 1 else ""
        does = " matters most" if place == 0 else ""
        told.append(f"{name}{does} to {whom} ({amount}{strongest})")
    sentences = [f"{'; '.join(told)}."]
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
        return "The models order the fields much alike."
    name = best[1]
    places = {model: order.index(name) + 1 for model, order in ranked.items()}
    first, *_, last = sorted(places, key=lambda model: places[model])
    return (
        f"The models disagree most on {name}: number {places[first]} of {len(ranked[first])} in {first}, "
        f"number {places[last]} in {last}."
    )


def _ranked(found: Mapping[str, float]) -> list[str]:
    known = {name: value for name, value in found.items() if not math.isnan(value)}
    return sorted(known, key=lambda name: -known[name])


def _joined(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
