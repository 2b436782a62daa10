"""Attention is not the whole story: the most attended pair may lower the score, or move nothing."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.story_stage import show_stage


def _by_attention(now: Facts, _: Facts) -> bool:
    return bool(now["order"] == "attention" and now["row"] == "books")


def _by_contribution(now: Facts, _: Facts) -> bool:
    return bool(now["order"] == "contribution" and now["row"] == "books")


def _by_removal(now: Facts, _: Facts) -> bool:
    return bool(now["order"] == "removal" and now["row"] == "books")


def _truth_shown(now: Facts, _: Facts) -> bool:
    return bool(now["truth"] == "shown")


def _phones(now: Facts, _: Facts) -> bool:
    return bool(now["row"] == "phones")


def _older(now: Facts, _: Facts) -> bool:
    return bool(now["row"] == "middle" and now["order"] == "attention")


def _many_rows(now: Facts, _: Facts) -> bool:
    return bool(now["below"] == "rows")


def _contribution_upwards(now: Facts, _: Facts) -> bool:
    return bool(now["upwards"] == "contribution")


def _removal_upwards(now: Facts, _: Facts) -> bool:
    return bool(now["upwards"] == "removal")


_BOOKS = {"row": "books", "below": "row"}
_STEPS = (
    Step(
        mark("What did the model look at?"),
        mark(
            "The AFM of the lesson before: a young woman sees a book. The three columns ask the same 15 pairs three "
            "questions. First the popular one: **where is the attention?**"
        ),
        mark("Sort the pairs by attention. Which one is first?"),
        _by_attention,
        {"row": "books", "order": "attention", "below": "row"},
        start={**_BOOKS, "order": "fields"},
    ),
    Step(
        mark("The first becomes the last"),
        mark(
            'age × category has the most attention. "So she will click because of her age and the kind of '
            'item"? Ask what each pair **adds to the logit**, with its sign.'
        ),
        mark("Sort by contribution, and look for age × category."),
        _by_contribution,
        {"row": "books", "order": "contribution", "below": "row"},
        focus="pair",
        start={**_BOOKS, "order": "attention"},
    ),
    Step(
        mark("Take it away and see"),
        mark(
            "A third question needs no theory: run the model **without the pair** and see what the logit loses. Here "
            "it loses a negative number: without age × category a click would be far *likelier*."
        ),
        mark("Sort by what is lost without the pair, and compare with the formula."),
        _by_removal,
        {"row": "books", "order": "removal", "below": "row"},
        focus="removal",
        start={**_BOOKS, "order": "contribution"},
    ),
    Step(
        mark("Who is right?"),
        mark(
            "This shop is simulated, so we know the truth: **only** age × category has an effect of its own, and for "
            "young × books it takes 1.8 off the logit."
        ),
        mark("Show the planted truth."),
        _truth_shown,
        {"truth": "shown", "below": "row"},
        focus="pair",
        start={**_BOOKS, "truth": "hidden"},
    ),
    Step(
        mark("The same attention, the opposite effect"),
        mark(
            "Attention found the right pair. But it found it as loudly where the pair **raises** the score: only the "
            "sign of the contribution tells the two apart."
        ),
        mark("Choose the row young × phones, and compare attention and contribution of age × category."),
        _phones,
        {"row": "phones", "below": "row"},
        focus="pair",
        start=_BOOKS,
    ),
    Step(
        mark("Much attention, no effect"),
        mark(
            "The 100 % are shared out even where no pair matters much to the model. For a middle-aged customer "
            "gender × history comes first, and without it the logit hardly moves."
        ),
        mark("Choose the row middle × books, and sort by attention."),
        _older,
        {"row": "middle", "order": "attention", "below": "row"},
        start={"row": "phones", "below": "row", "order": "contribution"},
    ),
    Step(
        mark("Not one row, but many"),
        mark(
            "Each point is a row: to the right what age × category **really** adds there, upwards its attention. It is "
            "a V: attention grows with the *size* of the effect, and does not know its direction."
        ),
        mark("Look at many rows."),
        _many_rows,
        {"below": "rows", "upwards": "attention"},
        start={"below": "row", "upwards": "attention"},
    ),
    Step(
        mark("From a V to a line"),
        mark(
            "Blue rows are really raised by the pair, orange ones really lowered. A measure that knows the direction "
            "puts blue above zero and orange below."
        ),
        mark("Draw the contribution upwards."),
        _contribution_upwards,
        {"below": "rows", "upwards": "contribution"},
        start={"below": "rows", "upwards": "attention"},
    ),
    Step(
        mark("Two that agree"),
        mark(
            "The contribution was read off the formula. What is lost without the pair was **tried out**, on the model "
            "itself: where both agree, you may tell it on."
        ),
        mark("Draw upwards what is lost without the pair. Is it the same picture?"),
        _removal_upwards,
        {"below": "rows", "upwards": "removal"},
        start={"below": "rows", "upwards": "contribution"},
    ),
)

_QUIZ = (
    Question(
        mark("A pair has the most attention in a row. What do you know?"),
        (
            mark("It raises the score"),
            mark("Its direction is weighted most in this row"),
            mark("Without it the score would change most"),
        ),
        1,
        (
            mark("No: in the first row it lowered the score most of all pairs."),
            mark("Right, and no more than that: the direction p · g may be negative, or nearly 0."),
            mark("No: in many rows another pair moves the score more, as gender × history showed."),
        ),
    ),
    Question(
        mark("You want to tell a customer why a book was ranked low. Which number do you take?"),
        (mark("The largest attention"), mark("The most negative contribution, checked by leaving it out")),
        1,
        (
            mark("No: attention has no sign, so it cannot say what speaks against something."),
            mark("Right: it has a sign, and leaving the pair out is a check that the model itself answers."),
        ),
    ),
    Question(
        mark("Why does a pair in a row in which no pair matters still get 15 % of the attention?"),
        (mark("Because shares add up to 100 %"), mark("Because it matters after all")),
        0,
        (
            mark("Right: the softmax shares a whole cake out in every row, needed or not."),
            mark("No: without it the logit hardly moved."),
        ),
    ),
)

LESSON = Lesson(
    key="story",
    title=mark("Attention is not the whole story"),
    about=mark("You will be able to tell attention from effect, and to check which of them is right."),
    minutes=7,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
