"""What the tests of all pairs say together: true of every pair, whatever can be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctrcore.comparing.answers import GROUPS, answer, largest_first, winner_first
from ctrcore.comparing.testing import Test

NAN = float("nan")
TITLES = {"d": "DIN", "a": "AFM", "f": "FM", "l": "LR", "x": "FFM"}


def pairs_of(order: str, unclear: Iterable[str], p: float | None = None) -> list[Test]:
    """All pairs of models whose AUCs fall in this order; those named cannot be told apart."""
    level = {frozenset(pair) for pair in unclear}
    found = []
    for a, b in combinations(sorted(order), 2):  # the order of the sheet, not that of the AUC
        chance = p if p is not None else (0.6 if frozenset(a + b) in level else 0.001)
        lead = 0.01 * (order.index(b) - order.index(a))
        found.append(
            Test(a, b, lead, lead - 0.005, lead + 0.005, 0.0025, chance, chance, "delong", 40, 20, 0, 40, 20, 10)
        )
    return found


@pytest.mark.parametrize(
    ("order", "unclear", "said"),
    [
        ("d", [], []),
        ("df", [], ["DIN ranks better than FM."]),
        ("df", ["df"], ["DIN and FM cannot be told apart."]),
        ("dfl", ["df", "dl", "fl"], ["None of these 3 models can be told apart from another."]),
        ("dfl", [], ["DIN ranks better than each of the others.", "FM ranks better than LR."]),
        (
            "dafl",
            ["af"],
            [
                "DIN ranks better than each of the others.",
                "AFM and FM cannot be told apart.",
                "In every other pair the model that comes first here ranks better: AFM, FM, LR.",
            ],
        ),
        (
            "dafl",
            ["af", "al", "fl"],
            ["DIN ranks better than each of the others.", "AFM, FM and LR cannot be told apart."],
        ),
        (  # AFM like FM, and FM like LR, but AFM better than LR
            "dafl",
            ["af", "fl"],
            [
                "DIN ranks better than each of the others.",
                "AFM and FM cannot be told apart, nor can FM and LR.",
                "In every other pair the model that comes first here ranks better: AFM, FM, LR.",
            ],
        ),
        (
            "dafl",
            ["da"],
            [
                "DIN ranks better than all others except AFM, from which it cannot be told apart.",
                "In every other pair the model that comes first here ranks better: AFM, FM, LR.",
            ],
        ),
        (
            "dafl",
            ["da", "df"],
            [
                "DIN ranks better than LR; it cannot be told apart from AFM or FM.",
                "In every other pair the model that comes first here ranks better: AFM, FM, LR.",
            ],
        ),
        (
            "dfl",
            ["df", "dl"],
            ["DIN has the highest AUC, but cannot be told apart from any of the others.", "FM ranks better than LR."],
        ),
    ],
)
def test_who_is_better_than_whom(order: str, unclear: list[str], said: list[str]) -> None:
    assert answer(pairs_of(order, unclear), order, TITLES) == said


def test_too_few_rows_tell_nothing() -> None:
    few = [replace(one, clicks=3, fewest=3) for one in pairs_of("dfl", [], NAN)]
    (said,) = answer(few, "dfl", TITLES)
    assert said.startswith(
        "Which of the models ranks better cannot be told: these 40 rows are too few, they hold only 3"
    )


def test_fifteen_models_are_still_an_answer() -> None:
    order = "abcdefghijklmno"
    titles = {name: name.upper() for name in order}
    near = [a + b for a, b in combinations(order, 2) if ord(b) - ord(a) < 4]
    first, middle, last = answer(pairs_of(order, near), order, titles)
    assert first == "A ranks better than all others except B, C and D, from which it cannot be told apart."
    assert middle == "Of the other 91 pairs 36 cannot be told apart; the table says which."
    assert last.endswith("ranks better: B, C, D, E, F, G, H, I, J, K, L, M, N, O.")
    far = [name for name in order[1:] if name != "b"]
    assert (
        "it cannot be told apart from the other 13."
        in answer(pairs_of(order, ["a" + name for name in far]), order, titles)[0]
    )


@given(
    st.integers(2, 7).flatmap(
        lambda n: st.tuples(
            st.just("abcdefg"[:n]), st.sets(st.sampled_from([a + b for a, b in combinations("abcdefg"[:n], 2)]))
        )
    )
)
def test_every_group_is_true_of_all_its_pairs(drawn: tuple[str, set[str]]) -> None:
    order, unclear = drawn
    said = answer(pairs_of(order, unclear), order, {name: f"<{name}>" for name in order})
    assert 1 <= len(said) <= 3
    level = {frozenset(pair) for pair in unclear}
    named: set[frozenset[str]] = set()
    for sentence in said[1:]:
        if "cannot be told apart" in sentence and "pairs" not in sentence:
            for part in sentence.split(", nor can "):
                members = [name for name in order if f"<{name}>" in part]
                named |= {frozenset(pair) for pair in combinations(members, 2)}
    assert named <= level
    rest = {pair for pair in level if order[0] not in pair}
    assert named in (rest, set())
    if len(order) > 2 and not named and rest:
        assert len(level) == len(order) * (len(order) - 1) / 2 or any("pairs" in one for one in said)
        assert GROUPS


def test_pairs_are_seen_from_the_model_ahead_and_largest_first() -> None:
    found = largest_first(pairs_of("dfla", []))
    assert [one.a + one.b for one in found] == ["da", "fa", "dl", "la", "df", "fl"]
    assert all(0 < one.low < one.difference < one.high for one in found)


def test_pairs_without_a_difference_come_last() -> None:
    one, *others = pairs_of("dfla", [])
    found = largest_first([replace(one, difference=NAN), *others])
    assert (found[-1].a, found[-1].b) == (one.a, one.b)
    assert [other.difference for other in found[:-1]] == sorted((abs(o.difference) for o in others), reverse=True)


def test_the_winner_s_pairs_come_first() -> None:
    found = winner_first(pairs_of("dfla", []), "dfla")
    assert [frozenset((one.a, one.b)) for one in found] == [
        frozenset(pair) for pair in ("df", "dl", "da", "fl", "fa", "la")
    ]
