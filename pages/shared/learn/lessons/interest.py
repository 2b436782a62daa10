"""DIN: the same history against two candidates."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.interest_stage import LETTERS, START, stage


def _on(now: Facts, category: str) -> int:
    """How many behaviours of a category are on."""
    return sum(LETTERS[one] == category and str(place) not in now["off"] for place, one in enumerate(now["history"]))


def _switched_off(now: Facts, category: str) -> bool:
    return any(LETTERS[one] == category and str(place) in now["off"] for place, one in enumerate(now["history"]))


def _loudest_lowers(now: Facts) -> bool:
    """Whether the behaviour that is selected has the largest attention of all and lowers the score."""
    if now["place"] is None:
        return False
    heard = now["looked"].behaviours
    chosen = heard[now["place"]]
    loudest: float = max(one.attention for one in heard)
    return bool(chosen.on and chosen.contribution < 0 and chosen.attention == loudest)


def _own_kind(now: Facts) -> bool:
    place, looked = now["place"], now["looked"]
    return place is not None and bool(looked.behaviours[place].category == looked.candidate)


CLICKS = {"history": START, "off": ""}
FRIDGE = {**CLICKS, "right": "fridges", "look": "right"}

STEPS = (
    Step(
        mark("One history, two offers"),
        mark(
            "A visitor clicked shoes, a fridge, a book and shoes again. A tiny DIN judges two offers for her. Grey "
            "bars are its **attention** to each click; **blue** ones raise the offer's score, **orange** ones lower it."
        ),
        mark("Put fridges on the right. What does the old fridge do to the new one?"),
        lambda now, _: now["right"] == "fridges",
        {"right": "fridges"},
        "two",
        start={**CLICKS, "left": "shoes", "right": "books"},
    ),
    Step(
        mark("A click does not always mean more"),
        mark(
            "Who clicks shoes wants more shoes. Who has got a fridge needs no second one: the fridge gets a lot of "
            "attention, and **lowers** the score. The model has found this in the clicks by itself."
        ),
        mark("Switch the fridge in the history off and watch both scores."),
        lambda now, _: now["right"] == "fridges" and _switched_off(now, "fridges"),
        FRIDGE | {"off": "1"},
        "two",
        start={**CLICKS, "right": "fridges"},
    ),
    Step(
        mark("Every offer reads the history anew"),
        mark(
            "Attention belongs to a click **and** an offer. The clicks on shoes mean much for shoes. What do they mean "
            "for phones?"
        ),
        mark("Put phones on the left and compare the grey bars."),
        lambda now, _: now["left"] == "phones",
        {"history": START, "off": "", "left": "phones"},
        "two",
        start={**CLICKS, "left": "shoes"},
    ),
    Step(
        mark("Twice is twice"),
        mark("Two clicks of one kind get the same attention each, and both count. Nothing is shared out between them."),
        mark("Add a second fridge to the history and look at the score of fridges."),
        lambda now, _: "fridges" in (now["left"], now["right"]) and _on(now, "fridges") >= 2,
        FRIDGE | {"history": START + "f"},
        "history",
        start=FRIDGE,
    ),
    Step(
        mark("The interest is a weighted sum"),
        mark(
            "Every click is four numbers, its embedding **k**. Multiplied by its attention **a** and summed, these are "
            "the visitor's **interest**, as this offer sees it: interest = Σ a k. The other terms of the logit are "
            "the same with any history."
        ),
        mark("Select a click in the diagram, and follow it to the logit."),
        lambda now, _: now["place"] is not None,
        FRIDGE | {"chosen": "a0"},
        "sum",
        start=FRIDGE | {"chosen": ""},
    ),
    Step(
        mark("Loud is not good"),
        mark(
            "Attention is only how **loud** a click is. What it says is another number: how much one unit of attention "
            "to it moves the logit. Contribution is the one times the other."
        ),
        mark("With fridges on the right: select the click that has the largest attention and lowers the score."),
        lambda now, _: _loudest_lowers(now),
        FRIDGE | {"chosen": "a1"},
        "sum",
        start=FRIDGE | {"chosen": ""},
    ),
    Step(
        mark("Where attention comes from"),
        mark(
            "A small network reads the offer **q**, the click **k**, their difference and their product, and says one "
            "number. It was trained together with the rest: nobody told it what goes with what."
        ),
        mark("Choose a click of the same kind as the offer: what has become of q − k?"),
        lambda now, _: _own_kind(now),
        FRIDGE | {"behaviour": "2"},
        "scorer",
        start=FRIDGE | {"behaviour": "1"},
    ),
    Step(
        mark("No softmax"),
        mark(
            "In many models attention is shared out and sums to 1. Here it is not: a visitor with eight clicks may "
            "have more interest than one with two, and a new click takes nothing away from the old ones."
        ),
        mark("Fill the history up to eight clicks. Do the attentions of the old ones move?"),
        lambda now, _: len(now["history"]) == 8,
        FRIDGE | {"history": START + "bbpf"},
        "sum",
        start=FRIDGE,
    ),
    Step(
        mark("Nothing clicked yet"),
        mark(
            "A new visitor has an empty history. Her interest is four zeros, and the score is what the other fields "
            "say. DIN is then an ordinary model, and no history is no mistake."
        ),
        mark("Empty the history."),
        lambda now, _: not now["history"],
        FRIDGE | {"history": ""},
        "sum",
        start=FRIDGE,
    ),
    Step(
        mark("Now you"),
        mark("With an empty history, shoes beat books. You know enough to turn that round."),
        mark("Shoes left, books right: write a history with which books lead by more than 1."),
        lambda now, _: (now["left"], now["right"]) == ("shoes", "books") and now["right_logit"] - now["left_logit"] > 1,
        {"left": "shoes", "right": "books", "history": "bb", "off": "", "look": "right"},
        "sum",
        start={"left": "shoes", "right": "books", "history": "", "off": "", "look": "right"},
    ),
)

QUIZ = (
    Question(
        mark("A click has the largest attention of all. What does that say?"),
        (
            mark("It raises the score most."),
            mark("It moves the interest most; up or down is another matter."),
            mark("It was the last click."),
        ),
        1,
        (
            mark("Not always: the old fridge had the largest attention and lowered the score of a new one."),
            mark("Right: contribution is attention times what a unit of it does."),
            mark("This model does not even know which one was last."),
        ),
    ),
    Question(
        mark("Why can the same history raise one offer and lower another?"),
        (
            mark("Attention and effect are computed anew for every offer."),
            mark("The model draws them by chance."),
            mark("The history is shared out between the offers."),
        ),
        0,
        (
            mark("Right: both depend on the offer's embedding q."),
            mark("No: the same row always gets the same score."),
            mark("No: each offer reads the whole history."),
        ),
    ),
    Question(
        mark("A visitor without any history: what does DIN do?"),
        (
            mark("It cannot score her."),
            mark("Interest is 0, the other fields decide."),
            mark("It takes a mean history."),
        ),
        1,
        (
            mark("It can: the interest is a sum, and a sum of nothing is 0."),
            mark("Right: a sum of nothing is 0."),
            mark("No: the sum has no terms, so it is 0."),
        ),
    ),
)

LESSON = Lesson(
    key="interest",
    title=mark("DIN: the same history against two candidates"),
    about=mark("See how past clicks speak for one offer and against another, and why loud is not good."),
    minutes=9,
    steps=STEPS,
    stage=stage,
    quiz=QUIZ,
)
