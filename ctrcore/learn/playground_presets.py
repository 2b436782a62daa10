"""The playground's presets: a shop and a model that show one thing. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ctrcore.data.tiny_shop import TinyConfig
from ctrcore.language import mark

MODELS = ("lr", "fm", "afm", "fibinet", "din")
WITHIN = 0.01
"""AUC below the best reachable one at which a model counts as having learnt the shop."""
NOTHING: dict[str, float] = {"main_strength": 0, "pair_strength": 0}


@dataclass(frozen=True)
class Preset:
    """One thing to see.

    Attributes:
        title: a few words. look: what to look for. attempt: what to try next. All marked for translation.
        model: the one it begins with.
        shop: knobs of `TinyConfig` that differ from the playground's own.
        reach: models that come within WITHIN of the best AUC. fail: models that cannot.
        rate: learning rate to begin with.
    """

    title: str
    look: str
    attempt: str
    model: str
    shop: Mapping[str, float]
    reach: tuple[str, ...]
    fail: tuple[str, ...] = ()
    rate: float = 0.02


ROWS = 20_000
PRESETS: dict[str, Preset] = {
    "pair": Preset(
        title=mark("One pair"),
        look=mark(
            "The young click shoes and phones, the old click books and fridges: **age and category** say it only "
            "together. FM's curve climbs to the line, and its contributions stand on the pair that was planted."
        ),
        attempt=mark(
            "Choose LR: it stays far below, at the dotted line, the best that any sum of single values can do. Then "
            "choose AFM: it finds the pair too, yet its attention stays spread over all pairs."
        ),
        model="fm",
        shop={"main_strength": 0.5, "pair_strength": 2.0},
        reach=("fm", "afm", "fibinet", "din"),
        fail=("lr",),
    ),
    "linear": Preset(
        title=mark("Linear only"),
        look=mark(
            "Every value of age, gender, device and category adds its own number, and nothing else matters. LR, the "
            "simplest model, is at the line after an epoch or two: there is nothing left for pairs to explain."
        ),
        attempt=mark(
            "Choose FiBiNET and let it run on: more parameters gain nothing here and in time learn rows by heart. "
            "Then turn up the noise: the line itself comes down, as no model can know what no field tells."
        ),
        model="lr",
        shop={"main_strength": 2.0, "pair_strength": 0},
        reach=MODELS,
    ),
    "xor": Preset(
        title=mark("An XOR pair"),
        look=mark(
            "Women click on the mobile, men on the computer, so **neither gender nor device says anything alone**. "
            "AFM finds the pair; compare where its attention lies with where its contributions lie."
        ),
        attempt=mark(
            "Choose LR: its AUC stays at about 0.5, which is guessing. Then choose FM, FiBiNET and DIN, which can all "
            "learn it, each in its own way."
        ),
        model="afm",
        shop=NOTHING | {"xor": 1.5},
        reach=("fm", "afm", "fibinet", "din"),
        fail=("lr",),
    ),
    "popularity": Preset(
        title=mark("Popularity only"),
        look=mark(
            "Only the item matters: popular ones are clicked more, and no pair was planted. AFM's attention has to sum "
            "to 100 % all the same, so it lies **on pairs that mean nothing**. Contribution and Shapley value put "
            "nearly everything on the item."
        ),
        attempt=mark(
            "Choose FiBiNET and look at its gates: they hardly tell the item from the rest. Then choose LR, which "
            "needs no more than a number per item."
        ),
        model="afm",
        shop=NOTHING | {"popularity": 1.0},
        reach=MODELS,
    ),
    "interest": Preset(
        title=mark("Interest in the history"),
        look=mark(
            "Whoever looked at shoes before clicks shoes more, and likewise with books. DIN compares each past "
            "behaviour with the item at hand: its contributions stand where the effect was planted, on shoes for "
            "shoes and books for books."
        ),
        attempt=mark(
            "Choose LR: it adds a number for past shoes whatever is offered, and falls short. Compare DIN's attention "
            "with its contributions: which of them tells better where the effect is?"
        ),
        model="din",
        shop=NOTHING | {"interest": 4.0},
        reach=("din",),
        fail=("lr",),
    ),
    "suppression": Preset(
        title=mark("A suppressing behaviour"),
        look=mark(
            "Whoever has just looked at phones or fridges is done with them: these behaviours **lower** the score, "
            "while shoes and books raise it. DIN's attention only weighs a behaviour, in a sign of its own; what it "
            "does to the score is in the contribution."
        ),
        attempt=mark(
            "Set the interest to 0 and then the suppression: see which cells lose their colour, and how long the model "
            "takes to notice."
        ),
        model="din",
        shop=NOTHING | {"interest": 2.0, "suppression": 3.0},
        reach=("din",),
        fail=("lr",),
        rate=0.05,
    ),
}
FIRST = "pair"
_SUM = mark(
    "LR adds up one number per value and loses what two fields say only together: it cannot learn more than about "
    "{auc:.3f} ± {chance:.3f} (dotted line), the best sum of single values."
)
_MEAN = mark(
    "This model reads the history as the mean of its behaviours: it knows the share of shoes among them, but not how "
    "many there were, so it gets to the line late, if at all. DIN weighs each behaviour against the item at hand."
)


def shop_config(preset: str, moved: Mapping[str, float]) -> TinyConfig:
    """The shop of a preset with some knobs moved."""
    return TinyConfig.model_validate({"rows": ROWS} | dict(PRESETS[preset].shop) | dict(moved))


def why_not(model: str, config: TinyConfig, best: float, additive: float) -> str:
    """What keeps this model from the best AUC of this shop, marked for translation; "" if nothing is in its way.

    Args:
        model: its name.
        config: the knobs.
        best: best reachable AUC. additive: that of the best sum of single values; it fills `auc` in the text, and
            how far chance may take it fills `chance`.
    """
    if model == "lr" and additive < best - WITHIN:
        return _SUM
    if model in ("fm", "afm", "fibinet") and (config.interest or config.suppression):
        return _MEAN
    return ""
