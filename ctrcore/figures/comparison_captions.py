"""What stands beside the figures that compare models; see `captions`."""

from __future__ import annotations

from ctrcore.figures.captions import Caption, said
from ctrcore.language import Spoken, mark, say

ROC: Caption = {
    "title": mark("How well clicks come first"),
    "read": mark(
        "Walk down the list from the best score: each click found is a step up, each non-click a step to the "
        "right. The further a curve bends to the upper left, the better; the area under it is the AUC."
    ),
    "beware": mark(
        "Where curves cross, neither model is better everywhere. The curve says nothing on whether the "
        "probabilities are right."
    ),
}
PRECISION_RECALL: Caption = {
    "title": mark("How clean the list stays"),
    "read": mark(
        "To the right more of the clicks are found; the height says how many of the rows called so far are "
        "clicks. The dotted line is the click rate: what any order by chance gives."
    ),
    "beware": mark(
        "The height depends on how common clicks are, so curves of different datasets cannot be compared. "
        "The first few rows make the left end jump."
    ),
}
GAIN: Caption = {
    "title": mark("How much of the list holds how many clicks"),
    "read": mark(
        "Show only the best part of the rows, as far as the horizontal axis says: the height is the share of "
        "all clicks that are in it. The dashed line finds nothing but clicks until all are found."
    ),
    "beware": mark("It counts clicks over all users together. One user's own list may be ordered worse or better."),
}
LIFT: Caption = {
    "title": mark("How many times better than chance"),
    "read": mark(
        "A lift of 2 at 10 %: the best tenth of the rows holds twice as many clicks as any tenth would. At "
        "100 % every curve ends at 1. Lists shorter than 0.2 % are not drawn: they rest on too few rows."
    ),
    "beware": mark("The left end rests on few rows and swings. The highest lift possible is one over the click rate."),
}
CALIBRATION: Caption = {
    "title": mark("Do the probabilities keep their promise?"),
    "read": mark(
        "Each point is a group of equally many rows, sorted by predicted probability; the whisker is the 95 % "
        "interval of its click rate. On the dotted line what was predicted happened; below it the model promised too "
        "much."
    ),
    "beware": mark(
        "A well calibrated model may still rank badly, and the other way round. A whisker that reaches the "
        "line shows no error: the group is too small to tell."
    ),
}
HISTOGRAMS: Caption = {
    "title": mark("Clicks and non-clicks apart"),
    "read": mark(
        "Coloured: rows that were clicked; grey and hatched: those that were not. Each kind adds up to 100 %. "
        "The less the two overlap, the better the model tells them apart. All models share one axis."
    ),
    "beware": mark("The bars say nothing on how many clicks there are: both kinds are scaled alike."),
}
AUC_INTERVALS: Caption = {
    "title": mark("AUC of each model"),
    "read": mark(
        "The point is the AUC on the rows at hand, the line its 95 % interval: other rows of the same kind "
        "would as a rule give an AUC in there."
    ),
    "beware": mark(
        "Overlapping intervals do not mean that two models are equal: both were tested on the same rows, so "
        "look at their difference."
    ),
}
DIFFERENCES: Caption = {
    "title": mark("Difference of each pair"),
    "read": mark(
        "The point is the difference of the two AUCs on the same rows, the line its 95 % interval. Blue and filled: "
        "told apart from chance after the correction for all pairs. Grey and hollow: it may be chance, even if the "
        "line does not reach zero: the lines are not corrected for the number of looks, the marks are."
    ),
    "beware": mark(
        "It may be chance does not mean that the models are equal: with more rows a difference may show. A "
        "difference that is no chance may still be too small to matter."
    ),
}


def largest_differences(shown: int, of: int) -> Caption:
    """Of `figures.intervals.forest` where it shows only so many of the pairs."""
    return {**said(DIFFERENCES), "title": say("The {shown} largest differences of {of}", shown=shown, of=of)}


ONE_CUTOFF = mark(
    "A lower cutoff finds more clicks and raises more false alarms. **What not to conclude:** high accuracy is easy "
    "with rare clicks: never calling one is right most of the time."
)
SETTINGS = mark(
    "Settings that all these runs share are left out, and so are those that only one of the models has. – means that "
    "the model has no such setting."
)
FLATTERED = mark("These rows also chose the epoch that was kept of each run, so every number here flatters a little.")

ONE_CLASS = mark(
    "{rows}. Rows of one class rank nothing, so no model has an AUC here and none can be better than another."
)
_TESTED = Spoken(
    {
        "delong": mark("DeLong's formula"),
        "clustered": mark("DeLong's formula, by users because rows of a user are alike"),
        "bootstrap": mark("a bootstrap of the rows"),
        "users": mark("a bootstrap of the users, because rows of a user are alike"),
    }
)
_AXES = Spoken({"epoch": mark("epoch"), "step": mark("step"), "seconds": mark("seconds")})


