"""The ways to explain a row: the controls that choose one, kept in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from ctrcore.explain.sentences import listed, semicolons
from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.level import level
from pages.shared.store import encoder_of, ties_of

Method = Literal["own", "shapley", "left out", "gradients"]
METHODS: Spoken[Method] = Spoken(
    {
        "own": mark("Its own terms"),
        "shapley": mark("Shapley"),
        "left out": mark("Left out"),
        "gradients": mark("Gradients"),
    }
)
BY_FIELD: tuple[Method, ...] = ("left out", "shapley", "gradients")
_ABOUT: Spoken[Method] = Spoken(
    {
        "own": mark(
            "The terms of which the model itself adds up its score. Exact, and the closest look inside; but each kind "
            "of model has terms of another kind, so they cannot be compared between models."
        ),
        "left out": mark(
            "What the score loses when the field's value, and nothing else, is replaced by the values that other "
            "rows have. Quick and easy to say, but no sum: two fields that say the same hide each other."
        ),
        "gradients": mark(
            "Integrated gradients: the slope of the score, summed up on the way from an average row to this one. "
            "A second opinion from another side; its sum is right up to the steps taken."
        ),
    }
)
WHOLE, EACH = "whole", "each"
METHOD = "how"  # in the address


@dataclass(frozen=True)
class Way:
    """How to explain.

    Attributes:
        method: a key of `METHODS`.
        tied: columns that determine each other are one part.
        clicks: the history 'whole', 'each' click by itself, or the name of a history column.
    """

    method: Method
    tied: bool = True
    clicks: str = EACH

    @property
    def start(self) -> str:
        """What the base of the explanation is."""
        return say("model bias") if self.method == "own" else say("other rows on average")


def about(method: Method) -> str:
    """What a method of explaining does, and what it is good for."""
    return WORDS["shapley"] if method == "shapley" else _ABOUT[method]


def about_told(method: Method) -> str:
    """The same, after the method's name."""
    return say("**{title}.** {meaning}", title=METHODS[method], meaning=about(method))


def pick_way(run: Run, methods: Sequence[Method], key: str, *, clicks: bool = True) -> Way:
    """The controls of the method; in Simple none, and the method of the address holds all the same.

    Args:
        run: whose row is explained.
        methods: to choose from, the usual one first.
        key: of the widgets. The address has one method for all tabs, so that the choice goes along from tab to tab.
        clicks: the history can be split, too.
    """
    address.show(key, METHOD, methods, methods[0])
    method: Method = st.session_state[key]
    if level() != "Simple":
        st.segmented_control(
            say("Method"),
            methods,
            format_func=METHODS.__getitem__,
            required=True,
            key=key,
            on_change=address.take,
            args=(key, METHOD),
            help="  \n".join(about_told(one) for one in methods),
        )
    if method == "own":
        return (
            Way(method, clicks=_pick_clicks(run, key, _coarsest(run))) if run.spec.model.name == "din" else Way(method)
        )
    if method in ("shapley", "left out"):
        return Way(method, _pick_tied(run, key), _pick_clicks(run, key, WHOLE) if clicks else WHOLE)
    return Way(method)


def _pick_tied(run: Run, key: str) -> bool:
    """Whether columns that determine each other are one part."""
    ties = ties_of(run)
    if not ties:
        return True
    address.show(f"{key}-tied", "together", ["yes", "no"], "yes")
    if level() == "Simple":
        return bool(st.session_state[f"{key}-tied"] == "yes")
    st.segmented_control(
        say("Columns that go together"),
        ["yes", "no"],
        format_func={"yes": say_in("columns", "as one"), "no": say_in("columns", "each by itself")}.__getitem__,
        required=True,
        key=f"{key}-tied",
        on_change=address.take,
        args=(f"{key}-tied", "together"),
        help=say(
            "In the training rows some columns say what others are: {ties}. As one they are exchanged together, so "
            "that no impossible row is scored; each by itself shows more detail.",
            ties=semicolons([say("{column} with {others}", column=one[0], others=listed(one[1:])) for one in ties]),
        ),
    )
    return bool(st.session_state[f"{key}-tied"] == "yes")


def _coarsest(run: Run) -> str:
    from ctrcore.explain.merged_behaviours import coarsest_history

    return coarsest_history(encoder_of(run)) or WHOLE


def _pick_clicks(run: Run, key: str, default: str) -> str:
    """How finely the history is looked at."""
    histories = [field.name for field in encoder_of(run).fields if field.kind == "history"]
    if not histories:
        return WHOLE
    names = {
        WHOLE: say("as a whole"),
        EACH: say("each click"),
        **{name: say("by {column}", column=name) for name in histories},
    }
    address.show(f"{key}-clicks", "clicks", list(names), default)
    if level() == "Simple":
        return str(st.session_state[f"{key}-clicks"])
    clicks: str = st.selectbox(
        say("The history"),
        list(names),
        format_func=names.__getitem__,
        key=f"{key}-clicks",
        on_change=address.take,
        args=(f"{key}-clicks", "clicks"),
        width=220,
        help=say(
            "How finely the past clicks are looked at: all as one part, each by itself, or all those with one value "
            "together. By Shapley and Left out the history as a whole is exchanged for other users' histories, while "
            "clicks are taken out of it."
        ),
    )
    return clicks
