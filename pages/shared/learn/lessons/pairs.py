"""From LR to FM: why a model of clicks needs pairs."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.pairs_stage import show_stage


def _aged(now: Facts, opened: Facts) -> bool:
    return bool(now["age"] != opened["age"])


def _weight_chosen(now: Facts, _: Facts) -> bool:
    return bool(now["chosen"] == "w.category")


def _young_books(now: Facts, _: Facts) -> bool:
    return (now["age"], now["category"]) == ("young", "books")


def _too_low(now: Facts, _: Facts) -> bool:
    return bool(now["model"] == "lr" and now["off"] < -0.2)


def _is_fm(now: Facts, _: Facts) -> bool:
    return bool(now["model"] == "fm")


def _pair_chosen(now: Facts, _: Facts) -> bool:
    return bool(now["model"] == "fm" and now["chosen"] == "pair.age.category")


def _vector_chosen(now: Facts, _: Facts) -> bool:
    return bool(now["model"] == "fm" and now["chosen"] == "v.age")


def _flipped(now: Facts, _: Facts) -> bool:
    return bool(now["pair"] * now["pair as learned"] < 0)


def _moved_elsewhere(now: Facts, _: Facts) -> bool:
    return bool(now["move"] != 0 and now["category"] != "shoes")


def _as_learned(now: Facts, _: Facts) -> bool:
    return bool(now["model"] == "fm" and now["move"] == 0)


_MOVED = {"model": "fm", "age": "young", "place": "2", "move": 3.0}
_STEPS = (
    Step(
        mark("One row, one score"),
        mark(
            "A shop shows **shoes** to a **young** visitor on a **mobile**: will there be a click? Logistic regression "
            "(**LR**) has one learned number for each value, its **weight**. It adds them up; the sum is the "
            "**logit**, and the logit squeezed between 0 and 1 is the probability."
        ),
        mark("Change the age, and watch one term and the sum change."),
        _aged,
        {"age": "old"},
        focus="weights",
        start={"model": "lr", "age": "young", "category": "shoes", "device": "mobile", "chosen": ""},
    ),
    Step(
        mark("The same for everybody"),
        mark(
            "LR knows **one** weight for shoes. It adds this number for young and old alike, for it cannot look at two "
            "values at once."
        ),
        mark("Click the weight of the category, in the formula or in the diagram."),
        _weight_chosen,
        {"model": "lr", "chosen": "w.category"},
        focus="shoes",
        start={"model": "lr", "category": "shoes", "chosen": ""},
        after=mark("It is added in every row with shoes: change the age, and it stays."),
    ),
    Step(
        mark("What really happens"),
        mark(
            "The table shows how often each age really clicks each category. Young visitors like shoes and leave books "
            "alone; with old visitors it is the other way round. Beside it stands how far LR is off."
        ),
        mark("Choose **young** as age and **books** as category, where LR is far too high."),
        _young_books,
        {"model": "lr", "age": "young", "category": "books"},
        focus="cells",
        start={"model": "lr", "age": "middle", "category": "shoes", "chosen": ""},
        after=mark("The framed cell is blue: LR expects far more clicks here than there are."),
    ),
    Step(
        mark("No weight can mend it"),
        mark(
            "To be right about young × books, LR would have to lower the weight of young or that of books. But the "
            "first would spoil young × shoes, and the second old × books, which are too low already."
        ),
        mark("Choose an age and a category where LR is more than 20 points too low (orange)."),
        _too_low,
        {"model": "lr", "age": "young", "category": "shoes"},
        focus="cells",
        start={"model": "lr", "age": "young", "category": "books", "chosen": ""},
        after=mark("In this category another age is blue: one weight has to serve both, and can please neither."),
    ),
    Step(
        mark("A term for every pair"),
        mark(
            "A **factorization machine (FM)** keeps the weights and adds one term for **each pair of values** in the "
            "row. Three fields make three pairs."
        ),
        mark("Switch the model to FM, and compare how far both are off."),
        _is_fm,
        {"model": "fm"},
        focus="pairs",
        start={"model": "lr", "age": "young", "category": "shoes", "chosen": ""},
        after=mark("FM is nearly right in every cell, LR in hardly one."),
    ),
    Step(
        mark("The pair that matters"),
        mark(
            "Now the row of a young visitor can say something about shoes that the row of an old one does not. The "
            "pairs with the device stay close to zero: in this shop nothing happens there."
        ),
        mark("Click the pair of age and category."),
        _pair_chosen,
        {"model": "fm", "chosen": "pair.age.category"},
        focus="pair",
        start={"model": "fm", "age": "young", "category": "shoes", "chosen": ""},
        after=mark("It is the largest term of the row. Choose another age, and see it change with the same shoes."),
    ),
    Step(
        mark("Every value has a vector"),
        mark(
            "FM keeps no list of pairs. Each value has four learned numbers, its **vector**; the term of a pair is the "
            "product of both vectors, number by number, added up: it is written out below the logit. Equal signs raise "
            "it, opposite signs lower it."
        ),
        mark("Click the vector of the age, and see which terms it goes into."),
        _vector_chosen,
        {"model": "fm", "chosen": "v.age"},
        focus="vectors",
        start={"model": "fm", "chosen": ""},
        after=mark("It goes into both pairs of the age. The weight of the age is a number of its own."),
    ),
    Step(
        mark("Turn a number yourself"),
        mark(
            "What would the model say if one number of this vector were another one? The pair's term, the logit and "
            "the probability all follow."
        ),
        mark("Move one number of the vector until the pair of age and category changes its sign."),
        _flipped,
        {**_MOVED, "category": "shoes"},
        focus="turned",
        start={**_MOVED, "category": "shoes", "move": 0.0, "chosen": ""},
        after=mark("Now the pair speaks against the click, and the probability has followed."),
    ),
    Step(
        mark("One vector, many pairs"),
        mark(
            "You only meant shoes, but the vector of this age is in **all** its pairs. Look at FM's errors: the whole "
            "line of this age has changed. That is the price of sharing, and its gain: rows with books also teach the "
            "model something about shoes."
        ),
        mark("Leave the number moved, and choose another category."),
        _moved_elsewhere,
        {**_MOVED, "category": "books"},
        focus="shared",
        start={**_MOVED, "category": "shoes", "chosen": ""},
        after=mark("This pair has changed as well, though nobody meant it."),
    ),
    Step(
        mark("What the vectors buy"),
        mark(
            "As learned, FM is off by 3 points on average, LR by 19. Here the 9 vectors hold 36 numbers, more than the "
            "26 pairs; but 10,000 users and 10,000 items have 100 million pairs, and their vectors only 80,000 numbers."
        ),
        mark("Move the number back to 0, and see FM's errors fade."),
        _as_learned,
        {"model": "fm", "move": 0.0},
        focus="bought",
        start={**_MOVED, "chosen": ""},
        after=mark("The numbers were learned together, so that every pair comes out nearly right."),
    ),
)
_QUIZ = (
    Question(
        mark("Why can LR not learn that young visitors like shoes and old ones do not?"),
        (
            mark("It has not seen enough rows."),
            mark("Its weight of shoes is the same in every row."),
            mark("It has no weight for the age."),
        ),
        1,
        (
            mark("More rows do not help: no set of weights fits this table."),
            mark("Right: a sum of single weights cannot depend on two values together."),
            mark("It has one; but that one is also the same for every category."),
        ),
    ),
    Question(
        mark("Two vectors have opposite signs in every place. What does their pair do?"),
        (mark("It lowers the logit."), mark("It raises the logit."), mark("Nothing: it cancels out.")),
        0,
        (
            mark("Right: every product is negative, and so is their sum."),
            mark("That would need equal signs: minus times minus, or plus times plus."),
            mark("It cancels out only if some products are positive and others negative."),
        ),
    ),
    Question(
        mark("A pair of values never occurred in training. What does FM say about it?"),
        (
            mark("Nothing: its term is zero."),
            mark("It uses both vectors, which it learned from other pairs."),
            mark("It stops with an error."),
        ),
        1,
        (
            mark("A list of pairs would say zero; vectors do not."),
            mark("Right: each vector was learned in the pairs that did occur."),
            mark("The vectors are there, so there is a number."),
        ),
    ),
)
LESSON = Lesson(
    key="pairs",
    title=mark("From LR to FM: why pairs"),
    about=mark("See what a sum of weights cannot say, and how vectors of values say it."),
    minutes=8,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
