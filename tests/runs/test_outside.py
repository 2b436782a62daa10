"""Scores of other systems: found by row number or by key, understood, kept, and refused in two sentences."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctrcore.comparing.measures import measure
from ctrcore.comparing.sheet import sheet_of
from ctrcore.errors import DataError, RunError
from ctrcore.metrics import sigmoid
from ctrcore.models.config import CONFIGS
from ctrcore.runs.contenders import contenders, judged
from ctrcore.runs.outside import OutsideScores, add_outside, open_outside
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.outside_files import as_logit
from ctrcore.runs.outside_guesses import guess_meaning, guess_score
from ctrcore.runs.outside_rows import Held, rows_by_keys, rows_by_number
from ctrcore.runs.outside_template import write_template
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_schema, clicks_table
from tests.trained import RECIPE, ROWS, Trained

KEYS = ["user_id", "item_id", "time"]
Frame = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def run(trained: Trained, tmp_path: Path) -> Run:
    """A run in a copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy").run(trained.runs["fm"])


def own(run: Run) -> pd.DataFrame:
    """The run's own scores of its test and validation rows, beside the columns that name a row."""
    scored = run.predictions()
    return scored[["row", "logit"]].join(clicks_table(ROWS)[KEYS], on="row").reset_index(drop=True)


def add(run: Run, frame: pd.DataFrame, tmp_path: Path, **choices: Any) -> OutsideScores:
    path = tmp_path / "scores.csv"
    frame.to_csv(path, index=False)
    return add_outside(run.dataset(), run.recipe, path, "other", OutsideChoices(**choices))


def test_own_scores_from_outside_have_the_same_metrics(run: Run, tmp_path: Path) -> None:
    shuffled = own(run).sample(frac=1, random_state=1)
    found = contenders([run], [add(run, shuffled[["row", "logit"]], tmp_path)])
    pd.testing.assert_frame_equal(found[0].predictions(), found[1].predictions())
    sheet = sheet_of(judged(found).rows)
    assert measure(sheet, found[0].id) == measure(sheet, found[1].id)
    assert found[1].outside is not None
    assert found[1].outside.manifest.meaning == "logit"


