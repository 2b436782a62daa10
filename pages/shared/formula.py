"""The formula of one AFM pair with the numbers of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd
import streamlit as st

from ctrcore.language import say
from ctrcore.words import WORDS
from pages.shared.charts import csv_button
from pages.shared.inside import Chosen
from pages.shared.level import level
from pages.shared.store import encoder_of, item_names_of, model_of
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.models.afm import AFM


def signed(value: float) -> str:
    """Four decimals with the sign; very small numbers in powers of ten, so that they do not look like nothing."""
    return f"{value:+z.4f}" if abs(value) >= 1e-3 or value == 0 else f"{value:+.2e}"


def tex(value: float) -> str:
    """The same for a formula."""
    number, _, power = signed(value).partition("e")
    return rf"{number} \cdot 10^{{{int(power)}}}" if power else number


def show_formula(chosen: Chosen, pair: tuple[str, str]) -> None:
    """What the pair adds in this row, step by step."""
    from ctrcore.explain.pairs import pair_formula
    from ctrcore.explain.rows import shown_values

    rows = chosen.rows()
    numbers = pair_formula(cast("AFM", model_of(chosen.run)), rows, chosen.position, *pair)
    names = item_names_of(chosen.dataset, chosen.run.recipe)
    shown = shown_values(encoder_of(chosen.run), rows.take([chosen.position]))
    values = {name: names.value(name, value) for name, value in shown.items()}
    even = 1 / numbers["pairs"]
    with st.container(border=True, key="formula-card"):
        left, right = (plain(name) for name in pair)
        st.subheader(f"{left} × {right}")
        st.caption(
            say(
                "In row {row}: {left} = {left_value}, {right} = {right_value}",
                row=chosen.row,
                left=left,
                left_value=plain(values[pair[0]]),
                right=right,
                right_value=plain(values[pair[1]]),
            )
        )
        with st.grid(3, min_column_width=150):
            st.metric(
                say("Attention a"),
                f"{numbers['attention']:.4f}",
                delta=say("{times:.1f} × an even share", times=numbers["attention"] / even),
                delta_color="off",
                delta_arrow="off",
                help=say(
                    "{attention} An even share over {pairs} pairs would be {even:.4f}.",
                    attention=WORDS["attention"],
                    pairs=numbers["pairs"],
                    even=even,
                ),
            )
            st.metric(say("The pair says p · g"), signed(numbers["projected"]), help=say("Before attention weighs it."))
            st.metric(
                say("Contribution"), signed(numbers["contribution"]), help=f"a × (p · g). {WORDS['contribution']}"
            )
        if level() == "Simple":
            return
        attention, projected = f"{numbers['attention']:.4f}", tex(numbers["projected"])
        st.latex(
            rf"\underbrace{{a}}_{{{attention}}} \cdot "
            rf"\underbrace{{p \cdot (v_{{left}} \odot v_{{right}})}}_{{{projected}}} = {tex(numbers['contribution'])}"
        )
        st.latex(rf"a = \mathrm{{softmax}}(e), \quad e = {tex(numbers['score'])}")
        steps = pd.DataFrame(
            {
                "number": range(1, len(numbers["g"]) + 1),
                "v left": numbers["v_left"],
                "v right": numbers["v_right"],
                "g = left × right": numbers["g"],
                "p": numbers["p"],
                "p × g": [p * g for p, g in zip(numbers["p"], numbers["g"], strict=True)],
            }
        )
        with st.expander(say("The numbers, one by one"), expanded=level() == "Expert"):
            st.caption(
                say(
                    "v left is the embedding of {left}, v right that of {right}. The last column adds up to p · g.",
                    left=left,
                    right=right,
                )
            )
            st.dataframe(
                steps,
                hide_index=True,
                column_config={name: st.column_config.NumberColumn(format="%.4g") for name in steps.columns[1:]},
                alt=say("Embeddings of both values, their product, the projection and their product, number by number"),
                key="formula-numbers",
            )
            csv_button(steps, "formula")
