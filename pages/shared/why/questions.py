"""What else can be asked: every part of the score, why above another item, why not a third, what other models say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import named
from ctrcore.figures.explanations import waterfall
from ctrcore.figures.funnel import ranks_by_model
from ctrcore.figures.recommended import difference_bars
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.pickers import finished_runs, run_label
from pages.shared.tools import plain
from pages.shared.why.card import NOT_CAUSE, say
from pages.shared.why.choices import Asked
from pages.shared.why.traces import STAGES, above_of, missed_of, ranked_by
from pages.shared.why.way import show_way

if TYPE_CHECKING:
    from ctrcore.recommend.funnel import Trace
    from ctrcore.recommend.why import Why

PARTS, ABOVE = "Every part of the score", "Why above another?"
MISSED, AGREE = "Why not another item?", "Do the other models agree?"
ASKS = (PARTS, ABOVE, MISSED, AGREE)
OFFERED = 2000  # items in a list of choices; any other id can be typed
Ask = Callable[["Asked", "Trace", "Why"], None]


def show_questions(asked: Asked, trace: Trace, why: Why) -> None:
    """Tabs of which only the open one is computed."""
    address.show("ask", "ask", ASKS, PARTS)
    tabs = st.tabs(ASKS, key="ask", on_change=address.take, args=("ask", "ask"))
    shows: tuple[Ask, ...] = (_parts, _above, _missed, _agree)
    for tab, show in zip(tabs, shows, strict=True):
        if tab.open:
            with tab:
                show(asked, trace, why)


def _parts(_asked: Asked, trace: Trace, why: Why) -> None:
    """Every contribution to the score, as the model computes it."""
    from ctrcore.recommend.moments import history_fields

    found = named(why.explanation, trace.items.names, history_fields(trace.recommender.encoder))
    chart(
        waterfall(found, count=12),
        key="why-parts",
        title="Every part of its score",
        help_text=f"{WORDS['contribution']}  \n{WORDS['logit']}",
        read="From the model's bias on top to the logit at the bottom, the largest parts first, as the model computes "
        "them: blue raises the score of this item for this user, orange lowers it.",
        beware=f"Most of it other items have, too. The parts add up exactly, by {found.method}. {NOT_CAUSE}",
        alt_text=f"Waterfall from {found.base:+.3f} to the logit {found.logit:+.3f}",
        data=found.parts,
    )


def _above(asked: Asked, trace: Trace, why: Why) -> None:
    """What puts the item above another one of the list, or below it."""
    item = why.item
    top = trace.top
    others = [str(one) for one in top["item"] if one != item]
    if not others:
        st.info("The list has a single item, so there is nothing to compare it with.", icon=":material/info:")
        return
    names = trace.items.names
    place = int(top["item"].tolist().index(item)) if item in top["item"].tolist() else 0
    address.show("pick-over", "over", others, others[min(place, len(others) - 1)])
    other = st.selectbox(
        "The other item",
        others,
        format_func=names.item,
        key="pick-over",
        on_change=address.take,
        args=("pick-over", "over"),
        help="Of the items on the list.",
        width=420,
    )
    first, second = sorted((item, other), key=lambda one: trace.rank(one) or 0)
    found = above_of(asked, first, second)
    say(found.sentences)
    chart(
        difference_bars(found.parts, found.difference, names.item(first), names.item(second)),
        key="above",
        title=f"Why {plain(names.item(first))} stands above {plain(names.item(second))}",
        help_text=WORDS["contribution"],
        read="Each bar is what a part adds to the one item's logit minus what it adds to the other's. Blue speaks for "
        "the upper item, orange for the lower one; the last bar is their sum. What is only about the user is the same "
        "for both and falls out.",
        beware="It compares two scores of one model. A part without a bar may matter much to both.",
        alt_text=f"{names.item(first)} is {found.difference:+.3f} above {names.item(second)}",
        data=found.parts,
    )


def _missed(asked: Asked, trace: Trace, _why: Why) -> None:
    """Where an item that is not on the list was lost, and what would lift it."""
    shown = set(trace.top["item"])
    listed = [str(one) for one in trace.items.ids[: OFFERED + len(shown)] if one not in shown]
    if not listed:
        st.info("Every item of the catalogue is on the list.", icon=":material/info:")
        return
    said = (address.read("missed") or "").strip()
    known = said in trace.items.frame.index
    if said and not known:
        st.warning(f"**There is no item '{plain(said[:60])}'.**  \nAnother one is shown.", icon=":material/search_off:")
    chosen = said if known else _first_missed(trace, listed)
    if st.session_state.get("pick-missed") != chosen:
        st.session_state["pick-missed"] = chosen
    names = trace.items.names
    st.selectbox(
        "The missing item",
        listed if chosen in listed else [chosen, *listed],
        format_func=names.item,
        key="pick-missed",
        on_change=address.take,
        args=("pick-missed", "missed"),
        accept_new_options=True,
        help=f"Type to search. The {min(OFFERED, len(listed)):,} commonest items are listed by name; any other one can "
        "be typed by its id.",
        width=420,
    )
    found = missed_of(asked, chosen)
    say(found.sentences)
    show_way(asked, trace, chosen, key="way-missed")


def _first_missed(trace: Trace, listed: list[str]) -> str:
    """The item that just missed the list; else the commonest one."""
    after = trace.candidates["item"].iloc[trace.options.top_k :]
    return str(after.iloc[0]) if len(after) else listed[0]


def _agree(asked: Asked, trace: Trace, why: Why) -> None:
    """The rank of the item by every finished run on the dataset."""
    item = why.item
    runs = finished_runs(asked.dataset)[:STAGES]
    if len(runs) < 2:
        st.info("There is no other finished run on this dataset.", icon=":material/info:")
        return
    table = _ranks(asked, runs, item)
    name, top = trace.items.names.item(item), trace.options.top_k
    ranked = table.dropna(subset=["rank"])
    inside = int((ranked["rank"] <= top).sum())
    st.markdown(
        f"**{inside} of {len(ranked)}** runs put {plain(name)} among the first {top} for this user."
        + (f" {len(table) - len(ranked)} could not rank it." if len(ranked) < len(table) else "")
        + (f" The {STAGES} newest runs were asked." if len(runs) == STAGES else "")
    )
    chart(
        ranks_by_model(ranked["run"].tolist(), ranked["model"].tolist(), ranked["rank"].astype(int).tolist(), top),
        key="agree",
        title=f"Where every run puts {plain(name)}",
        read="Each dot is one run's rank of the item among the candidates that were recalled for this user. Left of "
        "the dashed line it would be shown.",
        beware="Models that agree may be wrong together: they learnt from the same rows. Runs of one model that differ "
        "show how much is luck of the seed.",
        alt_text="; ".join(f"{run}: {rank:.0f}" for run, rank in zip(ranked["run"], ranked["rank"], strict=True)),
        data=table,
    )


def _ranks(asked: Asked, runs: list[Run], item: str) -> pd.DataFrame:
    """run, model, rank and probability of the item; NaN where a run cannot rank it."""
    lines = []
    bar = st.progress(0.0, text="Ranking by every run")
    for at, run in enumerate(runs):
        rank, probability = ranked_by(asked, run).reindex([item]).to_numpy(dtype=float)[0]
        label, model = run_label(run, runs), run.spec.model.name
        lines.append({"run": label, "model": model, "rank": rank, "probability": probability})
        bar.progress((at + 1) / len(runs), text="Ranking by every run")
    bar.empty()
    return pd.DataFrame(lines).sort_values("rank", kind="stable")
