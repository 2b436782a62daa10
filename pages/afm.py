"""AFM attention: which pairs of fields the model looks at, and what they do to the score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from ctrcore.figures import captions
from ctrcore.figures.explanations import signed_bars, waterfall
from ctrcore.figures.matrices import field_pairs
from ctrcore.figures.pairs import off_diagonal, pairs_table, strongest_pair, with_removal
from ctrcore.language import say
from ctrcore.words import TITLES, WORDS
from pages.shared import address
from pages.shared.attended import show_attention, show_pair
from pages.shared.badge import show_badge, show_overall
from pages.shared.charts import chart, selected
from pages.shared.formula import show_formula
from pages.shared.inside import Chosen, choose, sample_note, show_row
from pages.shared.level import learn
from pages.shared.problems import problems_shown
from pages.shared.store import encoder_of, explanations_of, model_of

if TYPE_CHECKING:
    from ctrcore.models.afm import AFM

MATRICES: tuple[str, ...] = ("attention", "contribution")
PAIRS = 15  # of one row
SIDE_BY_SIDE = 9  # with more fields the cells become too small to hit


def pick_matrices(fields: list[str]) -> tuple[str, ...]:
    """Both matrices side by side while their cells are large enough, else the one chosen."""
    if len(fields) <= SIDE_BY_SIDE:
        return MATRICES
    address.show("afm-matrix", "matrix", [*MATRICES, "both"], "attention")
    shown = st.segmented_control(
        say("Matrix"),
        [*MATRICES, "both"],
        required=True,
        format_func={**TITLES, "both": say("Both")}.__getitem__,
        key="afm-matrix",
        on_change=address.take,
        args=("afm-matrix", "matrix"),
        help=say("Look at both: what the model looks at is not always what moves the score."),
    )
    return MATRICES if shown == "both" else (str(shown),)


def matrices(chosen: Chosen, summary: dict[str, Any], kinds: tuple[str, ...], pair: tuple[str, str]) -> None:
    """Mean attention and mean signed contribution; a click on a cell chooses the pair."""
    fields, note = summary["fields"], sample_note(chosen.run, summary["rows"])
    about = {"attention": captions.pair_attention(note), "contribution": captions.pair_contribution(note)}
    read = about["attention"]["read"]
    about["attention"]["read"] = say("{read} **Click a cell** to see its formula for one row.", read=read)
    with st.grid(2 if len(fields) <= SIDE_BY_SIDE else 1, min_column_width=380):
        for kind in kinds:
            values = off_diagonal(summary[kind])
            chart(
                field_pairs(values, fields, value=TITLES[kind].lower(), signed=kind == "contribution", chosen=pair),
                key=f"afm-{kind}",
                **about[kind],
                help_text=WORDS[kind],
                alt_text=say(
                    "Matrix of {fields} by {fields} fields, for each pair the mean of: {what}",
                    fields=len(fields),
                    what=TITLES[kind],
                ),
                data=lambda values=values: pairs_table(fields, value=values),
                on_select=take_click,
            )


def take_click() -> None:
    """A click on either matrix chooses the pair."""
    for kind in MATRICES:
        points = selected(f"afm-{kind}")
        if points:
            address.write("pair", f"{points[0][0]} × {points[0][1]}")


def pick_pair(fields: list[str], summary: dict[str, Any]) -> tuple[str, str]:
    """The pair looked at: clicked in a matrix or chosen here; first the one with the largest contribution."""
    pairs = {f"{a} × {b}": (a, b) for i, a in enumerate(fields) for b in fields[i + 1 :]}
    said = address.read("pair")
    if said is not None and said not in pairs:  # a click on the other half of a matrix
        turned = next((name for name, (a, b) in pairs.items() if said == f"{b} × {a}"), None)
        address.write("pair", turned)
    address.show("pair", "pair", list(pairs), " × ".join(strongest_pair(fields, summary["contribution"])))
    name = st.selectbox(
        say("Pair of fields"),
        list(pairs),
        key="pair",
        on_change=address.take,
        args=("pair", "pair"),
        help=say("Click a cell of a matrix, or choose here."),
        width=340,
    )
    return pairs[name]


def row_bars(chosen: Chosen) -> None:
    """The row's pairs as signed bars, the model's attention as their thickness."""
    from ctrcore.explain.removal import pair_removal
    from ctrcore.explain.rows import explain_row

    model = cast("AFM", model_of(chosen.run))
    explanation = explain_row(model, encoder_of(chosen.run), chosen.rows(), chosen.position)
    pairs = explanation.parts[explanation.parts["kind"] == "pair"]
    pairs = pairs.assign(removal=pair_removal(model, chosen.rows().take([chosen.position]))[0])
    largest = pairs["contribution"].abs().sort_values(ascending=False, kind="stable").index[:PAIRS]
    chart(
        with_removal(signed_bars(pairs, weight="attention", count=PAIRS), pairs.loc[largest, "removal"]),
        key="afm-row",
        title=say("Pairs of row {row}", row=chosen.row),
        help_text=WORDS["contribution"],
        read=say(
            "Length: how much the pair adds to the logit; blue raises it, orange lowers it. The "
            "thicker a bar, the more attention. Diamond: what the logit loses without the pair, when "
            "the other pairs share out its attention. The {shown} largest of all {pairs} pairs are "
            "shown.",
            shown=PAIRS,
            pairs=len(pairs),
        ),
        beware=say(
            "A thick short bar is a pair the model looks at and then makes nothing of. Where bar and diamond "
            "differ, the pair's attention would serve the others: a pair that adds little may still hold them down."
        ),
        alt_text=say("Signed contributions of the pairs of row {row}", row=chosen.row),
        data=pairs,
    )
    chart(
        waterfall(explanation),
        key="afm-sum",
        title=say("How the score of row {row} adds up", row=chosen.row),
        help_text=WORDS["logit"],
        read=say(
            "From the model's bias on top to the logit at the bottom: single values and pairs, the largest first."
        ),
        beware=say(
            "The sum is exact, but it describes this model. A value that adds much is not the cause of a click."
        ),
        alt_text=say(
            "Waterfall from the bias {base:+z.3f} to the logit {logit:+z.3f}",
            base=explanation.base,
            logit=explanation.logit,
        ),
        data=explanation.parts,
    )


chosen = choose("afm")
learn(
    say(
        "AFM multiplies the embeddings of each **pair of fields**, and a small network gives each pair "
        "an **attention** weight. The score is a sum, so what each pair adds can be read off exactly: "
        "attention × what the pair says."
    )
)
summary = explanations_of(chosen.run).get("pairs")
if summary is None:
    st.info(say("This table has a single field, so there are no pairs to look at."), icon=":material/info:")
else:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kinds = pick_matrices(summary["fields"])
        pair = pick_pair(summary["fields"], summary)
    matrices(chosen, summary, kinds, pair)
    show_overall(chosen.run, "attention")
    with problems_shown():
        show_formula(chosen, pair)
        show_pair(chosen, pair)
        show_attention(chosen, pair)
show_row(chosen)
show_badge(chosen, "attention")
with problems_shown():
    row_bars(chosen)
