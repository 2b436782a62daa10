"""AFM: the attention as a softmax over pairs, with a temperature."""

from __future__ import annotations

from ctrcore.language import mark
from pages.shared.learn.lesson import Facts, Lesson, Question, Step
from pages.shared.learn.lessons.attention_stage import show_stage


def _two_of_device(now: Facts, _: Facts) -> bool:
    return bool(now["selected"] == "gender-device")


def _most_attended(now: Facts, _: Facts) -> bool:
    return bool(now["selected"] and now["selected"] == now["most"])


def _pushed_up(now: Facts, _: Facts) -> bool:
    return bool(now["push"] >= 2)


def _pushed_down(now: Facts, _: Facts) -> bool:
    return bool(now["push"] <= -4)


def _lowers(now: Facts, _: Facts) -> bool:
    return bool(now["selected"] and now["contribution"] < -0.1 and now["push"] == 0)


def _lowers_more(now: Facts, _: Facts) -> bool:
    return bool(now["contribution"] < -0.2 and now["push"] >= 2 and now["logit"] < now["before"])


def _cold(now: Facts, _: Facts) -> bool:
    return bool(now["temperature"] <= 0.05 and now["push"] == 0)


def _hot(now: Facts, _: Facts) -> bool:
    return bool(now["temperature"] >= 50 and now["push"] == 0 and now["row"] == "phones")


def _other_item(now: Facts, _: Facts) -> bool:
    return bool(now["row"] == "books" and now["temperature"] == 1 and now["push"] == 0)


_START = {"row": "phones", "temperature": "1", "push": 0.0, "chosen": "age-category"}

