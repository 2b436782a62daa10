"""What stands beside the figures that compare models; see `captions`."""

from __future__ import annotations

from ctrcore.figures.captions import Caption

ROC: Caption = {
    "title": "How well clicks come first",
    "read": "Walk down the list from the best score: each click found is a step up, each non-click a step to the "
    "right. The further a curve bends to the upper left, the better; the area under it is the AUC.",
    "beware": "Where curves cross, neither model is better everywhere. The curve says nothing on whether the "
    "probabilities are right.",
}
PRECISION_RECALL: Caption = {
    "title": "How clean the list stays",
    "read": "To the right more of the clicks are found; the height says how many of the rows called so far are clicks. "
    "The dotted line is the click rate: what any order by chance gives.",
    "beware": "The height depends on how common clicks are, so curves of different datasets cannot be compared. The "
    "first few rows make the left end jump.",
}
GAIN: Caption = {
    "title": "How much of the list holds how many clicks",
    "read": "Show only the best part of the rows, as far as the horizontal axis says: the height is the share of all "
    "clicks that are in it. The dashed line finds nothing but clicks until all are found.",
    "beware": "It counts clicks over all users together. One user's own list may be ordered worse or better.",
}
LIFT: Caption = {
    "title": "How many times better than chance",
    "read": "A lift of 2 at 10 %: the best tenth of the rows holds twice as many clicks as any tenth would. At 100 % "
    "every curve ends at 1. Lists shorter than 0.2 % are not drawn: they rest on too few rows.",
    "beware": "The left end rests on few rows and swings. The highest lift possible is one over the click rate.",
}
CALIBRATION: Caption = {
    "title": "Do the probabilities keep their promise?",
    "read": "Each point is a group of equally many rows, sorted by predicted probability; the whisker is the 95 % "
    "interval of its click rate. On the dotted line what was predicted happened; below it the model promised too much.",
    "beware": "A well calibrated model may still rank badly, and the other way round. A whisker that reaches the line "
    "shows no error: the group is too small to tell.",
}
HISTOGRAMS: Caption = {
    "title": "Clicks and non-clicks apart",
    "read": "Coloured: rows that were clicked; grey and hatched: those that were not. Each kind adds up to 100 %. The "
    "less the two overlap, the better the model tells them apart. All models share one axis.",
    "beware": "The bars say nothing on how many clicks there are: both kinds are scaled alike.",
}
AUC_INTERVALS: Caption = {
    "title": "AUC of each model",
    "read": "The point is the AUC on the rows at hand, the line its 95 % interval: other rows of the same kind would "
    "as a rule give an AUC in there.",
    "beware": "Overlapping intervals do not mean that two models are equal: both were tested on the same rows, so look "
    "at their difference.",
}
DIFFERENCES: Caption = {
    "title": "Difference of each pair",
    "read": "The point is the difference of the two AUCs on the same rows, the line its 95 % interval. Blue and "
    "filled: told apart from chance after the correction for all pairs. Grey and hollow: it may be chance, even if the "
    "line does not reach zero: the lines are not corrected for the number of looks, the marks are.",
    "beware": "It may be chance does not mean that the models are equal: with more rows a difference may show. A "
    "difference that is no chance may still be too small to matter.",
}


def largest_differences(shown: int, of: int) -> Caption:
    """Of `figures.intervals.forest` where it shows only so many of the pairs."""
    return {**DIFFERENCES, "title": f"The {shown} largest differences of {of}"}


ONE_CUTOFF = (
    "A lower cutoff finds more clicks and raises more false alarms. **What not to conclude:** high accuracy is easy "
    "with rare clicks: never calling one is right most of the time."
)
SETTINGS = (
    "Settings that all these runs share are left out, and so are those that only one of the models has. – means that "
    "the model has no such setting."
)
FLATTERED = "These rows also chose the epoch that was kept of each run, so every number here flatters a little."

