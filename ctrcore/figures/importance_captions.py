"""What stands beside the figures of what fields, values, pairs and past clicks are worth."""

from __future__ import annotations

from collections.abc import Collection

from ctrcore.figures.captions import Caption

_READ = {
    "permutation": "**Shuffling**: the AUC lost when the field's values are shuffled over the rows.",
    "shapley": "**Shapley**: how far it moves the score on average, compared with rows that have another value.",
    "contribution": "**Own terms**: how far what the model adds for it (half of each pair) moves from row to row.",
    "attention": "**Attention**: its share of AFM's attention.",
    "gate": "**Gate**: the mean factor that SENet gives it.",
}


def importances(rests_on: str, measures: Collection[str], fields: int, drawn: int) -> Caption:
    """Of the picture with a line per field.

    Args:
        rests_on: which rows each measure rests on.
        measures: those drawn.
        fields: how many there are.
        drawn: how many are drawn at most.
    """
    whiskers = "Lines: 95 % intervals, where they were measured"
    if "attention" in measures or "gate" in measures:
        whiskers += "; for attention and gate one deviation over rows"
    left = f" The first {drawn} of {fields} fields are drawn; the file has all." if fields > drawn else ""
    return {
        "title": "What each field is worth",
        "read": " ".join(_READ[one] for one in measures if one in _READ) + f" {whiskers}. Samples: {rests_on}.{left}",
        "beware": "No measure is the right one. Only shuffling asks whether the field helps to rank; a field may move "
        "the score a lot and help nobody. Columns that say the same thing (an item and its category) stand in for "
        "each other, so that each looks small: move tied columns together to see them as one. None of this says what "
        "makes people click.",
    }


def effects(field: str, rests_on: str, measure: str, left_out: str) -> Caption:
    """Of the effect of each value of a field.

    Args:
        field: its name, and what moves together with it.
        rests_on: which rows the means rest on.
        measure: 'contribution' or 'shapley'.
        left_out: what is not drawn, as a sentence; or empty.
    """
    what = "its Shapley value" if measure == "shapley" else "what the model's own terms add for it"
    return {
        "title": f"What the values of {field} do",
        "read": f"Mean of {what} over the rows with a value, compared with the mean over all rows. To the right: it "
        "raises the score more than the average value does. Lines: 95 % intervals, rows taken as independent. In "
        "brackets: rows with the value. Hollow: seen fewer than 5 times in training, or unknown. "
        f"{rests_on}. {left_out}".rstrip(),
        "beware": "This is what the model makes of a value, not what would happen if it were changed. What it does "
        "depends on the rest of the row: near 0 may mean that it helps some rows and hurts others. A rare value's "
        "number is hardly more than chance.",
    }


def effect_curve(field: str, rests_on: str, measure: str) -> Caption:
    """Of the effect of a number; arguments as for `effects`."""
    found = effects(field, rests_on, measure, "")
    return {
        "title": found["title"],
        "read": f"The numbers are cut into up to 20 bins with as many rows each; a point is the middle of a bin. "
        f"Above 0 it raises the score more than the average number does. Band: 95 % interval. {rests_on}.",
        "beware": found["beware"],
    }


def pairs(rests_on: str, drawn: int, total: int) -> Caption:
    """Of the strongest pairs: which rows the means rest on, how many are drawn, and how many there are."""
    return {
        "title": "The strongest pairs of fields",
        "read": f"Left: how much a pair moves the score, whichever way. Right: which way, on average. The {drawn} "
        f"strongest of {total} pairs. Lines: 95 % intervals. {rests_on}.",
        "beware": "A pair with a mean near 0 may still be the strongest: it raises the score in some rows and lowers "
        "it in others, which is what a pair is for. Embeddings share strength out freely: two pairs with a field in "
        "common can stand in for each other.",
    }


def behaviours(by: str, rests_on: str, *, left_out: bool) -> Caption:
    """Of past behaviours by the value of a history column.

    Args:
        by: the column.
        rests_on: which rows the means rest on.
        left_out: the picture says what leaving a behaviour out does.
    """
    without = "**Left out**: the score with it minus the score without it. " if left_out else ""
    return {
        "title": f"What past behaviours do, by {by}",
        "read": "**Contribution**: what one such behaviour adds to the score, with the hidden layers' switches held. "
        f"{without}**Attention**: how much the model looks at it. "
        f"In brackets: behaviours. Lines: 95 % intervals. {rests_on}.",
        "beware": "Behaviours of one kind stand in for each other: with many of them, leaving one out changes little. "
        "The means are over all candidates; with a candidate of its own kind a behaviour does more."
        " The page DIN attention shows that row by row.",
    }
