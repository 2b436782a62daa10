"""The ways to explain a row: which one is chosen, and what it finds, computed once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.explain.chosen import names_of
from pages.shared.level import level
from pages.shared.store import background_for, content_of, encoder_of, model_of, naming_of, ties_of

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.explanation import Explanation

Method = Literal["own", "shapley", "left out", "gradients"]
METHODS: dict[Method, str] = {
    "own": "Its own terms",
    "shapley": "Shapley",
    "left out": "Left out",
    "gradients": "Gradients",
}
BY_FIELD: tuple[Method, ...] = ("left out", "shapley", "gradients")
ABOUT: dict[Method, str] = {
    "own": "The terms of which the model itself adds up its score. Exact, and the closest look inside; but each kind "
    "of model has terms of another kind, so they cannot be compared between models.",
    "shapley": WORDS["shapley"],
    "left out": "What the score loses when the field's value, and nothing else, is replaced by the values that other "
    "rows have. Quick and easy to say, but no sum: two fields that say the same hide each other.",
    "gradients": "Integrated gradients: the slope of the score, summed up on the way from an average row to this one. "
    "A second opinion from another side; its sum is right up to the steps taken.",
}
WHOLE, EACH = "whole", "each"
METHOD = "how"  # in the address
AT_ONCE = 1.0  # seconds: what takes longer waits for a button
_ASKED = "explain-asked"


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
        return "model bias" if self.method == "own" else "other rows on average"


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
            "Method",
            methods,
            format_func=METHODS.__getitem__,
            required=True,
            key=key,
            on_change=address.take,
            args=(key, METHOD),
            help="  \n".join(f"**{METHODS[one]}.** {ABOUT[one]}" for one in methods),
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
        "Columns that go together",
        ["yes", "no"],
        format_func={"yes": "as one", "no": "each by itself"}.__getitem__,
        required=True,
        key=f"{key}-tied",
        on_change=address.take,
        args=(f"{key}-tied", "together"),
        help="In the training rows some columns say what others are: "
        + "; ".join(" with ".join([names[0], ", ".join(names[1:])]) for names in ties)
        + ". As one they are exchanged together, so that no impossible row is scored; each by itself shows "
        "more detail.",
    )
    return bool(st.session_state[f"{key}-tied"] == "yes")


def _coarsest(run: Run) -> str:
    from ctrcore.explain.grouping import coarsest_history

    return coarsest_history(encoder_of(run)) or WHOLE


def _pick_clicks(run: Run, key: str, default: str) -> str:
    """How finely the history is looked at."""
    histories = [field.name for field in encoder_of(run).fields if field.kind == "history"]
    if not histories:
        return WHOLE
    names = {WHOLE: "as a whole", EACH: "each click", **{name: f"by {name}" for name in histories}}
    address.show(f"{key}-clicks", "clicks", list(names), default)
    if level() == "Simple":
        return str(st.session_state[f"{key}-clicks"])
    clicks: str = st.selectbox(
        "The history",
        list(names),
        format_func=names.__getitem__,
        key=f"{key}-clicks",
        on_change=address.take,
        args=(f"{key}-clicks", "clicks"),
        width=220,
        help="How finely the past clicks are looked at: all as one part, each by itself, or all those with one value "
        "together. By Shapley and Left out the history as a whole is exchanged for other users' histories, while "
        "clicks are taken out of it.",
    )
    return clicks


def explained(run: Run, one: Encoded, way: Way) -> Explanation | None:
    """The explanation of a row, with items by their names. None where a button has taken its place.

    Raises:
        ModelError: the run's model reads no such history.
    """
    if way.method == "shapley" and not _is_asked(run, one, way):
        seconds = seconds_of(run, one, way)
        if seconds > AT_ONCE:
            _ask(run, one, way, seconds)
            return None
    with st.spinner("Computing"):
        return _explained(run.id, run.finished, naming_of(run.dataset()), content_of(one), way, run, one)


def to_ask(runs: Sequence[tuple[Run, Encoded]], way: Way) -> list[tuple[Run, Encoded]]:
    """Those whose explanation may take long and was not asked for yet."""
    return [(run, one) for run, one in runs if way.method == "shapley" and not _is_asked(run, one, way)]


def ask_for(runs: Sequence[tuple[Run, Encoded]], way: Way) -> None:
    """Compute these without a button from now on."""
    asked: set[str] = st.session_state.setdefault(_ASKED, set())
    asked.update(_name(run, one, way) for run, one in runs)


def seconds_of(run: Run, one: Encoded, way: Way) -> float:
    """About how long it takes. Rows with as many players take as long: of clicks a row may have none or dozens."""
    from ctrcore.explain.players import players_of

    ties = ties_of(run) if way.tied else []
    players = len(players_of(model_of(run), encoder_of(run), one, ties=ties, behaviours=way.clicks))
    return _seconds(run.id, run.finished, way, players, run, one)


def _ask(run: Run, one: Encoded, way: Way, seconds: float) -> None:
    st.button(
        f"Compute (about {seconds:.0f} s)" if seconds >= 1.5 else "Compute (about a second)",
        icon=":material/play_arrow:",
        key="explain-compute",
        on_click=ask_for,
        args=([(run, one)], way),
    )
    if level() != "Expert":
        st.caption("Shapley values score the row thousands of times, with other rows' values in some of its fields.")


def _is_asked(run: Run, one: Encoded, way: Way) -> bool:
    return _name(run, one, way) in st.session_state.get(_ASKED, ())


def _name(run: Run, one: Encoded, way: Way) -> str:
    return f"{run.id} {content_of(one)} {way}"


@st.cache_resource(show_spinner=False, max_entries=400)
def _explained(
    run_id: str,  # noqa: ARG001
    version: float | None,  # noqa: ARG001
    naming: str,  # noqa: ARG001
    content: str,  # noqa: ARG001
    way: Way,
    _run: Run,
    _one: Encoded,
) -> Explanation:
    from ctrcore.explain.sentences import named

    histories = [field.name for field in encoder_of(_run).fields if field.kind == "history"]
    return named(_compute(_run, _one, way), names_of(_run), histories)


def _compute(run: Run, one: Encoded, way: Way) -> Explanation:
    from ctrcore.explain.gradients import integrated_gradients
    from ctrcore.explain.grouping import group_behaviours
    from ctrcore.explain.left_out import left_out
    from ctrcore.explain.rows import explain_row
    from ctrcore.explain.shapley import shapley

    model, encoder = model_of(run), encoder_of(run)
    if way.method == "own":
        own = explain_row(model, encoder, one, 0)
        return own if way.clicks == EACH else group_behaviours(own, encoder, one, way.clicks)
    background = background_for(run)
    if way.method == "gradients":
        return integrated_gradients(model, encoder, one, 0, background)
    method = shapley if way.method == "shapley" else left_out
    ties = ties_of(run) if way.tied else []
    return method(model, encoder, one, 0, background, ties=ties, behaviours=way.clicks)


@st.cache_resource(show_spinner=False, max_entries=100)
def _seconds(
    run_id: str,  # noqa: ARG001
    version: float | None,  # noqa: ARG001
    way: Way,
    players: int,  # noqa: ARG001
    _run: Run,
    _one: Encoded,
) -> float:
    from ctrcore.explain.left_out import shapley_seconds

    ties = ties_of(_run) if way.tied else []
    return shapley_seconds(
        model_of(_run), encoder_of(_run), _one, background_for(_run), ties=ties, behaviours=way.clicks
    )
