"""The frame of every page: page settings, navigation, the reading level, and errors in two sentences."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ctrcore.language import say
from pages.shared import address
from pages.shared.first_page import shown
from pages.shared.language import follow_visitor, pick_language
from pages.shared.level import pick_level
from pages.shared.problems import show_kept, show_problem
from pages.shared.tools import PageEnd

# An icon by name would be fetched from a server; the app has to work offline.
ICON = Path(__file__).parent / "shared" / "icon.svg"
st.set_page_config(page_title=say("CTR Lens"), page_icon=str(ICON), layout="wide")

follow_visitor()
address.restore("")  # the names of the pages are in the visitor's language
page = st.navigation(
    {
        "": [
            st.Page(
                "home.py",
                title=say("Home"),
                icon=":material/home:",
                default=True,
                help=say("What this is, the demo, the newest datasets and runs, and what is being trained right now."),
            )
        ],
        say("Prepare"): [
            st.Page(
                "data.py",
                title=say("Data"),
                icon=":material/table_view:",
                help=say("Upload a table of clicks, say what its columns mean, and see what the models will see."),
            ),
            st.Page(
                "train.py",
                title=say("Train"),
                icon=":material/model_training:",
                help=say("Choose models, start training, and watch loss and AUC while they learn."),
            ),
        ],
        say("Judge"): [
            st.Page(
                "compare.py",
                title=say("Compare"),
                icon=":material/leaderboard:",
                help=say("Which model ranks better: ROC curves, AUC, calibration, and one cutoff for all models."),
            )
        ],
        say("Explain"): [
            st.Page(
                "explain.py",
                title=say("Explain a row"),
                icon=":material/waterfall_chart:",
                help=say("Why one row has its score: every model's parts side by side, and what if it were different."),
            ),
            st.Page(
                "why.py",
                title=say("Why this item"),
                icon=":material/recommend:",
                help=say("What would be recommended to a user, why, and the smallest change that drops an item."),
            ),
            st.Page(
                "trust.py",
                title=say("Trust"),
                icon=":material/verified_user:",
                help=say("How far a model's attention and contributions may be believed: checks with thresholds."),
            ),
        ],
        say("Look inside"): [
            st.Page(
                "importance.py",
                title=say("What matters"),
                icon=":material/bar_chart:",
                help=say("Which fields, values, pairs and past clicks matter to a model over many rows."),
            ),
            st.Page(
                "afm.py",
                title=say("AFM attention"),
                icon=":material/grid_on:",
                help=say("Which pairs of fields AFM attends to, and which of them raise or lower the score."),
            ),
            st.Page(
                "senet.py",
                title=say("SENet importance"),
                icon=":material/tune:",
                help=say(
                    "FiBiNET's gate for each field, beside what is lost when the gate or the field is taken away."
                ),
            ),
            st.Page(
                "din.py",
                title=say("DIN attention"),
                icon=":material/history:",
                help=say("Which of a user's earlier clicks matter for the item at hand, and whether they help it."),
            ),
        ],
        say("Use"): [
            st.Page(
                "score.py",
                title=say("Score new rows"),
                icon=":material/playlist_add_check:",
                help=say("Upload rows that no model has seen, and get each row's probability of a click."),
            )
        ],
        say("Understand"): [
            st.Page(
                "learn.py",
                title=say("Learn"),
                icon=":material/school:",
                help=say("Short lessons with tiny models: change a number and see what the model makes of it."),
            ),
            st.Page(
                "playground.py",
                title=say("Playground"),
                icon=":material/toys:",
                help=say("A shop with knobs and a tiny model that learns it in seconds, beside the truth."),
            ),
        ],
        say("Workspace"): [
            st.Page(
                "runs.py",
                title=say("Runs"),
                icon=":material/inventory_2:",
                help=say("Everything trained so far: open, rename, tag, export, import, resume, delete."),
            )
        ],
    },
    expanded=True,
)
address.restore(page.url_path)
pick_level()
pick_language()
st.title(page.title if page.url_path else "CTR Lens")
show_kept()
try:
    page.run()
except PageEnd:
    pass
except Exception as error:
    show_problem(error)
address.flush()
shown.set()
