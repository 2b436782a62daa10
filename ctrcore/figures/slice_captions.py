"""What stands beside figures of parts of the rows and of users' lists; see `captions`."""

from __future__ import annotations

from ctrcore.figures.captions import Caption
from ctrcore.figures.slices import Measure
from ctrcore.language import Spoken, mark, say

TITLES: Spoken[Measure] = Spoken({"auc": mark("AUC"), "log_loss": mark("Log-loss"), "pcoc": mark("Calibration")})
_READ: Spoken[Measure] = Spoken(
    {
        "auc": mark(
            "Full dots: the AUC there differs beyond chance from that on all other rows, after the correction. Hollow "
            "and faint: may be chance (the intervals are not corrected for the number of looks, the marks are)."
        ),
        "log_loss": mark(
            "Lower is better. Slices with more clicks have a higher log-loss whatever the model does, so it is not "
            "tested against the other rows."
        ),
        "pcoc": mark(
            "At 1 the model predicts as many clicks as there were; right of it, it promises too many. Slices are "
            "chosen by the clicks promised, not by those that came. Full dots are off beyond chance after the "
            "correction, hollow and faint ones may be chance (the intervals are not corrected for the number of looks, "
            "the marks are)."
        ),
    }
)
_BEWARE: Spoken[Measure] = Spoken(
    {
        "auc": mark(
            "A slice with a low AUC may be hard by its nature: compare the models on it, not one slice with another."
        ),
        "log_loss": mark(
            "A slice with a high log-loss may only have more clicks: compare the models on it, not one slice with "
            "another."
        ),
        "pcoc": mark("A slice may be off only because the model is off everywhere: look at the dotted line."),
    }
)


def of_model(measure: Measure, title: str, shown: int, of: int) -> Caption:
    """Of slices of one model, beside the others.

    Args:
        measure: what is measured.
        title: the model whose worst slices come first.
        shown: slices drawn. of: slices that there are.
    """
    lines = say("Each line is a slice of the rows with a 95 % interval; dotted lines: all rows.")
    not_why = say(
        "Slices overlap, so that several lines may show one and the same weakness. It is not said why a model is weak "
        "there."
    )
    return {
        "title": say("{measure} by slice, the worst of {model} on top", measure=TITLES[measure], model=title),
        "read": f"{lines} {_READ[measure]} {_which_first(measure, title, shown, of)}",
        "beware": f"{_BEWARE[measure]} {not_why}",
    }


def _which_first(measure: Measure, title: str, shown: int, of: int) -> str:
    """In which order the slices of a model are, and how many are shown."""
    if measure == "log_loss":
        return say(
            "The first {shown} of {of} slices, sorted by the better end of the interval, so that few rows alone bring "
            "none to the top.",
            shown=shown,
            of=of,
        )
    return say(
        "The first {shown} of {of} slices, first those where {model} is told to be bad (full dots), then those that "
        "may be chance, both sorted by the better end of the interval, so that few rows alone bring none to the top.",
        shown=shown,
        of=of,
        model=title,
    )


def of_pair(a: str, b: str, shown: int, of: int) -> Caption:
    """Of the lead of model `a` over model `b` by slice; as `of_model`."""
    return {
        "title": say("{a} (A) against {b} (B) by slice", a=a, b=b),
        "read": say(
            "Each line is a slice with its 95 % interval; right of the upright line {a} is better, left of it {b}; "
            "dotted line: all rows. Full dots: the lead there differs beyond chance from that on all other rows, after "
            "the correction. Hollow and faint ones may be chance (the intervals are not corrected for the number of "
            "looks, the marks are). The first {shown} of {of} slices: on top those with full dots, if there are any; "
            "within either kind sorted by the upper end of the interval, so that those come first where {a} is behind "
            "for sure, not those with few rows.",
            a=a,
            b=b,
            shown=shown,
            of=of,
        ),
        "beware": say(
            "The rows of a slice are the same for both models, but slices overlap: several lines may show one and the "
            "same difference. A hollow dot right of the upright line is the lead on all rows once more. No line says "
            "why a model is better there."
        ),
    }


def places(a: str, b: str) -> Caption:
    """Of the places that a tree found, with the lead of model `a` over model `b`."""
    return {
        "title": say("The lead of {a} over {b}, place by place", a=a, b=b),
        "read": say(
            "Right of the upright line {a} is better, left of it {b}; the bars are 95 % intervals. Full dots differ "
            "from zero beyond chance after the correction, hollow and faint ones may be chance (the intervals are not "
            "corrected for the number of looks, the marks are). Together the places are all rows. They were looked for "
            "and measured on different rows, so that looking around makes no finding.",
            a=a,
            b=b,
        ),
        "beware": say(
            "The places describe where the models differ, not why: whatever goes along with the true reason may be "
            "named instead of it. What is not named here may still make a difference."
        ),
    }


def lists(k: int, users: int) -> Caption:
    """Of `figures.per_user.measures_by_model`: the first `k` rows of lists, means over so many users."""
    return {
        "title": say("How high the clicks stand in each user's list (first {k})", k=k),
        "read": say(
            "Each user's rows are sorted by the model's score; every user counts alike. Mean over {users:,} users, "
            "with a 95 % interval over users. Further right is better.",
            users=users,
        ),
        "beware": say(
            "Only rows that were really shown are ranked, not all items that could have been: a model that orders "
            "these best need not find the best items. Two intervals may overlap although the models differ, for it is "
            "the same users: the sentence above compares them user by user."
        ),
    }