def test_probabilities_become_the_logits_that_they_came_from(run: Run, tmp_path: Path) -> None:
    scores = own(run)
    probability = sigmoid(scores["logit"].to_numpy())
    made = add(run, scores[["row"]].assign(p_click=probability), tmp_path)
    assert (made.meaning, made.manifest.score) == ("probability", "p_click")
    expected = scores.sort_values("row")["logit"]
    np.testing.assert_allclose(made.scores()["logit"], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.gz", "parquet", "jsonl"])
def test_every_format(run: Run, tmp_path: Path, ending: str) -> None:
    frame, path = own(run)[["row", "logit"]], tmp_path / f"scores.{ending}"
    if ending == "parquet":
        frame.to_parquet(path)
    elif ending == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    made = add_outside(run.dataset(), run.recipe, path)
    assert made.name == path.name
    expected = frame.sort_values("row", ignore_index=True)
    np.testing.assert_array_equal(made.scores()["row"], expected["row"])
    np.testing.assert_allclose(made.scores()["logit"], expected["logit"], rtol=1e-6)


def test_rows_are_found_by_the_columns_that_tell_them_apart(run: Run, tmp_path: Path) -> None:
    scores = own(run).drop_duplicates(KEYS, keep=False).sample(frac=1, random_state=2)
    made = add(run, scores[[*KEYS, "logit"]], tmp_path)
    assert made.manifest.id_columns == KEYS
    test = run.predictions().query("split == 'test' and row in @scores.row")
    assert len(test) > 90
    pd.testing.assert_frame_equal(made.on(test), test.reset_index(drop=True))
    texts = scores.assign(user_id=scores["user_id"].astype(str) + ".0")  # the same ids, written by another program
    again = add(run, texts[[*KEYS, "logit"]], tmp_path, id=KEYS)
    pd.testing.assert_frame_equal(again.scores(), made.scores())


def test_row_numbers_under_another_name(run: Run, tmp_path: Path) -> None:
    scores = own(run)[["row", "logit"]]
    guessed = add(run, scores.rename(columns={"row": "Index"}), tmp_path)
    assert guessed.manifest.id_columns == ["Index"]
    said = add(run, scores.rename(columns={"row": "nth", "logit": "z"}), tmp_path, id=["nth"], score="z")
    assert (said.manifest.id_columns, said.meaning) == (["nth"], "order")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_rows_by_keys_are_those_of_a_plain_loop(data: st.DataObject) -> None:
    cells = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b", None, "7"])), min_size=4, max_size=12)
    table = pd.DataFrame(data.draw(cells), columns=["x", "y"])
    file = pd.DataFrame(data.draw(cells), columns=["x", "y"]).drop_duplicates(ignore_index=True)
    part = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(table), max_size=len(table))))
    test, valid = np.flatnonzero(part == 2), np.flatnonzero(part == 1)
    held = Held(test, valid, np.zeros(len(test), np.float32), np.zeros(len(valid), np.float32))
    keys, asked = (
        [tuple("missing" if pd.isna(cell) else str(cell) for cell in row) for row in frame.itertuples(index=False)]
        for frame in (table, file)
    )
    judged = [keys[row] for row in held.judged]
    if any(judged.count(key) > 1 for key in asked):
        with pytest.raises(DataError, match="more than one"):
            rows_by_keys(file, table, ["x", "y"], held)  # type: ignore[arg-type]
        return
    found = rows_by_keys(file, table, ["x", "y"], held)  # type: ignore[arg-type]
    kept = [*map(keys.__getitem__, test), *map(keys.__getitem__, valid)]
    for key, row in zip(asked, found, strict=True):
        if key in judged:
            assert row == held.judged[judged.index(key)]
        elif kept.count(key) == 1:
            assert row == next(r for r in valid if keys[r] == key)
        elif key in keys:  # of training rows any; of validation rows that share a key none
            assert (row == -1 and key in kept) or (part[row] == 0 and keys[row] == key)
        else:
            assert row == -1


@pytest.mark.parametrize(
    ("name", "numbers", "meaning"),
    [
        ("logit", [0.1, 0.9], "logit"),
        ("prob", [0.0, 1.0], "probability"),
        ("score", [0.2, 1.1], "order"),
        ("score", [-0.1, 0.5], "order"),
        ("raw_logits", [-3.0, 4.0], "logit"),
    ],
)
def test_the_meaning_is_guessed_with_a_reason(name: str, numbers: list[float], meaning: str) -> None:
    found, reason = guess_meaning(name, np.array(numbers))
    assert found == meaning
    assert reason.endswith(".")


@pytest.mark.parametrize(
    ("columns", "score"),
    [
        (["row", "logit", "probability"], "logit"),
        (["row", "split", "user_id", "price", "click", "x"], "x"),
        (["row", "rank_score", "xgb_pred"], "xgb_pred"),
        (["row", "score", "z"], "z"),  # the table has a score of its own
        (["row", "score"], "score"),
        (["id", "index", "pCTR"], "pCTR"),
    ],
)
def test_the_column_of_scores_is_guessed(columns: list[str], score: str) -> None:
    table: Any = clicks_table(5).assign(score=1.0)
    file: Any = pd.DataFrame(0.5, index=[0], columns=columns)
    assert guess_score(file, table, clicks_schema(), []) == score


