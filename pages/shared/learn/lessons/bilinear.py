"""Bilinear interaction against inner product."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.bilinear_stage import show_stage


def _another_past(now: Facts, _: Facts) -> bool:
    return bool(now["past"] != "shoes")


def _swapped(now: Facts, _: Facts) -> bool:
    return bool((now["candidate"], now["past"]) == ("shoes", "phones"))


def _with_itself(now: Facts, _: Facts) -> bool:
    return bool(now["candidate"] == now["past"])


def _tables_shown(now: Facts, _: Facts) -> bool:
    return bool(now["below"] == "tables")


def _turned_chosen(now: Facts, _: Facts) -> bool:
    return str(now["chosen"]).startswith("turned")


def _diagonal_turned(now: Facts, _: Facts) -> bool:
    return bool(now["kind"] == "hand" and now["diagonal"][0] == 0)


def _beside_turned(now: Facts, _: Facts) -> bool:
    return bool(now["kind"] == "hand" and any(now["beside"]))


def _direction_matters(now: Facts, _: Facts) -> bool:
    return _swapped(now, _) and bool(now["kind"] == "hand" and abs(now["total"] - now["swapped"]) > 0.05)


def _negative_with_itself(now: Facts, _: Facts) -> bool:
    return _with_itself(now, _) and bool(now["kind"] == "hand" and now["total"] < 0)


def _learned(now: Facts, _: Facts) -> bool:
    return bool(now["kind"] == "learned")


def _many_fields(now: Facts, _: Facts) -> bool:
    return bool(now["below"] == "costs" and now["fields"] >= 30)


_SHOES = {"candidate": "phones", "past": "shoes"}
_CELLS = {f"w{down}{across}": float(down == across) for down in range(1, 5) for across in range(1, 5)}
_PLAIN: dict[str, object] = {"matrix": "hand", **_CELLS}
_STEPS = (
    Step(
        mark("Two lists of four numbers"),
        mark(
            "A visitor clicked shoes before; now the shop offers phones. Each category has four learned numbers, the "
            "same ones for both roles. The **inner product** multiplies them number by number and adds up: one number "
            "that says how well the two go together."
        ),
        mark("Choose another past category, and see the sum change."),
        _another_past,
        {"past": "books"},
        focus="inner products",
        start=_SHOES,
    ),
    Step(
        mark("It cannot tell who came first"),
        mark(
            "Phones after shoes, or shoes after phones: not the same story. But a · b = b · a, so the inner product "
            "gives the **same number** for both."
        ),
        mark("Offer shoes to a visitor who clicked phones before; compare the two numbers below the diagram."),
        _swapped,
        {"candidate": "shoes", "past": "phones"},
        focus="inner total",
        start={**_SHOES, "below": "nothing"},
    ),
    Step(
        mark("It always likes more of the same"),
        mark(
            "With itself a list of numbers gives a sum of squares, which is **never negative**. Yet who has just got a "
            "phone needs no second one: in this shop, past phones lower the clicks on phones."
        ),
        mark("Choose the same category as candidate and as past."),
        _with_itself,
        {"candidate": "phones", "past": "phones"},
        focus="inner total",
        start=_SHOES,
    ),
    Step(
        mark("A real FM runs into this wall"),
        mark(
            "Left is what such a past truly adds to the logit: shoes and books make one want more, phones and fridges "
            "do not. A trained FM gets the first two; the others it can only push **towards 0, not below**."
        ),
        mark("Look at all sixteen pairs, below the diagram, and compare the diagonals."),
        _tables_shown,
        {"below": "tables"},
        focus="inner below",
        start={"below": "nothing"},
    ),
    Step(
        mark("A matrix in between"),
        mark(
            "FiBiNET lets the candidate's numbers v pass a matrix **W** first and multiplies then: (v W) * u. At the "
            "start W is the identity, 1 on the diagonal and 0 beside it: every number passes as it is, and the sum is "
            "exactly the inner product."
        ),
        mark("Click one of the four numbers after W."),
        _turned_chosen,
        {"chosen": "turned1", "below": "matrix"},
        focus="turned",
        start={**_SHOES, **_PLAIN, "below": "matrix", "chosen": ""},
    ),
    Step(
        mark("The diagonal: which number counts"),
        mark(
            "The inner product treats all four numbers alike. A cell on the diagonal makes its number louder or "
            "quieter, or turns it around."
        ),
        mark("Set cell 1, 1 of W to 0: the first number no longer counts."),
        _diagonal_turned,
        {"matrix": "hand", "from": "1", "to": "1", "w11": 0.0},
        focus="turned",
        start={**_PLAIN, "from": "1", "to": "1", "below": "matrix"},
    ),
    Step(
        mark("Beside the diagonal: numbers that never met"),
        mark(
            "In an inner product number 1 only ever meets number 1. A cell beside the diagonal opens a new way: from "
            "number 1 of the candidate to number 2 of the past."
        ),
        mark("Move cell 1, 2 of W away from 0, and look for the new line in the diagram."),
        _beside_turned,
        {"matrix": "hand", "w11": 1.0, "from": "1", "to": "2", "w12": 1.5},
        focus="turned",
        start={**_PLAIN, "from": "1", "to": "2", "below": "matrix"},
    ),
    Step(
        mark("Now the direction matters"),
        mark(
            "The new way leads from the candidate to the past and not back. So the two orders give **different** "
            "numbers."
        ),
        mark("Keep cell 1, 2, offer shoes after phones, and compare the two numbers below the diagram."),
        _direction_matters,
        {"matrix": "hand", "candidate": "shoes", "past": "phones", "from": "1", "to": "2", "w12": 1.5},
        focus="total",
        start={**_SHOES, **_PLAIN, "w12": 1.5, "from": "1", "to": "2", "below": "matrix"},
    ),
    Step(
        mark("And the same can repel"),
        mark(
            "What no inner product can say: a thing that lowers the score of its like. Negative cells on the diagonal "
            "do it."
        ),
        mark("Choose phones after phones, and turn cells of W until the sum is negative."),
        _negative_with_itself,
        {"matrix": "hand", "candidate": "phones", "past": "phones", "from": "1", "to": "1", "w11": -2.0, "w12": 0.0},
        focus="total",
        start={**_PLAIN, "from": "1", "to": "1", "below": "matrix"},
    ),
    Step(
        mark("The W that FiBiNET learned"),
        mark(
            "To repel phones and fridges and still attract shoes and books is hard by hand. Training found **one** W "
            "that does all four, as in the truth."
        ),
        mark("Switch to the learned W, and compare the diagonals of the tables."),
        _learned,
        {"matrix": "learned", "below": "tables"},
        focus="below",
        start={"matrix": "hand", "below": "tables"},
    ),
    Step(
        mark("What a matrix costs"),
        mark(
            "With four numbers per value, one W has 4 · 4 = 16 cells. **field_all** has one W for all pairs, "
            "**field_each** one per left field, **field_interaction** one per pair, F · (F − 1) / 2 of them."
        ),
        mark("Raise the number of fields to 30 or more, below the diagram."),
        _many_fields,
        {"below": "costs", "fields": 39},
        focus="below",
        start={"below": "costs", "fields": 6},
    ),
)

_QUIZ = (
    Question(
        mark("Why can the inner product of a category with itself not be negative?"),
        (
            mark("It is a sum of squares"),
            mark("Because training forbids it"),
            mark("Because embeddings are positive numbers"),
        ),
        0,
        (
            mark("Right: each number is multiplied by itself, and no square is negative."),
            mark("No: training would like it to be negative for phones here, and still cannot."),
            mark("No: embeddings hold negative numbers too, but a negative number times itself is positive."),
        ),
    ),
    Question(
        mark("With which W is (v W) * u summed up the same as the inner product?"),
        (mark("All cells 0"), mark("All cells 1"), mark("1 on the diagonal, 0 beside it")),
        2,
        (
            mark("No: then nothing passes, and the sum is 0."),
            mark("No: then each number meets every other number too."),
            mark("Right: the identity lets every number pass as it is."),
        ),
    ),
    Question(
        mark("Your data have 10 fields and k = 4. How many cells do the matrices of field_interaction have?"),
        (mark("16"), mark("144"), mark("720")),
        2,
        (
            mark("No: that is field_all, one matrix for all pairs."),
            mark("No: that is field_each, one matrix for each of the 9 left fields."),
            mark("Right: 10 · 9 / 2 = 45 pairs with 16 cells each."),
        ),
    ),
)

LESSON = Lesson(
    key="bilinear",
    title=mark("Bilinear interaction against inner product"),
    about=mark("You will know what an inner product cannot say, and how a matrix between two fields says it."),
    minutes=9,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
