"""SENet's gates over many rows, beside what tests of them say, and the strength of the bilinear pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.figures import captions, inside_captions
from ctrcore.figures.gates import gates_picture
from ctrcore.figures.matrices import field_pairs
from ctrcore.figures.pairs import off_diagonal, pairs_table
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.run import Run
from ctrcore.runs.shapley_job import OPTIONS
from ctrcore.runs.studies import find_study
from ctrcore.words import TITLES, WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.inside import Chosen, sample_note
from pages.shared.level import level

ORDERS = Spoken(
    {
        "permutation_auc_drop": mark("permutation"),
        "ablation": mark("ablation"),
        "gate_mean": mark("mean gate"),
        "gate_std": mark("gate spread"),
    }
)
SHAPLEY = "shapley"
NOT_IMPORTANCE = mark(
    "**A gate is not an importance.** It multiplies an embedding whose size nothing fixes: half the gate and twice the "
    "weights behind it make the same model. A gate that is the same in all rows tells them nothing, however large. And "
    "the raw half of FiBiNET does not pass the gates at all. So look at how far a gate moves from row to row, and at "
    "the tests beside it."
)


def overview(chosen: Chosen, summary: dict[str, Any]) -> None:
    """Gate, ablation, permutation and, where they are known, Shapley values of every field, aligned."""
    shapley, rests_on = shapley_of(chosen.run)
    orders = dict(ORDERS) | ({} if shapley is None else {SHAPLEY: "Shapley"})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        address.show("senet-order", "order", list(orders), "permutation_auc_drop")
        by = st.segmented_control(
            say("Order the fields by"),
            list(orders),
            required=True,
            format_func=orders.__getitem__,
            key="senet-order",
            on_change=address.take,
            args=("senet-order", "order"),
            help="  \n".join(f"**{TITLES[one]}.** {WORDS[one]}" for one in ("gate", "ablation", "permutation")),
        )
        address.show("senet-deviation", "deviation", [False, True], default=False)
        deviation = st.toggle(
            say("Gates less their mean"),
            key="senet-deviation",
            on_change=address.take,
            args=("senet-deviation", "deviation"),
            help=say("A field's mean gate is the same for all rows and cannot order them; what differs from it can."),
        )
    table = fields_table(summary, shapley)
    order = table.sort_values(by or "permutation_auc_drop", ascending=False, kind="stable")["field"].tolist()
    chart(
        gates_picture(summary, order, deviation=deviation, shapley=shapley),
        key="senet-gates",
        **captions.gates(sample_note(chosen.run, summary["rows"]), deviation=deviation, shapley=rests_on),
        help_text=WORDS["gate"],
        alt_text=say("Gate distribution, gate ablation and permutation AUC drop of {count} fields", count=len(table)),
        data=table,
    )
    agreement(chosen, summary, shapley)


def agreement(chosen: Chosen, summary: dict[str, Any], shapley: dict[str, float] | None) -> None:
    """In words, how far the measures order the fields alike."""
    from ctrcore.explain.gates import gate_agreement, idle_gates

    found, idle = gate_agreement(summary, shapley), idle_gates(summary)
    with st.container(border=True, key="senet-agreement"):
        st.markdown(
            f"#### {say('Do they agree?')}",
            help=say(
                "Spearman's rank correlation over the fields: +1 the same order, 0 no relation, -1 the opposite one."
            ),
        )
        told = found if level() == "Expert" else found[found["one"] == "the mean gate"]
        st.markdown("\n".join(f"- {says[0].upper()}{says[1:]}" for says in told["says"]))
        if idle is not None:
            st.markdown(f"**{idle}**")
        if level() != "Expert":
            st.markdown(say(NOT_IMPORTANCE))
        if shapley is None:
            st.caption(say("How far each field moves the score on average (mean |Shapley|) takes a while to compute:"))
            query = {key: value for key, value in address.query().items() if key != "runs"}
            st.page_link(
                "importance.py",
                label=say("Compute it under What matters"),
                icon=":material/leaderboard:",
                query_params=query | {"runs": chosen.run.id},
            )


def fields_table(summary: dict[str, Any], shapley: dict[str, float] | None = None) -> pd.DataFrame:
    """One row a field."""
    names = ("gate_mean", "gate_std", "dead_share", "ablation", "permutation_auc_drop", "permutation_std")
    table = pd.DataFrame({"field": summary["fields"]} | {name: summary[name] for name in names})
    return table if shapley is None else table.assign(shapley=[shapley.get(name, np.nan) for name in table["field"]])


def shapley_of(run: Run) -> tuple[dict[str, float] | None, str | None]:
    """Mean |Shapley| by field and the rows it rests on, if that study was made. Fields of one player share a value."""
    study = find_study(run, "shapley", OPTIONS)
    result = study.result() if study is not None else None
    if result is None:
        return None, None
    values = {name: float(one["shapley"]) for one in result["fields"] for name in str(one["name"]).split(" + ")}
    return values, say("{rows:,} rows against {background}", rows=result["rows"], background=result["background"])


def pair_matrix(chosen: Chosen) -> None:
    """How strongly each bilinear pair moves the score, on average."""
    from pages.shared.store import explanations_of

    summary = explanations_of(chosen.run).get("pairs")
    if summary is None:
        return
    fields = [str(name) for name in summary["fields"]]
    values = off_diagonal(summary["strength"])
    table = pairs_table(fields, strength=values, mean=off_diagonal(summary["contribution"]))
    chart(
        field_pairs(values, fields, value=say("mean size"), hint=say("raw and re-weighted together")),
        key="senet-strength",
        **inside_captions.pair_strength(sample_note(chosen.run, summary["rows"])),
        help_text=WORDS["contribution"],
        alt_text=say("Matrix of {fields} by {fields} fields: mean size of what each pair adds", fields=len(fields)),
        data=table.sort_values("strength", ascending=False, kind="stable"),
    )
