"""The words say what the verdicts are, whatever the thresholds."""

from __future__ import annotations

import pytest

from ctrcore.explain.trust.check import DEFINITIONS, Check, Limit, Thresholds
from ctrcore.explain.trust.words import (
    figure_text,
    finding_text,
    in_one_sentence,
    interval_text,
    limit_text,
    verdicts_text,
)


def check(id: str, value: float | None, low: float | None = None, high: float | None = None) -> Check:  # noqa: A002
    return Check(id=id, value=value, low=low, high=high, says="")


@pytest.mark.parametrize(
    ("id", "value", "text"),
    [
        ("T0", 3.2e-7, "3.2e-07"),
        ("T0", 0.0, "0"),
        ("T1", 0.01234, "+0.0123"),
        ("T2", 0.456, "0.46"),
        ("T3", 0.915, "91.5\u202f%"),
        ("T4", -0.25, "-0.250"),
        ("T2", -0.003, "0.00"),
        ("T4", -0.0001, "+0.000"),
        ("T13", None, "–"),
    ],
)
def test_a_figure_is_written_as_its_check_is_measured(id: str, value: float | None, text: str) -> None:  # noqa: A002
    assert figure_text(id, value) == text


@pytest.mark.parametrize(
    ("id", "value", "text"),
    [
        ("T2", 0.19999, "0.19999"),
        ("T2", 0.198, "0.198"),
        ("T2", 0.2, "0.20"),
        ("T2", 0.456, "0.46"),
        ("T3", 0.8996, "89.96\u202f%"),
        ("T2", 0.2 - 1e-12, "0.200000"),
    ],
)
def test_a_figure_that_rounds_onto_its_limit_shows_on_which_side_it_lies(id: str, value: float, text: str) -> None:  # noqa: A002
    assert figure_text(id, value, Thresholds().of(id)) == text


def test_a_finding_has_percentages_and_zeros_like_the_figures() -> None:
    said = Check(id="T3", says="In 60% of 9 rows, 3.5 % of it, -0.00 against -0.01 and -0.1%; rows 1-0.")
    assert finding_text(said) == (
        "In 60\u202f% of 9 rows, 3.5\u202f% of it, 0.00 against -0.01 and -0.1\u202f%; rows 1-0."
    )


def test_the_verdicts_of_all_methods_stand_side_by_side() -> None:
    methods = {"attention": [check("T2", 0.1)], "contribution": [check("T2", 0.4)], "gate": [check("T2", 0.9)]}
    assert verdicts_text(methods, Thresholds()) == (
        "Attention: should not be relied on. Contributions: read with care. Gates: believable."
    )


def test_an_interval_is_written_like_its_figure() -> None:
    assert interval_text(check("T3", 0.9, 0.85, 0.95)) == "85.0\u202f% to 95.0\u202f%"
    assert not interval_text(check("T3", 0.9))


def test_every_limit_has_words_and_they_name_both_ends() -> None:
    for name, limit in Thresholds():
        assert f"{100 * limit.green:g}" in limit_text(name, limit) or f"{limit.green:g}" in limit_text(name, limit)
    assert limit_text("T2", Limit(green=0.5, amber=0.2)) == "holds if at least 0.5; fails below 0.2"
    assert limit_text("T3", Limit(green=0.9, amber=0.7)) == "holds if at least 90\u202f%; fails below 70\u202f%"
    assert limit_text("T6", Limit(green=0.5, amber=1)) == "holds if at most 50\u202f%; fails above 100\u202f%"
    assert limit_text("T12", None) == "shown, never judged"


def test_the_sentence_names_every_check_that_fails_and_every_one_that_is_unsure() -> None:
    checks = [check("T0", 1e-8), check("T2", 0.1), check("T3", 0.8), check("T12", 0.7), check("T6", None)]
    said = in_one_sentence(checks, Thresholds())
    assert said.startswith("1 of 3 checks fails (T2 ")
    assert "one is unsure (T3 " in said
    assert not any(name in said for name in ("T0", "T12", "T6"))
    assert said.endswith(" 2 are not judged.")
    assert "T2" not in in_one_sentence(checks, Thresholds(), ids=False)
    assert DEFINITIONS["T2"].title.lower() in said


def test_other_thresholds_give_another_sentence() -> None:
    checks = [check("T0", 1e-8), check("T2", 0.1)]
    easy = Thresholds(T2=Limit(green=0.05, amber=0.0))
    assert in_one_sentence(checks, easy) == "All 2 checks that can be judged hold."
    middle = Thresholds(T2=Limit(green=0.5, amber=0.05))
    assert in_one_sentence(checks, middle).startswith("No check fails, but of 2 that can be judged one is unsure (T2")


def test_without_anything_to_judge_nothing_is_claimed() -> None:
    assert in_one_sentence([], Thresholds()) == "None of the checks could be judged."
    assert in_one_sentence([check("T12", 0.5)], Thresholds()) == "None of the checks could be judged."
