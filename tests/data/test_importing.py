"""Files as users have them, imported into a folder."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from ctrcore.data.importing import Files, ImportChoices, Imported, import_files
from ctrcore.data.logs.choices import LogChoices
from ctrcore.data.preparing import prepare
from ctrcore.data.recipe import Recipe
from ctrcore.data.stored import Stored
from ctrcore.errors import DataError

USERS = 30
TYPED = {
    "shop.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    + "".join(f"u{n % USERS}\ti{n * 7 % 40}\t{1 + n * 3 % 5}\t{1000 + n}\n" for n in range(600)),
    "shop.user": "user_id:token\tage:float\n" + "".join(f"u{n}\t{20 + n}\n" for n in range(USERS)),
    "shop.item": "item_id:token\ttitle:token_seq\tgenre:token_seq\n"
    + "".join(f"i{n}\tItem {n}\t{'a b' if n % 2 else 'b c'}\n" for n in range(40)),
}


def saved(folder: Path, files: dict[str, str]) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: folder / name for name in files}


def imported(tmp_path: Path, files: Files, **choices: object) -> tuple[Imported, Path]:
    place = tmp_path / "made"
    place.mkdir()
    told: list[float] = []
    found = import_files(files, ImportChoices.model_validate(choices), place, lambda done, _what: told.append(done))
    assert told == sorted(told)
    return found, place


def clicks(rows: int, first: int = 0) -> str:
    lines = [f"{n % 7},{n % 11},{n},{int(n % 3 == 0)}" for n in range(first, first + rows)]
    return "user_id,item_id,time,click\n" + "\n".join(lines) + "\n"


def test_three_files_become_rows_built_from_behaviours(tmp_path: Path) -> None:
    found, place = imported(tmp_path, Files(saved(tmp_path / "in", TYPED)))
    assert found.about["built"]["events"] == 600
    assert "type" in found.about["why"]
    assert {path.name for path in place.iterdir()} == {
        "log.parquet", "users.parquet", "items.parquet", "log.json", "table.parquet"
    }  # fmt: skip
    table = Stored(place / "table.parquet").frame()
    assert table["click"].mean() == pytest.approx(0.4, abs=0.01)
    assert "rating" not in table.columns
    assert table["age"].tolist() == [20 + int(user[1:]) for user in table["user_id"]]
    choices = LogChoices.model_validate_json((place / "log.json").read_text(encoding="utf-8"))
    assert (choices.rating_threshold, choices.negatives) == (4, "given")
    kinds = {column.name: column.kind for column in found.guess.columns}
    assert (kinds["title"], kinds["genre"], kinds["history_item_id"]) == ("ignore", "multi_value", "history")
    assert found.recipe.split.by == "time"
    prepared = prepare(Stored(place / "table.parquet"), found.recipe, folder=tmp_path / "prepared")
    assert prepared.train.bags["history_item_id"].lengths.max() > 3


def test_a_zip_of_them_gives_the_same(tmp_path: Path) -> None:
    _, plain = imported(tmp_path, Files(saved(tmp_path / "in", TYPED)))
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TYPED.items():
            archive.writestr(f"shop/{name}", text)
    (tmp_path / "other").mkdir()
    _, packed = imported(tmp_path / "other", Files({"all.zip": tmp_path / "all.zip"}))
    same = [Stored(place / "table.parquet").frame() for place in (plain, packed)]
    pd.testing.assert_frame_equal(*same)


def test_what_is_said_wins_over_what_is_found_out(tmp_path: Path) -> None:
    files = Files(saved(tmp_path / "in", TYPED))
    found, place = imported(
        tmp_path, files, log={"negatives": "uniform", "per_positive": 2, "rating_threshold": 5, "history_length": 3}
    )
    assert found.about["built"]["negatives"] == {"uniform": 2 * found.about["built"]["clicks"]}
    table = Stored(place / "table.parquet").frame()
    assert table["click"].mean() == pytest.approx(1 / 3, abs=0.02)
    assert max(len(cell) for cell in table["history_item_id"]) == 3
    (tmp_path / "rows").mkdir()
    found, place = imported(tmp_path / "rows", files, rows_are="impressions")
    assert not (place / "log.parquet").exists()
    assert (found.guess.label, found.guess.threshold) == ("rating", 4)
    assert len(Stored(place / "table.parquet")) == 600
    (tmp_path / "plain").mkdir()
    only = {"shop.inter": tmp_path / "in" / "shop.inter"}
    found, _ = imported(tmp_path / "plain", Files(only), layout="plain", rows_are="impressions")
    assert "why" not in found.about
    with pytest.raises(DataError, match="no layout 'nothing'"):
        import_files(files, ImportChoices(layout="nothing"), tmp_path, lambda _done, _what: None)
    with pytest.raises(DataError, match="cannot be so"):
        import_files(files, ImportChoices(log={"per_positive": 0}), tmp_path, lambda _done, _what: None)


def test_a_table_of_clicks_stays_as_it_is(tmp_path: Path) -> None:
    found, place = imported(tmp_path, Files(saved(tmp_path / "in", {"a.csv": clicks(300)})))
    assert found.about == {}
    assert (found.guess.label, found.guess.user, found.guess.item) == ("click", "user_id", "item_id")
    assert [path.name for path in place.iterdir()] == ["table.parquet"]


def test_behaviours_without_user_item_and_time_are_said(tmp_path: Path) -> None:
    files = Files(saved(tmp_path, {"a.csv": "x,y\n" + "1,2\n3,4\n" * 20}))
    with pytest.raises(DataError, match="who, with which item and when"):
        import_files(files, ImportChoices(rows_are="behaviours"), tmp_path, lambda _done, _what: None)


def test_files_of_one_form_are_put_below_each_other(tmp_path: Path) -> None:
    files = saved(tmp_path / "in", {"day1.csv": clicks(100), "day2.csv": clicks(150, first=100)})
    _, place = imported(tmp_path, Files(files))
    table = Stored(place / "table.parquet").frame()
    assert table["time"].tolist() == list(range(250))
    assert "split" not in table.columns


def test_a_folder_of_parquet_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    files = {}
    for day in range(3):
        frame = pd.DataFrame({"user": [1, 2, 3] * 10, "item": range(30), "when": range(30), "clicked": [0, 1] * 15})
        frame.assign(when=frame["when"] + 30 * day).to_parquet(tmp_path / "in" / f"{day}.parquet")
        files[f"{day}.parquet"] = tmp_path / "in" / f"{day}.parquet"
    found, place = imported(tmp_path, Files(files))
    assert Stored(place / "table.parquet").frame()["when"].tolist() == list(range(90))
    assert found.guess.label == "clicked"
    (tmp_path / "in" / "odd.parquet").write_bytes((tmp_path / "in" / "0.parquet").read_bytes())
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "in" / "odd.parquet")
    (tmp_path / "again").mkdir()
    with pytest.raises(DataError, match="in only one of"):
        imported(tmp_path / "again", Files(files | {"odd.parquet": tmp_path / "in" / "odd.parquet"}))


def test_given_parts_and_sides_join_the_rows(tmp_path: Path) -> None:
    files = saved(
        tmp_path / "in",
        {
            "a.csv": clicks(200),
            "t.csv": clicks(50, first=200),
            "u.csv": "user_id,age\n" + "".join(f"{n},{30 + n}\n" for n in range(7)),
        },
    )
    given = Files({"a.csv": files["a.csv"]}, test=files["t.csv"], users=files["u.csv"])
    found, place = imported(tmp_path, given)
    table = Stored(place / "table.parquet").frame()
    assert table["split"].tolist() == ["train"] * 200 + ["test"] * 50
    assert table["age"].tolist() == [30 + user for user in table["user_id"]]
    assert found.recipe.split.by == "given"


def test_given_test_behaviours_stay_test_rows(tmp_path: Path) -> None:
    """Even if they are the earliest: who gives the parts has split them."""
    lines = TYPED["shop.inter"].splitlines(keepends=True)
    files = saved(tmp_path / "in", {"late.inter": lines[0] + "".join(lines[201:]), "early.inter": "".join(lines[:201])})
    found, place = imported(tmp_path, Files({"late.inter": files["late.inter"]}, test=files["early.inter"]))
    assert (found.recipe.split.by, found.recipe.split.column) == ("given", "split")
    table = Stored(place / "table.parquet").frame()
    assert set(table.loc[table["split"] == "test", "timestamp"]) == set(range(1000, 1200))


def test_the_built_table_is_stored_ragged(tmp_path: Path) -> None:
    """Several row groups, each with a dictionary of its own, give the same members again."""
    _, place = imported(tmp_path, Files(saved(tmp_path / "in", TYPED)))
    frame = Stored(place / "table.parquet").frame()
    frame.to_parquet(place / "cut.parquet", index=False, row_group_size=50)
    encoded = []
    recipe = Recipe.model_validate(json.loads(_recipe(tmp_path / "again", TYPED)))
    for name in ("table", "cut"):
        encoded.append(prepare(Stored(place / f"{name}.parquet"), recipe).train.bags["history_item_id"])
    assert encoded[0].ids.tolist() == encoded[1].ids.tolist()


def _recipe(place: Path, files: dict[str, str]) -> str:
    place.mkdir()
    return imported(place, Files(saved(place / "in", files)))[0].recipe.model_dump_json()


@pytest.mark.skipif("CTR_DATA" not in os.environ, reason="CTR_DATA names no folder with the real data")
def test_movielens_from_its_three_raw_files(tmp_path: Path) -> None:
    folder = Path(os.environ["CTR_DATA"]) / "ml-100k"
    found, place = imported(tmp_path, Files({path.name: path for path in folder.iterdir()}))
    built = found.about["built"]
    assert (built["events"], built["users"], built["items"], built["clicks"]) == (100_000, 943, 1682, 55_375)
    table = Stored(place / "table.parquet")
    raw = pd.read_csv(folder / "ml-100k.inter", sep="\t")
    assert len(table) == len(raw)
    assert table["click"].sum() == (raw["rating:float"] >= 4).sum()
