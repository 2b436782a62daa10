"""Small things that several pages show: what is missing, states, times."""

from __future__ import annotations

import time
from typing import NoReturn

import streamlit as st

from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from ctrcore.runs.status import State

STATES = Spoken(
    {
        "queued": mark("queued"),
        "running": mark("running"),
        "done": mark("done"),
        "failed": mark("failed"),
        "cancelled": mark("cancelled"),
    }
)
STATE_COLORS = {"queued": "gray", "running": "blue", "done": "green", "failed": "red", "cancelled": "orange"}
STATE_ICONS = {
    "queued": "hourglass_empty",
    "running": "play_arrow",
    "done": "check",
    "failed": "error",
    "cancelled": "block",
}
DAY, HOUR = 86_400.0, 3_600.0
LONG_AGO = 30 * DAY
MODEL_BADGES = {"lr": "gray", "fm": "blue", "afm": "orange", "fibinet": "green", "din": "violet"}


class PageEnd(Exception):
    """Nothing more to show on this page: caught by the frame, which still has to write the address."""


def missing(what: str, how: str, page: str, label: str, icon: str) -> NoReturn:
    """Say what a page needs, and lead to the page that makes it. Ends the page."""
    st.info(f"**{what}**  \n{how}", icon=":material/info:")
    st.page_link(page, label=label, icon=icon)
    raise PageEnd


def ready(dataset: Dataset | None) -> Dataset:
    """The dataset, if it can be used; otherwise says what to do and ends the page."""
    if dataset is not None and dataset.state == "done":
        return dataset
    if dataset is None:
        what = (say("There is no dataset yet."), say("Upload a table of clicks, or open the demo from the home page."))
    elif dataset.active:
        what = (
            say("The dataset {name} is still being read.", name=plain(dataset.name)),
            say("Wait a moment, or choose another one."),
        )
    else:
        what = (
            say("The dataset {name} could not be read.", name=plain(dataset.name)),
            say("See why on the Data page, or choose another."),
        )
    missing(*what, "data.py", say("Go to Data"), ":material/table_view:")


def no_run(model: str, needs: str = "") -> NoReturn:
    """For pages that need a trained model when there is none. Ends the page."""
    title = MODEL_TITLES[model]
    missing(
        say("No {title} model has been trained on this dataset yet.", title=title),
        say("Train one on the Train page; the quick preset takes a minute or so. {needs}", needs=needs).strip(),
        "train.py",
        say("Train {title}", title=title),
        ":material/model_training:",
    )


def state_badge(state: State) -> str:
    """A run's state as a coloured word, in Markdown."""
    return f":{STATE_COLORS[state]}-badge[:material/{STATE_ICONS[state]}: {STATES[state]}]"


def model_badge(run: Run) -> str:
    """A run's model as a word in the model's colour, in Markdown."""
    name = run.spec.model.name
    return f":{MODEL_BADGES[name]}-badge[{MODEL_TITLES[name]}]"


def ago(seconds: float) -> str:
    """How long ago a moment was, roughly; its date if that is long."""
    passed = max(0.0, time.time() - seconds)
    if passed > LONG_AGO:
        return time.strftime("%d %b %Y", time.localtime(seconds)).lstrip("0")
    if passed >= DAY:
        return say("{days:.0f} d ago", days=passed // DAY)
    if passed >= HOUR:
        return say("{hours:.0f} h ago", hours=passed // HOUR)
    return say("{minutes:.0f} min ago", minutes=passed // 60) if passed >= 60 else say("just now")


def duration(seconds: float) -> str:
    """A length of time in words that fit a table."""
    if seconds < 60:
        return say("{seconds:.1f} s", seconds=seconds) if seconds < 10 else say("{seconds:.0f} s", seconds=seconds)
    if seconds < 3600:
        return say("{minutes:.0f} min {seconds:.0f} s", minutes=seconds // 60, seconds=seconds % 60)
    return say("{hours:.0f} h {minutes:.0f} min", hours=seconds // 3600, minutes=seconds % 3600 // 60)


def plain(text: str) -> str:
    """Text of files, columns and values on one line, so that it cannot act as Markdown, HTML or an icon."""
    for sign in ("\\", "*", "_", "`", "[", "]", "$", "<", ">", "~", ":", "#", "|"):
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())