def tests_made(method: str, pairs: int, part: str) -> str:
    """By which test models were compared, and what not to conclude from it.

    Args:
        method: 'delong', 'clustered', 'bootstrap' or 'users'.
        pairs: how many were tested together; 0: a single model has but an interval.
        part: of which rows, 'test' or 'valid'.
    """
    if pairs > 1:
        made = say(
            "Paired test by {test}, corrected for all {pairs:,} pairs (Holm).", test=_TESTED[method], pairs=pairs
        )
    elif pairs:
        made = say("Paired test by {test}.", test=_TESTED[method])
    else:
        made = say("Interval by {test}.", test=_TESTED[method])
    return f"{made} {_not_said(paired=pairs > 0, tested=part == 'test')}"


def _not_said(*, paired: bool, tested: bool) -> str:
    """What tests, or the interval of a single model, on test or validation rows do not say."""
    if paired and tested:
        return say(
            "**What not to conclude:** it speaks of these trained models on such test rows; another seed of the "
            "training may change the order."
        )
    if paired:
        return say(
            "**What not to conclude:** it speaks of these trained models on such validation rows; another seed of the "
            "training may change the order."
        )
    if tested:
        return say(
            "**What not to conclude:** it speaks of this trained model on such test rows; another seed of the training "
            "may give another AUC."
        )
    return say(
        "**What not to conclude:** it speaks of this trained model on such validation rows; another seed of the "
        "training may give another AUC."
    )


def tests(users: bool) -> str:
    """What paired tests do not say. `users`: rows of users were taken as independent, though there are users."""
    found = say(
        "**What not to conclude:** the test is about chance in the choice of the test rows, for these very models. A "
        "model trained with another seed, or on other days, may rank otherwise: train several seeds before a close "
        "call is believed."
    )
    if not users:
        return found
    alike = say("Rows of one user are alike, and this test takes them as independent: the tests by users do not.")
    return f"{found} {alike}"


def zoomed(share: float) -> Caption:
    """Of `figures.curves.roc` up to that false-positive rate."""
    return {
        "title": say("The top of the list: first {share:.0%} of the non-clicks", share=share),
        "read": say(
            "The same curves, enlarged at their start. A user sees only the top of the list, so this part counts."
        ),
        "beware": say("Few rows lie here, so a small lead may be chance."),
    }


def over_cutoffs(measure: str) -> Caption:
    """Of `figures.cutoffs.over_cutoffs`; `measure` is its marked name, such as 'F1' or 'cost a row'."""
    return {
        "title": say("{measure} at every cutoff", measure=_capital(say(measure))),
        "read": say(
            "Lower is better. The star is the best cutoff of each model, the dashed line the one of the slider."
        )
        if "cost" in measure.lower()
        else say("Higher is better. The star is the best cutoff of each model, the dashed line the one of the slider."),
        "beware": say(
            "The best cutoff was found on these very rows, so its value flatters a little; on new rows expect slightly "
            "worse."
        ),
    }


def learning(measure: str, axis: str) -> Caption:
    """Of `figures.curves.learning`; `measure` is its marked name, `axis` 'epoch', 'step' or 'seconds'."""
    if measure == "training loss":
        return {
            "title": say("Training loss by {axis}", axis=_AXES[axis]),
            "read": say("Lower is better: how surprised the model still is by the rows it learns from."),
            "beware": say(
                "A lower training loss does not mean better predictions: a model can learn its rows by heart."
            ),
        }
    beware = say("The validation rows chose the epoch, so they flatter; numbers on test rows do not.")
    if axis == "seconds":
        clock = say("Seconds depend on the machine, on what else it did, and on the settings.")
        beware = f"{beware} {clock}"
    return {
        "title": say("{measure} by {axis}", measure=_capital(say(measure)), axis=_AXES[axis]),
        "read": say(
            "Higher is better. The star is the best epoch on the validation rows. A curve that turns has begun to "
            "learn its training rows by heart."
        )
        if "AUC" in measure
        else say(
            "Lower is better. The star is the best epoch on the validation rows. A curve that turns has begun to learn "
            "its training rows by heart."
        ),
        "beware": beware,
    }


def repaired(title: str) -> Caption:
    """Of `figures.probabilities.calibration` of one run before and after repairs; `title` is its name."""
    return {
        "title": say("Before and after: {run}", run=title),
        "read": say(
            "On the test rows, which took no part in the fit. The closer a line is to the dotted one, the better the "
            "probabilities keep their promise."
        ),
        "beware": say("Where the whiskers of both lines reach the dotted one, nothing needed repair."),
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
