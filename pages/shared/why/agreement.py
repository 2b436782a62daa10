"""What other models say of an item, in words and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import listed
from ctrcore.figures.funnel import ranks_by_model
from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import say
from ctrcore.runs.run import Run
from pages.shared.charts import chart
from pages.shared.pickers import finished_runs, run_label
from pages.shared.tools import plain
from pages.shared.why.choices import Asked
from pages.shared.why.traces import STAGES, ranked_by

if TYPE_CHECKING:
    from ctrcore.recommend.funnel import Trace
    from ctrcore.recommend.why import Why


def agreement(asked: Asked, item: str, others: Sequence[Run]) -> str:
    """How many of the models in the sidebar would show the item, too, and the one that puts it lowest."""
    labels = [plain(run_label(run, [*others, asked.run])) for run in others]
    places = [ranked_by(asked, run)["rank"].get(item) for run in others]
    known = [(int(place), label) for place, label in zip(places, labels, strict=True) if place is not None]
    if not known:
        return say("**Other models:** none of the {models} chosen in the sidebar can rank it.", models=len(others))
    inside = sum(place <= asked.top for place, _ in known)
    worst, who = max(known)
    said = {"who": who, "worst": worst, "inside": inside, "models": len(known)}
    if len(known) == 1 and inside:
        return say("**Other models:** {who} would show it, too: it puts it at {worst:,}.", **said)
    if len(known) == 1:
        return say("**Other models:** {who} would not show it: it puts it at {worst:,}.", **said)
    if inside == len(known):
        return say("**Other models:** all {models} would show it, too; {who} puts it lowest, at {worst:,}.", **said)
    if inside:
        return say(
            "**Other models:** {inside} of the {models} would show it, too; {who} puts it lowest, at {worst:,}.", **said
        )
    return say("**Other models:** none of the {models} would show it; {who} puts it lowest, at {worst:,}.", **said)


def show_agreement(asked: Asked, trace: Trace, why: Why) -> None:
    """The rank of the item by every finished run on the dataset."""
    item, name, top = why.item, trace.items.names.item(why.item), trace.options.top_k
    done = finished_runs(asked.dataset)
    runs = done[:STAGES]
    if len(runs) < 2:
        st.info(say("There is no other finished run on this dataset."), icon=":material/info:")
        return
    table = _ranks(asked, runs, item)
    ranked = table.dropna(subset=["rank"])
    inside = int((ranked["rank"] <= top).sum())
    told = [
        say(
            "**{inside} of {runs}** runs put {item} among the first {top} for this user: {models}.",
            inside=inside,
            runs=len(ranked),
            item=plain(name),
            top=top,
            models=_by_model(ranked, top),
        )
    ]
    if len(ranked) < len(table):
        told.append(say("{runs} could not rank it.", runs=len(table) - len(ranked)))
    if len(done) > STAGES:
        told.append(say("Only the {asked} newest of {runs} runs were asked.", asked=STAGES, runs=len(done)))
    st.markdown(" ".join(told))
    st.caption(
        say(
            "Every finished run on this dataset counts here, the one on this page included. The list above and the "
            "sentence on other models count only those chosen in the sidebar, by default one of each other model."
        )
    )
    chart(
        ranks_by_model(ranked["run"].tolist(), ranked["model"].tolist(), ranked["rank"].astype(int).tolist(), top),
        key="agree",
        title=say("Where every run puts {item}", item=plain(name)),
        read=say(
            "Each dot is one run's rank of the item among the candidates that were recalled for this user. Left of "
            "the dashed line it would be shown."
        ),
        beware=say(
            "Models that agree may be wrong together: they learnt from the same rows. Runs of one model that differ "
            "show how much is luck of the seed."
        ),
        alt_text="; ".join(f"{run}: {rank:.0f}" for run, rank in zip(ranked["run"], ranked["rank"], strict=True)),
        data=table,
    )


def _by_model(ranked: pd.DataFrame, top: int) -> str:
    """'3 of 12 AFM, 0 of 5 DIN'."""
    inside = (ranked["rank"] <= top).groupby(ranked["model"], sort=False).agg(["sum", "size"])
    order = inside.sort_values(["sum", "size"], ascending=False, kind="stable")
    return listed(
        [
            say(
                "{hits} of {runs} {model}",
                hits=int(hits),
                runs=int(runs),
                model=MODEL_TITLES.get(str(model), str(model)),
            )
            for model, (hits, runs) in zip(order.index, order.to_numpy().tolist(), strict=True)
        ]
    )


def _ranks(asked: Asked, runs: list[Run], item: str) -> pd.DataFrame:
    """run, model, rank and probability of the item; NaN where a run cannot rank it."""
    lines = []
    bar = st.progress(0.0, text=say("Ranking by every run"))
    for at, run in enumerate(runs):
        rank, probability = ranked_by(asked, run).reindex([item]).to_numpy(dtype=float)[0]
        label, model = run_label(run, runs), run.spec.model.name
        lines.append({"run": label, "model": model, "rank": rank, "probability": probability})
        bar.progress((at + 1) / len(runs), text=say("Ranking by every run"))
    bar.empty()
    return pd.DataFrame(lines).sort_values("rank", kind="stable")
