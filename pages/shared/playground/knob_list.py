"""The knobs that there are."""

from __future__ import annotations

from dataclasses import dataclass

from ctrcore.language import mark
from ctrcore.learn.playground_presets import ROWS
from pages.shared.level import Level


@dataclass(frozen=True)
class Knob:
    """A slider of the shop; `name` is that of the setting. Shown from the reading level `since` on."""

    name: str
    label: str
    high: float
    step: float
    help_text: str
    since: Level = "Simple"
    low: float = 0.0


@dataclass(frozen=True)
class Choice:
    """How the model learns: one of some numbers. `words` say what it is; shown `beside` the model, or on demand."""

    label: str
    options: tuple[str, ...]
    default: str
    words: str
    since: Level = "Learn"
    beside: bool = False


SHOP = (
    Knob(
        "main_strength",
        mark("Main effects"),
        3.0,
        0.1,
        mark("What each value of age, gender, device and category adds by itself."),
    ),
    Knob("pair_strength", mark("Pair: age × category"), 3.0, 0.1, mark("What age and category say only together.")),
    Knob(
        "xor",
        mark("XOR: gender × device"),
        3.0,
        0.1,
        mark("Women click on the mobile, men on the computer; neither says anything alone."),
    ),
    Knob("popularity", mark("Popularity"), 3.0, 0.1, mark("How much more popular items are clicked.")),
    Knob(
        "popularity_skew",
        mark("Popularity skew"),
        2.0,
        0.1,
        mark("How much more often popular items are shown; at 0 all are shown alike."),
        "Learn",
    ),
    Knob(
        "interest",
        mark("Interest: shoes, books"),
        6.0,
        0.25,
        mark("Most that past behaviours in the category of the item at hand add."),
    ),
    Knob(
        "suppression",
        mark("Suppression: phones, fridges"),
        6.0,
        0.25,
        mark("Most that past behaviours in the category of the item at hand take away."),
    ),
    Knob(
        "noise",
        mark("Noise"),
        4.0,
        0.25,
        mark("A part of the logit that no field tells: its standard deviation."),
        "Learn",
    ),
    Knob(
        "intercept",
        mark("Intercept"),
        3.0,
        0.25,
        mark("The logit of a click where all other terms are 0."),
        "Expert",
        -4.0,
    ),
)
TRAINING = {
    "rate": Choice(
        mark("Learning rate"),
        ("0.001", "0.005", "0.02", "0.05", "0.2"),
        "0.02",
        mark("How far a step goes. It can be changed while the model learns."),
        beside=True,
    ),
    "l2": Choice(
        mark("L2"),
        ("0", "1", "10", "100"),
        "0",
        mark("A penalty on large weights: it pulls them towards 0. It can be changed while the model learns."),
    ),
    "batch": Choice(
        mark("Batch"),
        ("64", "512", "2048"),
        "512",
        mark("Rows in one step. Another number starts training anew."),
    ),
    "rows": Choice(
        mark("Rows"),
        ("2000", "6000", "20000", "50000"),
        str(ROWS),
        mark(
            "Of the shop; the model learns from 60 % of them and is judged by 20 %. Fewer are learnt by heart sooner."
        ),
        "Expert",
    ),
    "seed": Choice(
        mark("Seed of the shop"),
        ("1", "2", "3", "4", "5"),
        "1",
        mark("Another seed draws other rows from the same truth."),
        "Expert",
    ),
    "start": Choice(
        mark("Start"),
        ("1", "2", "3", "4", "5"),
        "1",
        mark("Seed of the model's first weights and of the order of the rows."),
        "Expert",
    ),
}
