"""What if the row were different: its values changed, and what every model makes of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import percent_of, semicolons, signed
from ctrcore.figures.aligned import differing_parts, parts_that_moved, two_rows
from ctrcore.figures.logits import Score, scores_picture
from ctrcore.language import mark, say
from ctrcore.metrics import sigmoid
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.explain.chosen import Explained, encoded_row, names_of, run_of, usual
from pages.shared.explain.editing import edit_fields
from pages.shared.explain.history import edit_history
from pages.shared.explain.imagined import Imagined, changes_of, imagine, reset
from pages.shared.explain.methods import explained
from pages.shared.explain.scenarios import keep_button, show_scenarios
from pages.shared.explain.ways import Way
from pages.shared.level import learn
from pages.shared.problems import problems_shown
from pages.shared.store import encoder_of
from pages.shared.tools import plain

OWN = Way("own")
SHOWN = 6


def show(chosen: Explained) -> None:
    """The tab."""
    learn(
        say(
            "Change any value of the row, and every model scores it anew. Keep what you find as a "
            "**scenario**, to have "
            "several side by side."
        )
    )
    changes = changes_of(chosen.dataset.id, chosen.row)
    now: dict[str, Imagined] = {}
    with problems_shown():
        now = {one.id: imagine(run_of(one), chosen.row, changes) for one in chosen.view.contenders}
        told = _told(chosen, now)
        _changes(chosen, told, now)
        show_scenarios(chosen)
        _scores(chosen, now)
    with problems_shown():
        edit_fields(chosen)
    with problems_shown():
        edit_history(chosen)
    if any(one.changes for one in now.values()):
        with problems_shown():
            _inside(chosen, now)


def _told(chosen: Explained, now: dict[str, Imagined]) -> list[str]:
    """The changes that any of the models reads, in words."""
    from ctrcore.explain.whatif import told

    found: list[str] = []
    for one in chosen.view.contenders:
        schema, imagined = encoder_of(run_of(one)).schema, now[one.id]
        found += told(imagined.cells, imagined.changes, schema, names_of(run_of(one)))
    return list(dict.fromkeys(found))


def _changes(chosen: Explained, told: list[str], now: dict[str, Imagined]) -> None:
    """What was changed, what training knows of the new values, and buttons to keep it or to go back."""
    if not told:
        st.caption(say("Nothing is changed yet: the scores are those of the row as it is. Change a value below."))
        return
    with st.container(border=True, key="whatif-changes"):
        st.markdown(plain(_answer(chosen, now)))
        badges = " ".join(f":blue-badge[{plain(one[:90])}]" for one in told)
        st.markdown(say("**Changed:** {changes}", changes=badges))
        weak = _weak(chosen)
        if weak:
            st.markdown(say(":orange-badge[:material/warning: little data] {told}.", told=plain(semicolons(weak))))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            keep_button(chosen, told)
            st.button(
                say("Reset the changes"),
                key="whatif-reset",
                icon=":material/undo:",
                on_click=reset,
                args=(chosen.dataset.id, chosen.row),
            )


def _answer(chosen: Explained, now: dict[str, Imagined]) -> str:
    """What each model says now, in a sentence: 'fm 3: from 93.3 % to 96.8 % (+0.77).'"""
    said = [
        say(
            "{model} from {before} to {now} ({change})",
            model=one.title,
            before=percent_of(chosen.logit(one)),
            now=percent_of(now[one.id].logit),
            change=signed(now[one.id].logit - chosen.logit(one)),
        )
        for one in chosen.view.contenders
    ]
    return say("The probability goes, by {said}. In brackets: the change of the logit.", said=semicolons(said))


def _weak(chosen: Explained) -> list[str]:
    """The new values that training knows little of, as the focus' model reads them."""
    from ctrcore.explain.support import supports
    from ctrcore.explain.whatif import change

    imagined = imagine(chosen.run, chosen.row, changes_of(chosen.dataset.id, chosen.row))
    encoder = encoder_of(chosen.run)
    row = change(imagined.cells, imagined.changes, encoder.schema)
    words = {
        "rare": mark("{field} is rare in training"),
        "unknown": mark("{field} is unknown to the model"),
        "outside": mark("{field} is outside of the training range, so that its nearest end counts"),
    }
    found = [
        say(words[one.state], field=one.field)
        for one in supports(encoder, imagined.one, row)
        if one.field in imagined.changes and one.state in words
    ]
    return list(dict.fromkeys(found))


def _scores(chosen: Explained, now: dict[str, Imagined]) -> None:
    view = chosen.view
    scores = [
        Score(one.title, one.model, now[one.id].logit, before=chosen.logit(one), spread=usual(view, one))
        for one in view.contenders
    ]
    table = pd.DataFrame(
        {
            "run": [score.label for score in scores],
            "logit_before": [score.before for score in scores],
            "logit": [score.logit for score in scores],
            "probability": [float(sigmoid(score.logit)) for score in scores],  # type: ignore[arg-type]
        }
    )
    chart(
        scores_picture(scores),
        key="whatif-scores",
        title=say("What each model says now"),
        help_text=WORDS["what-if"],
        read=say(
            "One line a model. The mark is the score of the changed row, the arrow comes from the row as it was. The "
            "grey bar holds nine tenths of the model's scores."
        ),
        beware=say(
            "The models were never trained on this row, and nobody knows what the user would have done. A "
            "combination of values that does not occur gets a score, too."
        ),
        alt_text="; ".join(
            say(
                "{model}: from {before} to {logit}, {percent}",
                model=score.label,
                before=signed(score.before or 0.0),
                logit=signed(score.logit),
                percent=percent_of(score.logit),
            )
            for score in scores
        ),
        data=table,
    )


def _inside(chosen: Explained, now: dict[str, Imagined]) -> None:
    """Which of each model's own parts changed."""
    st.markdown(say("#### What changed inside"), help=WORDS["contribution"])
    with st.grid(2 if len(now) > 1 else 1, min_column_width=380):
        for one in chosen.view.contenders:
            run = run_of(one)
            before, after = (explained(run, row, OWN) for row in (encoded_row(run, chosen.row), now[one.id].one))
            assert before is not None
            assert after is not None
            table = differing_parts(before, after)
            moved = parts_that_moved(table, SHOWN)
            if moved.empty:
                with st.container(border=True):
                    st.markdown(f"#### {plain(one.title)}")
                    st.caption(say("None of its own terms changed."))
                continue
            which = (
                say("The {most} of its own terms that changed most: from the grey dot to the diamond.", most=SHOWN)
                if len(moved) == SHOWN
                else say("Its terms that changed: from the grey dot to the diamond.")
            )
            chart(
                two_rows(moved, (say("as it was"), say("changed")), SHOWN),
                key=f"whatif-parts-{one.id}",
                title=plain(one.title),
                read=which,
                beware=say(
                    "A term may change although its own value did not, because it depends on other values, too. "
                    "Terms of different kinds of models cannot be compared."
                ),
                alt_text=say("The terms of {title} that changed most", title=one.title),
                data=table,
            )