ONE_CLASS = "{rows}. Rows of one class rank nothing, so no model has an AUC here and none can be better than another."
_TESTED = {
    "delong": "DeLong's formula",
    "clustered": "DeLong's formula, by users because rows of a user are alike",
    "bootstrap": "a bootstrap of the rows",
    "users": "a bootstrap of the users, because rows of a user are alike",
}


def tests_made(method: str, pairs: int, part: str) -> str:
    """By which test models were compared, and what not to conclude from it.

    Args:
        method: 'delong', 'clustered', 'bootstrap' or 'users'.
        pairs: how many were tested together; 0: a single model has but an interval.
        part: of which rows, 'test' or 'valid'.
    """
    corrected = f", corrected for all {pairs:,} pairs (Holm)" if pairs > 1 else ""
    rows = "test rows" if part == "test" else "validation rows"
    models = "these trained models" if pairs else "this trained model"
    seed = "change the order" if pairs else "give another AUC"
    return (
        f"{'Paired test' if pairs else 'Interval'} by {_TESTED[method]}{corrected}. **What not to conclude:** it "
        f"speaks of {models} on such {rows}; another seed of the training may {seed}."
    )


def tests(users: bool) -> str:
    """What paired tests do not say. `users`: rows of users were taken as independent, though there are users."""
    alike = " Rows of one user are alike, and this test takes them as independent: the tests by users do not."
    return (
        "**What not to conclude:** the test is about chance in the choice of the test rows, for these very models. A "
        "model trained with another seed, or on other days, may rank otherwise: train several seeds before a close "
        f"call is believed.{alike if users else ''}"
    )


def zoomed(share: float) -> Caption:
    """Of `figures.curves.roc` up to that false-positive rate."""
    return {
        "title": f"The top of the list: first {share:.0%} of the non-clicks",
        "read": "The same curves, enlarged at their start. A user sees only the top of the list, so this part counts.",
        "beware": "Few rows lie here, so a small lead may be chance.",
    }


def over_cutoffs(measure: str) -> Caption:
    """Of `figures.cutoffs.over_cutoffs`; `measure` is its name, such as 'F1' or 'cost a row'."""
    lower = "cost" in measure.lower()
    return {
        "title": f"{measure[:1].upper()}{measure[1:]} at every cutoff",
        "read": f"{'Lower' if lower else 'Higher'} is better. The star is the best cutoff of each model, the dashed "
        "line the one of the slider.",
        "beware": "The best cutoff was found on these very rows, so its value flatters a little; on new rows expect "
        "slightly worse.",
    }


def learning(measure: str, axis: str) -> Caption:
    """Of `figures.curves.learning`; `measure` and `axis` are their names."""
    if measure == "training loss":
        return {
            "title": f"Training loss by {axis}",
            "read": "Lower is better: how surprised the model still is by the rows it learns from.",
            "beware": "A lower training loss does not mean better predictions: a model can learn its rows by heart.",
        }
    goal = "Higher" if "AUC" in measure else "Lower"
    clock = " Seconds depend on the machine, on what else it did, and on the settings." if axis == "seconds" else ""
    beware = f"The validation rows chose the epoch, so they flatter; numbers on test rows do not.{clock}"
    return {
        "title": f"{measure[:1].upper()}{measure[1:]} by {axis}",
        "read": f"{goal} is better. The star is the best epoch on the validation rows. A curve that turns has begun to "
        "learn its training rows by heart.",
        "beware": beware,
    }


def repaired(title: str) -> Caption:
    """Of `figures.probabilities.calibration` of one run before and after repairs; `title` is its name."""
    return {
        "title": f"Before and after: {title}",
        "read": "On the test rows, which took no part in the fit. The closer a line is to the dotted one, the better "
        "the probabilities keep their promise.",
        "beware": "Where the whiskers of both lines reach the dotted one, nothing needed repair.",
    }
