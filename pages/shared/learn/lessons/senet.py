"""SENet: squeeze, excite, re-weight, and dead gates."""

from __future__ import annotations

from collections.abc import Callable

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.senet_stage import FIELDS, show_stage

_FIELD = "category"  # the field that the steps speak of
_UNSCALED = {f"scale-{field}": 1.0 for field in FIELDS}
_OWN = {f"gate-{field}": "own" for field in FIELDS}
_SIGMOID = {"excitation": "sigmoid", "row": 3}
_RELU = {"excitation": "relu", "row": 1}


def _another_row(now: Facts, opened: Facts) -> bool:
    return bool(now["row"] != opened["row"])


def _chosen(part: str) -> Callable[[Facts, Facts], bool]:
    return lambda now, _: str(now["chosen"]).endswith(part)


def _gate_set(now: Facts, _: Facts) -> bool:
    return any(gate != 1 for gate in now["by_hand"].values())


def _field_scaled(now: Facts, _: Facts) -> bool:
    return any(scale > 1 for scale in now["scales"].values())


def _paper_gates(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu")


def _age_is_dead(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu" and now["own"]["age"] == 0)


def _dead_field_out(now: Facts, _: Facts) -> bool:
    return bool(now["excitation"] == "relu" and now["scales"].get(_FIELD) == 0)


def _charted(excitation: str, chart: str) -> Callable[[Facts, Facts], bool]:
    return lambda now, _: bool(now["excitation"] == excitation and now["below"] == chart)


_STEPS = (
    Step(
        mark("A volume knob for each field"),
        mark(
            "A row of a tiny shop enters a real FiBiNET: each field brings four learned numbers, its **embedding**. "
            "Not every field matters in every row, and what does not is noise; so SENet puts a **gate** behind each, "
            "one number that turns the field up (above 1) or down (below 1), anew for each row."
        ),
        mark("Choose another row, and see that the gates are others too."),
        _another_row,
        {"row": 7},
        focus="gate",
        start=_SIGMOID | {"row": 1, "chosen": "history.gate"},
        after=mark("Same model, other row, other gates. The next steps show how they are made."),
    ),
    Step(
        mark("Squeeze: one number a field"),
        mark(
            "Take row 3. First SENet looks at each field through a keyhole: of the four numbers it only sees their "
            "**mean**, which the formula finds with the row's own numbers: +1 and −1 would cancel out."
        ),
        mark("Click the mean of category, in the second column."),
        _chosen(".mean"),
        {"chosen": f"{_FIELD}.mean"},
        focus="mean",
        start=_SIGMOID | {"chosen": f"{_FIELD}.vector"},
        after=mark("Four numbers have become one, and this one is all that the gates are made of."),
    ),
    Step(
        mark("Excite: from six means to six gates"),
        mark(
            "Matrix W1 mixes the six means into three numbers h, and what is below 0 becomes 0. Matrix W2 mixes h "
            "into one number a field, and 2 · sigmoid, a curve from 0 to 2, turns it into a gate: **1 leaves the field "
            "as it is**."
        ),
        mark("Click the gate of category: the formula is its sum."),
        _chosen(".gate"),
        {"chosen": f"{_FIELD}.gate"},
        focus="excite",
        start=_SIGMOID | {"chosen": f"{_FIELD}.mean"},
        after=mark("It is made of all three h, and these of all six means: a gate depends on every field of the row."),
    ),
    Step(
        mark("Re-weight: turn a gate by hand"),
        mark(
            "The **logit**, the score of a click, adds up three parts: what the **fields say alone**; their **pairs**, "
            "because young × shoes says what neither says alone; and the same pairs **re-weighted**, made of the "
            "numbers times their gates."
        ),
        mark("Set the gate of category to 2. Which of the three parts moves?"),
        _gate_set,
        {f"gate-{_FIELD}": "2"},
        focus="turn",
        start=_SIGMOID | _OWN | {"chosen": f"{_FIELD}.gate"},
        after=mark("Only the re-weighted pairs, and with them the logit: the other two parts never pass a gate."),
    ),
    Step(
        mark("Louder numbers move everybody's gate"),
        mark(
            "Now change the field itself instead of its gate. Its mean grows with its numbers, W1 hands that on to h, "
            "and h feeds **all six** gates."
        ),
        mark("Multiply the numbers of category by 3. What happens to the gates of the other fields?"),
        _field_scaled,
        {f"scale-{_FIELD}": 3.0},
        focus="louder",
        start=_SIGMOID | _UNSCALED | {"chosen": f"{_FIELD}.vector"},
        after=mark("They move too: in row 3 device falls from 0.74 to 0.37, and history rises from 1.23 to 1.55."),
    ),
    Step(
        mark("The gates of the paper"),
        mark(
            "The paper that invented FiBiNET cuts at 0 instead (ReLU): a gate that would be negative is **exactly "
            "0**. There is a second model with such gates, trained on the same rows."
        ),
        mark("Switch the gates to ReLU. How many gates of row 3 are 0?"),
        _paper_gates,
        {"excitation": "relu"},
        focus="paper",
        start=_SIGMOID | {"chosen": f"{_FIELD}.gate"},
        after=mark("Four of the six, drawn pale: age, gender, category and item."),
    ),
    Step(
        mark("A dead gate"),
        mark(
            "A gate of exactly 0 is called **dead**: 0 times the field's numbers is 0, and so are all re-weighted "
            "pairs that the field is part of, however large its numbers are. In row 1 the gate of age is alive."
        ),
        mark("Find a row in which the gate of age is dead."),
        _age_is_dead,
        {"row": 3},
        focus="dead",
        start=_RELU | {"chosen": "age.gate"},
        after=mark(
            "Age takes part in no re-weighted pair of this row; in the raw pairs, past the gates, it still does."
        ),
    ),
    Step(
        mark("Not one row, but most of them"),
        mark(
            "Is that an accident of one row? In the second chart each column is a real test row, and a grey cell is a "
            "dead gate."
        ),
        mark("Switch the chart to the gates of many rows. Which fields are grey in every row?"),
        _charted("relu", "rows"),
        {"below": "rows"},
        focus="chart",
        start=_RELU | {"below": "weights", "chosen": f"{_FIELD}.gate"},
        after=mark("Category and item are dead in **every** row, age and gender in most rows."),
    ),
    Step(
        mark("Dead, but not mute"),
        mark(
            "Back to row 1: the gate of category is dead, here as in every row. Does the model not need it? Its "
            "numbers still go into the raw pairs, its own weight into what fields say alone, and its mean into the "
            "**gates of the others**."
        ),
        mark("Take category out: multiply its numbers by 0. Which of the three parts move?"),
        _dead_field_out,
        {f"scale-{_FIELD}": 0.0},
        focus="out",
        start=_RELU | _UNSCALED | {"chosen": f"{_FIELD}.vector"},
        after=mark(
            "In row 1 all three: fields alone and raw pairs directly, and the re-weighted pairs of the **other** "
            "fields, because their gates have moved."
        ),
    ),
    Step(
        mark("A gate is not an importance"),
        mark(
            "What does the model do without a field? The third chart takes each field out of all test rows, and "
            "shows how far the logit moves, beside the field's mean gate."
        ),
        mark("Switch the chart to gates and effects. Which two fields move the logit most?"),
        _charted("relu", "effects"),
        {"below": "effects"},
        focus="chart",
        start=_RELU | {"below": "rows", "chosen": f"{_FIELD}.gate"},
        after=mark("Category and item, whose gates are always dead: only taking a field away shows what it is worth."),
    ),
    Step(
        mark("Gates that cannot die"),
        mark(
            "Back to the first model: 2 · sigmoid is never exactly 0. Is at least here the field with the largest gate "
            "the one that matters most?"
        ),
        mark("Switch the gates to 2 · sigmoid, and compare gates and effects once more."),
        _charted("sigmoid", "effects"),
        {"excitation": "sigmoid"},
        focus="chart",
        start=_RELU | {"below": "effects", "chosen": f"{_FIELD}.gate"},
        after=mark("No: history has the largest mean gate, but without category the logit moves more."),
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