@pytest.mark.parametrize(
    ("columns", "problem", "remedy"),
    [
        (
            {"foo": [1, 2], "bar": ["x", "y"]},
            "No column is surely the score: 'foo' could be it; 'bar' is not, as it holds no numbers; "
            "no column names the row.",
            "Name the column of scores, and add a column 'row' with the row's number in the table, counted from 0.",
        ),
        (
            {"row": [0, 1], "a": [1, 2], "b": [1, 2], "c": ["1", "-"]},
            "No column is surely the score: 'a' and 'b' could each be it; 'c' is not, as 1 of its 2 cells are missing "
            "or no numbers; 'row' may name the row.",
            "Name the column of scores.",
        ),
        (
            {"item_id": [0, 1]},
            "The file has no column of scores: 'item_id' may name the row.",
            "Name the column of scores, or add one.",
        ),
    ],
)
def test_what_each_column_could_be_is_said(columns: dict[str, list[Any]], problem: str, remedy: str) -> None:
    table: Any = clicks_table(5)
    file: Any = pd.DataFrame(columns)
    with pytest.raises(DataError) as caught:
        guess_score(file, table, clicks_schema(), [])
    assert (caught.value.problem, caught.value.remedy) == (problem, remedy)


def test_logits_of_clipped_probabilities_and_of_an_order() -> None:
    logit, clipped = as_logit(np.array([0.0, 0.5, 1.0, 0.2]), "probability")
    assert clipped == 2
    np.testing.assert_allclose(logit, [np.log(1e-15), 0, -np.log(1e-15), np.log(0.25)], rtol=1e-3)
    assert np.isfinite(logit).all()
    numbers = 1.7e9 + np.random.default_rng(0).integers(0, 200_000, 300_000).astype(float)
    order, clipped = as_logit(numbers, "order")
    assert clipped == 0
    np.testing.assert_array_equal(np.unique(order, return_inverse=True)[1], np.unique(numbers, return_inverse=True)[1])
    np.testing.assert_array_equal(as_logit(np.array([3.0, -50.25]), "logit")[0], [3, -50.25])


def test_a_part_of_the_rows_and_rows_that_do_not_count(run: Run, tmp_path: Path) -> None:
    scores = own(run)[["row", "logit"]]
    test = run.predictions().query("split == 'test'")["row"]
    left_out = set(test.iloc[:30])
    training = next(row for row in range(ROWS) if row not in set(scores["row"]))
    more = pd.DataFrame({"row": [training, ROWS, ROWS + 7, -1], "logit": 0.5})
    made = add(run, pd.concat([scores[~scores["row"].isin(left_out)], more]), tmp_path)
    notes = " ".join(made.notes())
    assert f"{len(test) - 30} of {len(test)} test rows have a score." in notes
    assert "3 rows of the file are not in the table." in notes
    assert "1 rows of the file are rows that models learn from" in notes
    found = contenders([run], [made])
    sheet = sheet_of(judged(found).rows)
    assert sheet.left_out == {run.id: 30, made.id: 0}
    assert left_out.isdisjoint(sheet.row)


def with_bad(column: str, values: list[Any]) -> Frame:
    """Replaces the last cells of a column."""
    return lambda frame: frame.astype({column: object}).assign(
        **{column: [*frame[column].iloc[: -len(values)], *values]}
    )


