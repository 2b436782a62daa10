"""What each way to explain a row finds, computed once and kept; what takes long waits for a button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import language, say
from ctrcore.runs.run import Run
from pages.shared.explain.chosen import names_of
from pages.shared.explain.ways import EACH, Way
from pages.shared.level import level
from pages.shared.store import background_for, content_of, encoder_of, model_of, naming_of, ties_of

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.explanation import Explanation

AT_ONCE = 1.0  # seconds: what takes longer waits for a button
_ASKED = "explain-asked"


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
    with st.spinner(say("Computing")):
        return _explained(
            run.id, run.finished, f"{naming_of(run.dataset())} {language()}", content_of(one), way, run, one
        )


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
        say("Compute (about {seconds:.0f} s)", seconds=seconds) if seconds >= 1.5 else say("Compute (about a second)"),
        icon=":material/play_arrow:",
        key="explain-compute",
        on_click=ask_for,
        args=([(run, one)], way),
    )
    if level() != "Expert":
        st.caption(
            say("Shapley values score the row thousands of times, with other rows' values in some of its fields.")
        )


def _is_asked(run: Run, one: Encoded, way: Way) -> bool:
    return _name(run, one, way) in st.session_state.get(_ASKED, ())


def _name(run: Run, one: Encoded, way: Way) -> str:
    return f"{run.id} {content_of(one)} {way}"


@st.cache_resource(show_spinner=False, max_entries=400)
def _explained(
    run_id: str,  # noqa: ARG001
    version: float | None,  # noqa: ARG001
    naming: str,  # noqa: ARG001  # of the items, and the language: what the method is called is in the explanation
    content: str,  # noqa: ARG001
    way: Way,
    _run: Run,
    _one: Encoded,
) -> Explanation:
    from ctrcore.explain.naming import named

    histories = [field.name for field in encoder_of(_run).fields if field.kind == "history"]
    return named(_compute(_run, _one, way), names_of(_run), histories)


def _compute(run: Run, one: Encoded, way: Way) -> Explanation:
    from ctrcore.explain.gradients import integrated_gradients
    from ctrcore.explain.leave_one_out import left_out
    from ctrcore.explain.merged_behaviours import group_behaviours
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
    from ctrcore.explain.leave_one_out import shapley_seconds

    ties = ties_of(_run) if way.tied else []
    return shapley_seconds(
        model_of(_run), encoder_of(_run), _one, background_for(_run), ties=ties, behaviours=way.clicks
    )
