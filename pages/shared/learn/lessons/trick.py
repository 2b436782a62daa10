"""The O(k n) trick: the sum over all pairs without looking at a pair."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.trick_stage import MOST, show_stage


def _several(now: Facts, _: Facts) -> bool:
    return bool(now["fields"] >= 5)


def _most(now: Facts, _: Facts) -> bool:
    return bool(now["fields"] == MOST)


def _chose_square(now: Facts, _: Facts) -> bool:
    return bool(now["chosen"] == "squared")


def _chose_diagonal(now: Facts, _: Facts) -> bool:
    return bool(now["chosen"] == "squares")


def _chose_half(now: Facts, _: Facts) -> bool:
    return bool(now["chosen"] == "half")


def _redrawn(now: Facts, opened: Facts) -> bool:
    return bool(now["draw"] != opened["draw"])


def _large(now: Facts, _: Facts) -> bool:
    return bool(now["fields"] >= 90 and now["k"] == 32)


def _dearer(now: Facts, _: Facts) -> bool:
    return bool(now["cost by trick"] > now["cost by pairs"])


_STEPS = (
    Step(
        mark("Three fields, three pairs"),
        mark(
            "A factorization machine multiplies **every pair** of vectors, place by place. Here you see the first "
            "place of three vectors: three numbers, so three products to add up."
        ),
        mark("Raise the number of fields to 5 or more, and count the products."),
        _several,
        {"fields": 5},
        focus="pairs",
        start={"fields": 3, "place": 1, "chosen": ""},
        after=mark("A new field meets every one before it, so the products grow faster than the fields."),
    ),
    Step(
        mark("Pairs grow like a square"),
        mark(
            "Five fields had ten pairs. Twice as many fields have about **four times** as many pairs, and every pair "
            "costs k multiplications: for every row, in every round of training."
        ),
        mark("Move the fields to 100, and read the counter."),
        _most,
        {"fields": 100},
        focus="pairs",
        start={"fields": 5, "chosen": ""},
        after=mark("100 fields make 4,950 pairs, and each of them costs k multiplications."),
    ),
    Step(
        mark("A square of all products"),
        mark(
            "Back to five numbers. Write each number times each number into a square. All cells together are simply "
            "the sum of the numbers **times itself**: one single multiplication."
        ),
        mark("Click (Σ v)², the sum squared."),
        _chose_square,
        {"fields": 5, "chosen": "squared"},
        focus="squared",
        start={"fields": 5, "chosen": ""},
    ),
    Step(
        mark("The diagonal is no pair"),
        mark(
            "That was too much: on the diagonal a number meets **itself**, and a field makes no pair with itself. The "
            "diagonal costs only one multiplication a field."
        ),
        mark("Click Σ v², the sum of the squares."),
        _chose_diagonal,
        {"fields": 5, "chosen": "squares"},
        focus="squares",
        start={"fields": 5, "chosen": "squared"},
    ),
    Step(
        mark("Every pair, twice"),
        mark(
            "Take the diagonal away, and the rest is a mirror: row 2, column 5 is the same product as row 5, column 2. "
            "So **half of the rest** is every pair once, and no pair was ever looked at."
        ),
        mark("Click ½[(Σ v)² − Σ v²]."),
        _chose_half,
        {"fields": 5, "chosen": "half"},
        focus="half",
        start={"fields": 5, "chosen": "squares"},
    ),
    Step(
        mark("Not nearly the same: the same"),
        mark(
            "Nothing was left out or estimated. The last line of the formula adds up all k places on both ways, and "
            "both numbers agree, whatever the vectors are."
        ),
        mark("Take other vectors, and compare both numbers."),
        _redrawn,
        {"draw": "2"},
        start={"fields": 5, "draw": "1", "chosen": ""},
        after=mark("Both numbers have changed, and are the same again to the last digit shown."),
    ),
    Step(
        mark("What it saves"),
        mark(
            "The double loop costs k · F(F − 1)/2, the trick about k · F: a straight line. That is why papers say that "
            "a factorization machine takes **O(k n)** time, n being the number of fields."
        ),
        mark("Set the fields to 90 or more and k to 32."),
        _large,
        {"fields": 100, "k": 32},
        start={"fields": 10, "k": 4, "chosen": ""},
        after=mark("Pair by pair costs more than forty times as much, for the same number."),
    ),
    Step(
        mark("Where it does not pay"),
        mark(
            "Look at the far left of the lines. With very few fields the double loop is the cheaper one: a trick for "
            "large numbers is not always one for small numbers."
        ),
        mark("Find a number of fields where the trick costs more."),
        _dearer,
        {"fields": 3},
        start={"fields": 10, "chosen": ""},
        after=mark("With two or three fields there are so few pairs that squaring every number is more work."),
    ),
)
_QUIZ = (
    Question(
        mark("How many pairs do 10 fields have?"),
        (mark("10"), mark("45"), mark("100")),
        1,
        (
            mark("Ten is the number of fields; each of them meets nine others."),
            mark("Right: 10 · 9 / 2, as every pair would otherwise be counted twice."),
            mark("That is how many cells the square has, with the diagonal and every pair twice."),
        ),
    ),
    Question(
        mark("Why is the sum of squares taken away?"),
        (
            mark("To leave out the products of a number with itself."),
            mark("To make the result smaller, so that training is stable."),
            mark("Because it is an estimate that needs a correction."),
        ),
        0,
        (
            mark("Right: they are the diagonal, and no field makes a pair with itself."),
            mark("It is not about size: without it the number would be another one."),
            mark("Nothing is estimated: both sides are exactly equal."),
        ),
    ),
    Question(
        mark("You double the number of fields. What happens to the cost of the trick?"),
        (mark("It stays the same."), mark("It about doubles."), mark("It about quadruples.")),
        1,
        (
            mark("Every field's number is still added and squared once."),
            mark("Right: one square per field and place, so a straight line."),
            mark("That is the double loop over all pairs."),
        ),
    ),
)
LESSON = Lesson(
    key="trick",
    title=mark("The O(k n) trick"),
    about=mark("See why a model of all pairs need not look at a single pair."),
    minutes=6,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
