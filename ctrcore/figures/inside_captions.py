"""What stands beside the figures of the pages that look inside AFM, FiBiNET and DIN."""

from __future__ import annotations

from ctrcore.figures.captions import Caption
from ctrcore.language import say


def pair_spread(pair: str, rows: str, row: int) -> Caption:
    """Of `figures.pairs.pair_spread`; `rows` says which rows are counted, `row` is the marked one."""
    return {
        "title": say("{pair} over many rows", pair=pair),
        "read": say(
            "How often the pair gets how much attention, and how much it adds, over {rows}. Dotted: "
            "an even share of the attention, and zero. Red line: row {row}.",
            rows=rows,
            row=row,
        ),
        "beware": say(
            "A wide contribution around zero is a pair that matters for single rows, although its mean is near "
            "nothing. Attention that hardly varies cannot tell rows apart, however high it is."
        ),
    }


def value_pairs(pair: str, rows: str, fewest: int, left_out: int) -> Caption:
    """Of `figures.pairs.value_pairs`; `left_out` combinations are in fewer than `fewest` rows."""
    rare = (
        say(" {left_out:,} combinations in fewer than {fewest} rows are left out.", left_out=left_out, fewest=fewest)
        if left_out
        else ""
    )
    return {
        "title": say("Strongest values of {pair}", pair=pair),
        "read": say(
            "Mean of what the pair adds when these two values meet, over {rows}; in brackets how "
            "many of them. Lines: 95 % intervals.{rare}",
            rows=rows,
            rare=rare,
        ),
        "beware": say(
            "Part of what a pair adds may belong to one value alone: AFM can store a value's own effect in any "
            "pair. It is what the model learnt, not why people click."
        ),
    }


def attention_against_contribution(rows: str, against: float) -> Caption:
    """Of `figures.pairs.attention_against_contribution`; `against` is the share of attention on negative pairs."""
    return {
        "title": say("Attention against contribution"),
        "read": say(
            "Each mark is a pair, mean over {rows}. To the right: the model looks at it more. Up and "
            "blue: it raises the score, down and orange: it lowers it. **{against:.0%} of all "
            "attention lies on pairs that lower the score of their row.** Click a mark to choose its "
            "pair.",
            rows=rows,
            against=against,
        ),
        "beware": say(
            "If attention were importance for the score, the marks would rise to the right. Attention has no "
            "sign: it says how loud a pair speaks, not what it says."
        ),
    }


def pair_strength(rows: str) -> Caption:
    """Of the matrix of what FiBiNET's bilinear pairs add; `rows` says which rows the mean is over."""
    return {
        "title": say("Bilinear pairs: how strongly they move the score"),
        "read": say(
            "Mean size of what each pair of fields adds, raw and re-weighted together, over {rows}. "
            "The darker, the more.",
            rows=rows,
        ),
        "beware": say(
            "The hidden layers mix the pairs: each number holds with the layers' switches as they are in its "
            "row. A strong pair may raise one row and lower the next."
        ),
    }


def behaviour_groups(column: str, row: int) -> Caption:
    """Of `figures.histories.group_bars` by a history column, for a row."""
    return {
        "title": say("The history by {column}", column=column),
        "read": say(
            "All clicks of row {row} with one value together. Left: their attention, summed. Right: "
            "their contribution as a bar; as a dark diamond what is lost when all of them go at "
            "once; as a white circle the sum of what is lost when each goes alone.",
            row=row,
        ),
        "beware": say(
            "Where the circle is nearer to zero than the diamond, the clicks stand in for each other: one alone "
            "looks needless, together they matter. Only the diamond says what the model would do without them all."
        ),
    }


def attention_cloud(rows: str, agreement: float | None, against: float | None) -> Caption:
    """Of `figures.histories.attention_cloud`.

    Args:
        rows: which rows it rests on.
        agreement: mean rank correlation of |attention| and |leave-one-out| within a row.
        against: share of the attention on clicks whose removal raises the score.
    """
    order = (
        ""
        if agreement is None
        else say(" Within a row their order agrees by {agreement:+z.2f} (Spearman; 1: the same).", agreement=agreement)
    )
    sign = (
        ""
        if against is None
        else say(" **{against:.0%} of the attention lies on clicks that lower the score.**", against=against)
    )
    return {
        "title": say("Attention against leaving out, over many rows"),
        "read": say(
            "Each mark is a click of {rows}. To the right: more attention. Up: without the click the "
            "score falls; down: it rises. Colour: the contribution.{order}{sign}",
            rows=rows,
            order=order,
            sign=sign,
        ),
        "beware": say(
            "A click with much attention may still be replaceable: leave it out, and its attention goes to "
            "clicks like it. Group them to see what they do together."
        ),
    }
