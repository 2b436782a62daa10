"""What stands beside figures of parts of the rows and of users' lists; see `captions`."""

from __future__ import annotations

from ctrcore.figures.captions import Caption

TITLES = {"auc": "AUC", "log_loss": "Log-loss", "pcoc": "Calibration"}
_READ = {
    "auc": "Full dots: the AUC there differs beyond chance from that on all other rows, after the correction. Hollow "
    "and faint: may be chance.",
    "log_loss": "Lower is better. Slices with more clicks have a higher log-loss whatever the model does.",
    "pcoc": "At 1 the model predicts as many clicks as there were; right of it, it promises too many. Full dots are "
    "off beyond chance after the correction, hollow and faint ones may be chance.",
}


def of_model(measure: str, title: str, shown: int, of: int) -> Caption:
    """Of slices of one model, beside the others.

    Args:
        measure: 'auc', 'log_loss' or 'pcoc'.
        title: the model whose worst slices come first.
        shown: slices drawn. of: slices that there are.
    """
    return {
        "title": f"{TITLES[measure]} by slice, the worst of {title} on top",
        "read": "Each line is a slice of the rows with a 95 % interval; dotted lines: all rows. "
        f"{_READ[measure]} The first {shown} of {of} slices, those on top where {title} is surely bad.",
        "beware": "A slice with a low AUC may be hard by its nature: compare the models on it, not one slice with "
        "another. Slices overlap, so that several lines may show one and the same weakness. It is not said why a model "
        "is weak there.",
    }


def of_pair(measure: str, a: str, b: str, shown: int, of: int) -> Caption:
    """Of the difference of two models by slice; as `of_model`, `a` and `b` are their names."""
    better = "right" if measure == "auc" else "left"
    return {
        "title": f"{a} (A) minus {b} (B) by slice, where A is weakest on top",
        "read": f"Each line is a slice with its 95 % interval; {better} of the upright line {a} is better, on the "
        f"other side {b}. Full dots differ beyond chance after the correction, hollow and faint ones may be chance. "
        f"The first {shown} of {of} slices.",
        "beware": "The rows of a slice are the same for both models, but slices overlap: several lines may show one "
        "and the same difference. No line says why a model is better there.",
    }


def lists(k: int, users: int) -> Caption:
    """Of `figures.per_user.measures_by_model`: lists of `k` rows, means over so many users."""
    return {
        "title": f"How high the clicks stand in each user's list (first {k})",
        "read": "Each user's rows are sorted by the model's score; every user counts alike. Mean over "
        f"{users:,} users, with a 95 % interval over users. Further right is better.",
        "beware": "Only rows that were really shown are ranked, not all items that could have been: a model that "
        "orders these best need not find the best items. Two intervals may overlap although the models differ, for it "
        "is the same users: the comparison of two models goes user by user.",
    }
