"""What other models say of an item, in words and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.figures.funnel import ranks_by_model
from ctrcore.figures.style import MODEL_TITLES
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
        return f"**Other models:** none of the {len(others)} chosen in the sidebar can rank it."
    inside = sum(place <= asked.top for place, _ in known)
    worst, who = max(known)
    if len(known) == 1:
        verb = "would show it, too" if inside else "would not show it"
        return f"**Other models:** {who} {verb}: it puts it at {worst:,}."
    if inside == len(known):
        return f"**Other models:** all {len(known)} would show it, too; {who} puts it lowest, at {worst:,}."
    many = f"{inside} of the {len(known)}" if inside else f"none of the {len(known)}"
    return f"**Other models:** {many} would show it{', too' if inside else ''}; {who} puts it lowest, at {worst:,}."


def show_agreement(asked: Asked, trace: Trace, why: Why) -> None:
    """The rank of the item by every finished run on the dataset."""
    item, name, top = why.item, trace.items.names.item(why.item), trace.options.top_k
    done = finished_runs(asked.dataset)
    runs = done[:STAGES]
    if len(runs) < 2:
        st.info("There is no other finished run on this dataset.", icon=":material/info:")
        return
    table = _ranks(asked, runs, item)
    ranked = table.dropna(subset=["rank"])
    inside = int((ranked["rank"] <= top).sum())
    st.markdown(
        f"**{inside} of {len(ranked)}** runs put {plain(name)} among the first {top} for this user: "
        f"{_by_model(ranked, top)}."
        + (f" {len(table) - len(ranked)} could not rank it." if len(ranked) < len(table) else "")
        + (f" Only the {STAGES} newest of {len(done)} runs were asked." if len(done) > STAGES else "")
    )
    st.caption(
        "Every finished run on this dataset counts here, the one on this page included. The list above and the "
        "sentence on other models count only those chosen in the sidebar, by default one of each other model."
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


def _by_model(ranked: pd.DataFrame, top: int) -> str:
    """'3 of 12 AFM, 0 of 5 DIN'."""
    inside = (ranked["rank"] <= top).groupby(ranked["model"], sort=False).agg(["sum", "size"])
    order = inside.sort_values(["sum", "size"], ascending=False, kind="stable")
    return ", ".join(
        f"{int(hits)} of {int(runs)} {MODEL_TITLES.get(str(model), str(model))}"
        for model, (hits, runs) in zip(order.index, order.to_numpy().tolist(), strict=True)
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
