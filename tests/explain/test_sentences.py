"""Plain words: every number in them is on the chart, the grammar fits one part and many, no cause is claimed."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.data.encoding import Encoder
from ctrcore.explain.explanation import COLUMNS, Explanation, as_written, undivided
from ctrcore.explain.names import Names
from ctrcore.explain.naming import named
from ctrcore.explain.rows import explain_row, shown_values
from ctrcore.explain.sentences import few, joined, part_phrase, percent_of, sentences, signed
from ctrcore.figures.explanations import waterfall
from ctrcore.schema import Column, Schema
from tests.explain.conftest import SmallShop

NUMBER = re.compile(r"\(([+-][^()\s]+|0\.00)\)")
Made = Callable[..., Explanation]


def explanation(*parts: tuple[str, str, str, float], base: float = -1.0, errors: float = float("nan")) -> Explanation:
    rows = [(kind, name, value, number, np.nan, errors) for kind, name, value, number in parts]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Explanation(base, table, base + sum(number for *_, number in parts), "test", exact=True)


@pytest.mark.parametrize("model", ["lr", "fm", "afm", "fibinet", "din"])
def test_every_number_in_the_words_is_on_the_chart(shop: SmallShop, model: str) -> None:
    for position in range(12):
        found = explain_row(shop.model(model), shop.prepared.encoder, shop.prepared.test, position)
        shown = {signed(number) for number in found.parts["contribution"]}
        drawn = set(waterfall(found).data[0].text)
        told = sentences(found)
        numbers = [number for sentence in told for number in NUMBER.findall(sentence)]
        assert numbers
        assert set(numbers) <= shown & drawn
        first = re.match(r"The score starts at (\S+) and ends at a logit of (\S+), a probability of (.+)\.$", told[0])
        assert first is not None
        assert first.groups() == (signed(found.base), signed(found.logit), percent_of(found.logit))
        assert {signed(found.base), signed(found.logit)} <= drawn


@pytest.mark.parametrize("model", ["fm", "din"])
def test_the_words_name_the_largest_parts_of_either_direction(shop: SmallShop, model: str) -> None:
    found = explain_row(shop.model(model), shop.prepared.encoder, shop.prepared.test, 3)
    of_values = found.parts[found.parts["kind"] != "other"]
    numbers = of_values["contribution"].to_numpy()
    told = " ".join(sentences(found, count=1)[1:])
    assert sorted(NUMBER.findall(told)) == sorted([signed(numbers.max()), signed(numbers.min())])


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e6, 1e6))
def test_a_written_number_is_the_number(value: float) -> None:
    written = float(signed(value))
    assert written == pytest.approx(value, abs=0.00501 if abs(value) >= 0.00995 else 5.01e-5)
    assert signed(value) != "-0.00"
    assert (written == 0) == (abs(value) < 5e-5)


def test_numbers_and_percents_are_written_alike_everywhere() -> None:
    assert [signed(x) for x in (0.904, -1.2, 0.0031, -0.00012, 1e-6, 0.0, 12.5)] == [
        "+0.90", "-1.20", "+0.0031", "-0.0001", "0.00", "0.00", "+12.50"
    ]  # fmt: skip
    assert [percent_of(x) for x in (0.0, -1.23, 9.0, -9.0, 800.0, -800.0)] == [
        "50.0 %", "22.6 %", "over 99.9 %", "under 0.1 %", "over 99.9 %", "under 0.1 %"
    ]  # fmt: skip


def test_one_part_many_parts_and_none() -> None:
    one = sentences(explanation(("field", "hour", "8", 0.5)))
    assert one[1:] == ["Mainly raised by hour = 8 (+0.50).", "Nothing of note lowers it."]
    two = sentences(explanation(("field", "hour", "8", -0.5), ("field", "age", "9", -0.4)))
    assert two[1:] == ["What lowered it most: hour = 8 (-0.50) and age = 9 (-0.40).", "Nothing of note raises it."]
    assert sentences(explanation(("field", "hour", "8", 0.0)))[1:] == ["No part moves it."]
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"


def test_the_direction_that_won_comes_first() -> None:
    up = sentences(explanation(("field", "a", "1", 2.0), ("field", "b", "1", -1.0)))
    down = sentences(explanation(("field", "a", "1", 1.0), ("field", "b", "1", -2.0)))
    assert "raised" in up[1]
    assert "lowered" in down[1]


def test_clicks_are_counted_in_words() -> None:
    assert part_phrase("group", "history_category: shoes", "3 behaviours") == "the 3 clicks on shoes"
    assert part_phrase("group", "history_category: shoes", "1 behaviour") == "the 1 click on shoes"
    assert part_phrase("group", "history_item + history_category", "12 behaviours") == "the 12 past clicks"
    assert part_phrase("field", "history_item", "0 behaviours") == "the 0 past clicks"
    assert part_phrase("behaviour", "behaviour 2 back", "Fargo") == "the click on Fargo (2 back)"


def test_parts_of_every_kind_have_a_phrase() -> None:
    assert part_phrase("pair", "a × b", "1 × 2") == "a = 1 with b = 2"
    assert part_phrase("pair", "a × b (re-weighted)", "1 × 2") == "a = 1 with b = 2 (re-weighted)"
    assert part_phrase("pair", "a × b", "1 × 2 × 3") == "a × b = 1 × 2 × 3"  # a value that holds the sign itself
    assert part_phrase("group", "item + category + brand", "12") == "item = 12 with its category and brand"
    assert part_phrase("other", "hidden layers", "constant part") == "hidden layers, constant part"
    assert part_phrase("field", "history", "a, b, c, d, e") == "history = a, b, c and 2 more"
    assert few("a, b, c, d") == "a, b, c, d"


def test_a_single_value_stays_whole_whatever_commas_it_has() -> None:
    drama = undivided("Crime, Drama, War, Noir, Silent")
    assert few(drama) == drama
    assert as_written(drama) == "Crime, Drama, War, Noir, Silent"
    assert few(", ".join([drama] * 5)) == f"{drama}, {drama}, {drama} and 2 more"
    names = Names({"1": "Me, You, Her, Him, Us", "a, b": "Fargo"}, frozenset({"item", "history"}))
    found = named(
        explanation(
            ("field", "item", "1", 0.5),
            ("field", "item", undivided("a, b"), 0.4),
            ("group", "item + genre", f"{undivided('a, b')}, 1", 0.3),
            ("field", "history", f"1, {undivided('a, b')}", 0.2),
            ("behaviour", "behaviour 1 back", f"1, {drama}", 0.1),
        ),
        names,
        ["history"],
    )
    assert [as_written(value) for value in found.parts["value"]] == [
        *("Me, You, Her, Him, Us", "Fargo", "Fargo", "2 behaviours"),
        "Me, You, Her, Him, Us, Crime, Drama, War, Noir, Silent",
    ]
    assert "item = Me, You, Her, Him, Us (+0.50)" in as_written(sentences(found)[1])


def test_values_with_commas_are_told_as_they_are() -> None:
    table = pd.DataFrame({"genre": ["a, b, c, d, e, f"] * 40, "click": [0, 1] * 20})
    schema = Schema(columns=[Column(name="genre", kind="categorical", role="item")], label="click")
    encoder = Encoder().fit(table, schema)
    assert few(shown_values(encoder, encoder.transform(table))["genre"]) == undivided("a, b, c, d, e, f")


def test_the_constant_of_hidden_layers_is_no_reason_but_is_told() -> None:
    constant = ("other", "hidden layers", "constant part", 2.0)
    told = sentences(explanation(("field", "a", "1", -0.5), constant))
    assert told[1:] == [
        *("Nothing of note raises it.", "Mainly lowered by a = 1 (-0.50)."),
        "Apart from the values: hidden layers, constant part, +2.00.",
    ]
    small = sentences(explanation(("field", "a", "1", -0.5), (*constant[:3], 0.01)))
    assert small[1:] == ["Mainly lowered by a = 1 (-0.50).", "Nothing of note raises it."]


def test_what_the_sample_leaves_open_is_not_said() -> None:
    found = explanation(("field", "a", "1", 1.0), ("field", "b", "2", -0.3), errors=0.2)
    assert "b = 2" not in " ".join(sentences(found))
    assert "a = 1 (+1.00)" in " ".join(sentences(found))


def test_what_is_not_explained_is_said() -> None:
    found = explanation(("field", "a", "1", 1.0))
    short = Explanation(found.base, found.parts, found.logit - 0.25, "test", exact=True)
    assert sentences(short)[-1] == "The parts leave -0.25 of it unexplained."
    assert len(sentences(found)) == 3


def test_items_have_their_names_in_every_kind_of_part() -> None:
    names = Names({"1": "Fargo (1996)", "2": "Titanic (1997)"}, frozenset({"item", "history"}))
    found = named(
        explanation(
            ("field", "item", "1", 0.5),
            ("pair", "user × item", "1 × 1", 0.4),
            ("behaviour", "behaviour 1 back", "2, drama", 0.3),
            ("group", "history: 2", "3 behaviours", 0.2),
            ("group", "item + genre", "2, 1", 0.2),
            ("field", "history", "1, 2, 3", 0.1),
            ("field", "user", "1", 0.1),
        ),
        names,
        ["history", "history_genre"],
    )
    assert list(found.parts["value"]) == [
        *("Fargo (1996)", "1 × Fargo (1996)", "Titanic (1997), drama", "3 behaviours", "Titanic (1997)"),
        *("3 behaviours", "1"),
    ]
    assert found.parts["name"].iloc[3] == "history: Titanic (1997)"
    assert found.logit == pytest.approx(found.base + 1.8)
    told = " ".join(sentences(explanation(("field", "item", "1", 0.5)), names=names))
    assert "item = Fargo (1996) (+0.50)" in told


def test_words_claim_no_cause(shop: SmallShop) -> None:
    for model in ("fm", "afm", "fibinet", "din"):
        for position in range(6):
            found = explain_row(shop.model(model), shop.prepared.encoder, shop.prepared.test, position)
            text = " ".join(sentences(found)).lower()
            assert not re.search(r"\b(because|caus\w*|due to|makes? the user|reason|why)\b", text)


def test_long_values_do_not_fill_the_page() -> None:
    told = sentences(explanation(("field", "title", "x" * 5000, 0.5), ("field", "a\nb", "c\n\nd", 0.4)))
    assert max(map(len, told)) < 200
    assert "\n" not in "".join(told)