_STEPS = (
    Step(
        mark("Six fields, fifteen pairs"),
        mark(
            "A young woman sees a phone in a tiny shop. A real AFM looks at all **15 pairs** of the row's six fields; "
            "each pair gets a **share of its attention** (in %) and adds something to the **logit**, the score of a "
            "click: blue raises it, orange lowers it."
        ),
        mark("Select gender × device in the diagram: the formula is then about this pair."),
        _two_of_device,
        {"chosen": "gender-device"},
        focus="other",
        start=_START,
        after=mark(
            "The model hardly listens to this pair: it has some 3 % of the attention, and adds next to nothing."
        ),
    ),
    Step(
        mark("A score for each pair"),
        mark(
            "Every value has a vector of four learned numbers; a pair's two vectors, multiplied number by number, give "
            "four products **g**. A small network turns these into one **score e** (second line; W, b and h are "
            "learned numbers, ReLU makes 0 of what is negative): the higher it is, the more the model listens to the "
            "pair, and the thicker is its line."
        ),
        mark("Select the pair with the largest share."),
        _most_attended,
        {"chosen": "age-category"},
        focus="score",
        start=_START | {"chosen": "gender-device"},
        after=mark("It is age × category: the highest score of all 15, and about a quarter of the attention."),
    ),
    Step(
        mark("Softmax: a cake of 100 %"),
        mark(
            "The **softmax** (third line) turns 15 scores into 15 shares: it takes exp of each score and divides by "
            "the sum of all. There is only one cake: who gets more, takes it from **all** the others."
        ),
        mark("Add 2 or more to the score of age × category, and watch who pays."),
        _pushed_up,
        {"push": 3.0},
        focus="share",
        start=_START,
        after=mark("All 14 others pay: each share is divided by the same number, so the largest lose most."),
    ),
    Step(
        mark("Never quite nothing"),
        mark(
            "Now the other way. A share becomes tiny (below 1 % it is drawn pale), but never 0 and never negative: "
            "**attention has no minus sign**. What the pair loses, the other 14 get, in the proportion they had."
        ),
        mark("Take 4 or more away from the score of age × category."),
        _pushed_down,
        {"push": -5.0},
        focus="share",
        start=_START,
        after=mark("Less than 1 %, yet not 0: the share a in the third line says how much is left."),
    ),
    Step(
        mark("The sign comes from elsewhere"),
        mark(
            "What a pair adds is its share **times a direction** (last line): a learned vector **p**, the same for all "
            "pairs, turns the products g into one number, p · g, that may be negative. So a pair can have much "
            "attention and lower the score."
        ),
        mark("Select a pair that lowers the logit by more than 0.1 (orange)."),
        _lowers,
        {"chosen": "age-history"},
        focus="direction",
        start=_START,
        after=mark(
            "Its share is positive, as all shares are; its direction p · g is negative, and so is what it adds."
        ),
    ),
    Step(
        mark("More attention, fewer clicks"),
        mark(
            "A young customer with *shoes, books* in the history: the model takes this pair for a small sign against a "
            "click. What if it listened to it more?"
        ),
        mark("Add 2 or more to the score of this orange pair. Which way does the logit go?"),
        _lowers_more,
        {"push": 3.0},
        focus="logit",
        start=_START | {"chosen": "age-history"},
        after=mark("Down: a larger share of a negative direction. More attention does not mean more clicks."),
    ),
    Step(
        mark("Cold: the winner takes all"),
        mark(
            "Divide all scores by a **temperature T** before the softmax. T = 1 is the model itself. With a small T "
            "small differences become huge ones."
        ),
        mark("Set the temperature to 0.05. Who gets the cake?"),
        _cold,
        {"temperature": "0.05"},
        focus="heat",
        start=_START,
        after=mark(
            "Age × category, whose score was the highest already, gets nearly all of it; the others get crumbs."
        ),
    ),
    Step(
        mark("Hot: everybody gets the same"),
        mark(
            "With a large T all scores look alike, and each pair gets about **1/15 = 6.7 %**, whatever its score. "
            "This is a model without attention: it takes the mean of all pairs."
        ),
        mark("Set the temperature to 50. How far is the logit from that at T = 1?"),
        _hot,
        {"temperature": "50"},
        focus="heat",
        start=_START,
        after=mark(
            "It falls from 0.51 to −0.20: age × category has lost most of its share, and adds 0.34 instead of 1.20."
        ),
    ),
    Step(
        mark("Another item, another sharing out"),
        mark(
            "Attention is computed anew **for each row**. Let the same woman see a book instead of a phone: does age × "
            "category get another share, and does it still raise the logit?"
        ),
        mark("Choose the row young × books."),
        _other_item,
        {"row": "books"},
        focus="pair",
        start=_START,
        after=mark(
            "Nearly the same share, 24 % and 27 %, but it adds −2.15 instead of +1.20: attention does not tell the "
            "direction. The next lesson is about that."
        ),
    ),
)

_QUIZ = (
    Question(
        mark("The score of one pair rises, all other scores stay. What happens to the other pairs' shares?"),
        (mark("They stay as they are"), mark("All of them shrink"), mark("Only the second largest shrinks")),
        1,
        (
            mark("No: shares add up to 100 %, so somebody has to pay."),
            mark("Right: all of them are divided by a larger sum, and keep their proportions among each other."),
            mark("No: all of them are divided by the same larger sum."),
        ),
    ),
    Question(
        mark("A pair has 30 % of the attention. Does it raise or lower the score?"),
        (mark("It raises it: 30 % is a lot"), mark("One cannot tell from its attention")),
        1,
        (
            mark("No: attention is never negative. The direction p · g decides, and it may be negative."),
            mark("Right: attention says how loud, the direction p · g says which way."),
        ),
    ),
    Question(
        mark("What do the shares look like at a very high temperature?"),
        (mark("One pair has nearly all"), mark("All 15 pairs have about 6.7 %"), mark("They are all 0")),
        1,
        (
            mark("No: that is the cold end, a T near 0."),
            mark("Right: divided by a large T, all scores are about 0, and exp(0) is the same for everybody."),
            mark("No: shares always add up to 100 %."),
        ),
    ),
)

LESSON = Lesson(
    key="attention",
    title=mark("AFM: a softmax over pairs, with a temperature"),
    about=mark("You will know where AFM's attention comes from, what it is shared out among, and what it cannot say."),
    minutes=8,
    steps=_STEPS,
    stage=show_stage,
    quiz=_QUIZ,
)
