"""Findings in the reader's language: they are made and kept in English, by a process that knows no reader.

A sentence is compared with the ones that the checks write; what stands in its braces is told again in the same way.
"""

from __future__ import annotations

import re
from functools import cache

from ctrcore.explain.sentences import semicolons
from ctrcore.language import language, mark, say

SENTENCES = (
    mark("Base and parts miss the logit by {size} of its size at most."),
    mark("With {weights} the AUC is {change} ({doubt}), with weights shuffled within each row {shuffled}."),
    mark("Asked of weights only: a contribution cannot be replaced by a uniform one."),
    mark("All rows have the same label, so no order of them is better than another one."),
    mark("No row has two parts, so their weights cannot be dealt out in another way."),
    mark(
        "The order of the {method} scores agrees with that of the effects with tau {tau} (1: the same order, 0: no "
        "relation); {left_out}."
    ),
    mark(
        "The order of the {method} scores agrees with that of the effects with tau {tau} (1: the same order, 0: no "
        "relation)."
    ),
    mark("No row has two parts, so there is no order to judge."),
    mark("The part with the largest score pushes the logit {claim}; {rest}."),
    mark("The part with the largest score does not push the logit {claim}; {rest}."),
    mark("In {share} of the rows the part with the largest score pushes the logit {claim}; {rest}."),
    mark("No row has two parts, so none is the largest."),
    mark(
        "Taking the parts by their {method} scores is better than taking them at random by {gain} on a scale from the "
        "worst order tried (0) to the best tried (1)."
    ),
    mark(
        "Taking the parts by their {method} scores is worse than taking them at random by {gain} on a scale from the "
        "worst order tried (0) to the best tried (1)."
    ),
    mark("No row has two parts of which one can be taken away with an effect."),
    mark(
        "{own} of {parts} parts have to go before the decision changes, largest scores first; {random} in random "
        "orders."
    ),
    mark("In {share} of the rows all have to."),
    mark("No row has a decision that taking parts away could change."),
    mark(
        "Of what happens when random sets of parts go, the {method} scores leave {share} unexplained (0 %: they "
        "foretell all of it; 100 % or more: no better than a constant)."
    ),
    mark("Taking parts away changes no logit, so there is nothing to foretell."),
    mark("Correlation of the order of the scores with what it was: {found}."),
    mark("The scores of each row are all alike, so they have no order to lose."),
    mark("A fresh model gives all parts of a row the same score, so no order could be kept."),
    mark(
        "Correlation with the model's scores after a short training: {true} on the true clicks, {shuffled} on "
        "shuffled ones."
    ),
    mark("Concentration: {before} before, {after} on shuffled clicks (0: all parts alike, 1: one part alone)."),
    mark(
        "So short a training does not find the structure again (that takes at least {least}), so its loss cannot be "
        "judged."
    ),
    mark("Needs a short training on shuffled clicks: let the card be made with training."),
    mark("The scores are all alike, so they have no structure to lose."),
    mark("A correlation of {parts} numbers is as good as chance: no verdict below 8 parts."),
    mark("There is no other run that differs only in the seed."),
    mark("Train one with another seed, or let the card train two more briefly."),
    mark("The scores are all alike, so they have no order to compare."),
    mark("{models} runs that differ only in the seed: correlation of the scores {found}."),
    mark("{models} short trainings with other seeds, not the run itself: correlation of the scores {found}."),
    mark(
        "Against {background} the Shapley values of {players} are off by {error} of their size, as their halves tell; "
        "four times as many rows would halve that."
    ),
    mark("All Shapley values are 0, whatever the background."),
    mark("Correlation of the sizes (same first part, same sign): {found}."),
    mark("Nobody knows the truth behind these data; simulated data have one."),
    mark("The model shows no pairs, gates or behaviours that the truth speaks of."),
    mark("Asked of weights only: contributions are no weights."),
    mark("No row has a part, so there are no weights."),
    mark("{share} of the gates are exactly 0; {ends} lie at an end of their range."),
    mark("{share} of the weights are exactly 0; one part has over {most} in {taken} of rows."),
    mark("The attention is spread with {entropy} of the largest possible entropy."),
    mark("Of {values} values {unknown} are unknown, and {rare} were seen fewer than {least} times in training."),
    mark("Highest share: {fields}."),
    mark("The rows hold no values that could be unknown."),
)
PHRASES = (  # what may stand in the braces of the sentences
    mark("uniform weights"),
    mark("each gate at its field's mean"),
    mark("each behaviour at the row's mean weight"),
    mark("{amount} lower"),
    mark("{amount} higher"),
    mark("the same"),
    mark("not defined"),
    mark("95 % interval of the loss {low} to {high}"),
    mark("whether that is more than chance cannot be told, {reason}"),
    mark("the rows belong to {users} users (at least {least} are needed)"),
    mark("there are {count} clicks (at least {least} are needed)"),
    mark("there are {count} rows without a click (at least {least} are needed)"),
    mark("there are {count} users with clicks (at least {least} are needed)"),
    mark("there are {count} users with rows without a click (at least {least} are needed)"),
    mark("{rows} rows with fewer than two parts are left out"),
    mark("the way its score says"),
    mark("upwards, as a weight without a sign claims"),
    mark("so do {share} of all parts"),
    mark("{share} of the scores' mass lies on parts that lower it"),
    mark("{value} with attention initialised anew"),
    mark("{value} with everything initialised anew"),
    mark("{value}, overlap of the top {top} {overlap} (by chance {chance})"),
    mark("{rows} training rows, seed {seed}"),
    mark("{players} players"),
    mark("{players} player"),
    mark("of fields {found}"),
    mark("{method}: not defined"),
    mark("{method} {correlation} ({top}, {sign})"),
    mark("planted pairs rank {ranks} of {pairs} by {method}"),
    mark("{method} orders the fields with a correlation of {found} to their true effect"),
    mark("{method} finds relevant behaviours with AUC {area} and the right sign in {sign}"),
    mark("attention"),
    mark("gate"),
    mark("contribution"),
    mark("leave-one-out"),
    mark("gate spread"),
    mark("gate ablation"),
    mark("permutation"),
    mark("interaction"),
    mark("integrated gradients"),
)
NUMBERS = ("correlation", "top", "sign")  # braces in which nothing but a number may stand
NUMBER = r"-?[\d.,]+%?"


