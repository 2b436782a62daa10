"""Shapley values by hand: three fields join in six orders."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.shares_stage import show_stage

_NEAR = 0.1
_ALL = "+".join(
    f"{first}-{second}-{third}"
    for first in ("age", "device", "item")
    for second in ("age", "device", "item")
    for third in ("age", "device", "item")
    if len({first, second, third}) == 3
)


def _age_joined(now: Facts, _: Facts) -> bool:
    return bool(now["chosen"] == "age")


def _device_first(now: Facts, _: Facts) -> bool:
    return str(now["order"]).startswith("device")


def _age_last(now: Facts, _: Facts) -> bool:
    return str(now["order"]).endswith("age")


def _all_seen(now: Facts, _: Facts) -> bool:
    return bool(now["seen"] == 6)


def _mean_found(now: Facts, _: Facts) -> bool:
    return bool(abs(now["guess"] - now["age"]) <= _NEAR)


def _device_chosen(now: Facts, _: Facts) -> bool:
    return bool(now["chosen"] == "phi-device")


def _half_found(now: Facts, _: Facts) -> bool:
    return bool(abs(now["half"] - now["pair"] / 2) <= _NEAR)


def _other_row(now: Facts, _: Facts) -> bool:
    return bool(now["against"] == "phones")


_FRIDGES = {"against": "fridges"}
_STEPS = (
    Step(
        mark("Why this score and not that one?"),
        mark(
            "A real FM scores *young, mobile, shoes 1* high, and *middle, computer, fridges 1* low; gender and history "
            "are the same. Three fields make the difference: age, device and item (an item brings its category along). "
            "**How much is due to each of them?**"
        ),
        mark("Only the age joins: select the box young, and compare it with the other row on its left."),
        _age_joined,
        {"chosen": "age"},
        start={**_FRIDGES, "chosen": ""},
    ),
    Step(
        mark("One after the other"),
        mark(
            "Between the two rows there are six mixed ones, each scored by the model. Let the fields join **one after "
            "the other**: each is given what the logit gains when it comes in. On the thick way the three gains add up "
            "to the whole difference."
        ),
        mark("Choose an order that starts with device."),
        _device_first,
        {"first": "device", "second": "age"},
        start={**_FRIDGES, "first": "age", "chosen": ""},
    ),
    Step(
        mark("The order matters"),
        mark(
            "When age came before the item, it *lowered* the logit: young people do not click fridges. Once the shoes "
            "are there, being young helps."
        ),
        mark("Choose an order in which age comes last. What is it given now?"),
        _age_last,
        {"first": "device", "second": "item"},
        start={**_FRIDGES, "first": "device", "second": "age"},
    ),
    Step(
        mark("All six, to be fair"),
        mark(
            "Three fields can join in 3 · 2 · 1 = **6 orders**, and none is the right one. Shapley's answer of 1953: "
            "try them all. Each order that you choose fills a line of the table."
        ),
        mark("Choose all six orders, one after the other, until no question mark is left above the means."),
        _all_seen,
        {"seen": _ALL},
        start=_FRIDGES,
    ),
    Step(
        mark("And take the mean"),
        mark(
            "A field's **Shapley value φ** is the mean of its column. Age wins about as much in some orders as it "
            "loses in others."
        ),
        mark("Add up the column age, divide by 6, and set the slider below the table to it (0.1 off is fine)."),
        _mean_found,
        {"guess": -0.25, "seen": _ALL},
        focus="guess",
        start={**_FRIDGES, "seen": _ALL, "guess": 2.0},
    ),
    Step(
        mark("Nothing is left over"),
        mark(
            "In each order the gains add up to the difference, so the means do as well (second line of the formula). "
            "They are the very numbers that the page *Explain a row* computes."
        ),
        mark("Which field is given nearly the same in all orders? Select its φ in the formula."),
        _device_chosen,
        {"chosen": "phi-device", "seen": _ALL},
        focus="mean",
        start={**_FRIDGES, "seen": _ALL, "chosen": ""},
    ),
    Step(
        mark("What two do together is halved"),
        mark(
            "Young **and** shoes together add far more than each alone: who comes second gets it all. Each of the two "
            "comes second in half of the orders, so each is given **half**."
        ),
        mark("In the formula's last line, find age × item and set the slider below the table to half of it."),
        _half_found,
        {"half": 1.8, "seen": _ALL},
        focus="half",
        start={**_FRIDGES, "seen": _ALL, "half": 0.0},
    ),
    Step(
        mark("Compared with whom?"),
        mark(
            "A Shapley value always answers *compared with that row*. With another one, the same model and the same "
            "row give other values; the explain pages therefore take the mean over many such rows, the background."
        ),
        mark("Compare with old, computer, phones 1. φ of age was below 0: what is it now?"),
        _other_row,
        {"against": "phones", "seen": _ALL},
        focus="against",
        start={**_FRIDGES, "seen": _ALL},
    ),
)

_QUIZ = (
    Question(
        mark("Why does one take the mean over all orders?"),
        (
            mark("Because what a field adds depends on who came before it"),
            mark("Because the model is different in each order"),
        ),
        0,
        (
            mark("Right: and as no order is better than another one, all count the same."),
            mark("No: it is the same model, asked for the same eight rows."),
        ),
    ),
    Question(
        mark("Two fields only work together: alone each adds 0, together they add 3. What are their Shapley values?"),
        (mark("3 for the first, 0 for the second"), mark("1.5 each"), mark("0 each")),
        1,
        (
            mark("No: that is one order; in the other one it is the other way round."),
            mark("Right: each comes second in half of the orders, and the mean of 0 and 3 is 1.5."),
            mark("No: the values have to add up to 3."),
        ),
    ),
    Question(
        mark("The Shapley value of age is about 0. Does age not matter in this row?"),
        (mark("It does not"), mark("It may: gains and losses can cancel out")),
        1,
        (
            mark("No: here it moved the logit by more than 1 in every order, down in some and up in others."),
            mark("Right: the mean hides that. The pairs show it."),
        ),
    ),
)

LESSON = Lesson(
    key="shares",
    title=mark("Shapley by hand on three fields"),
    about=mark("You will have computed a Shapley value yourself, and know what it hides and what it is compared with."),
    minutes=8,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
