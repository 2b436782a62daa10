"""Calibration: whether 10 % is really 10 %, what spoils it, and how it is mended."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Lesson, Question, Step
from pages.shared.learn.lessons.calibration_stage import stage

CLEAN = {"shift": 0, "stretch": 1, "rows": "whole", "corrected": "no", "repair": "none", "part": "test"}

STEPS = (
    Step(
        mark("A promise"),
        mark(
            "A tiny FM gave each of 4,000 test rows a probability of a click. Sorted by it and cut into ten buckets, "
            "each point is one bucket: to the right what was **promised**, upwards what **happened**."
        ),
        mark("Choose the bucket that promises about 10 %. How many of its rows were clicked?"),
        lambda now, _: 0.08 <= now["mean"] <= 0.14,
        {"bucket": 3},
        "bucket",
        start={"buckets": 10, "bucket": 7},
    ),
    Step(
        mark("Kept, up to chance"),
        mark(
            "On the diagonal a promise is kept. The whiskers say how far chance alone may move a point. The more "
            "buckets, the fewer rows in each: whiskers grow, and **ECE**, the mean distance from the diagonal, grows "
            "with them although the model is the same."
        ),
        mark("Cut the rows into 40 buckets and compare the ECE."),
        lambda now, _: now["buckets"] == 40,
        {"buckets": 40},
        "buckets",
        start={"buckets": 10},
    ),
    Step(
        mark("Promising too much"),
        mark(
            "Add one number to every logit. All probabilities rise, so all points slide to the right of the diagonal. "
            "**PCOC** is promised clicks / observed clicks: above 1 is too much. The AUC does not notice, since the "
            "order is the same."
        ),
        mark("Shift the logits up by at least 0.8."),
        lambda now, _: now["shift"] >= 0.8,
        CLEAN | {"shift": 1},
        "shift",
        start=CLEAN,
    ),
    Step(
        mark("Promising too little"),
        mark(
            "Where a click is paid for, this costs money: a bid is probability times value. With a PCOC of 0.5, bids "
            "are on average half of what they should be."
        ),
        mark("Shift the logits down until the PCOC is below 0.6."),
        lambda now, _: now["pcoc"] < 0.6,
        CLEAN | {"shift": -1},
        "shift",
        start=CLEAN,
    ),
    Step(
        mark("Too sure of itself"),
        mark(
            "Stretching pulls every logit away from 0: small probabilities get smaller, large ones larger. The lower "
            "buckets now promise too little, the highest one too much: the points cross the diagonal."
        ),
        mark("Set the shift to 0 and the stretch to 2 or more."),
        lambda now, _: now["stretch"] >= 2 and abs(now["shift"]) < 0.1,
        CLEAN | {"stretch": 2},
        "stretch",
        start=CLEAN,
    ),
    Step(
        mark("Right on average, wrong everywhere"),
        mark(
            "PCOC looks at the sum of all promises only. It can be perfect although hardly one bucket keeps its "
            "promise. ECE and log-loss look at each of them."
        ),
        mark("Keep the stretch at 2 or more, and find the shift that brings the PCOC to 1.00 (within 0.03)."),
        lambda now, _: now["stretch"] >= 2 and abs(now["pcoc"] - 1) <= 0.03,
        CLEAN | {"stretch": 2, "shift": 0.75},
        "stretch",
        start=CLEAN | {"stretch": 2},
    ),
    Step(
        mark("Fewer rows without a click"),
        mark(
            "Most rows have no click and teach little, so often only some are kept: here 1 in 5. To the second model "
            "the odds of a click look five times as high as they are, and it believes them."
        ),
        mark("Set shift and stretch back (0 and 1), and choose the model that learnt from thinned rows."),
        lambda now, _: now["rows"] == "thinned" and not now["corrected"] and now["shift"] == 0 and now["stretch"] == 1,
        CLEAN | {"rows": "thinned"},
        "thinned",
        start=CLEAN | {"stretch": 2, "shift": 0.75},
    ),
    Step(
        mark("One logarithm puts it back"),
        mark(
            "Keeping a share of 0.2 multiplies the odds of a click by 5, and a factor of the odds is a **sum** in the "
            "logit: + ln 5. Adding ln 0.2 = −1.61 takes it away. The AUC stays a little lower than with all rows: "
            "what the rows would have taught does not come back."
        ),
        mark("Switch the correction on and watch PCOC and points."),
        lambda now, _: now["rows"] == "thinned" and now["corrected"],
        CLEAN | {"rows": "thinned", "corrected": "yes"},
        "corrected",
        start=CLEAN | {"rows": "thinned"},
    ),
    Step(
        mark("Platt's repair"),
        mark(
            "Often nobody knows what went wrong. Platt's repair **learns** a slope and an intercept for the logit from "
            "validation rows, which the model has not learnt from. Whatever stretch and shift you choose, it finds "
            "the way back."
        ),
        mark("Spoil the model with shift and stretch, then switch on the repair."),
        lambda now, _: now["repaired"] and (abs(now["shift"]) >= 0.5 or abs(now["stretch"] - 1) >= 0.5),
        CLEAN | {"shift": 1, "stretch": 2, "repair": "platt"},
        "repair",
        start=CLEAN,
    ),
    Step(
        mark("Judged on other rows"),
        mark(
            "On the rows that it was fitted on, the repair looks better than it is: there the PCOC is 1.00. Only "
            "rows that neither the model nor the repair has seen tell what it is worth."
        ),
        mark("With the repair on, look at the validation rows and then at the test rows again."),
        lambda now, _: now["repaired"] and now["part"] == "valid",
        CLEAN | {"shift": 1, "stretch": 2, "repair": "platt", "part": "valid"},
        "part",
        start=CLEAN | {"shift": 1, "stretch": 2, "repair": "platt"},
    ),
)

QUIZ = (
    Question(
        mark("1 is added to every logit. Which number stays?"),
        (mark("AUC"), mark("Log-loss"), mark("PCOC")),
        0,
        (
            mark("Right: the order of the rows is the same."),
            mark("No: probabilities that are off cost log-loss."),
            mark("No: the promised clicks become more, the observed ones do not."),
        ),
    ),
    Question(
        mark("A model has a PCOC of 1.00. Can its probabilities be believed?"),
        (
            mark("Yes, the promises are kept."),
            mark("Not yet: it may promise too little at the low end and too much at the top."),
        ),
        1,
        (
            mark("Only their sum is. You have built a model with PCOC 1 and hardly a bucket on the diagonal."),
            mark("Right: look at the buckets, or at ECE and log-loss."),
        ),
    ),
    Question(
        mark("1 in 10 rows without a click was kept for training. What corrects the logit?"),
        (mark("Add ln 0.1"), mark("Divide it by 10"), mark("Nothing can")),
        0,
        (
            mark("Right: the odds are 10 times too high, so ln 10 has to go."),
            mark("No: that would be a stretch. A factor of the odds is a sum in the logit."),
            mark("It can be: how much was thinned is known, so the shift is known too."),
        ),
    ),
)

LESSON = Lesson(
    key="calibration",
    title=mark("Is 10 % really 10 %?"),
    about=mark("See what shifts and stretches do to a model's promises, and repair them."),
    minutes=9,
    steps=STEPS,
    stage=stage,
    quiz=QUIZ,
)
