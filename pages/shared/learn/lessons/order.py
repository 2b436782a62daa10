"""AUC: what it counts, and why a threshold is another matter."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Lesson, Question, Step
from pages.shared.learn.lessons.order_stage import START, stage

LIST = {"by": "hand", "order": START, "pair": ""}
BEST = "0134725689"
STEPS = (
    Step(
        mark("Ten people saw an item"),
        mark(
            "Five of them clicked (filled dot), five did not. A good list has the clicked rows at the top. Each cell "
            "of the matrix is one **pair**: a clicked row and one that was not clicked."
        ),
        mark("Drag a clicked row upwards, or use its arrow."),
        lambda now, _: now["by"] == "hand" and now["order"] != START,
        {"by": "hand", "order": "2038416795"},
        "hand",
        start=LIST,
    ),
    Step(
        mark("A pair is right or wrong"),
        mark(
            "A cell is blue where the clicked row stands **before** the other one, and orange where it stands behind. "
            "How far apart they are does not matter."
        ),
        mark("Select an orange cell and read which two rows it compares."),
        lambda now, _: now["pair"] == 0,
        {"by": "hand", "order": START, "pair": "0-2"},
        "hand",
        start=LIST,
    ),
    Step(
        mark("The best order"),
        mark(
            "**AUC** is nothing but the share of blue cells: the chance that a random clicked row stands before a "
            "random other one."
        ),
        mark("Order the list until the AUC is 1."),
        lambda now, _: now["by"] == "hand" and now["auc"] == 1,
        {"by": "hand", "order": BEST},
        "hand",
        start=LIST,
    ),
    Step(
        mark("The worst order"),
        mark(
            "A list in which nothing is right has an AUC of 0, a shuffled one about 0.5. So 0.5 means *has learnt "
            "nothing*, and 0 means *knows it all, but turned round*."
        ),
        mark("Bring the AUC below 0.3."),
        lambda now, _: now["by"] == "hand" and now["auc"] < 0.3,
        {"by": "hand", "order": "9865274310"},
        "hand",
        start={"by": "hand", "order": BEST},
    ),
    Step(
        mark("Now the model"),
        mark(
            "A tiny FM has learnt from other visitors of this shop. It gives every row a score (a logit) without "
            "knowing who clicked, and the list is put in the order of these scores."
        ),
        mark("Let the model make the order."),
        lambda now, _: now["by"] == "model",
        {"by": "model"},
        "hand",
        start=LIST,
    ),
    Step(
        mark("A threshold cuts the list"),
        mark(
            "To decide *click or no click*, one needs a threshold: rows above the line are **called** a click. Some of "
            "these are false alarms, and some clicks below the line are missed. The AUC does not know this line."
        ),
        mark("Drag the threshold until there is no false alarm, but at least one click is found."),
        lambda now, _: now["false_alarms"] == 0 and bool(now["found"]),
        {"scale": "as they are", "round": "0", "threshold": 0.3},
        "threshold",
        start={"threshold": -0.4},
    ),
    Step(
        mark("The staircase is the border"),
        mark(
            "Each threshold is a point: one step **up** for every click that it finds, one step to the **right** for "
            "every false alarm. All points together are the **ROC curve**, and it is the border of the blue cells."
        ),
        mark("Drag the threshold down until every row is called a click, and watch the point."),
        lambda now, _: now["found"] == 5 and now["false_alarms"] == 5,
        {"scale": "as they are", "round": "0", "threshold": -3.0},
        "stairs",
        start={"threshold": -0.4},
    ),
    Step(
        mark("So its area is the AUC"),
        mark(
            "The whole square has 25 cells, those below the staircase are blue. *Area under the ROC curve* and *share "
            "of pairs in the right order* are the same number. An orange cell is a bite out of the area."
        ),
        mark("Select a cell above the staircase: which pair did the model get wrong?"),
        lambda now, _: now["pair"] == 0,
        {"scale": "as they are", "round": "0", "pair": "7-2"},
        "stairs",
        start={"pair": ""},
    ),
    Step(
        mark("Other numbers, same order"),
        mark(
            "Double all scores, take 3 off, even cube them: the order stays, so every cell and the AUC stay. Only the "
            "threshold now cuts at another place. AUC therefore says nothing on whether a probability can be believed."
        ),
        mark("Choose other scores and compare the AUC."),
        lambda now, _: now["scale"] != "as they are",
        {"scale": "doubled", "round": "0"},
        "scale",
        start={"scale": "as they are"},
    ),
    Step(
        mark("Ties count half"),
        mark(
            "Rounded scores put several rows in one place. A clicked and another row with the same score are in no "
            "order: such a pair counts one half, and the staircase gets a slope."
        ),
        mark("Round the scores until a ½ appears."),
        lambda now, _: now["rounding"] != "0" and now["ties"] > 0,
        {"scale": "as they are", "round": "1"},
        "ties",
        start={"scale": "as they are", "round": "0"},
    ),
)

QUIZ = (
    Question(
        mark("A model has an AUC of 0.8. What does that mean?"),
        (
            mark("It is right about 80 % of the rows."),
            mark("In 80 % of all pairs of a clicked and another row, the clicked one has the higher score."),
            mark("80 % of the rows that it calls clicks were clicked."),
        ),
        1,
        (
            mark("That would need a threshold, and is called accuracy. The AUC knows no threshold."),
            mark("Right: it counts pairs, and nothing else (ties by half)."),
            mark("That is precision at some threshold. The AUC knows no threshold."),
        ),
    ),
    Question(
        mark("All scores are multiplied by 10. What happens to the AUC?"),
        (mark("It stays."), mark("It grows."), mark("It becomes 1.")),
        0,
        (
            mark("Right: the order is the same, so every pair is as it was."),
            mark("No: larger gaps between scores do not turn any pair round."),
            mark("No: only a perfect order has an AUC of 1."),
        ),
    ),
    Question(
        mark("A model gives every row the same score. Its AUC?"),
        (mark("0"), mark("0.5"), mark("1")),
        1,
        (
            mark("No: 0 would need every pair the wrong way round. Here all are ties."),
            mark("Right: every pair is a tie, and each counts half."),
            mark("No: no pair stands in the right order, all are ties."),
        ),
    ),
)

LESSON = Lesson(
    key="order",
    title=mark("AUC: order a small list"),
    about=mark("Order ten rows by hand, cut them with a threshold, and see that AUC only counts pairs."),
    minutes=8,
    steps=STEPS,
    stage=stage,
    quiz=QUIZ,
)
