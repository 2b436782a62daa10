"""What is seen of a model in training: its curves, its logits, and what matters to it beside what truly matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.language import say
from ctrcore.learn.playground_curves import auc_curve, auc_levels, loss_curve
from ctrcore.learn.playground_figures import (
    MEASURES,
    Spec,
    behaviours_picture,
    logit_picture,
    shares_legend,
    shares_picture,
)
from ctrcore.learn.playground_presets import WITHIN
from pages.shared.charts import csv_button
from pages.shared.level import level

BEHAVIOUR_MEASURES = ("truth", "contribution", "attention")
Card = Callable[[], None]

if TYPE_CHECKING:
    from ctrcore.learn.playground_shares import Behaviours, Shares
    from ctrcore.learn.playground_training import Learner


def show_pictures(learner: Learner, before: Mapping[str, pd.DataFrame]) -> None:
    """All cards, beside the curve those that the shop is about. `before`: the curves of other models."""
    if learner.diverged:
        return
    first, rest = _cards(learner)
    narrow = len(first) > 1
    with st.grid(1 + len(first), min_column_width=220 if narrow else 300):
        _auc(learner, before)
        for card in first:
            card()
    with st.grid(2, min_column_width=300):
        for card in rest:
            card()


def _cards(learner: Learner) -> tuple[list[Card], list[Card]]:
    """Those that stand beside the curve, and the others; Simple leaves out what needs a second thought."""
    from ctrcore.learn.playground_shares import behaviours, shares

    simple, shop = level() == "Simple", learner.ground.config
    found = shares(learner.model, learner.ground)
    fields, pairs = partial(_shares, found, pairs=False), partial(_shares, found, pairs=True)
    others: list[Card] = [partial(_logits, learner)]
    loss: list[Card] = [] if simple else [partial(_loss, learner)]
    past = behaviours(learner.model, learner.ground)
    maps: list[Card] = [] if past is None else [partial(_behaviours, past, one) for one in BEHAVIOUR_MEASURES]
    if maps and (shop.interest or shop.suppression):
        return maps[:2], [*maps[2:], *others, fields, *([] if simple else [pairs]), *loss]
    if (shop.pair_strength or shop.xor) and not simple:
        return [pairs], [*others, fields, *loss, *maps]
    return [fields], [*others, *([] if simple else [pairs]), *loss, *maps]


def _card(
    figure: Spec,
    *,
    key: str,
    title: str,
    words: str,
    read: str,
    beware: str,
    alt_text: str,
    data: pd.DataFrame,
    legend: str = "",
) -> None:
    """A picture small enough to stand beside others: its terms in plain words; what else there is opens on demand."""
    with st.container(border=True, key=f"card-{key}", height="stretch"):
        st.markdown(f"##### {title}")
        if legend:
            st.html(legend)
        st.vega_lite_chart(None, figure, key=key, alt=alt_text, width="stretch")
        st.caption(words)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.popover(say("How to read this"), type="tertiary", icon=":material/help:", key=f"read-{key}"):
                st.markdown(say("**How to read this.** {text}", text=read))
                st.markdown(say("**What not to conclude.** {text}", text=beware))
            csv_button(data, key)


def _auc(learner: Learner, before: Mapping[str, pd.DataFrame]) -> None:
    points, ground = pd.DataFrame(learner.curve), learner.ground
    far = ground.additive_auc < ground.best_auc - WITHIN
    additive = ground.additive_auc if far else None
    levels = auc_levels(ground.best_auc, ground.best_chance, additive, ground.additive_chance)
    _card(
        auc_curve(points, learner.name, levels, before),
        key="playground-auc",
        title=say("AUC while it learns"),
        words=say(
            "AUC: how often a clicked row gets a higher score than one that was not; 0.5 is guessing. Pale band: "
            "chance, ±{chance:.3f} on {rows:,} rows.",
            chance=ground.best_chance,
            rows=len(ground.label),
        ),
        read=say(
            "The closer to the dashed line, the better the model ranks: that line is the truth's own AUC. A pale curve "
            "is that of another model that learnt this shop before."
        ),
        beware=say(
            "The line is exact only for endless rows: on these {rows:,} a model may by chance lie a little above.",
            rows=len(ground.label),
        ),
        alt_text=say(
            "AUC on validation rows over epochs: {auc:.3f} after {epoch:.1f} epochs, best reachable {best:.3f}.",
            auc=points["valid_auc"].iloc[-1],
            epoch=learner.epoch,
            best=ground.best_auc,
        ),
        data=points,
    )


def _loss(learner: Learner) -> None:
    points = pd.DataFrame(learner.curve)
    _card(
        loss_curve(points, learner.ground.best_loss),
        key="playground-loss",
        title=say("Loss while it learns"),
        words=say("Log-loss: how surprised the model is by what was clicked; a sure mistake costs most."),
        read=say("Both fall as the model learns. Where only the grey one still falls, it learns rows by heart."),
        beware=say("A lower training loss is no better model: only new rows can tell."),
        alt_text=say(
            "Log-loss over epochs: {loss:.3f} on validation rows after {epoch:.1f} epochs, {best:.3f} for the truth.",
            loss=points["valid_loss"].iloc[-1],
            epoch=learner.epoch,
            best=learner.ground.best_loss,
        ),
        data=points,
    )


def _logits(learner: Learner) -> None:
    from ctrcore.training.predicting import predict

    sample = learner.ground.sample
    learnt = predict(learner.model, sample.rows)
    error = float(np.sqrt(np.mean((learnt - sample.logit) ** 2)))
    _card(
        logit_picture(sample.logit, learnt, sample.rows.label.astype(int)),
        key="playground-logits",
        title=say("Learnt logit against the true one"),
        words=say("Logit: the model's score before it is turned into a probability; 0 means 50 %."),
        read=say(
            "A dot is a row, sample of {rows}. Dots climb onto the diagonal as the model learns.", rows=len(learnt)
        ),
        beware=say("Dots off the diagonal may still be ranked well: AUC only asks for the order."),
        alt_text=say(
            "Learnt logit against true logit of {rows} rows; on average {error:.2f} from the diagonal.",
            rows=len(learnt),
            error=error,
        ),
        data=pd.DataFrame({"true": sample.logit, "learnt": learnt, "click": sample.rows.label}),
    )


def _shares(found: Shares, *, pairs: bool) -> None:
    table = found.pairs if pairs else found.fields
    truth = table[table["measure"] == "truth"].sort_values("value", ascending=False, kind="stable")
    _card(
        shares_picture(table, truth["line"].tolist()),
        key="playground-pairs" if pairs else "playground-fields",
        title=say("Which pairs matter") if pairs else say("Which fields matter"),
        words=say(
            "Share: a pair's part of all pairs. Contribution: what the pair's own term adds. Shapley value: what both "
            "do to the score together, beyond each alone. “category & item” is one line: an item has one category."
        )
        if pairs
        else say(
            "Share: a line's part of all lines. Contribution: what the line's own terms add. Shapley value: how the "
            "score changes when the line is unknown. “category & item” is one line: an item has one category."
        ),
        read=say(
            "Grey bars: the truth. A mark at the end of its bar is right. Truth and Shapley value: sample of {few} "
            "rows; the rest: sample of {many}.",
            few=found.shapley_rows,
            many=found.term_rows,
        ),
        beware=say(
            "Attention and gates say what the model passes on, not what it adds up to: they must spread their weight "
            "even where nothing matters."
        ),
        alt_text=_in_words(table, truth["line"].tolist()),
        data=table,
        legend=shares_legend(table),
    )


def _in_words(table: pd.DataFrame, order: list[str]) -> str:
    """For each measure the line that it puts first."""
    known = table.dropna(subset=["share"])
    known = known[known["value"] > 0]
    said = [
        say(
            "{measure}: {line} with {share:.0%}", measure=say(MEASURES[str(name)]), line=top["line"], share=top["share"]
        )
        for name, part in known.groupby("measure", sort=False)
        for top in [part.iloc[int(part["share"].to_numpy().argmax())]]
    ]
    return say("{count} lines. First by each measure: {list}.", count=len(order), list="; ".join(said))


def _behaviours(past: Behaviours, measure: str) -> None:
    finds = past.finds.get(measure)
    _card(
        behaviours_picture(past.table, measure),
        key=f"playground-behaviours-{measure}",
        title=say("Past behaviours: {measure}", measure=say(MEASURES[measure])),
        words=say("Blue raises the logit, orange lowers it.")
        if finds is None or np.isnan(finds)
        else say("Correlation with the truth {value:+z.2f}.", value=finds),
        read=say(
            "Mean over {count:,} behaviours of the sample, by the item at hand and the category of the behaviour. Blue "
            "raises the logit, orange lowers it; attention is a weight of either sign.",
            count=past.count,
        ),
        beware=say("A mean over many rows says nothing on a single one."),
        alt_text=_cells(past.table, measure),
        data=past.table[past.table["measure"] == measure],
    )


def _cells(table: pd.DataFrame, measure: str) -> str:
    part = table[table["measure"] == measure]
    largest = part.iloc[int(np.abs(part["value"].to_numpy()).argmax())]
    return say(
        "{measure} by item at hand and past behaviour; largest: {behaviour} for {candidate}, {value:+z.2f}.",
        measure=say(MEASURES[measure]),
        behaviour=largest["behaviour"],
        candidate=largest["candidate"],
        value=largest["value"],
    )
