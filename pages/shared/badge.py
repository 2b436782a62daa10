"""How far a picture of attention, gates or contributions may be believed, said beside the picture itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.explain.trust.check import DEFINITIONS, RANK, Check, Verdict, overall, verdict
from ctrcore.explain.trust.words import in_one_sentence
from pages.shared import address
from pages.shared.level import expert, level
from pages.shared.problems import problems_shown
from pages.shared.store import background_for, encoder_of, model_of
from pages.shared.tools import plain
from pages.shared.trust.kept import ROWS, SEED, newest_card
from pages.shared.trust.limits import are_edited, chosen_limits
from pages.shared.trust.verdicts import badge, one_line

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.runs.run import Run
    from pages.shared.inside import Chosen

ANSWERS: dict[Verdict, str] = {
    "green": "believable",
    "amber": "with care",
    "red": "do not rely on it",
    "shown": "not judged",
}
QUESTIONS = {
    "attention": "Does the attention tell what matters in this row?",
    "gate": "Do the gates tell what matters in this row?",
    "contribution": "Do the contributions tell what matters in this row?",
}


def show_badge(chosen: Chosen, method: str, row: Encoded | None = None) -> None:
    """The checks of this row that cost one batch, as a badge; whatever fails or is unsure stands beside it in words.

    Args:
        chosen: the run and the row of the picture.
        method: 'attention', 'gate' or 'contribution': what the picture shows.
        row: what is really drawn, where that is not the row as it was (another candidate, a shorter history).
    """
    with problems_shown():
        checks = live_of(chosen, method, row)
        limits = chosen_limits()
        found = overall(checks, limits)
        with st.container(border=True, key=f"badge-{method}"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{badge(found, ANSWERS[found])} **{QUESTIONS[method]}**", width="content")
                _all_checks(checks, method)
                link_to_card(chosen.run, method)
            st.caption(f"Row {chosen.row}: {in_one_sentence(checks, limits)}{_by_whom()}")
            for check in checks:
                if verdict(check, limits) in ("red", "amber"):
                    st.markdown(one_line(check, limits))
            _say_if_worse(chosen.run, method, found)


def show_short(chosen: Chosen, method: str, row: Encoded | None = None) -> None:
    """The same verdict as `show_badge` in a line or two, to stand under a heading: the worse one of this row and of
    many rows, and what it rests on.

    Args:
        chosen, method, row: as `show_badge` takes them.
    """
    with problems_shown():
        checks, limits = live_of(chosen, method, row), chosen_limits()
        card = newest_card(chosen.run, {"seed": SEED, "rows": ROWS})
        here = overall(checks, limits)
        found, said = here, f"For this item: {in_one_sentence(checks, limits)}"
        if card is not None and RANK[overall(card.methods[method], limits)] > RANK[here]:
            found = overall(card.methods[method], limits)
            said = f"Over a sample of {card.rows:,} rows: {in_one_sentence(card.methods[method], limits)}"
        with st.container(key=f"badge-{method}", gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"How far may the reasons be believed? {badge(found, ANSWERS[found])}", width="content")
                _all_checks(checks, method)
                link_to_card(chosen.run, method)
            if level() != "Simple":
                st.caption(f"{said}{_by_whom()}")


def show_overall(run: Run, method: str) -> None:
    """What all checks over many rows say of a picture, for the picture over many rows; or how to have them made.

    Args:
        run: whose picture.
        method: 'attention', 'gate' or 'contribution'.
    """
    card = newest_card(run, {"seed": SEED, "rows": ROWS})
    with st.container(border=True, key=f"overall-{method}", horizontal=True, vertical_alignment="center", gap="small"):
        if card is None:
            st.caption("How far may this picture be believed over many rows? It was not checked yet.", width="content")
        else:
            limits, checks = chosen_limits(), card.methods[method]
            found = overall(checks, limits)
            st.markdown(
                f"{badge(found, ANSWERS[found])} Over a sample of {card.rows:,} rows: "
                f"{in_one_sentence(checks, limits)}{_by_whom()}"
            )
        link_to_card(run, method)


def link_to_card(run: Run, method: str) -> None:
    """To the checks over many rows."""
    st.page_link(
        "trust.py",
        label="All checks of this run",
        icon=":material/verified_user:",
        query_params=address.query() | {"run": run.id, "method": method},
    )


def live_of(chosen: Chosen, method: str, row: Encoded | None = None) -> list[Check]:
    """T0, T2, T3, T13 and T14 of one row, made once."""
    one = chosen.rows().take([chosen.position]) if row is None else row
    return _live(chosen.run.id, chosen.run.finished, method, _content(one), chosen.run, one)


def _all_checks(checks: list[Check], method: str) -> None:
    limits = chosen_limits()
    with st.popover(f"{len(checks)} checks", type="tertiary", icon=":material/fact_check:", key=f"checks-{method}"):
        for check in checks:
            st.caption(DEFINITIONS[check.id].question)
            st.markdown(one_line(check, limits))
            if expert():
                st.caption(f"How it is computed: {plain(DEFINITIONS[check.id].definition)}")
        if level() != "Simple":
            st.caption("They look at this row alone. The page Trust has more checks, over many rows.")


def _say_if_worse(run: Run, method: str, here: Verdict) -> None:
    """A row that looks well must not hide that the same picture fails over many rows."""
    card = newest_card(run, {"seed": SEED, "rows": ROWS})
    if card is None:
        return
    limits, checks = chosen_limits(), card.methods[method]
    found = overall(checks, limits)
    if RANK[found] > RANK[here]:
        st.markdown(
            f"{badge(found, ANSWERS[found])} Over a sample of {card.rows:,} rows it looks worse than in this one: "
            f"{in_one_sentence(checks, limits)}"
        )


def _by_whom() -> str:
    return " By edited thresholds; see the page Trust." if are_edited() else ""


def _content(one: Encoded) -> str:
    """What the model reads of a row, as a short text."""
    bags = [part.tobytes() for bag in one.bags.values() for part in (bag.ids, bag.offsets)]
    return hashlib.sha256(b"|".join([one.ids.tobytes(), one.numbers.tobytes(), *bags])).hexdigest()


@st.cache_resource(show_spinner=False, max_entries=400)
def _live(
    run_id: str,  # noqa: ARG001
    version: float | None,  # noqa: ARG001
    method: str,
    content: str,  # noqa: ARG001
    _run: Run,
    _one: Encoded,
) -> list[Check]:
    from ctrcore.explain.trust.live import live_checks

    return live_checks(model_of(_run), encoder_of(_run), _one, 0, method, background_for(_run))
