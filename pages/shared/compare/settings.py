"""In which settings the models compared differ."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.figures import comparison_captions as captions
from ctrcore.language import say, say_in
from ctrcore.runs.differences import differences, in_words
from pages.shared.charts import csv_button
from pages.shared.compare.view import View
from pages.shared.forms import label_of
from pages.shared.level import level


def settings(view: View) -> None:
    """The settings in which the runs differ: what a difference of metrics may come from."""
    runs = view.runs
    found = differences([run.spec for run in runs])
    if not found:
        return
    with st.expander(say("What differs in their settings ({count})", count=len(found)), icon=":material/difference:"):
        sections = {
            "model": say_in("settings of a run", "Model"),
            "training": say_in("settings of a run", "Training"),
            "rows": say_in("settings of a run", "Rows"),
        }
        table = pd.DataFrame({"Setting": [f"{sections[one.section]}: {label_of(one.name)}" for one in found]})
        for number, run in enumerate(runs):
            table[view.titles[run.id]] = [in_words(one.values[number]) for one in found]
        st.dataframe(
            table,
            hide_index=True,
            key="settings-table",
            alt=say("Settings that differ between the runs"),
            column_config={"Setting": say("Setting")},
        )
        if level() != "Simple":  # a cell of the table would cut them off
            about = zip(table["Setting"], found, strict=True)
            st.caption("\n".join(f"- **{name}.** {say(one.about)}" for name, one in about if one.about))
        st.caption(say(captions.SETTINGS))
        csv_button(table, "settings")
