from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.encoding import Encoder
from ctrcore.data.preparing import Prepared, prepare, rows_as_seen
from ctrcore.data.recipe import BuildHistory, Cleaning, Recipe, Split
from ctrcore.errors import DataError
from ctrcore.schema import Schema
from tests.data.tables import clicks_schema, clicks_table


def recipe(**choices: Any) -> Recipe:
    return Recipe(data_schema=clicks_schema(), **choices)


def without_histories() -> Schema:
    schema = clicks_schema()
    columns = [column for column in schema.columns if column.kind != "history"]
    return Schema.model_validate({**schema.model_dump(), "columns": columns})


def test_every_source_row_lands_in_one_part_with_its_label_and_user() -> None:
    frame = clicks_table()
    prepared = prepare(frame, recipe())
    parts = [prepared.train, prepared.valid, prepared.test]
    assert sorted(np.concatenate([part.row for part in parts])) == list(range(400))
    users: dict[int, set[int]] = {}
    for part in parts:
        np.testing.assert_array_equal(part.label, frame["click"].to_numpy()[part.row])
        for group, row in zip(part.group, part.row, strict=True):
            users.setdefault(int(group), set()).add(int(frame["user_id"][row]))
    assert all(len(same) == 1 for same in users.values())
    assert len(users) == 20


def test_only_training_rows_are_learned_from() -> None:
    frame = clicks_table()
    parts = prepare(frame, recipe(split=Split(by="time")))
    alone = Encoder().fit(frame.iloc[parts.train.row], clicks_schema())
    assert alone.to_json() == parts.encoder.to_json()
    frame.loc[parts.test.row, "device"] = "fridge"
    assert "fridge" not in prepare(frame, recipe(split=Split(by="time"))).encoder.words("device")


def test_histories_are_built_before_rows_are_dropped() -> None:
    frame = clicks_table().drop(columns=["history_item", "history_category"])
    choices = {
        "data_schema": without_histories(),
        "history": BuildHistory(columns=["item_id"]),
        "split": Split(by="time"),
    }
    all_rows, fewer = prepare(frame, Recipe(**choices)), prepare(frame, Recipe(**choices, keep_negatives=0.3))
    assert fewer.encoder.bag_names == ["tags", "history_item_id"]
    assert fewer.keep_negatives == pytest.approx(0.3, abs=0.01)
    negatives = (all_rows.train.label == 0).sum()
    assert (fewer.train.label == 0).sum() == fewer.keep_negatives * negatives
    assert fewer.train.label.sum() == all_rows.train.label.sum()
    assert len(fewer.valid) == len(all_rows.valid)
    lengths = dict(zip(all_rows.train.row, all_rows.train.bags["history_item_id"].lengths, strict=True))
    assert [lengths[row] for row in fewer.train.row] == fewer.train.bags["history_item_id"].lengths.tolist()


def test_save_and_load(tmp_path: Path) -> None:
    prepared = prepare(clicks_table(), recipe(split=Split(by="time", test=0), keep_negatives=0.5))
    prepared.save(tmp_path)
    again = Prepared.load(tmp_path)
    assert again.encoder.to_json() == prepared.encoder.to_json()
    assert (again.report, again.keep_negatives) == (prepared.report, prepared.keep_negatives)
    for name in ("train", "valid", "test"):
        left, right = getattr(prepared, name), getattr(again, name)
        for array in ("ids", "values", "label", "group", "row"):
            np.testing.assert_array_equal(getattr(left, array), getattr(right, array))
        for bag in prepared.encoder.bag_names:
            np.testing.assert_array_equal(left.bags[bag].ids, right.bags[bag].ids)
    assert isinstance(again.train.ids, np.memmap)


@pytest.mark.parametrize("name", ["encoder.json", "prepared.json", "train/ids.npy", "test/bag1_offsets.npy"])
@pytest.mark.parametrize("content", [None, b"", b"rubbish"])
def test_a_damaged_folder_is_refused(tmp_path: Path, name: str, content: bytes | None) -> None:
    prepare(clicks_table(), recipe()).save(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError):
        Prepared.load(tmp_path)


def test_the_report_says_what_happened() -> None:
    frame = clicks_table()
    frame = pd.concat([frame, frame.iloc[:10], frame.iloc[:5].assign(click=np.nan)], ignore_index=True)
    prepared = prepare(frame, recipe(cleaning=Cleaning(drop_duplicates=True), keep_negatives=0.5))
    report = json.loads(json.dumps(prepared.report))
    assert report["source_rows"] == 415
    dropped = {"duplicates": 10, "unlabelled": 5, "negatives": 320 - len(prepared.train)}
    assert report["dropped"] == dropped
    for name in ("train", "valid", "test"):
        part = getattr(prepared, name)
        assert report["parts"][name]["rows"] == len(part)
        assert report["parts"][name]["clicks"] == part.label.sum()
    share = float((prepared.test.ids[:, 5] == prepared.encoder.field("device").start).mean())
    assert report["unknown_share"]["test"]["device"] == share > 0


def test_progress_goes_from_start_to_end() -> None:
    told: list[float] = []
    prepare(clicks_table(), recipe(), told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_rows_as_seen_are_those_of_the_parts() -> None:
    frame = clicks_table().drop(columns=["history_item", "history_category"])
    frame.loc[3, "click"] = np.nan
    wish = Recipe(data_schema=without_histories(), history=BuildHistory(columns=["item_id"], max_length=5))
    seen, prepared = rows_as_seen(frame, wish), prepare(frame, wish)
    assert 3 not in seen.index
    back = prepared.encoder.inverse(prepared.test)
    assert back["history_item_id"].tolist() == seen.loc[prepared.test.row, "history_item_id"].tolist()


def test_one_class() -> None:
    with pytest.raises(DataError, match="have the same label"):
        prepare(clicks_table().assign(click=1), recipe())