def retold(says: str) -> str:
    """A finding in the reader's language; as it is where it is none that the checks write."""
    if language() == "en":
        return says
    return " ".join(_sentence(one) for one in re.split(r"(?<=[.!?]) (?=[A-Z])", says))


def known(says: str) -> bool:
    """True if every sentence of a finding can be retold."""
    return all(_match(one, SENTENCES) or _listed(one) for one in re.split(r"(?<=[.!?]) (?=[A-Z])", says))


def _sentence(text: str) -> str:
    found = _match(text, SENTENCES)
    if found is not None:
        return say(found[0], **{name: _phrases(value) for name, value in found[1].items()})
    if _listed(text):  # a list of what was planted: its first word is written large
        return say("{sentences}.", sentences=_phrases(text[0].lower() + text[1:-1]))
    return text


def _listed(text: str) -> bool:
    return text.endswith(".") and _match((text[:1].lower() + text[1:-1]).split("; ")[0], PHRASES) is not None


def _phrases(text: str) -> str:
    return semicolons([_phrase(one) for one in text.split("; ")])


def _phrase(text: str) -> str:
    found = _match(text, PHRASES)
    return text if found is None else say(found[0], **{name: _phrase(value) for name, value in found[1].items()})


def _match(text: str, templates: tuple[str, ...]) -> tuple[str, dict[str, str]] | None:
    for template in templates:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            return template, found.groupdict()
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(
            f"(?P<{one}>{NUMBER if one in NUMBERS else '.+?'})" if at % 2 else re.escape(one)
            for at, one in enumerate(parts)
        )
    )
