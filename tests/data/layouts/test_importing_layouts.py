"""From the files of each layout to a table that can be trained on."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ctrcore.data.importing import Files, ImportChoices, Imported, import_files
from ctrcore.data.layouts.recognising import LAYOUTS, recognise
from ctrcore.data.preparing import prepare
from ctrcore.data.recipe import Split
from ctrcore.data.stored import Stored
from tests.data.layouts.frames import write
from tests.data.layouts.samples import SAMPLES, Named

LOGS = [
    "movielens_100k", "movielens_1m", "movielens_10m", "movielens_csv", "movielens_sample", "typed_log", "amazon_2018",
    "amazon_2014", "amazon_2023", "amazon_2023_csv", "taobao", "taobao_named", "interactions_csv",
]  # fmt: skip


def imported(named: Named, folder: Path, choices: ImportChoices | None = None) -> tuple[Imported, Stored]:
    files = write(named, folder / "uploads")
    (folder / "dataset").mkdir()
    made = import_files(Files(files), choices or ImportChoices(), folder / "dataset", lambda _done, _what: None)
    return made, Stored(folder / "dataset" / "table.parquet")


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_layout_can_be_trained_on(sample: str, tmp_path: Path) -> None:
    layout, make = SAMPLES[sample]
    made, table = imported(make(), tmp_path)
    assert made.about["layout"] == LAYOUTS[layout].title
    plan = recognise(write(make(), tmp_path / "again"))
    assert plan is not None
    known = {column.name: column for column in plan.hints.columns}
    for column in made.guess.columns:
        if column.name in known and column.name != made.guess.label:
            assert column == known[column.name]
    assert (tmp_path / "dataset" / "log.json").exists() == (sample in LOGS)
    prepared = prepare(table.frame(), made.recipe.model_copy(update={"split": Split(valid=0.2, test=0.2)}))
    assert len(prepared.train) > 0
    assert {0, 1} == set(prepared.train.label.tolist())


@pytest.mark.parametrize("sample", LOGS)
def test_rows_built_from_behaviours_know_nothing_of_later(sample: str, tmp_path: Path) -> None:
    made, table = imported(SAMPLES[sample][1](), tmp_path)
    assert not {"rating", "behavior"} & set(table.columns)
    assert "history_item_id" in table.columns
    log = json.loads((tmp_path / "dataset" / "log.json").read_text())
    if log["negatives"] == "given":
        assert len(table) <= 60
    else:
        assert len(table) > 60 / 2
    assert made.guess.user == "user_id"
    assert made.guess.item == "item_id"


def test_a_rating_of_four_is_a_click_and_one_of_three_is_none(tmp_path: Path) -> None:
    _, table = imported(SAMPLES["movielens_100k"][1](), tmp_path)
    log = Stored(tmp_path / "dataset" / "log.parquet").frame()
    assert table[table.columns[0]].sum() == (log["rating"] >= 4).sum()


@pytest.mark.parametrize("name", ["release_year", "title", "genres"])
def test_the_user_may_remember_what_the_layout_knows_otherwise(name: str, tmp_path: Path) -> None:
    """A history's column is a category, even one that would else be a number, a set or a name to show."""
    choices = ImportChoices(log={"history_columns": [name]})
    made, _ = imported(SAMPLES["movielens_100k"][1](), tmp_path, choices)
    assert made.guess.column(f"history_{name}").of == name
    assert made.guess.column(name).kind == "categorical"


def test_a_zip_as_it_is_downloaded(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in SAMPLES["movielens_1m"][1]().items():
            archive.writestr(f"ml-1m/{name}", content)
        archive.writestr("ml-1m/README", b"x")
    made, table = imported({"ml-1m.zip": buffer.getvalue()}, tmp_path)
    assert made.about["layout"] == "MovieLens 1M or 10M"
    assert {"genres", "release_year", "gender", "zip_region", "title"} <= set(table.columns)


def test_given_parts_stay_as_they_are(tmp_path: Path) -> None:
    made, table = imported(SAMPLES["libfm_frappe"][1](), tmp_path)
    assert made.recipe.split.by == "given"
    assert np.unique(table["split"], return_counts=True)[1].tolist() == [60, 60, 60]


@pytest.mark.skipif("CTR_DATA" not in os.environ, reason="CTR_DATA does not name the folder of real data")
def test_real_movielens(tmp_path: Path) -> None:
    folder = Path(os.environ["CTR_DATA"]) / "ml-100k"
    made, table = imported({path.name: path.read_bytes() for path in folder.iterdir()}, tmp_path)
    assert made.about["layout"] == "Tables with typed columns"
    kinds = {column.name: column.kind for column in made.guess.columns}
    assert kinds["history_item_id"] == "history"
    assert kinds["class"] == "multi_value"
    assert 0.5 < table[made.guess.label].mean() < 0.6
    assert made.recipe.split.by == "time"
