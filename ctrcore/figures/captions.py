"""What stands beside a figure wherever it is shown, on a page or in a report: what it is on, how to read it, and what
not to conclude. Bold words stand between two stars each."""

from __future__ import annotations

from typing import TypedDict

from ctrcore.language import mark, say


class Caption(TypedDict):
    """The words of one figure.

    Attributes:
        title: what the figure is on.
        read: how to read it.
        beware: what not to conclude from it.
    """

    title: str
    read: str
    beware: str


def said(caption: Caption) -> Caption:
    """A caption of marked texts in the reader's language."""
    return {"title": say(caption["title"]), "read": say(caption["read"]), "beware": say(caption["beware"])}


CLASS_BALANCE: Caption = {
    "title": mark("Clicks and non-clicks"),
    "read": mark("How many of the labelled rows were clicked."),
    "beware": mark(
        "A rare click is normal. It makes accuracy useless as a measure: never saying 'click' is right most of "
        "the time."
    ),
}


def over_time(column: str, step: str) -> Caption:
    """Of `figures.profiles.rows_over_time`: the column that tells the time, and what a step is."""
    return {
        "title": say("Rows and clicks by {column}", column=column),
        "read": say("Above: the rows of each {step}. Below: the share of them that was clicked.", step=step),
        "beware": say(
            "The first and the last step may be cut off. A click rate that moves with time is a reason to test "
            "on the last rows, not a proof that users changed: the items or the places shown may have."
        ),
    }


def pair_attention(rows: str) -> Caption:
    """Of a matrix of AFM's attention; `rows` says which rows the mean is over."""
    return {
        "title": say("Where the model looks: mean attention"),
        "read": say(
            "Mean over {rows}. The colour scale below the matrix says how much weight AFM gives a "
            "pair of fields; all pairs of a row share a weight of 1.",
            rows=rows,
        ),
        "beware": say(
            "High attention is not importance: the pair may lower the score, or add next to nothing. Compare "
            "with the matrix of contributions."
        ),
    }


def pair_contribution(rows: str) -> Caption:
    """Of a matrix of signed contributions; `rows` says which rows the mean is over."""
    return {
        "title": say("What it does: mean signed contribution"),
        "read": say(
            "Mean over {rows}. Blue pairs raise the logit, orange ones lower it: attention times what the pair says.",
            rows=rows,
        ),
        "beware": say(
            "A mean near zero may hide pairs that help some rows and hurt others. It is about this model, not "
            "about cause and effect."
        ),
    }


def gates(rows: str, *, deviation: bool = False, shapley: str | None = None) -> Caption:
    """Of `figures.gates.gates_picture`.

    Args:
        rows: which rows it rests on.
        deviation: the gates are drawn less their field's mean.
        shapley: which rows the Shapley values rest on; None if they are not drawn.
    """
    gate = say("the gates less their field's mean") if deviation else say("the gates")
    fourth = (
        say(" Fourth: how far the field's Shapley value moves the score on average ({shapley}).", shapley=shapley)
        if shapley
        else ""
    )
    return {
        "title": say("Four views on how much a field matters")
        if shapley
        else say("Three views on how much a field matters"),
        "read": say(
            "First: {gate} over {rows} (box: middle half of the rows, whiskers: 5 % to 95 %, dotted "
            "line: mean). Second: how much the score moves when the gate no longer tells rows apart. "
            "Third: how much AUC is lost when the field's values are shuffled, with the spread over "
            "repeats.{fourth}",
            gate=gate,
            rows=rows,
            fourth=fourth,
        ),
        "beware": say(
            "A large gate is not importance: the layers behind it can undo its scale. Where the columns "
            "disagree, trust the third for the field and the second for the gate. Fields that say the same "
            "thing (such as an item and its category) stand in for each other when one is shuffled."
        ),
    }


def dead_gates(fields: str, share: float) -> str:
    """What to say of fields whose gate is shut in at least that share of the rows."""
    return say(
        "**Dead gates:** {fields}. Their gate is exactly 0 in at least {share:.0%} of the rows, "
        "so the re-weighted half of FiBiNET does not see them there (grey below). This is common "
        "with ReLU gates; sigmoid gates do not die.",
        fields=fields,
        share=share,
    )


def recency(rows: str) -> Caption:
    """Of `figures.histories.recency_bars`; `rows` says which rows it rests on."""
    return {
        "title": say("Do recent clicks count more?"),
        "read": say(
            "Mean size of the attention by how many clicks back, over {rows}. Colour: mean contribution.", rows=rows
        ),
        "beware": say("Only users with long histories have far-back clicks, and they differ from the others."),
    }


def attention_and_sign(rows: str, agreement: float, negative: float) -> str:
    """Why DIN's attention alone is not shown as importance.

    Args:
        rows: which rows it rests on.
        agreement: share of the behaviours whose attention has the sign of their contribution.
        negative: share of them that lower the score.
    """
    return say(
        "Means over {rows}. The attention has the sign of the contribution in "
        "**{agreement:.0%}** of the behaviours, and **{negative:.0%}** of them lower the score: "
        "that is why attention alone is not shown as importance.",
        rows=rows,
        agreement=agreement,
        negative=negative,
    )


def permutation(rows: str) -> Caption:
    """Of `figures.importance.permutation_dots`; `rows` says which rows it rests on."""
    return {
        "title": say("What each field is worth to each model"),
        "read": say(
            "How much AUC is lost when the field's values are shuffled over {rows}, so that they say "
            "nothing. Lines: the spread over repeats.",
            rows=rows,
        ),
        "beware": say(
            "Fields that say the same thing (such as an item and its category) stand in for each other when "
            "one is shuffled, so both look worthless. It is about this model on these rows, not about what "
            "makes people click."
        ),
    }
