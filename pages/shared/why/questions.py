"""What else can be asked: every part of the score, why above another item, why not a third, what other models say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.explain.naming import named
from ctrcore.explain.sentences import signed
from ctrcore.figures.explanations import waterfall
from ctrcore.figures.recommended import difference_bars
from ctrcore.language import mark, say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.tools import plain
from pages.shared.why.agreement import show_agreement
from pages.shared.why.card import NOT_CAUSE, show_sentences
from pages.shared.why.choices import Asked
from pages.shared.why.traces import above_of, missed_of
from pages.shared.why.way import show_way

if TYPE_CHECKING:
    from ctrcore.recommend.funnel import Trace
    from ctrcore.recommend.why import Why

PARTS, ABOVE = mark("All parts"), mark("Above another")  # short: all four stand side by side on a small screen
MISSED, AGREE = mark("Not another"), mark("Other models")
SEEN = 5e-5  # of a difference, from which on it is told
OFFERED = 2000  # items in a list of choices; any other id can be typed
Ask = Callable[["Asked", "Trace", "Why"], None]


def show_questions(asked: Asked, trace: Trace, why: Why) -> None:
    """Tabs of which only the open one is computed."""
    shows: dict[str, Ask] = {PARTS: _parts, ABOVE: _above, MISSED: _missed, AGREE: show_agreement}
    for name, tab in address.tabs("ask", list(shows)).items():
        if tab.open:
            with tab:
                shows[name](asked, trace, why)


def _parts(_asked: Asked, trace: Trace, why: Why) -> None:
    """Every contribution to the score, as the model computes it."""
    from ctrcore.recommend.moments import history_fields

    found = named(why.explanation, trace.items.names, history_fields(trace.recommender.encoder))
    chart(
        waterfall(found, count=12, start=say("model bias")),
        key="why-parts",
        title=say("Every part of its score"),
        help_text=f"{WORDS['contribution']}  \n{WORDS['logit']}",
        read=say(
            "From the model's bias on top to the logit at the bottom, the largest parts first, as the model computes "
            "them: blue raises the score of this item for this user, orange lowers it."
        ),
        beware=" ".join(
            [
                say(
                    "These are no reasons for its place: most of it other candidates have, too, which the "
                    "chart of what sets it apart takes off. The parts add up exactly, by {method}.",
                    method=say(found.method),
                ),
                say(NOT_CAUSE),
            ]
        ),
        alt_text=say("Waterfall from {base:+z.3f} to the logit {logit:+z.3f}", base=found.base, logit=found.logit),
        data=found.parts,
    )


def _above(asked: Asked, trace: Trace, why: Why) -> None:
    """What puts the item above another one of the list, or below it."""
    from ctrcore.recommend.placing import of_above

    item = why.item
    top = trace.top
    others = [str(one) for one in top["item"] if one != item]
    if not others:
        st.info(say("The list has a single item, so there is nothing to compare it with."), icon=":material/info:")
        return
    names = trace.items.names
    place = int(top["item"].tolist().index(item)) if item in top["item"].tolist() else 0
    address.show("pick-over", "over", others, others[min(place, len(others) - 1)])
    other = st.selectbox(
        say("The other item"),
        others,
        format_func=names.item,
        key="pick-over",
        on_change=address.take,
        args=("pick-over", "over"),
        help=say("Of the items on the list."),
        width=420,
    )
    first, second = sorted((item, other), key=lambda one: trace.rank(one) or 0)
    found = above_of(asked, first, second)
    show_sentences(of_above(trace, found))
    chart(
        difference_bars(found.parts, found.difference, names.item(first), names.item(second)),
        key="above",
        title=say("Why {item} stands above {other}", item=plain(names.item(first)), other=plain(names.item(second))),
        help_text=WORDS["contribution"],
        read=" ".join(
            [
                say(
                    "Each bar is what a part adds to the one item's logit minus what it adds to the other's. Blue "
                    "speaks for the upper item, orange for the lower one; the last bar is their sum."
                ),
                say("What is only about the user is the same for both and falls out.")
                if abs(found.user_only) < SEEN
                else say(
                    "What is only about the user makes {user_only} of it: the user is the same, but this "
                    "model weighs the user's values by the item.",
                    user_only=signed(found.user_only),
                ),
            ]
        ),
        beware=say("It compares two scores of one model. A part without a bar may matter much to both."),
        alt_text=say(
            "{first} is {difference:+z.3f} above {second}",
            first=names.item(first),
            difference=found.difference,
            second=names.item(second),
        ),
        data=found.parts,
    )


def _missed(asked: Asked, trace: Trace, _why: Why) -> None:
    """Where an item that is not on the list was lost, and what would lift it."""
    from ctrcore.recommend.placing import of_why_not

    shown = set(trace.top["item"])
    listed = [str(one) for one in trace.items.ids[: OFFERED + len(shown)] if one not in shown]
    if not listed:
        st.info(say("Every item of the catalogue is on the list."), icon=":material/info:")
        return
    said = (address.read("missed") or "").strip()
    known = said in trace.items.frame.index
    if said and not known:
        st.warning(
            say("**There is no item '{item}'.**  \nAnother one is shown.", item=plain(said[:60])),
            icon=":material/search_off:",
        )
    chosen = said if known else _first_missed(trace, listed)
    if st.session_state.get("pick-missed") != chosen:
        st.session_state["pick-missed"] = chosen
    names = trace.items.names
    st.selectbox(
        say("The missing item"),
        listed if chosen in listed else [chosen, *listed],
        format_func=names.item,
        key="pick-missed",
        on_change=address.take,
        args=("pick-missed", "missed"),
        accept_new_options=True,
        help=say(
            "Type to search. The {listed:,} commonest items are listed by name; any other one can be typed by its id.",
            listed=min(OFFERED, len(listed)),
        ),
        width=420,
    )
    found = missed_of(asked, chosen)
    show_sentences(of_why_not(trace, found))
    show_way(asked, trace, chosen, key="way-missed")


def _first_missed(trace: Trace, listed: list[str]) -> str:
    """The item that just missed the list; else the commonest one."""
    after = trace.candidates["item"].iloc[trace.options.top_k :]
    return str(after.iloc[0]) if len(after) else listed[0]
