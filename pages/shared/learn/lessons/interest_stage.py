"""The stage of the lesson on DIN: one history beside two candidates, and below it one of them number by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.data.tiny_shop import LEVELS, LONGEST
from ctrcore.language import mark, say
from pages.shared import address
from pages.shared.learn import knobs
from pages.shared.learn.lesson import Facts, Step
from pages.shared.learn.lessons.interest_flow import show_scorer, show_sum
from pages.shared.learn.numbers import signed

if TYPE_CHECKING:
    from ctrcore.learn.interest import Judged
    from ctrcore.learn.tiny import Tiny

CATEGORIES = LEVELS["category"]
LETTERS = {name[0]: name for name in CATEGORIES}
"""A behaviour is the first letter of its category in the address."""
START = "sfbs"
PARTS = ("two", "history", "sum", "scorer")
"""What stands on the stage, in the order in which the steps bring it."""
SIDES = {"left": mark("the left one"), "right": mark("the right one")}


@st.cache_resource(show_spinner=False)
def _model() -> Tiny:
    from ctrcore.learn.interest import learnt

    return learnt()


def stage(step: Step) -> Facts:
    """The two candidates above their bars, and what the step adds."""
    from ctrcore.learn.figures_interest import two_candidates
    from ctrcore.learn.interest import judge

    with st.spinner(say("A tiny DIN is being trained …"), show_time=False):
        tiny = _model()
    history = _history()
    off = _switches(history, editing=step.focus != "two")
    names = [LETTERS[letter] for letter in history]
    sides: dict[str, Judged] = {}
    for side, default in zip(SIDES, ("shoes", "books"), strict=True):
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"interest-{side}"):
            label = say("Candidate on the left") if side == "left" else say("Candidate on the right")
            sides[side] = judge(tiny, knobs.pick(side, label, options=CATEGORIES, default=default), names, off)
            _said(sides[side])
    left, right = sides["left"], sides["right"]
    if names and step.focus != "scorer":
        st.plotly_chart(
            two_candidates(left, right), key="interest-bars", alt=_alt(left, right), config={"displayModeBar": False}
        )
    elif not names:
        st.info(say("The history is empty: nothing to pay attention to."), icon=":material/history_toggle_off:")
    place, side = _detail(step, tiny, sides, names)
    return {
        "history": history,
        "off": "".join(map(str, sorted(off))),
        "left": left.candidate,
        "right": right.candidate,
        "left_logit": left.logit,
        "right_logit": right.logit,
        "place": place,
        "looked": sides[side],
    }


def _detail(step: Step, tiny: Tiny, sides: dict[str, Judged], names: Sequence[str]) -> tuple[int | None, str]:
    """One candidate number by number: the behaviour that is selected, and whose candidate it is."""
    if step.focus not in ("sum", "scorer"):
        return None, "left"
    with st.container(horizontal=True):
        side = knobs.pick(
            "look", say("Look into"), options=list(SIDES), default="right", words=lambda one: say(SIDES[one])
        )
        place = _behaviour(names) if step.focus == "scorer" and names else None
    if step.focus == "sum":
        return show_sum(sides[side]), side
    if place is not None:
        from ctrcore.learn.interest import attend

        show_scorer(attend(tiny, sides[side].candidate, names[place]), sides[side].candidate, names[place])
    return place, side


def _behaviour(names: Sequence[str]) -> int:
    """Position of the behaviour that the scorer reads."""
    options = [str(number) for number in range(1, len(names) + 1)]
    return (
        int(
            knobs.pick(
                "behaviour",
                say("Behaviour"),
                options=options,
                default="1",
                words=lambda one: f"{one} {names[int(one) - 1]}",
            )
        )
        - 1
    )


def _history() -> str:
    said = knobs.get("history", START)
    return said[:LONGEST] if all(letter in LETTERS for letter in said) else START


def _switches(history: str, *, editing: bool) -> set[int]:
    """The behaviours, each of which can be switched off; with buttons for more of them when the lesson has come there.

    Returns:
        Positions of those that are off.
    """
    off = {place for place in range(len(history)) if str(place) in knobs.get("off")}
    if knobs.hidden():
        shown = [f"~~{LETTERS[one]}~~" if place in off else LETTERS[one] for place, one in enumerate(history)]
        st.markdown(say("History: {behaviours}", behaviours=", ".join(shown) or "–"))
        return off
    on = [str(place) for place in range(len(history)) if place not in off]
    if st.session_state.get("interest-on") != on:
        st.session_state["interest-on"] = on
    if history:
        st.pills(
            say("History: click a behaviour to switch it off or on"),
            [str(place) for place in range(len(history))],
            selection_mode="multi",
            format_func=lambda one: f"{int(one) + 1} {LETTERS[history[int(one)]]}",
            key="interest-on",
            on_change=_take,
            args=(history,),
        )
    if editing:
        with st.container(horizontal=True, gap="small"):
            full = len(history) >= LONGEST
            for letter, name in LETTERS.items():
                st.button(
                    f"+ {name}", key=f"interest-add-{letter}", disabled=full, on_click=_set, args=(history + letter,)
                )
            st.button(say("Empty it"), key="interest-empty", disabled=not history, on_click=_set, args=("",))
    return off


def _set(history: str) -> None:
    knobs.put("history", history)
    if not history:
        knobs.put("off", "")
    address.flush()


def _take(history: str) -> None:
    on = st.session_state["interest-on"]
    knobs.put("off", "".join(str(place) for place in range(len(history)) if str(place) not in on))
    address.flush()


def _said(judged: Judged) -> None:
    st.markdown(
        say(
            "{candidate}: logit **{logit}**, click **{probability:.0%}**  \n(without history: logit {rest})",
            candidate=judged.candidate,
            logit=signed(judged.logit),
            probability=judged.probability,
            rest=signed(judged.rest),
        )
    )


def _alt(left: Judged, right: Judged) -> str:
    return say(
        "Attention and contribution of {count} behaviours, for {left} (logit {left_logit:.2f}) and for {right} (logit "
        "{right_logit:.2f})",
        count=len(left.behaviours),
        left=left.candidate,
        left_logit=left.logit,
        right=right.candidate,
        right_logit=right.logit,
    )
