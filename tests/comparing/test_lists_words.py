"""Lists of users beside all rows: a sentence only where the two findings differ."""

from __future__ import annotations

from ctrcore.comparing.best_lists import ListsTest
from ctrcore.comparing.intervals import Interval
from ctrcore.comparing.lists_words import beside_all_rows
from ctrcore.comparing.testing import Test

NAMES = {"din": "DIN", "fm": "FM", "lr": "LR"}


def lists(best: str, other: str, *, told: bool) -> ListsTest:
    return ListsTest(best, other, Interval(0.01, -0.01, 0.03, 0.01), 0.3, 0.01 if told else 0.6, 900, 3)


def rows(a: str, b: str, difference: float, *, told: bool = True) -> Test:
    return Test(
        a=a,
        b=b,
        difference=difference,
        low=difference - 0.01,
        high=difference + 0.01,
        standard_error=0.005,
        p=0.001,
        adjusted=0.001 if told else 0.5,
        method="delong",
        rows=6000,
        clicks=2000,
        users=900,
        units=6000,
        fewest=2000,
        among=3,
    )


def test_a_lead_over_all_rows_that_lists_do_not_show_is_explained() -> None:
    said = beside_all_rows([lists("din", "fm", told=False)], [rows("fm", "din", -0.02)], NAMES)
    assert said.startswith("Over all rows DIN ranks better than FM; within one user's short list this is not seen")
    assert "sorted for each user" in said


def test_nothing_is_said_where_both_agree() -> None:
    assert beside_all_rows([lists("din", "fm", told=True)], [rows("din", "fm", 0.02)], NAMES) == ""
    assert beside_all_rows([lists("din", "fm", told=False)], [rows("din", "fm", 0.02, told=False)], NAMES) == ""
    assert beside_all_rows([lists("din", "fm", told=False)], [], NAMES) == ""


def test_the_model_with_the_best_lists_may_be_behind_over_all_rows() -> None:
    said = beside_all_rows([lists("fm", "din", told=True)], [rows("din", "fm", 0.02)], NAMES)
    assert said.startswith("Over all rows DIN ranks better than FM;")


def test_several_that_are_behind_stand_in_one_sentence() -> None:
    both = [lists("din", "fm", told=False), lists("din", "lr", told=False)]
    said = beside_all_rows(both, [rows("din", "fm", 0.02), rows("din", "lr", 0.1)], NAMES)
    assert said.startswith("Over all rows DIN ranks better than FM, LR;")
