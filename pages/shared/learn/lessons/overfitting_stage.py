"""The stage of the lesson on overfitting: the curves of a training run, and two rows of one visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import mark, say
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow
from pages.shared.learn.lesson import Facts, Step

if TYPE_CHECKING:
    from ctrcore.learn.overfitting import Course, Epoch, Guess

_IDS = {"thrice": mark("in 3 rows"), "once": mark("in 1 row"), "none": mark("no id")}
_L2 = {"none": mark("none"), "weak": mark("weak"), "strong": mark("strong")}
_STOP = {"off": mark("off"), "on": mark("on")}
_ROWS = {"learnt": mark("training row"), "fresh": mark("new row")}


@st.cache_resource(show_spinner=False)
def _course(ids: str, l2: str) -> Course:
    from ctrcore.learn.overfitting import course

    return course(ids, l2)


def show_stage(step: Step) -> Facts:
    """Draw the stage and say what stands on it."""
    from ctrcore.learn.overfitting import EPOCHS

    with st.container(horizontal=True):
        ids = knobs.pick(
            "ids",
            say("Each visitor id occurs"),
            options=tuple(_IDS),
            default="thrice",
            words=lambda one: say(_IDS[one]),
        )
        l2 = knobs.pick("l2", "L2", options=tuple(_L2), default="none", words=lambda one: say(_L2[one]))
    left, right = st.columns([1, 2])
    with left:
        stop = knobs.pick(
            "stop", say("Early stopping"), options=tuple(_STOP), default="off", words=lambda one: say(_STOP[one])
        )
    with right:
        shown = int(knobs.slider("epochs", say("Epochs shown"), low=1, high=EPOCHS, default=2, step=1))
    with st.spinner(say("A tiny DIN passes {epochs} times over its rows …", epochs=EPOCHS)):
        course = _course(ids, l2)
    best, now = course.best(shown), course.epochs[shown]
    _show_curves(step, course, shown, best if stop == "on" else None)
    kept = best if stop == "on" else now
    chosen = _show_visitor(step, kept)
    return {
        "ids": ids,
        "l2": l2,
        "stop": stop,
        "epochs": shown,
        "best": course.best(EPOCHS).number,
        "chosen": chosen,
        "by_id": kept.fresh.by_id,
    }


def _show_curves(step: Step, course: Course, shown: int, best: Epoch | None) -> None:
    from ctrcore.learn.figures_overfitting import curves

    with st.container(border=step.focus == "curves"):
        st.plotly_chart(
            curves(course, shown, best),
            key="overfitting-curves",
            alt=say("Log-loss of training and validation rows and validation AUC, up to epoch {epoch}.", epoch=shown),
            config={"displayModeBar": False},
        )
        now = course.epochs[shown]
        st.markdown(
            say(
                "After epoch **{epoch}**: training log-loss {train:.3f}, validation log-loss {valid:.3f}, validation "
                "AUC **{auc:.3f}**.",
                epoch=now.number,
                train=now.train_loss,
                valid=now.valid_loss,
                auc=now.valid_auc,
            )
        )
        if best is not None:
            st.markdown(
                say(
                    "Early stopping keeps epoch **{epoch}** with its AUC of {auc:.3f}.",
                    epoch=best.number,
                    auc=best.valid_auc,
                )
            )


def _show_visitor(step: Step, epoch: Epoch) -> str:
    guesses = {"learnt": epoch.learnt, "fresh": epoch.fresh}
    with st.container(border=step.focus == "visitor"):
        st.markdown(say("**One visitor, two rows**, as the model judges them after epoch {epoch}", epoch=epoch.number))
        return show_flow(
            "overfitting",
            [_line(name, guess) for name, guess in guesses.items()],
            [node for name, guess in guesses.items() for node in _nodes(name, guess)],
            [edge for name, guess in guesses.items() for edge in _edges(name, guess)],
            alt_text=say(
                "The training row gets a probability of {learnt:.0%}, the new row of the same visitor {fresh:.0%}.",
                learnt=epoch.learnt.probability,
                fresh=epoch.fresh.probability,
            ),
            lit=("learnt.id", "fresh.id") if step.focus == "visitor" else (),
            headings=(say("says"), "logit", say("probability"), say("what happened")),
        )


def _line(name: str, guess: Guess) -> list[Term]:
    return [
        Term(say(_ROWS[name]), f"{name}.logit", guess.others + guess.by_id),
        Term(" = "),
        Term(say("other fields"), f"{name}.others", guess.others),
        Term(" + "),
        Term(say("visitor id"), f"{name}.id", guess.by_id),
    ]


def _nodes(name: str, guess: Guess) -> list[Node]:
    row = say(_ROWS[name])
    others = say("What the model says when it does not know the visitor.")
    by_id = say("What knowing the visitor's id adds to that.")
    probability = say("A click is expected in {share:.1%} of such rows.", share=guess.probability)
    return [
        Node(f"{name}.others", say("other fields"), 0, guess.others, note=say("{row}. {what}", row=row, what=others)),
        Node(f"{name}.id", say("visitor id"), 0, guess.by_id, note=say("{row}. {what}", row=row, what=by_id)),
        Node(f"{name}.logit", row, 1, guess.others + guess.by_id, note=say("The two numbers add up.")),
        Node(f"{name}.probability", say("click"), 2, guess.probability, note=probability),
        Node(
            f"{name}.truth",
            say("clicked") if guess.clicked else say("no click"),
            3,
            note=say("{row}: the visitor was shown {item}.", row=row, item=guess.item),
        ),
    ]


def _edges(name: str, guess: Guess) -> list[Edge]:
    parts = {"others": guess.others, "id": guess.by_id}
    logit = guess.others + guess.by_id
    return [
        *(Edge(f"{name}.{part}", f"{name}.logit", min(1.0, abs(x) / 6), _sign(x)) for part, x in parts.items()),
        Edge(f"{name}.logit", f"{name}.probability", min(1.0, abs(logit) / 6), _sign(logit)),
        Edge(f"{name}.probability", f"{name}.truth"),
    ]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
