"""Is it chance? Every pair of models tested on the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from ctrcore.comparing.answers import answer, largest_first, winner_first
from ctrcore.comparing.draws import draws_needed
from ctrcore.comparing.findings import in_words
from ctrcore.comparing.testing import BY_USERS, Comparison, Method, Test, method_for
from ctrcore.figures import comparison_captions as captions
from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.compare import kept
from pages.shared.compare.pair_figures import forest_of, intervals_of, table_of
from pages.shared.compare.view import View, say_one_class
from pages.shared.level import level
from pages.shared.tools import duration, plain

METHODS: Spoken[Method] = Spoken(
    {
        "delong": mark("DeLong"),
        "clustered": mark("DeLong by users"),
        "bootstrap": mark("Bootstrap of rows"),
        "users": mark("Bootstrap of users"),
    }
)
DRAWN = ("bootstrap", "users")  # these take their time
REPLICATES = (200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
USUAL = 1000  # steady ends of the intervals
CHOICES = 5  # of replicates, from those on that can tell anything
ALL = mark("all pairs")


@st.fragment
def show(view: View) -> None:
    """The tests of all pairs by the method chosen."""
    if len(view.contenders) < 2:
        st.info(say("Choose at least two models in the sidebar: a test compares a pair."), icon=":material/arrow_back:")
        return
    if not view.both_classes:
        say_one_class(view)
        return
    method, replicates, pairs = _choices(view)
    found = _bootstrap(view, method, replicates) if method in DRAWN else kept.comparison(view, method)
    if found is None:
        found = kept.comparison(view)
        st.caption(say("Until it is drawn, below: {method}.", method=METHODS[found.method]))
    tests = largest_first(test for test in found.tests if pairs in (ALL, test.a, test.b))
    _sentences(view, found, tests)
    with st.grid(2, min_column_width=380):
        forest_of(view, tests)
        intervals_of(view, found)
    table_of(view, tests)
    if level() != "Expert":
        st.caption(captions.tests(found.method not in BY_USERS and view.sheet.has_users))


def methods(view: View) -> list[Method]:
    """The tests that its rows allow."""
    return [one for one in METHODS if one not in BY_USERS or view.sheet.has_users]


def replicates_for(pairs: int) -> tuple[int, ...]:
    """Numbers of replicates to choose from, the least one enough to tell a difference among so many pairs."""
    needed = draws_needed(pairs)
    found = tuple(one for one in REPLICATES if one >= needed)[:CHOICES]
    return found or (needed, 2 * needed)


def _choices(view: View) -> tuple[Method, int, str]:
    """How to test, how many replicates where rows or users are drawn anew, and the model whose pairs are shown."""
    with st.container(horizontal=True, vertical_alignment="top"):
        address.show("test-method", "test", methods(view), method_for(view.sheet))
        chosen = st.segmented_control(
            say_in("of statistics", "Test"),
            methods(view),
            format_func=METHODS.__getitem__,
            required=True,
            key="test-method",
            on_change=address.take,
            args=("test-method", "test"),
            help=" ".join(f"**{METHODS[one]}.** {WORDS[one]}" for one in methods(view)),
        )
        method = chosen or method_for(view.sheet)  # one is always chosen, which the type does not say
        pairs_tested = math.comb(len(view.contenders), 2)
        enough = replicates_for(pairs_tested)
        replicates = max(USUAL, enough[0])
        if method in DRAWN and level() != "Simple":
            widget = f"replicates-{enough[0]}"
            address.show(widget, "replicates", enough, replicates)
            replicates = st.select_slider(
                say("Replicates"),
                enough,
                key=widget,
                on_change=address.take,
                args=(widget, "replicates"),
                width=240,
                help=say(
                    "How many times rows or users are drawn anew. More give steadier ends of the intervals, "
                    "and smaller p-values can be told: {draws:,} are needed to tell anything apart "
                    "after the correction.",
                    draws=draws_needed(pairs_tested),
                ),
            )
        pairs = ALL
        if len(view.contenders) > 2 and level() != "Simple":
            titles = view.titles
            address.show("test-pairs", "pairs", [ALL, *titles], ALL)
            pairs = st.selectbox(
                say("Show"),
                [ALL, *titles],
                format_func=lambda one: say(ALL) if one == ALL else say("pairs with {model}", model=titles[one]),
                key="test-pairs",
                on_change=address.take,
                args=("test-pairs", "pairs"),
                width=240,
                help=say("The correction for many tests stays that for all pairs."),
            )
    return method, int(replicates), pairs


def _bootstrap(view: View, method: Method, replicates: int) -> Comparison | None:
    """The bootstrap if it was run already; otherwise how long it takes, and a button."""
    done = kept.bootstraps(view)
    if (method, replicates) in done:
        return done[method, replicates]
    by_users = method == "users"
    seconds = kept.bootstrap_seconds(view, method) * replicates
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        start = st.button(
            say("Draw the users {count:,} times", count=replicates)
            if by_users
            else say("Draw the rows {count:,} times", count=replicates),
            type="primary",
            icon=":material/casino:",
            key="start-bootstrap",
        )
        st.caption(
            say(
                "{rows}, {models} models: about {duration}. Kept until the server stops.",
                rows=view.rows_in_words,
                models=len(view.contenders),
                duration=duration(max(seconds, 0.1)),
            )
        )
    if not start:
        return None
    bar = place.progress(0.0, text=say("Drawing users anew") if by_users else say("Drawing rows anew"))
    drawing = say("Drawing users anew: {share:.0%}") if by_users else say("Drawing rows anew: {share:.0%}")

    def progress(share: float) -> None:
        bar.progress(min(share, 1.0), text=drawing.format(share=share))

    done[method, replicates] = kept.run_bootstrap(view, method, replicates, progress)
    place.empty()
    return done[method, replicates]


def _sentences(view: View, found: Comparison, tests: Sequence[Test]) -> None:
    """The answer in two or three lines; every pair in words, those of the winner first, for who wants more."""
    titles = {name: f"**{plain(title)}**" for name, title in view.titles.items()}
    order = view.sheet.best_first()
    drawn = say("Users were resampled with all of their rows.") if found.method == "users" else ""
    if len(order) == 2:
        st.markdown(f"{in_words(tests[0], titles)} {drawn}".strip())
        return
    with st.container(key="answer", gap="xsmall"):
        for line in answer(found.tests, order, titles):
            st.markdown(line)
    if drawn:
        st.caption(drawn)
    with st.expander(
        say("All {count} pairs in words", count=len(tests))
        if len(tests) == len(found.tests)
        else say("These pairs in words")
    ):
        st.markdown("\n".join(f"- {in_words(test, titles)}" for test in winner_first(tests, order)))