REFUSED: dict[str, tuple[Frame, dict[str, Any], str, str]] = {
    "no id": (lambda f: f[["logit"]], {}, "says which test row", "row"),
    "columns that repeat": (lambda f: f[["user_id", "logit"]], {}, "user_id do not tell", "row"),
    "no score": (lambda f: f[["row"]], {}, "no column of scores", "Name"),
    "several scores": (
        lambda f: f[["row", "logit"]].assign(logit_2=0.1),
        {},
        "'logit' and 'logit_2' could each be it",
        "Name",
    ),
    "unknown column": (lambda f: f, {"score": "nope"}, "no column 'nope'", "logit"),
    "unknown id": (lambda f: f, {"id": ["nope"]}, "no column 'nope'", "user_id"),
    "id of no table": (lambda f: f.assign(z=1), {"id": ["user_id", "z"]}, "no column 'z'", "share"),
    "row twice": (lambda f: pd.concat([f, f.iloc[:1]]), {}, "1 rows have more than one score", "one score"),
    "broken row": (with_bad("row", [1.5]), {}, "1 cells of 'row' are no row numbers; the first is '1.5'", "from 0"),
    "text as row": (with_bad("row", ["x1", "x2"]), {}, "the first is 'x1'", "from 0"),
    "key twice": (
        lambda f: pd.concat([part := f[[*KEYS, "logit"]].drop_duplicates(KEYS, keep=False), part.iloc[:1]]),
        {},
        "1 values of 'user_id', 'item_id', 'time' have more than one score",
        "one score",
    ),
    "ambiguous key": (
        lambda f: f.drop_duplicates("user_id"),
        {"id": ["user_id"]},
        "stand for more than one test row",
        "further columns",
    ),
    "missing score": (with_bad("logit", [None, None]), {}, "2 of 200 scores in 'logit' are missing", "number"),
    "text score": (with_bad("logit", ["much"]), {}, "the first is 'much' in row 200 of the file", "number"),
    "infinite score": (with_bad("logit", ["inf"]), {}, "1 of 200 scores", "number"),
    "no probability": (lambda f: f, {"meaning": "probability"}, "are no probabilities", "logits"),
    "huge logit": (with_bad("logit", [1e300]), {"meaning": "logit"}, "too large for logits", "order"),
    "off by two": (lambda f: f.assign(row=f["row"] + 2), {"id": ["row"]}, "'user_id' is not what the table", "from 0"),
    "counted from 1": (
        lambda f: f[["row", "logit"]].assign(row=f["row"] + 1)[f["row"] < ROWS - 1],
        {},
        "seems to count the table's rows from 1: the row before each number is one to score",
        "subtract 1",
    ),
    "all rows counted from 1": (
        lambda f: pd.DataFrame({"row": range(1, ROWS + 1), "logit": 0.5}),
        {},
        "seems to count the table's rows from 1: it holds 500,",
        "subtract 1",
    ),
    "the file's own rows": (
        lambda f: f.drop(columns=["row", *KEYS]).assign(index=range(len(f))),
        {},
        "'index' seems to count the file's own rows",
        "template",
    ),
    "elsewhere": (
        lambda f: f[["row", "logit"]].assign(row=f["row"] + ROWS),
        {},
        "None of the 100 test rows",
        "template",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused(run: Run, tmp_path: Path, case: str) -> None:
    change, choices, problem, remedy = REFUSED[case]
    with pytest.raises(DataError) as caught:
        add(run, change(own(run)), tmp_path, **choices)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy
    assert run.dataset().outside() == []
    assert not (run.dataset().folder / "outside").exists()


def test_too_few_rows_to_judge_by(run: Run, tmp_path: Path) -> None:
    scores = own(run)[["row", "logit"]]
    test = run.predictions().query("split == 'test'")
    with pytest.raises(DataError, match="Only one of the 100 test rows"):
        add(run, scores[scores["row"] == test["row"].iloc[0]], tmp_path)
    clicked = test[test["label"] == 1]["row"]
    with pytest.raises(DataError, match=f"All {len(clicked)} test rows with a score are clicked"):
        add(run, scores[scores["row"].isin(clicked)], tmp_path)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"row,logit\n", "row"),
        (b"PK\x03\x04" + bytes(200), "zip"),
        (np.random.default_rng(0).bytes(5000), "binary data"),
        (b"PAR1" + bytes(5000), "damaged"),
        (gzip.compress(b"row,logit\n" + b"1,1\n" * 2_000_000), "more than 100,000 rows"),
    ],
)
def test_hostile_files(run: Run, tmp_path: Path, data: bytes, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_MAX_ROWS", "100000")
    path = tmp_path / "hostile.csv"
    path.write_bytes(data)
    with pytest.raises(DataError, match=problem):
        add_outside(run.dataset(), run.recipe, path)
    assert run.dataset().outside() == []


def test_hostile_names_of_columns_and_scores(run: Run, tmp_path: Path) -> None:
    nasty = "<script>=1+1\u202e" + "x" * 500
    scores = own(run)[["row", "logit"]].rename(columns={"logit": nasty})
    path = tmp_path / "s.csv"
    scores.to_csv(path, index=False)
    made = add_outside(run.dataset(), run.recipe, path, "a\n\x1b[31m" + "b" * 500)
    assert len(made.name) <= 120
    assert made.name.isprintable()
    with pytest.raises(DataError) as caught:
        add(run, scores.assign(other=1.0), tmp_path)
    assert len(caught.value.problem) < 300


def test_kept_listed_renamed_deleted(run: Run, tmp_path: Path) -> None:
    scores, dataset = own(run)[["row", "logit"]], run.dataset()
    first, second = add(run, scores, tmp_path), add(run, scores, tmp_path)
    assert [one.id for one in dataset.outside()] == [second.id, first.id]
    first.rename("  another\nname ")
    assert {one.name for one in dataset.outside()} == {"another name", "other"}
    broken = dataset.folder / "outside" / "broken"
    broken.mkdir()
    (broken / "outside.json").write_text('{"name": 1}')
    (dataset.folder / "outside" / "my notes").mkdir()
    for stray in ("Thumbs.db", "desktop", "x" * 200, "über"):
        (dataset.folder / "outside" / stray).write_text("not ours")
    assert len(dataset.outside()) == 2
    with pytest.raises(RunError, match=r"not valid\. Choose one from the list"):
        open_outside(dataset, "../../x")
    (second.folder / "scores.parquet").write_bytes(b"no table")
    with pytest.raises(RunError, match="cannot be read"):
        second.scores()
    second.delete()
    second.delete()  # another page was faster
    with pytest.raises(RunError, match="not there any more"):
        second.rename("ghost")
    assert [one.id for one in dataset.outside()] == [first.id]
    dataset.delete()
    assert not first.folder.exists()


def test_a_run_without_test_rows_is_judged_on_validation_rows(trained: Trained, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    recipe = RECIPE.model_copy(update={"split": RECIPE.split.model_copy(update={"test": 0.0})})
    dataset = workspace.dataset(workspace.add_frame("clicks", clicks_table(ROWS), recipe))
    valid = np.asarray(dataset.prepared(recipe).valid.row)
    path = tmp_path / "s.csv"
    pd.DataFrame({"row": valid, "score": np.arange(len(valid))}).to_csv(path, index=False)
    made = add_outside(dataset, recipe, path)
    assert f"{len(valid)} of {len(valid)} validation rows have a score." in made.notes()


def test_the_template_holds_what_has_to_be_scored(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "todo.csv"
    rows = write_template(run, path)
    written, table = pd.read_csv(path), clicks_table(ROWS)
    scored = run.predictions()
    assert rows == len(written) == len(scored)
    assert list(written.columns) == ["row", "split", *(name for name in table.columns if name != "click")]
    assert dict(zip(written["row"], written["split"], strict=True)) == dict(
        zip(scored["row"], scored["split"], strict=True)
    )
    expected = table.loc[written["row"], [*KEYS, "category"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(written[[*KEYS, "category"]], expected, check_dtype=False)
    written.assign(prediction=0.5).to_csv(path, index=False)  # a system that answers in the same file
    made = add_outside(run.dataset(), run.recipe, path)
    assert (made.manifest.id_columns, made.manifest.score) == (["row"], "prediction")


def test_the_template_is_safe_in_a_spreadsheet_and_is_read_back(tmp_path: Path) -> None:
    """Lists are readable texts, nothing runs as a formula, and the cells are still those of the table."""
    frame = clicks_table(ROWS)
    frame["user_id"] = [f"@{user}" for user in frame["user_id"]]
    frame["tags"] = pd.Series([[f"={number % 7}", "b"] for number in range(ROWS)])
    frame["code"] = [f"+{number}" for number in range(ROWS)]
    workspace = Workspace(tmp_path / "w")
    schema = clicks_schema()
    recipe = RECIPE.model_copy(update={"data_schema": schema})
    dataset = workspace.dataset(workspace.add_frame("clicks", frame, recipe))
    training = TrainConfig(epochs=1, batch_size=64, device="cpu")
    run = run_here(workspace, RunSpec(dataset=dataset.id, recipe=recipe, model=CONFIGS["lr"](), training=training))
    path = tmp_path / "todo.csv"
    write_template(run, path)
    text = path.read_text()
    assert ",@" not in text
    assert ",=" not in text
    written = pd.read_csv(path, dtype=str)
    assert written["tags"].iloc[0] == f"'={int(written['row'].iloc[0]) % 7}|b"
    written.assign(prob=np.linspace(0, 1, len(written))).to_csv(path, index=False)
    for ids in ([], ["code"], ["user_id", "time", "item_id", "tags", "code"]):
        made = add_outside(dataset, recipe, path, choices=OutsideChoices(id=ids))
        assert made.manifest.id_columns == (ids or ["row"])
        assert made.scores()["row"].tolist() == written["row"].astype(int).tolist()
    swapped = written.assign(user_id=written["user_id"].to_numpy()[::-1], prob=0.5)
    swapped.to_csv(path, index=False)
    with pytest.raises(DataError, match="'user_id' is not what the table holds"):
        add_outside(dataset, recipe, path)


def test_a_template_of_rows_that_the_dataset_does_not_have(run: Run, tmp_path: Path) -> None:
    """Its run was imported, and trained on another table."""
    scored = run.predictions()
    scored.assign(row=scored["row"] + 300).to_parquet(run.folder / "predictions.parquet")
    with pytest.raises(RunError, match="rows that the dataset does not have"):
        write_template(run, tmp_path / "todo.csv")
    assert not list(tmp_path.glob("*todo*"))


def test_ids_too_large_for_decimals_are_no_ids() -> None:
    """2^53 and 2^53 + 1 are one decimal: the score of one would go to the other."""
    table: Any = pd.DataFrame({"id": np.array([2**53 + 1, 2**53, 5])})
    held = Held(np.array([0]), np.array([1]), np.zeros(1, np.float32), np.zeros(1, np.float32))
    for cells in ([float(2**53 + 1)], [float(2**53 + 1), 5.0]):
        file: Any = pd.DataFrame({"id": cells})
        with pytest.raises(DataError, match=r"whole numbers above 2\^53 as decimals"):
            rows_by_keys(file, table, ["id"], held)
    exact: Any = pd.DataFrame({"id": [str(2**53 + 1), "5"]})
    np.testing.assert_array_equal(rows_by_keys(exact, table, ["id"], held), [0, 2])
    small: Any = pd.DataFrame({"id": [5.0]})
    np.testing.assert_array_equal(rows_by_keys(small, table, ["id"], held), [2])


def test_scores_that_become_equal_are_told(run: Run, tmp_path: Path) -> None:
    scores = own(run)[["row"]]
    close = 0.3 + np.arange(len(scores)) * 1e-12
    made = add(run, scores.assign(prob=close), tmp_path)
    distinct = len(np.unique(made.scores()["logit"]))
    assert made.manifest.tied == len(scores) - distinct > 0
    assert f"{len(scores) - distinct} different scores became equal to another one" in " ".join(made.notes())
    apart = add(run, scores.assign(prob=np.linspace(0.1, 0.9, len(scores))), tmp_path)
    assert apart.manifest.tied == 0
    assert "equal" not in " ".join(apart.notes())


def test_row_numbers_with_gaps_and_outside_the_table() -> None:
    cells = pd.Series([3.0, 5.0, np.nan])
    with pytest.raises(DataError, match=r"1 cells of 'row'.*'nan' in row 3"):
        rows_by_number(cells, "row", 10)
    np.testing.assert_array_equal(rows_by_number(pd.Series([3, 11, -2]), "row", 10), [3, -1, -1])
