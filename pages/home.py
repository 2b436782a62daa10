"""Home: what this is, the doors into it, and what is there."""

from __future__ import annotations

import streamlit as st

from ctrcore.language import mark, say, say_count
from pages.shared import address
from pages.shared.jobs import live_jobs
from pages.shared.level import learn
from pages.shared.pickers import run_label
from pages.shared.problems import problems_shown
from pages.shared.samples import open_demo
from pages.shared.store import workspace
from pages.shared.tools import ago, model_badge, plain, state_badge

NEWEST = 6
DOORS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        mark("Compare models"),
        ":material/leaderboard:",
        mark(
            "Which of LR, FM, AFM, FiBiNET and DIN puts the clicks first, by how much, and are its probabilities right?"
        ),
        (("compare.py", mark("Open Compare")),),
    ),
    (
        mark("Learn how they work"),
        ":material/school:",
        mark(
            "Short lessons with tiny models that answer at once, a playground with the truth beside the model, and the "
            "score of one real row taken apart."
        ),
        (
            ("learn.py", mark("Lessons")),
            ("playground.py", mark("Playground")),
            ("explain.py", mark("Explain a row")),
        ),
    ),
    (
        mark("Why this item?"),
        ":material/recommend:",
        mark(
            "Take one user: which items come first, which of the user's earlier clicks speak for them, and what would "
            "have to change?"
        ),
        (("why.py", mark("Why this item")),),
    ),
)


def doors() -> None:
    """Three ways in."""
    with st.grid(3, min_column_width=240):
        for title, icon, text, links in DOORS:
            with st.container(border=True, height="stretch"):
                st.markdown(f"#### {icon} {say(title)}")
                st.markdown(say(text))
                for page, label in links:
                    st.page_link(page, label=say(label), icon=":material/arrow_forward:")


def start() -> None:
    """The demo, and one's own data."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(say("Open the demo"), type="primary", icon=":material/play_arrow:", key="open-demo"):
            open_demo(workspace())
            st.switch_page("compare.py", query_params=address.query())
        st.page_link("data.py", label=say("Use my own data"), icon=":material/upload_file:")


def newest() -> None:
    """The newest datasets and runs, each a link to its page."""
    datasets, runs = workspace().datasets(), workspace().runs()
    if not datasets:
        return
    with st.grid(2, min_column_width=360):
        with st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"#### {say('Newest datasets')}")
            for dataset in datasets[:NEWEST]:
                rows = (
                    "" if dataset.rows is None else say_count("{count:,} row", "{count:,} rows", dataset.rows) + " · "
                )
                line(
                    dataset.name,
                    "data.py",
                    {"dataset": dataset.id},
                    f"{state_badge(dataset.state)} {rows}{ago(dataset.created)}",
                )
        with st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"#### {say('Newest runs')}", help=say("A run is one model trained once."))
            if not runs:
                st.caption(say("Nothing has been trained yet."))
            for run in runs[:NEWEST]:
                auc = ((run.metrics() or {}).get("test") or {}).get("auc")
                line(
                    run_label(run, runs),
                    "runs.py",
                    {"run": run.id},
                    f"{model_badge(run)} "
                    + (say("test AUC {auc:.4f}", auc=auc) if auc is not None else state_badge(run.state))
                    + f" · {ago(run.created)}",
                )


def line(name: str, page: str, query: dict[str, str], note: str) -> None:
    """One thing of a list: its name as a link, and a note."""
    left, right = st.columns([3, 4], vertical_alignment="center", gap="small")
    left.page_link(page, label=plain(name), icon=":material/arrow_right:", query_params=query, width="stretch")
    right.caption(note)


st.markdown(
    say(
        "Upload clicks, train FM, AFM, FiBiNET and DIN, see which ranks better and how far that can be believed, and "
        "see why an item was recommended."
    )
)
learn(
    say(
        "A **click-through-rate model** looks at a user, an item and the situation, and says how likely a click is. "
        "Shops, news and video sites order what they show by such scores."
    )
)
start()
doors()
with problems_shown():
    live_jobs()
with problems_shown():
    newest()
