"""How rows are built from behaviours, as a form: each choice with what it does to this very log."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ctrcore.data.logs.choices import LogChoices
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.behaviours import item_columns, log_of
from ctrcore.runs.dataset import Dataset
from pages.shared.behaviours_store import grades_of, reasons_of, values_of
from pages.shared.forms import bounds, label_of
from pages.shared.level import expert, level
from pages.shared.tools import plain

Values = dict[str, Any]
NONE = "—"
ANY = mark("any event")
FEW, MANY = 40, 200  # grades on a slider; values offered to choose from
NEGATIVES = Spoken(
    {
        "given": mark("The log's other events"),
        "uniform": mark("Drawn: any item alike"),
        "popularity": mark("Drawn: popular items more often"),
        "hard": mark("Drawn: items of the same category"),
    }
)


class Form:
    """The controls of one dataset's choices. Each leaves a place for its reason, which needs all of them to be known.

    Args:
        dataset: built from behaviours.
        now: how it was built.
        edition: changes when the form has to start afresh.
    """

    def __init__(self, dataset: Dataset, now: LogChoices, edition: int) -> None:
        self.dataset, self.edition = dataset, edition
        self.values: Values = now.model_dump()
        self.places: dict[str, Any] = {}

    def read(self) -> LogChoices:
        """Show the form; returns the choices as it says. Raises a pydantic ValidationError if they are not possible."""
        with st.grid(2, min_column_width=380):
            with st.container(border=True):
                st.markdown(say("#### What is a click"))
                self._clicks()
            with st.container(border=True):
                st.markdown(say("#### Rows without a click"))
                self._negatives()
            with st.container(border=True):
                st.markdown(say("#### What a history remembers"))
                self._histories()
            with st.container(border=True):
                st.markdown(say("#### Who takes part"))
                self._activity()
        choices = LogChoices.model_validate(self.values)
        if level() != "Simple":
            reasons = reasons_of(self.dataset, choices)
            for name, place in self.places.items():
                place.caption(plain(reasons.get(name) or _about(name)))
        return choices

    def _key(self, name: str) -> dict[str, Any]:
        """What all controls have in common: the description as help, and a value that outlives a look elsewhere."""
        key = f"log-{name}-{self.dataset.id}-{self.edition}"
        return {"key": key, "persist_state": "session", "help": _about(name)}

    def _place(self, name: str) -> None:
        self.places[name] = st.empty()

    def _clicks(self) -> None:
        if expert():
            self._columns()
        values = self.values
        if values["action"] is not None:
            self._actions("positive_actions", say("Actions that count as a click"))
        if values["rating"] is not None:
            self._threshold()
        if values["action"] is None and values["rating"] is None:
            st.markdown(
                say("Every event of the log counts as a click: no column says what was done or how it was rated.")
            )

    def _columns(self) -> None:
        names = [str(name) for name in log_of(self.dataset)[0].columns]
        with st.grid(3, min_column_width=110, gap="small"):
            for name in ("user", "item", "time", "action", "rating", "session"):
                needed = LogChoices.model_fields[name].is_required()
                options = names if needed else [NONE, *names]
                now = self.values[name] if self.values[name] in names else options[0]
                chosen = st.selectbox(label_of(name), options, index=options.index(now), **self._key(name))
                self.values[name] = None if chosen == NONE and not needed else chosen
        if self.values["action"] is None:  # what is said of actions goes with them
            self.values |= {"positive_actions": [], "history_actions": [], "history_with_action": False}
        if self.values["rating"] is None:
            self.values["rating_threshold"] = None

    def _actions(self, name: str, label: str) -> None:
        counts = values_of(self.dataset, self.values["action"])
        options = list(counts)[:MANY]
        default = [action for action in self.values[name] if action in options]
        # A pill's text is Markdown, so that of the file is made plain.
        shown = {action: f"{plain(action)} · {counts[action]:,}" for action in options}
        self.values[name] = st.pills(
            label, options, selection_mode="multi", default=default, format_func=shown.__getitem__, **self._key(name)
        )
        self._place(name)

    def _threshold(self) -> None:
        grades, now = grades_of(self.dataset, self.values["rating"]), self.values["rating_threshold"]
        label = say("A click is a {rating} of at least", rating=plain(self.values["rating"]))
        if len(grades) < 2:
            st.markdown(say("The ratings are all alike, so each of them counts as a click."))
            self.values["rating_threshold"] = None
            return
        known = [] if now is None else [now]  # it may lie between the grades, or beyond them
        if len(grades) <= FEW:
            chosen = st.select_slider(
                label,
                [ANY, *sorted({*grades, *known})],
                value=ANY if now is None else now,
                format_func=lambda grade: grade if isinstance(grade, str) else f"{grade:g}",
                **self._key("rating_threshold"),
            )
        else:
            chosen = st.number_input(
                label,
                min([grades[0], *known]),
                max([grades[-1], *known]),
                value=now,
                format="%.6g",
                placeholder=ANY,
                **self._key("rating_threshold"),
            )
        # The lowest grade leaves out events without a rating.
        self.values["rating_threshold"] = None if chosen == ANY else chosen
        self._place("rating_threshold")

    def _negatives(self) -> None:
        values = self.values
        columns = item_columns(self.dataset, LogChoices.model_validate(values))
        options = [name for name in NEGATIVES if name != "hard" or columns]
        now = values["negatives"] if values["negatives"] in options else "uniform"
        values["negatives"] = st.selectbox(
            say("They are"),
            options,
            index=options.index(now),
            format_func=NEGATIVES.__getitem__,
            **self._key("negatives"),
        )
        self._place("negatives")
        if values["negatives"] == "given":
            return
        self._number("per_positive", say("Drawn for each click"))
        if values["negatives"] == "hard":
            known = values["category"] if values["category"] in columns else columns[0]
            values["category"] = st.selectbox(
                say("Category"), columns, index=columns.index(known), **self._key("category")
            )
            self._place("category")
        values["avoid_later"] = st.toggle(
            say("Draw no item that the user clicks later"), values["avoid_later"], **self._key("avoid_later")
        )
        self._place("avoid_later")
        if expert():
            self._number("seed", "Seed")

    def _histories(self) -> None:
        values = self.values
        if values["action"] is not None:
            self._actions("history_actions", say("Actions that are remembered"))
        columns = item_columns(self.dataset, LogChoices.model_validate(values))
        values["history_columns"] = st.multiselect(
            say("Remembered of each, beside the item"),
            columns,
            default=[name for name in values["history_columns"] if name in columns],
            placeholder=say("Nothing else"),
            **self._key("history_columns"),
        )
        self._place("history_columns")
        self._number("history_length", say("Behaviours remembered, at most"))
        if values["action"] is None:
            values["history_with_action"] = False
            return
        values["history_with_action"] = st.toggle(
            say("Remember what was done, too"), values["history_with_action"], **self._key("history_with_action")
        )
        self._place("history_with_action")

    def _activity(self) -> None:
        for name, label in (
            ("min_user_events", say("Fewest events of a user")),
            ("min_item_events", say("Fewest events of an item")),
            ("first_clicks", say("First clicks of a user that only fill the history")),
        ):
            self._number(name, label)

    def _number(self, name: str, label: str) -> None:
        low, high = bounds(LogChoices.model_fields[name])
        self.values[name] = st.number_input(
            label,
            min_value=None if low is None else int(low),
            max_value=None if high is None else int(high),
            value=self.values[name],
            step=1,
            **self._key(name),
        )
        self._place(name)


def _about(name: str) -> str:
    """A choice's description as a sentence."""
    text = say(LogChoices.model_fields[name].description or "")
    return text[0].upper() + text[1:] + "."
