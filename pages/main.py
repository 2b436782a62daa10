"""The frame of every page: page settings, navigation, the reading level, and errors in two sentences."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.shared import address
from pages.shared.level import pick_level
from pages.shared.problems import show_kept, show_problem
from pages.shared.tools import PageEnd

# An icon by name would be fetched from a server; the app has to work offline.
ICON = Path(__file__).parent / "shared" / "icon.svg"
st.set_page_config(page_title="CTR Lens", page_icon=str(ICON), layout="wide")

page = st.navigation(
    {
        "": [
            st.Page(
                "home.py",
                title="Home",
                icon=":material/home:",
                default=True,
                help="What this is, the demo, the newest datasets and runs, and what is being trained right now.",
            )
        ],
        "Prepare": [
            st.Page(
                "data.py",
                title="Data",
                icon=":material/table_view:",
                help="Upload a table of clicks, say what its columns mean, and see what the models will see.",
            ),
            st.Page(
                "train.py",
                title="Train",
                icon=":material/model_training:",
                help="Choose models, start training, and watch loss and AUC while they learn.",
            ),
        ],
        "Judge": [
            st.Page(
                "compare.py",
                title="Compare",
                icon=":material/leaderboard:",
                help="Which model ranks better: ROC curves, AUC, calibration, and one cutoff for all models.",
            )
        ],
        "Explain": [
            st.Page(
                "explain.py",
                title="Explain a row",
                icon=":material/waterfall_chart:",
                help="Why one row has its score: every model's parts side by side, and what if it were different.",
            ),
            st.Page(
                "why.py",
                title="Why this item",
                icon=":material/recommend:",
                help="What would be recommended to a user, why, and the smallest change that drops an item.",
            ),
            st.Page(
                "trust.py",
                title="Trust",
                icon=":material/verified_user:",
                help="How far a model's attention and contributions may be believed: checks with thresholds.",
            ),
        ],
        "Look inside": [
            st.Page(
                "importance.py",
                title="What matters",
                icon=":material/bar_chart:",
                help="Which fields, values, pairs and past clicks matter to a model over many rows.",
            ),
            st.Page(
                "afm.py",
                title="AFM attention",
                icon=":material/grid_on:",
                help="Which pairs of fields AFM attends to, and which of them raise or lower the score.",
            ),
            st.Page(
                "senet.py",
                title="SENet importance",
                icon=":material/tune:",
                help="FiBiNET's gate for each field, beside what is lost when the gate or the field is taken away.",
            ),
            st.Page(
                "din.py",
                title="DIN attention",
                icon=":material/history:",
                help="Which of a user's earlier clicks matter for the item at hand, and whether they help it.",
            ),
        ],
        "Use": [
            st.Page(
                "score.py",
                title="Score new rows",
                icon=":material/playlist_add_check:",
                help="Upload rows that no model has seen, and get each row's probability of a click.",
            )
        ],
        "Workspace": [
            st.Page(
                "runs.py",
                title="Runs",
                icon=":material/inventory_2:",
                help="Everything trained so far: open, rename, tag, export, import, resume, delete.",
            )
        ],
    },
    expanded=True,
)
address.restore(page.url_path)
pick_level()
st.title(page.title if page.title != "Home" else "CTR Lens")
show_kept()
try:
    page.run()
except PageEnd:
    pass
except Exception as error:
    show_problem(error)
address.flush()
