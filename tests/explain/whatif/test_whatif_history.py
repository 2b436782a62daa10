"""What if: clicks are taken from the history and added to it."""

from __future__ import annotations

import pandas as pd

from ctrcore.data.preparing import Prepared
from ctrcore.explain.whatif import behaviours_of, change, history_changes, placed


def test_the_history_is_edited_click_by_click(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    own = behaviours_of(row, schema)
    assert len(own) >= 4
    assert [b[0] for b in own] == row["history_item"].iloc[0].split("|")
    shorter = change(row, history_changes(own[1:], schema), schema)
    assert behaviours_of(shorter, schema) == own[1:]
    empty = prepared.encoder.transform(change(row, history_changes([], schema), schema))
    assert empty.bags["history_item"].lengths.tolist() == [0]
    longer = [*own, ("5", "shoes")]
    assert behaviours_of(change(row, history_changes(longer, schema), schema), schema) == longer


def test_only_the_last_clicks_of_a_long_history_count(prepared: Prepared, row: pd.DataFrame) -> None:
    schema = prepared.encoder.schema
    longest = schema.column("history_item").max_length
    many = [(str(n % 15 + 1), "shoes") for n in range(longest + 30)]
    one = prepared.encoder.transform(change(row, history_changes(many, schema), schema))
    assert one.bags["history_item"].lengths.tolist() == [longest]
    assert behaviours_of(change(row, history_changes(many, schema), schema), schema) == many[-longest:]


def test_removed_and_added_clicks_are_found_again() -> None:
    own = [("1", "a"), ("2", "b"), ("1", "a"), ("3", "c")]
    assert placed(own, own) == (own, [0, 1, 2, 3])
    assert placed(own, own[1:]) == (own, [1, 2, 3])
    assert placed(own, []) == (own, [])
    entries, kept = placed(own, [own[0], own[3], ("9", "z"), ("1", "a")])
    assert entries == [*own, ("9", "z"), ("1", "a")]
    assert kept == [0, 3, 4, 5]
    assert [entries[place] for place in kept] == [own[0], own[3], ("9", "z"), ("1", "a")]
