"""How far a picture of attention, gates or contributions may be believed, said beside the picture itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.explain.trust.check import DEFINITIONS, RANK, Check, Verdict, overall, verdict
from ctrcore.explain.trust.words import ANSWERS, in_one_sentence
from ctrcore.language import Spoken, mark, say, say_count
from pages.shared import address
from pages.shared.level import expert, level
from pages.shared.problems import problems_shown
from pages.shared.store import background_for, content_of, encoder_of, model_of
from pages.shared.tools import plain
from pages.shared.trust.kept import ROWS, SEED, newest_card
from pages.shared.trust.limits import are_edited, chosen_limits
from pages.shared.trust.verdicts import badge, one_line

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.runs.run import Run
    from pages.shared.inside import Chosen

QUESTIONS = Spoken(
    {
        "attention": mark("Does the attention tell what matters in this row?"),
        "gate": mark("Do the gates tell what matters in this row?"),
        "contribution": mark("Do the contributions tell what matters in this row?"),
    }
)


def show_badge(chosen: Chosen, method: str, row: Encoded | None = None, subject: str | None = None) -> None:
    """One verdict on the picture of a row: the worse of the row's own checks and of the checks over many rows.

    The row's checks cost one batch. Whatever fails or is unsure in it stands below in words.

    Args:
        chosen: the run and the row of the picture.
        method: 'attention', 'gate' or 'contribution': what the picture shows.
        row: what is really drawn, where that is not the row as it was (another candidate, a shorter history).
        subject: what that is called, for example 'Row 12 with another item'; None: 'Row' and its number.
    """
    with problems_shown():
        one = _judge(chosen, method, row)
        with st.container(border=True, key=f"badge-{method}"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{badge(one.worse, ANSWERS[one.worse])} **{QUESTIONS[method]}**", width="content")
                _all_checks(one.checks, method)
                link_to_card(chosen.run, method)
            said = plain(subject or say("Row {row}", row=chosen.row))
            if one.many and one.here != one.over_many:
                st.markdown(
                    say("The verdict is that of many rows; {row} alone: {answer}.", row=said, answer=ANSWERS[one.here])
                    if one.worse == one.over_many
                    else say(
                        "The verdict is that of {row}; many rows: {answer}.", row=said, answer=ANSWERS[one.over_many]
                    )
                )
            if one.many:
                st.caption(say("Sample of {rows:,} rows: {checks}", rows=one.rows, checks=_sentence(one.many)))
            st.caption(_with_whom(say("{row}: {checks}", row=said, checks=_sentence(one.checks))))
            for check in one.checks:
                if verdict(check, chosen_limits()) in ("red", "amber"):
                    st.markdown(one_line(check, chosen_limits()))


def show_short(chosen: Chosen, method: str, row: Encoded | None = None) -> None:
    """The same verdict as `show_badge` in a line or two, to stand under a heading: the worse one of this row and of
    many rows, and what it rests on.

    Args:
        chosen, method, row: as `show_badge` takes them.
    """
    with problems_shown():
        one = _judge(chosen, method, row)
        many = RANK[one.over_many] > RANK[one.here]
        said = (
            say("Over a sample of {rows:,} rows: {checks}", rows=one.rows, checks=_sentence(one.many))
            if many
            else say("For this item: {checks}", checks=_sentence(one.checks))
        )
        with st.container(key=f"badge-{method}", gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(
                    say("How far may the reasons be believed? {answer}", answer=badge(one.worse, ANSWERS[one.worse])),
                    width="content",
                )
                _all_checks(one.checks, method)
                link_to_card(chosen.run, method)
            if level() != "Simple":
                st.caption(_with_whom(said))


@dataclass(frozen=True)
class _Judged:
    """What is known of a picture of a row.

    Attributes:
        checks: of the row alone.
        many: those of the run's card, over many rows; empty without a card.
        rows: that the card rests on.
    """

    checks: list[Check]
    many: list[Check]
    rows: int

    @property
    def here(self) -> Verdict:
        return overall(self.checks, chosen_limits())

    @property
    def over_many(self) -> Verdict:
        return overall(self.many, chosen_limits())

    @property
    def worse(self) -> Verdict:
        return max(self.here, self.over_many, key=RANK.__getitem__)


def _judge(chosen: Chosen, method: str, row: Encoded | None) -> _Judged:
    card = newest_card(chosen.run, {"seed": SEED, "rows": ROWS})
    checks = live_of(chosen, method, row)
    return _Judged(checks, [] if card is None else card.methods[method], 0 if card is None else card.rows)


def show_overall(run: Run, method: str) -> None:
    """What all checks over many rows say of a picture, for the picture over many rows; or how to have them made.

    Args:
        run: whose picture.
        method: 'attention', 'gate' or 'contribution'.
    """
    card = newest_card(run, {"seed": SEED, "rows": ROWS})
    with st.container(border=True, key=f"overall-{method}", horizontal=True, vertical_alignment="center", gap="small"):
        if card is None:
            st.caption(
                say("How far may this picture be believed over many rows? It was not checked yet."), width="content"
            )
        else:
            checks = card.methods[method]
            found = overall(checks, chosen_limits())
            st.markdown(
                _with_whom(
                    say(
                        "{answer} Over a sample of {rows:,} rows: {checks}",
                        answer=badge(found, ANSWERS[found]),
                        rows=card.rows,
                        checks=_sentence(checks),
                    )
                )
            )
        link_to_card(run, method)


def link_to_card(run: Run, method: str) -> None:
    """To the checks over many rows."""
    st.page_link(
        "trust.py",
        label=say("All checks of this run"),
        icon=":material/verified_user:",
        query_params=address.query() | {"run": run.id, "method": method},
    )


def live_of(chosen: Chosen, method: str, row: Encoded | None = None) -> list[Check]:
    """T0, T2, T3, T13 and T14 of one row, made once."""
    one = chosen.rows().take([chosen.position]) if row is None else row
    return _live(chosen.run.id, chosen.run.finished, method, content_of(one), chosen.run, one)


def _all_checks(checks: list[Check], method: str) -> None:
    limits = chosen_limits()
    with st.popover(
        say_count("{count} check", "{count} checks", len(checks)),
        type="tertiary",
        icon=":material/fact_check:",
        key=f"checks-{method}",
    ):
        for check in checks:
            st.caption(DEFINITIONS[check.id].question)
            st.markdown(one_line(check, limits))
            if expert():
                st.caption(say("How it is computed: {definition}", definition=plain(DEFINITIONS[check.id].definition)))
        if level() != "Simple":
            st.caption(say("They look at this row alone. The page Trust has more checks, over many rows."))


def _sentence(checks: list[Check]) -> str:
    return in_one_sentence(checks, chosen_limits(), ids=level() != "Simple")


def _with_whom(told: str) -> str:
    return " ".join([told, say("By edited thresholds; see the page Trust.")]) if are_edited() else told


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
