"""What stands beside the figures of what fields, values, pairs and past clicks are worth."""

from __future__ import annotations

from collections.abc import Collection

from ctrcore.figures.captions import Caption
from ctrcore.language import Spoken, mark, say

_READ = Spoken(
    {
        "permutation": mark("**Shuffling**: the AUC lost when the field's values are shuffled over the rows."),
        "shapley": mark(
            "**Shapley**: how far it moves the score on average, compared with rows that have another value."
        ),
        "contribution": mark(
            "**Own terms**: how far what the model adds for it (half of each pair) moves from row to row."
        ),
        "attention": mark("**Attention**: its share of AFM's attention."),
        "gate": mark("**Gate**: the mean factor that SENet gives it."),
    }
)


def importances(rests_on: str, measures: Collection[str], fields: int, drawn: int) -> Caption:
    """Of the picture with a line per field.

    Args:
        rests_on: which rows each measure rests on.
        measures: those drawn.
        fields: how many there are.
        drawn: how many are drawn at most.
    """
    read = [_READ[one] for one in measures if one in _READ]
    read.append(
        say(
            "Lines: 95 % intervals, where they were measured; for attention and gate one deviation over rows. Samples: "
            "{samples}.",
            samples=rests_on,
        )
        if "attention" in measures or "gate" in measures
        else say("Lines: 95 % intervals, where they were measured. Samples: {samples}.", samples=rests_on)
    )
    if fields > drawn:
        read.append(
            say("The first {drawn} of {fields} fields are drawn; the file has all.", drawn=drawn, fields=fields)
        )
    return {
        "title": say("What each field is worth"),
        "read": " ".join(read),
        "beware": say(
            "No measure is the right one. Only shuffling asks whether the field helps to rank; a field may move the "
            "score a lot and help nobody. Columns that say the same thing (an item and its category) stand in for each "
            "other, so that each looks small: move tied columns together to see them as one. None of this says what "
            "makes people click."
        ),
    }


def effects(field: str, rests_on: str, measure: str, left_out: str) -> Caption:
    """Of the effect of each value of a field.

    Args:
        field: its name, and what moves together with it.
        rests_on: which rows the means rest on.
        measure: 'contribution' or 'shapley'.
        left_out: what is not drawn, as a sentence; or empty.
    """
    what = (
        say("Mean of its Shapley value over the rows with a value, compared with the mean over all rows.")
        if measure == "shapley"
        else say(
            "Mean of what the model's own terms add for it over the rows with a value, compared with the mean over all "
            "rows."
        )
    )
    how = say(
        "To the right: it raises the score more than the average value does. Lines: 95 % intervals, rows taken as "
        "independent. In brackets: rows with the value. Hollow: seen fewer than 5 times in training, or unknown. "
        "{samples}.",
        samples=rests_on,
    )
    return {
        "title": say("What the values of {field} do", field=field),
        "read": " ".join(part for part in (what, how, left_out) if part),
        "beware": say(
            "This is what the model makes of a value, not what would happen if it were changed. What it does depends "
            "on the rest of the row: near 0 may mean that it helps some rows and hurts others. A rare value's number "
            "is hardly more than chance."
        ),
    }


def effect_curve(field: str, rests_on: str, measure: str) -> Caption:
    """Of the effect of a number; arguments as for `effects`."""
    found = effects(field, rests_on, measure, "")
    return {
        "title": found["title"],
        "read": say(
            "The numbers are cut into up to 20 bins with as many rows each; a point is the middle of a bin. Above 0 it "
            "raises the score more than the average number does. Band: 95 % interval. {samples}.",
            samples=rests_on,
        ),
        "beware": found["beware"],
    }


def pairs(rests_on: str, drawn: int, total: int) -> Caption:
    """Of the strongest pairs: which rows the means rest on, how many are drawn, and how many there are."""
    return {
        "title": say("The strongest pairs of fields"),
        "read": say(
            "Left: how much a pair moves the score, whichever way. Right: which way, on average. The {drawn} strongest "
            "of {total} pairs. Lines: 95 % intervals. {samples}.",
            drawn=drawn,
            total=total,
            samples=rests_on,
        ),
        "beware": say(
            "A pair with a mean near 0 may still be the strongest: it raises the score in some rows and lowers it in "
            "others, which is what a pair is for. Embeddings share strength out freely: two pairs with a field in "
            "common can stand in for each other."
        ),
    }


def behaviours(by: str, rests_on: str, *, left_out: bool) -> Caption:
    """Of past behaviours by the value of a history column.

    Args:
        by: the column.
        rests_on: which rows the means rest on.
        left_out: the picture says what leaving a behaviour out does.
    """
    read = [say("**Contribution**: what one such behaviour adds to the score, with the hidden layers' switches held.")]
    if left_out:
        read.append(say("**Left out**: the score with it minus the score without it."))
    read.append(
        say(
            "**Attention**: how much the model looks at it. In brackets: behaviours. Lines: 95 % intervals. {samples}.",
            samples=rests_on,
        )
    )
    return {
        "title": say("What past behaviours do, by {column}", column=by),
        "read": " ".join(read),
        "beware": say(
            "Behaviours of one kind stand in for each other: with many of them, leaving one out changes little. The "
            "means are over all candidates; with a candidate of its own kind a behaviour does more. The page DIN "
            "attention shows that row by row."
        ),
    }
