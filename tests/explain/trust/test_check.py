from __future__ import annotations

import pytest
from pydantic import ValidationError

from ctrcore.explain.trust.check import DEFINITIONS, Check, Limit, Thresholds, overall, verdict

USUAL = Thresholds()


def check(id: str, value: float | None, low: float | None = None, high: float | None = None) -> Check:  # noqa: A002
    return Check(id=id, value=value, low=low, high=high, says="something")


def test_there_is_a_definition_of_every_check_and_a_threshold_of_every_one_that_is_judged() -> None:
    assert list(DEFINITIONS) == [f"T{number}" for number in range(15)]
    judged = [one.id for one in DEFINITIONS.values() if one.direction != "none"]
    assert set(Thresholds.model_fields) == set(judged)
    assert USUAL.of("T11") is None
    assert USUAL.of("model_fields") is None  # not everything that a model has is a check


@pytest.mark.parametrize(
    ("id", "value", "expected"),
    [
        ("T2", 0.5, "green"),
        ("T2", 0.49, "amber"),
        ("T2", 0.2, "amber"),
        ("T2", 0.19, "red"),
        ("T3", 0.9, "green"),
        ("T3", 0.5, "red"),
        ("T6", 0.5, "green"),
        ("T6", 1.01, "red"),
        ("T0", 2e-5, "amber"),
        ("T11", 0.1, "shown"),
        ("T2", None, "shown"),
    ],
)
def test_a_figure_is_judged_by_its_limit(id: str, value: float | None, expected: str) -> None:  # noqa: A002
    assert verdict(check(id, value), USUAL) == expected


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.02, 0.01, 0.03, "green"),
        (0.02, -0.01, 0.05, "amber"),  # too few rows to tell
        (0.0002, -0.0001, 0.0005, "red"),  # told to be smaller than anything that matters
        (0.0, 0.0, 0.0, "red"),
        (-0.01, -0.03, 0.01, "red"),
    ],
)
def test_an_interval_must_lie_above_zero(value: float, low: float, high: float, expected: str) -> None:
    assert verdict(check("T1", value, low, high), USUAL) == expected


def test_a_difference_without_an_interval_is_shown_and_not_judged() -> None:
    assert verdict(check("T4", 0.4), USUAL) == "shown"
    assert verdict(check("T1", -0.4), USUAL) == "shown"


def test_other_thresholds_give_other_verdicts_of_the_same_figures() -> None:
    figure = check("T2", 0.4)
    assert verdict(figure, USUAL) == "amber"
    assert verdict(figure, Thresholds(T2=Limit(green=0.3, amber=0.1))) == "green"
    assert verdict(figure, Thresholds(T2=Limit(green=0.9, amber=0.5))) == "red"


@pytest.mark.parametrize("id", ["T2", "T6"])
def test_an_amber_limit_that_is_harder_than_the_green_one_is_refused(id: str) -> None:  # noqa: A002
    wrong = Limit(green=0.5, amber=0.6) if id == "T2" else Limit(green=0.5, amber=0.4)
    with pytest.raises(ValidationError, match="easier to reach"):
        Thresholds.model_validate({id: wrong})


def test_one_red_check_makes_all_red() -> None:
    good, unsure, bad, shown = check("T2", 0.9), check("T2", 0.3), check("T2", 0.0), check("T2", None)
    assert overall([good, good, shown], USUAL) == "green"
    assert overall([good, unsure], USUAL) == "amber"
    assert overall([good, unsure, bad], USUAL) == "red"
    assert overall([shown], USUAL) == overall([], USUAL) == "shown"


def test_a_figure_that_is_not_defined_is_none_and_survives_json() -> None:
    found = Check(id="T2", value=float("nan"), low=float("-inf"), says="nothing")
    assert found.value is None
    assert found.low is None
    assert Check.model_validate_json(found.model_dump_json()) == found
    assert Thresholds.model_validate_json(USUAL.model_dump_json()) == USUAL
