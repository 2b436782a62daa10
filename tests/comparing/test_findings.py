"""The finding of a test in words: told, not told, taken back, and what there is too little of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctrcore.comparing.findings import alike, in_words
from ctrcore.comparing.testing import Method, Test

TITLES = {"a": "DIN", "b": "FM"}
NAN = float("nan")
FOUND = Test(
    "a",
    "b",
    difference=0.021,
    low=0.014,
    high=0.028,
    standard_error=0.0036,
    p=1e-8,
    adjusted=1e-7,
    method="delong",
    rows=6000,
    clicks=1500,
    users=943,
    units=6000,
    fewest=1500,
    among=10,
)
BY_USERS = replace(FOUND, method="clustered", units=943, fewest=800)
UNTOLD = {"low": NAN, "high": NAN, "standard_error": NAN}


def test_words_where_a_difference_is_told() -> None:
    sentence = "DIN ranks better than FM on these 6,000 rows (+0.021 AUC, 95 % 0.014 to 0.028)."
    assert in_words(FOUND, TITLES) == sentence
    turned = replace(FOUND, a="b", b="a", difference=-0.021, low=-0.028, high=-0.014)
    assert in_words(turned, TITLES) == sentence
    fine = replace(FOUND, difference=0.00123, low=0.00103, high=0.00143, standard_error=0.0001)
    assert "(+0.0012 AUC, 95 % 0.0010 to 0.0014)" in in_words(fine, TITLES)


def test_words_where_no_difference_is_told() -> None:
    test = replace(FOUND, difference=-0.003, low=-0.011, high=0.005, standard_error=0.004, p=0.45, adjusted=1.0)
    assert in_words(test, TITLES) == (
        "No difference between FM and DIN can be told on these 6,000 rows (+0.003 AUC, 95 % −0.005 to 0.011 for FM)."
    )
    close = replace(test, difference=0.004, low=-0.0002, high=0.0082, p=0.06)
    assert "95 % −0.0002 to 0.0082" in in_words(close, TITLES)  # not -0.000, which hides the side of zero


def test_words_where_many_comparisons_take_it_back() -> None:
    test = replace(FOUND, difference=0.008, low=0.001, high=0.015, p=0.02, adjusted=0.2)
    assert in_words(test, TITLES) == (
        "DIN is ahead of FM on these 6,000 rows (+0.008 AUC, 95 % 0.001 to 0.015), but among 10 comparisons a lead "
        "like this may be chance, so no difference can be told."
    )


def test_words_name_the_users_where_they_were_drawn() -> None:
    for p in (0.0001, 0.02, 0.4):
        for method in ("users", "clustered"):
            test = replace(BY_USERS, method=method, p=p, adjusted=min(1.0, 10 * p))
            sentence = in_words(test, TITLES)
            assert "these 6,000 rows of 943 users" in sentence
            assert sentence.endswith("no difference can be told." if p == 0.02 else ").")


def test_words_beware_of_few_users() -> None:
    assert "Beware" not in in_words(replace(BY_USERS, users=50, units=50, fewest=50), TITLES)
    for method in ("users", "clustered"):
        for adjusted in (0.001, 0.6):
            few = replace(BY_USERS, method=method, users=49, units=49, fewest=30, adjusted=adjusted)
            assert in_words(few, TITLES).endswith(" Beware: only 49 users, so chance looks smaller than it is.")


def test_words_where_nothing_varies() -> None:
    same = replace(FOUND, difference=0.0, **UNTOLD, p=1.0, adjusted=1.0)
    assert "rank these 6,000 rows equally well" in in_words(same, TITLES)
    apart = replace(FOUND, difference=-0.5, **UNTOLD, p=0.0, adjusted=0.0)
    assert in_words(apart, TITLES) == (
        "FM ranks better than DIN on these 6,000 rows (+0.500 AUC, and no interval, because no such rows drawn again "
        "would change it)."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"clicks": 7, "fewest": 7}, "these 6,000 rows are too few, they hold only 7 clicks (at least 10 are needed)"),
        ({"clicks": 1, "fewest": 1}, "they hold only 1 click ("),
        ({"clicks": 0, "fewest": 0}, "they hold no click ("),
        ({"clicks": 5998, "fewest": 2}, "they hold only 2 rows without a click ("),
        ({"clicks": 6000, "fewest": 0}, "they hold no row without a click ("),
        (
            {"method": "clustered", "users": 5, "units": 5, "fewest": 5},
            "these 6,000 rows belong to only 5 users (at least 20 are needed)",
        ),
        (
            {"method": "users", "units": 943, "fewest": 4},
            "the users are too few, only 4 users with rows of one kind, clicked or not (at least 10 are needed)",
        ),
    ],
)
def test_words_name_what_there_is_too_little_of(changes: dict[str, int], said: str) -> None:
    test = replace(FOUND, **UNTOLD, p=NAN, adjusted=NAN, **changes)
    sentence = in_words(test, TITLES)
    assert sentence.startswith("Whether DIN or FM ranks better cannot be told: ")
    assert said in sentence


@pytest.mark.parametrize("method", ["delong", "bootstrap", "clustered", "users"])
def test_rows_of_users_taken_as_independent_are_said(method: Method) -> None:
    by_rows = method in ("delong", "bootstrap")
    assert bool(alike(replace(FOUND, method=method))) is by_rows
    assert not alike(replace(FOUND, method=method, users=0))
    assert not alike(replace(FOUND, method=method, users=6000))  # a row each
