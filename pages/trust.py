"""Trust: how far a model's attention, gates and contributions may be believed, check by check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.explain.trust.check import Thresholds, overall
from ctrcore.explain.trust.words import ABOUT, background_words, in_one_sentence, method_words, name_of, verdicts_text
from ctrcore.language import say
from ctrcore.runs.contenders import PART_TITLES
from ctrcore.runs.run import Run
from ctrcore.runs.studies import start_study
from pages.shared import address
from pages.shared.charts import csv_button
from pages.shared.level import level
from pages.shared.pickers import pick_dataset, pick_run
from pages.shared.problems import problems_shown, safely
from pages.shared.store import judged_part, model_of
from pages.shared.studies import study_result
from pages.shared.tools import ago, duration, missing, ready
from pages.shared.trust.beside import show_beside
from pages.shared.trust.cards import checks_table, show_cards, show_questions
from pages.shared.trust.kept import Options, card_of, checks_shown, pick_options, say_estimate
from pages.shared.trust.limits import are_edited, chosen_limits, edit_limits
from pages.shared.trust.orders import show_orders
from pages.shared.trust.planted import show_planted
from pages.shared.trust.verdicts import alert

if TYPE_CHECKING:
    from ctrcore.explain.trust.card import Card


def pick_method(run: Run) -> str:
    """Which picture of the model is put to the test."""
    from ctrcore.explain.trust.methods import methods_of

    methods = methods_of(model_of(run))
    about = "  \n".join(say("**{title}.** {meaning}", title=name_of(one), meaning=ABOUT[one]) for one in methods)
    return address.choose(say("Put to the test"), methods, "contribution", "method", about, words=method_words)


def show_verdict(card: Card, method: str, thresholds: Thresholds) -> None:
    """The verdicts of all pictures of the run side by side, and the checks of the one looked at in one sentence."""
    checks = card.methods[method]
    every = {method: checks} | card.methods
    said = in_one_sentence(checks, thresholds, ids=level() != "Simple")
    told = [say("{model}: {sentence}", model=name_of(method), sentence=said)]
    if are_edited():
        told.append(say("Some thresholds are not the default ones."))
    alert(overall(checks, thresholds), f"**{verdicts_text(every, thresholds)}**  \n{' '.join(told)}")


def downloads(run: Run, options: Options, card: Card, method: str, thresholds: Thresholds) -> None:
    """The thresholds, the card as one HTML file, the checks as a table."""

    def html() -> str:
        from ctrcore.report.trust import trust_html

        return trust_html(card, thresholds)

    name = re.sub(r"[^A-Za-z0-9]+", "-", run.name).strip("-").lower() or "run"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        edit_limits()
        st.download_button(
            say("Trust card"),
            html,
            file_name=f"trust-{name}.html",
            mime="text/html",
            icon=":material/verified_user:",
            key="trust-html",
            on_click="ignore",
            help=say("All checks of this run as one file that opens offline, with the thresholds chosen here."),
        )
        csv_button(lambda: checks_table(checks_shown(card, method), thresholds), "trust-checks", say("Checks as CSV"))
        again(run, options)
        st.caption(
            say(
                "Computed {made} in {seconds}, on a sample of {rows:,} of the {judged:,} {part} rows. "
                "Where a value is taken away, {background} stand for it.",
                made=ago(card.made),
                seconds=duration(card.seconds),
                rows=card.rows,
                judged=card.judged,
                part=PART_TITLES["test" if judged_part(run) == "test" else "valid"],
                background=background_words(card.background),
            )
        )


def again(run: Run, options: Options) -> None:
    """Make the card anew: other seeds of the run may have been trained since."""
    st.button(
        say("Compute it again"),
        icon=":material/refresh:",
        type="tertiary",
        key="trust-again",
        on_click=safely(start_study),
        args=(run, "trust", options),
        help=say("Worth it when runs that differ only in the seed were trained since: check T9 needs them."),
    )


dataset = ready(pick_dataset(["afm", "fibinet", "din", "fm", "lr"]))
run = pick_run(dataset)
if run is None:
    missing(
        say("No model has been trained on this dataset yet."),
        say("Train one on the Train page; the quick preset takes a minute or so."),
        "train.py",
        say("Train a model"),
        ":material/model_training:",
    )
if level() != "Expert":
    st.markdown(
        say(
            "A picture of attention or importance always looks convincing. These checks ask whether it is **true of "
            "the model**: each has a question, a figure, and a limit that the figure must reach. A red check is not a "
            "bug of the app; it says that this picture should not be read the way one would like to."
        )
    )
with problems_shown():
    method = pick_method(run)
    options = pick_options(run)
    say_estimate(run, options)
    result = study_result(run, "trust", options, say("Compute the trust card"))
    card = None if result is None else card_of(result)
    if card is None:
        if result is not None:
            st.warning(say("**This card was made by another version of the app.**"), icon=":material/history:")
            again(run, options)
        show_questions()
    else:
        thresholds = chosen_limits()
        show_verdict(card, method, thresholds)
        downloads(run, options, card, method, thresholds)
        show_cards(checks_shown(card, method), thresholds)
        show_orders(card.curves, method)
        show_planted(card.planted)
        show_beside(dataset, run, card, options, (method, thresholds))
