"""Overfitting in one epoch."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.overfitting_stage import show_stage

_LATE = 8  # epochs after which all that the texts tell can be seen


def _all_epochs(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "thrice" and now["epochs"] == 10)


def _best_epoch(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "thrice" and now["epochs"] == now["best"])


def _learnt_row(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "thrice" and now["epochs"] >= _LATE and now["chosen"] == "learnt.id")


def _new_row(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "thrice" and now["epochs"] >= _LATE and now["chosen"] == "fresh.id")


def _third_epoch(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "thrice" and now["epochs"] == 3)


def _no_id(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "none" and now["epochs"] >= _LATE)


def _seen_once(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "once" and now["epochs"] >= _LATE)


def _strong_l2(now: Facts, _: Facts) -> bool:
    return bool(now["ids"] == "thrice" and now["l2"] == "strong" and now["epochs"] >= _LATE)


def _stopped(now: Facts, _: Facts) -> bool:
    return bool(now["stop"] == "on" and now["epochs"] >= _LATE)


_THRICE = {"ids": "thrice", "l2": "none", "stop": "off"}
_STEPS = (
    Step(
        mark("The training loss only knows one way"),
        mark(
            "A real DIN passes over 3,600 rows of the tiny shop again and again; one pass is an **epoch**. Beside the "
            "six fields it reads a **visitor id**, and each visitor has just three rows. Grey is the loss on the rows "
            "it learns from."
        ),
        mark("Show all 10 epochs, and follow the grey line."),
        _all_epochs,
        {"ids": "thrice", "l2": "none", "epochs": 10},
        focus="curves",
        start={**_THRICE, "epochs": 2},
    ),
    Step(
        mark("The peak comes first"),
        mark(
            "The violet lines are rows that the model never learns from. It is best on them after its **very first** "
            "epoch; the second one ruins it. With sparse ids, large models of real shops do the same: the one-epoch "
            "phenomenon."
        ),
        mark("Go back to the epoch with the highest validation AUC."),
        _best_epoch,
        {"ids": "thrice", "l2": "none", "epochs": 1},
        focus="curves",
        start={**_THRICE, "epochs": 10},
    ),
    Step(
        mark("Learned by heart"),
        mark(
            "What did it learn instead? This visitor clicked in the training row, and by now the **id alone** pushes "
            "that row's logit far up: the model knows the row by heart."
        ),
        mark("Show all 10 epochs and click the visitor id of the training row, below the curves."),
        _learnt_row,
        {"ids": "thrice", "l2": "none", "epochs": 10, "chosen": "learnt.id"},
        focus="visitor",
        start={**_THRICE, "epochs": 10, "chosen": ""},
    ),
    Step(
        mark("And sure of the wrong thing"),
        mark(
            "Then the same visitor sees another item. The other fields say no, but the id says yes from memory, and "
            "the model is almost certain of a click **that did not come**."
        ),
        mark("Click the visitor id of the new row, and compare it with the other fields."),
        _new_row,
        {"ids": "thrice", "l2": "none", "epochs": 10, "chosen": "fresh.id"},
        focus="visitor",
        start={**_THRICE, "epochs": 10, "chosen": ""},
    ),
    Step(
        mark("The loss shouts where the AUC is silent"),
        mark(
            "From epoch 3 to 10 the validation AUC hardly moves: the order is as bad as before. The validation "
            "**log-loss** more than doubles, as the wrong answers become ever surer; always saying the click rate "
            "would be better."
        ),
        mark("Go back to epoch 3, and compare both violet lines with those of epoch 10."),
        _third_epoch,
        {"ids": "thrice", "l2": "none", "epochs": 3},
        focus="curves",
        start={**_THRICE, "epochs": 10},
    ),
    Step(
        mark("Take the id away"),
        mark(
            "The id says nothing about a click in this shop. Without it there is nothing to learn by heart: the "
            "training loss stays higher, and the validation AUC **rises and stays up**."
        ),
        mark("Choose 'no id' and show at least 8 epochs."),
        _no_id,
        {"ids": "none", "l2": "none", "epochs": 10},
        focus="curves",
        start={**_THRICE, "epochs": 10},
    ),
    Step(
        mark("An id that never comes back"),
        mark(
            "Now give each visitor only one row. The training loss drops to almost 0, the model knows **every** row "
            "by heart. Yet the collapse is smaller: a new row's visitor is unknown, so the id cannot say anything "
            "wrong."
        ),
        mark("Choose 'in 1 row' and show at least 8 epochs. What does the id add to the new row?"),
        _seen_once,
        {"ids": "once", "l2": "none", "epochs": 10},
        focus="curves",
        start={**_THRICE, "ids": "none", "epochs": 10},
    ),
    Step(
        mark("Make learning by heart expensive"),
        mark(
            "**L2** adds a price for large numbers in the embeddings. An id that occurs three times cannot earn it "
            "back for long: the AUC gets much higher before it falls, and it falls later."
        ),
        mark("Choose 'in 3 rows' and strong L2, and show at least 8 epochs."),
        _strong_l2,
        {"ids": "thrice", "l2": "strong", "epochs": 10},
        focus="curves",
        start={**_THRICE, "epochs": 10},
    ),
    Step(
        mark("Stop in time"),
        mark(
            "Nobody has to know beforehand when the peak comes. **Early stopping** watches the validation AUC and "
            "keeps the model of its best epoch, marked by the star."
        ),
        mark("Switch early stopping on and show at least 8 epochs."),
        _stopped,
        {"stop": "on", "epochs": 10},
        focus="curves",
        start={**_THRICE, "epochs": 10},
    ),
)

_QUIZ = (
    Question(
        mark("The training loss still falls. Is the model still getting better?"),
        (mark("Yes, the loss says so"), mark("Only the validation rows can tell")),
        1,
        (
            mark("No: here it fell in every epoch, while the model got worse on new rows from the second epoch on."),
            mark("Right: the training loss also falls when rows are learned by heart."),
        ),
    ),
    Question(
        mark("Which field invites learning by heart most?"),
        (
            mark("One with 2 values"),
            mark("One with thousands of values, each in a few rows"),
            mark("One that is always empty"),
        ),
        1,
        (
            mark("No: half of the rows share such a value, so it cannot point at a single row."),
            mark("Right: such a value points at a handful of rows, and its embedding can store their answers."),
            mark("No: what is the same in all rows can store nothing about any of them."),
        ),
    ),
    Question(
        mark("Why can the log-loss double while the AUC stays as it is?"),
        (
            mark("The order stays, but the wrong answers become surer"),
            mark("The log-loss counts more rows than the AUC"),
        ),
        0,
        (
            mark("Right: the AUC only looks at the order; the log-loss makes one pay for being sure and wrong."),
            mark("No: both are taken over the same rows."),
        ),
    ),
)

LESSON = Lesson(
    key="overfitting",
    title=mark("Overfitting in one epoch"),
    about=mark("You will recognise overfitting by its curves, know why sparse ids cause it, and what helps."),
    minutes=8,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
