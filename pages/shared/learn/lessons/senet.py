"""SENet: squeeze, excite, re-weight, and dead gates."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.senet_stage import show_stage

_FIELD = "category"  # the field that the steps speak of


def _another_row(now: Facts, _: Facts) -> bool:
    return bool(now["row"] != 1)


def _mean_chosen(now: Facts, _: Facts) -> bool:
    return str(now["chosen"]).endswith(".mean")


def _gate_chosen(now: Facts, _: Facts) -> bool:
    return str(now["chosen"]).endswith(".gate")


def _gate_set(now: Facts, _: Facts) -> bool:
    return any(gate != 1 for gate in now["by_hand"].values())


def _field_scaled(now: Facts, _: Facts) -> bool:
    return any(scale > 1 for scale in now["scales"].values())


def _paper_gates(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu")


def _age_is_dead(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu" and now["own"]["age"] == 0)


def _rows_shown(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu" and now["below"] == "rows")


def _dead_field_out(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu" and now["scales"].get(_FIELD) == 0)


def _effects_shown(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu" and now["below"] == "effects")


def _living_gates(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "sigmoid" and now["below"] == "effects")


_STEPS = (
    Step(
        mark("One row, six fields"),
        mark(
            "A row of a tiny shop on its way through a real FiBiNET, from left to right. Each field brings four "
            "learned numbers, its **embedding**; SENet gives each field a **gate**, a number that says how loud the "
            "field is in this row; on the right the parts add up to the **logit**, the score of a click."
        ),
        mark("Choose another row, and see that the gates are others too."),
        _another_row,
        {"row": 7},
    ),
    Step(
        mark("Squeeze: one number a field"),
        mark(
            "First SENet looks at each field through a keyhole: of the four numbers it only sees their **mean**. The "
            "formula's second line does it with the row's own numbers: +1 and −1 would cancel out."
        ),
        mark("Click the mean of category, in the second column."),
        _mean_chosen,
        {"chosen": f"{_FIELD}.mean"},
        focus="mean",
    ),
    Step(
        mark("Excite: from six means to six gates"),
        mark(
            "Matrix W1 mixes the six means into three numbers h, and what is below 0 becomes 0. Matrix W2 mixes h "
            "into one number a field, and 2 · sigmoid turns it into a gate between 0 and 2: **1 leaves the field as "
            "it is**."
        ),
        mark("Click the gate of category: the third line of the formula is its sum."),
        _gate_chosen,
        {"chosen": f"{_FIELD}.gate", "below": "weights"},
        focus="gate",
    ),
    Step(
        mark("Re-weight: turn a gate by hand"),
        mark(
            "The gate multiplies the field's four numbers. FiBiNET then pairs all fields **twice**: once with the raw "
            "numbers, once with the re-weighted ones. A gate only reaches the second kind."
        ),
        mark("Set the gate of category to 2. Which numbers on the right move, and which do not?"),
        _gate_set,
        {"chosen": f"{_FIELD}.gate", f"gate-{_FIELD}": "2"},
        focus="sums",
    ),
    Step(
        mark("Louder numbers move everybody's gate"),
        mark(
            "Now change the field itself instead of its gate. Its mean grows with its numbers, W1 hands that on to h, "
            "and h feeds **all six** gates: fields that you never touched become louder or quieter too."
        ),
        mark("Multiply the numbers of category by 3, and watch the gates of the other fields."),
        _field_scaled,
        {"chosen": f"{_FIELD}.vector", f"scale-{_FIELD}": 3.0, f"gate-{_FIELD}": "own"},
        focus="gate",
    ),
    Step(
        mark("The gates of the paper"),
        mark(
            "The paper that invented FiBiNET cuts at 0 instead (ReLU): a gate that would be negative is **exactly "
            "0**. Here is a second model with such gates, trained on the same rows."
        ),
        mark("Switch the gates to ReLU."),
        _paper_gates,
        {"excitation": "relu", f"scale-{_FIELD}": 1.0, f"gate-{_FIELD}": "own"},
        focus="gate",
    ),
    Step(
        mark("A dead gate"),
        mark(
            "A gate of exactly 0 is called **dead**: in this row the field is missing from all re-weighted pairs, "
            "however large its numbers are. It is drawn pale."
        ),
        mark("Find a row in which the gate of age is dead."),
        _age_is_dead,
        {"excitation": "relu", "row": 3},
        focus="gate",
    ),
    Step(
        mark("Not one row, but most of them"),
        mark(
            "Is that an accident of one row? Below, each column is a real test row and a grey cell is a dead gate. "
            "Age is dead in most rows, and two fields are dead in **every** row."
        ),
        mark("Look at the gates of many rows, below the diagram."),
        _rows_shown,
        {"excitation": "relu", "below": "rows"},
        focus="below",
    ),
    Step(
        mark("Dead, but not mute"),
        mark(
            "The gate of category is dead in every row. Does the model not need it? Its numbers still go into the raw "
            "pairs, and its own weight into the logit."
        ),
        mark("Take category out: multiply its numbers by 0. How far does the logit move?"),
        _dead_field_out,
        {"excitation": "relu", "row": 1, "chosen": f"{_FIELD}.vector", f"scale-{_FIELD}": 0.0},
        focus="sums",
    ),
    Step(
        mark("A gate is not an importance"),
        mark(
            "On all test rows: the two fields whose gates are always dead are the two **without which the logit moves "
            "most**. To learn what a field is worth, take it away; its gate does not tell."
        ),
        mark("Compare gates and effects, below the diagram."),
        _effects_shown,
        {"excitation": "relu", "below": "effects"},
        focus="below",
    ),
    Step(
        mark("Gates that cannot die"),
        mark(
            "Back to 2 · sigmoid: no gate is ever exactly 0. Yet here as well the field with the largest mean gate is "
            "not the one that matters most."
        ),
        mark("Switch back to sigmoid and compare gates and effects once more."),
        _living_gates,
        {"excitation": "sigmoid", "below": "effects", f"scale-{_FIELD}": 1.0},
        focus="below",
    ),
)

_QUIZ = (
    Question(
        mark("A field's four numbers are 2, −2, 1, −1. What does SENet see of them?"),
        (mark("Their mean, 0"), mark("The largest one, 2"), mark("All four")),
        0,
        (
            mark("Right: the squeeze keeps the mean only, and here everything cancels out."),
            mark("No: the squeeze takes the mean, not the largest number."),
            mark("No: before the gate is made, the four numbers are squeezed into one, their mean."),
        ),
    ),
    Question(
        mark("What does a 2 · sigmoid gate of 1 do to its field?"),
        (mark("It leaves it unchanged"), mark("It makes it as loud as possible"), mark("It switches it off")),
        0,
        (
            mark("Right: the field's numbers are multiplied by 1."),
            mark("No: the loudest gate is almost 2; 1 is the middle and changes nothing."),
            mark("No: only a gate of 0 would, and 2 · sigmoid never gets there."),
        ),
    ),
    Question(
        mark("The ReLU gate of a field is 0 in all rows. May you drop the field from your data?"),
        (mark("Yes, the model ignores it"), mark("Not for that reason: take it out and measure first")),
        1,
        (
            mark(
                "No: it still speaks in the raw pairs and by its own weight. In this lesson it was one of the two "
                "most needed ones."
            ),
            mark(
                "Right: the gate closes the re-weighted pairs only. What the field is worth shows when it is missing."
            ),
        ),
    ),
)

LESSON = Lesson(
    key="senet",
    title=mark("SENet: squeeze, excite, re-weight, and dead gates"),
    about=mark("You will know what FiBiNET's gates do, why some are dead, and why a gate is not an importance."),
    minutes=9,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
