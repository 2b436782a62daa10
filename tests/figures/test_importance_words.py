"""The answer of "What matters" in sentences: the names and numbers are those of the table."""

from __future__ import annotations

from ctrcore.figures.importance_words import what_matters

NAN = float("nan")


def test_the_field_that_matters_most_comes_first_with_its_number() -> None:
    told = what_matters(
        {
            "LR": {"category": 0.02, "price": 0.04, "age": 0.01, "hour": 0.0},
            "FM": {"category": 0.06, "price": 0.01, "age": 0.02, "hour": 0.0},
            "DIN": {"category": 0.153, "price": 0.0, "age": 0.02, "hour": 0.01},
        },
        "permutation",
    )
    assert told[0] == (
        "category matters most to DIN and FM (AUC -0.153 when it is shuffled, in DIN); "
        "price to LR (AUC -0.040 when it is shuffled)."
    )
    assert told[1] == "The models disagree most on price: number 1 of 4 in LR, number 4 in DIN."


def test_models_that_agree_are_said_to_agree() -> None:
    same = {"a": 3.0, "b": 2.0, "c": 1.0}
    told = what_matters({"FM": same, "AFM": same}, "contribution")
    assert told == [
        "a matters most to all models (its own terms move the logit by 3.00, in FM).",
        "The models order the fields much alike.",
    ]


def test_one_model_disagrees_with_nobody_and_nothing_known_says_nothing() -> None:
    assert len(what_matters({"FM": {"a": 1.0, "b": NAN, "c": 0.5}}, "shapley")) == 1
    assert what_matters({"FM": {"a": NAN}}, "shapley") == []
