"""What stands on a trust card beside what the checks found."""

from __future__ import annotations

from ctrcore.language import Spoken, mark

OF_MODEL = mark("Asked once of the model and its rows: no picture of it answers for these.")
PANELS = {
    "deletion": mark("Logit lost without the first parts: more is better"),
    "insertion": mark("Logit lost with only the first parts: less is better"),
}
TEXTS = Spoken(
    {
        "skip": mark("Skip to the content"),
        "about": mark(
            "A picture of attention or importance always looks convincing. These checks ask whether it is true of the "
            "model. None of them says that the model is right about people: they ask whether the picture is right "
            "about the model."
        ),
        "parts": mark("parts"),
        "lines": mark(
            "Blue: by {method}. Grey band and dashes: random orders and their mean. Dotted: the order by leaving out "
            "one by one, and the same turned round. Sample of {rows:,} rows."
        ),
        "limit": mark("{definition} Threshold: {limit}."),
        "limit_rows": mark("{definition} Threshold: {limit}. Sample of {rows:,} rows."),
        "made": mark("How this card was made"),
        "how": mark(
            "Intervals hold with 95 %; users are drawn with all of their rows where there are enough of them. "
            "Everything is on the logit. The model was not trained again to make the picture, and a picture that "
            "passes tells what the model looks at, not what causes a click. Everything is in this one file: it asks no "
            "server for anything."
        ),
    }
)
