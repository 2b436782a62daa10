"""What could be wrong in the speed benchmark without anybody noticing: figures, data and this project's adapter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from benchmarks.peers import speed_ours
from benchmarks.speed import __main__ as harness
from benchmarks.speed import data, device, draw, figures
from benchmarks.speed.tasks import TASKS


def run(seconds: list[float], auc: list[float], rows: int = 1000) -> dict[str, Any]:
    epochs = [{"seconds": taken, "auc": reached} for taken, reached in zip(seconds, auc, strict=True)]
    answer = {"import_seconds": 1.0, "epochs": epochs, "predict_seconds": [1.0, 2.0, 4.0]}
    return {"peak": 5e8, "seconds": 9.0, "answer": answer | {"rows": rows, "test_rows": 500, "notes": ""}}


@pytest.fixture
def record() -> dict[str, Any]:
    return {
        "title": "FM, made",
        "source": "made",
        "device": "cpu",
        "threads": 2,
        "rounds": 2,
        "machine": {"cores": 2, "when": "2026-01-01 00:00"},
        "libraries": {name: {"title": name.upper(), "bytes": 2e6} for name in ("ours", "deepctr", "fuxictr")},
        "left_out": {"gone": "it has none"},
        "runs": {
            "ours": [run([9, 1, 1], [0.5, 0.7, 0.8]), run([9, 2, 2], [0.5, 0.8, 0.85])],
            "deepctr": [run([9, 8, 8], [0.5, 0.6, 0.7]), run([9, 8, 8], [0.5, 0.6, 0.7])],
            "fuxictr": [run([9, 4, 4], [0.5, 0.82, 0.8]), run([9, 4, 4], [0.5, 0.7, 0.8])],
        },
    }


def test_speed_leaves_the_first_epoch_out(record: dict[str, Any]) -> None:
    first, second = figures.answers(record, "ours")
    assert figures.training_speed(first) == 1000
    assert figures.training_speed(second) == 500
    assert figures.prediction_speed(first) == 250  # the median of 1, 2 and 4 seconds


def test_ratios_are_taken_round_by_round() -> None:
    assert figures.ratios([10, 20], [5, 2]) == [2, 10]


def test_seconds_to_an_auc_count_every_epoch(record: dict[str, Any]) -> None:
    ours = figures.answers(record, "ours")[0]
    assert figures.seconds_to(ours, 0.7) == 10
    assert figures.seconds_to(ours, 0.5) == 9
    assert figures.seconds_to(ours, 0.81) is None


def test_the_target_is_the_last_auc_of_the_best_peer(record: dict[str, Any]) -> None:
    assert figures.targets(record) == [0.8, 0.8]
    assert figures.times_to_target(record, "ours") == [11, 11]
    assert figures.times_to_target(record, "fuxictr") == [13, 17]  # its own best epochs, the second and the third
    for found in record["runs"]["fuxictr"]:
        found["answer"]["rows"] = 10
    assert figures.targets(record) is None


def test_the_table_has_a_row_a_library_and_its_ratios(record: dict[str, Any]) -> None:
    lines = figures.table(record)
    assert len({line.count("|") for line in lines}) == 1
    cells = [cell.strip() for cell in lines[-1].split("|")]
    assert cells[1:5] == ["FUXICTR", "250 / 250 / 250", "2.0 / 3.0 / 4.0", "250 / 250 / 250"]
    said = "\n".join(figures.summary(record, "fm_frappe"))
    assert "Fastest peer: FUXICTR" in said
    assert "gone is left out: it has none" in said


def test_vocabulary_compares_steps_of_one_library(record: dict[str, Any]) -> None:
    record["runs"] = {"few": [run([1, 2, 2], [0.5] * 3)], "many": [run([1, 3, 3], [0.5] * 3)]}
    assert figures.step_ratios(record) == [1.5]
    assert "1.50 / 1.50 / 1.50 times" in "\n".join(figures.summary(record, "vocabulary"))


def test_a_measured_task_replaces_its_own_figures_only(tmp_path: Path, record: dict[str, Any]) -> None:
    path = tmp_path / "figures.json"
    harness.write(path, {"fm_big": record, "fm_frappe": record})
    harness.write(path, harness._stored(path) | {"fm_big": record | {"rounds": 7}})
    found = harness._stored(path)
    assert {name: kept["rounds"] for name, kept in found.items()} == {"fm_frappe": 2, "fm_big": 7}


def test_the_plot_shows_every_task_and_what_the_ratio_is(record: dict[str, Any]) -> None:
    root = ElementTree.fromstring(draw.drawn([record, record | {"title": "another"}]))
    said = [node.text for node in root.iter() if node.text]
    assert {"FM, made", "another", "OURS", "FUXICTR", "DEEPCTR"} <= set(said)
    assert said.count("3.0×") == 2
    assert len([node for node in root.iter() if node.tag.endswith("circle")]) == 2 * 2 * 3 + 3


def test_sizes_of_fields_add_up() -> None:
    for total in (10_000, 1_000_000):
        sizes = data.field_sizes(total)
        assert len(sizes) == 26
        assert sum(sizes) == total
        assert min(sizes) >= 4


def test_made_rows_have_the_shape_that_adapters_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "TEST_ROWS", 50)
    monkeypatch.setattr(data, "CHUNK", 70)  # so that rows come in several pieces
    folder = data.made("zipf_2000_300", tmp_path)
    sizes = [field["size"] for field in json.loads((folder / "meta.json").read_text())["fields"]]
    for part, rows in (("train", 300), ("test", 50)):
        ids, label = np.load(folder / f"{part}_ids.npy"), np.load(folder / f"{part}_label.npy")
        assert (ids.shape, ids.dtype) == ((rows, 26), np.int32)
        assert (label.shape, label.dtype) == ((rows,), np.float32)
        assert ids.min() >= 1
        assert (ids < sizes).all()
        assert 0.1 < label.mean() < 0.9
    assert list(tmp_path.iterdir()) == [folder]


def test_values_not_seen_in_training_are_unknown(tmp_path: Path) -> None:
    tables = {
        "train": pd.DataFrame({"a": [7, 3, 7], "label": [1, 0, 1]}),
        "test": pd.DataFrame({"a": [3, 9], "label": [1, 0]}),
    }
    data._write(tmp_path, tables, ["a"], "made")
    assert np.load(tmp_path / "train_ids.npy").ravel().tolist() == [2, 1, 2]
    assert np.load(tmp_path / "test_ids.npy").ravel().tolist() == [1, 0]


def test_a_history_is_the_user_s_earlier_clicks() -> None:
    user, item = np.array([1, 1, 1, 1, 2, 2]), np.array([4, 0, 6, 7, 8, 9])
    click = np.array([True, True, True, False, True, True])
    behaviours, lengths = data.histories(user, item, click)
    assert lengths.tolist() == [0, 1, 1, 2, 0, 1]
    assert behaviours[3, :3].tolist() == [4, 6, 0]
    assert behaviours[5, :2].tolist() == [8, 0]
    many = np.arange(1, 61)
    newest = data.histories(np.ones(60), many, np.ones(60, bool))[0][-1]
    assert newest.tolist() == list(range(10, 60))


def test_bytes_of_a_step_count_each_row_once() -> None:
    ids = np.array([[1, 5], [1, 6], [2, 5], [2, 5]], np.int32)  # batches of 1 + 2 and 1 + 1 different rows
    assert device.step_bytes(ids, 2, embedding_size=3) == 2 * 3 * 4 + 2.5 * 4 * 4 * 6


@pytest.fixture
def films(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    meta: dict[str, Any] = {"fields": [{"name": "user_id", "size": 5}, {"name": "item_id", "size": 9}]}
    meta["history"] = {"name": "history", "of": "item_id", "max_length": 50}
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    for part, rows in (("train", 200), ("test", 60)):
        lengths = rng.integers(0, 4, rows).astype(np.int32)
        history = np.where(np.arange(50) < lengths[:, None], rng.integers(1, 9, (rows, 50)), 0).astype(np.int32)
        arrays: dict[str, Any] = {
            "ids": rng.integers(0, [5, 9], (rows, 2)).astype(np.int32),
            "history": history,
            "length": lengths,
        }
        arrays["label"] = np.arange(rows).astype(np.float32) % 2
        for name, array in arrays.items():
            np.save(tmp_path / f"{part}_{name}.npy", array)
    return tmp_path


def test_our_rows_are_those_of_the_folder(films: Path) -> None:
    rows = speed_ours.rows_of(str(films), "train", 20)
    assert np.array_equal(rows.ids - [0, 5], np.load(films / "train_ids.npy")[:20])
    history, lengths = np.load(films / "train_history.npy")[:20], np.load(films / "train_length.npy")[:20]
    bag = rows.bags["history"]
    assert bag.lengths.tolist() == lengths.tolist()
    assert (bag.ids - 5).tolist() == [
        item for row, length in zip(history, lengths, strict=True) for item in row[:length]
    ]


@pytest.mark.parametrize("task", ["fm_frappe", "din_ml_dice"])
def test_our_adapter_trains_and_predicts(
    films: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], task: str
) -> None:
    torch = pytest.importorskip("torch")
    order = TASKS[task].order("ours") | {"data": str(films), "threads": torch.get_num_threads(), "device": "cpu"}
    path = films / "task.json"
    path.write_text(json.dumps(order | {"epochs": 2, "batch_size": 64, "rows": 150}))
    monkeypatch.setattr("sys.argv", ["speed_ours", str(path)])
    speed_ours.main()
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answer["rows"], answer["test_rows"]) == (150, 60)
    assert len(answer["epochs"]) == 2
    assert all(epoch["seconds"] > 0 and 0 <= epoch["auc"] <= 1 for epoch in answer["epochs"])
    assert len(answer["predict_seconds"]) == order["predictions"]
    k = order["embedding_size"]
    assert answer["parameters"] >= 14 * (k + 1)
