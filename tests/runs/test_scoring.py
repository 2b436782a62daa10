"""Scores of new rows: those of the run itself where the rows are its own, whatever the file leaves out or adds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from ctrcore import metrics
from ctrcore.comparing.repair import KINDS, Isotonic, Kind, fit_repair
from ctrcore.data.layouts.plan import Part
from ctrcore.data.reading import store_part
from ctrcore.data.recipe import BuildHistory, Cleaning, Recipe, Split
from ctrcore.data.stored import Stored
from ctrcore.errors import DataError, RunError
from ctrcore.models.config import DINConfig, LRConfig
from ctrcore.runs import scoring
from ctrcore.runs.needs import needed_columns, stand_ins, template
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.scoring import Scorer, ScoreReport, score
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.data.tables import clicks_schema, clicks_table
from tests.runs.making import make_run
from tests.trained import ROWS, Trained

HISTORIES = ("history_item", "history_category")


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A DIN that builds its histories from the rows, some of which are there twice."""
    schema = clicks_schema()
    columns = [column for column in schema.columns if column.kind != "history"]
    recipe = Recipe(
        data_schema=schema.model_copy(update={"columns": columns}),
        history=BuildHistory(columns=["item_id", "category"], max_length=8),
        split=Split(by="time", valid=0.2, test=0.2),
        cleaning=Cleaning(drop_duplicates=True),
    )
    table = clicks_table(600).drop(columns=list(HISTORIES))
    table = pd.concat([table, table.iloc[100:160]], ignore_index=True).sort_values("time", ignore_index=True)
    space = Workspace(tmp_path_factory.mktemp("remembering"))
    dataset = space.add_frame("clicks", table, recipe)
    training = TrainConfig(epochs=3, batch_size=64, device="cpu", learning_rate=0.02)
    model = DINConfig(init_std=0.3, hidden_units=(16,), attention_units=(8,))
    run = run_here(space, RunSpec(dataset=dataset, recipe=recipe, model=model, training=training))
    assert run.state == "done", run.error
    return run


def own(run: Run, part: str = "test") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the run's dataset, and the scores it has for them itself, in the same order."""
    kept = run.predictions().query("split == @part").sort_values("row", ignore_index=True)
    return run.dataset().table().iloc[kept["row"]].reset_index(drop=True), kept


def logits(run: Run, table: Any) -> np.ndarray:
    return np.concatenate([part.logit for part in Scorer(run, table).slices()])


def stored(frame: pd.DataFrame, folder: Path) -> Stored:
    frame.to_csv(folder / "rows.csv", index=False)
    store_part(Part(folder / "rows.csv"), folder / "rows.parquet")
    return Stored(folder / "rows.parquet")


@pytest.mark.parametrize("model", ["lr", "fibinet", "din"])
@pytest.mark.parametrize("size", [7, 10**6])
def test_own_rows_get_their_own_scores(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, size: int
) -> None:
    monkeypatch.setattr(scoring, "SLICE", size)
    run = trained.workspace.run(trained.runs[model])
    rows, kept = own(run)
    shuffled = rows[rows.columns[::-1]].drop(columns="click")
    for table in (rows, shuffled, stored(rows, tmp_path)):
        np.testing.assert_allclose(logits(run, table), kept["logit"], atol=1e-5)
    np.testing.assert_allclose(score(run, rows)[1], kept["logit"], atol=1e-5)


def test_the_report_says_how_good_the_scores_are(trained: Trained, tmp_path: Path) -> None:
    run = trained.workspace.run(trained.runs["fm"])
    rows, kept = own(run)
    scorer, shares = Scorer(run, stored(rows.assign(extra=1), tmp_path)), []
    parts = list(scorer.slices(shares.append))
    report = scorer.report()
    assert [len(part.rows) for part in parts] == [len(kept)]
    assert shares == [1.0]
    assert report.rows == report.labelled == len(kept) == sum(report.histogram)
    assert report.ignored == ["time", "extra"]
    assert report.missing == {}
    measured = run.metrics()
    assert measured is not None
    for name in ("auc", "gauc", "log_loss", "accuracy"):
        assert report.metrics[name] == pytest.approx(measured["test"][name], abs=1e-5)
    probability = metrics.sigmoid(kept["logit"].to_numpy())
    assert report.mean_probability == pytest.approx(probability.mean(), abs=1e-6)
    assert report.histogram == np.histogram(probability, np.linspace(0, 1, 41))[0].tolist()
    strict = scorer.report(threshold=1.0)
    assert strict.metrics["accuracy"] == pytest.approx(1 - kept["label"].mean())
    assert ScoreReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_are_repaired_and_logits_stay(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setattr(scoring, "SLICE", 33)
    run = trained.workspace.run(trained.runs["fm"])
    rows, kept = own(run)
    repair = fit_repair(kind, np.arange(100) % 3 == 0, np.linspace(2, -3, 100))  # a curve that falls, or is level
    repair = repair if kind == "platt" else Isotonic(rows=90, clicks=30, x=[-1.0, 0.5], y=[0.2, 0.9])
    plain, repaired = Scorer(run, rows), Scorer(run, rows, repair)
    for before, after in zip(plain.slices(), repaired.slices(), strict=True):
        np.testing.assert_array_equal(before.logit, after.logit)
        np.testing.assert_allclose(before.probability, metrics.sigmoid(before.logit), atol=1e-12)
        np.testing.assert_allclose(after.probability, repair.apply(after.logit), atol=1e-12)
    report = repaired.report()
    assert (plain.report().repair, report.repair) == (None, kind)
    probability, label = repair.apply(kept["logit"].to_numpy()), kept["label"].to_numpy()
    assert report.mean_probability == pytest.approx(probability.mean(), abs=1e-5)
    assert report.metrics["log_loss"] == pytest.approx(reference.log_loss(label, probability), abs=1e-5)
    assert report.metrics["auc"] == pytest.approx(reference.roc_auc_score(label, probability), abs=1e-5)
    assert sum(report.histogram) == len(rows)
    assert ScoreReport.model_validate_json(report.model_dump_json()) == report


def test_users_are_the_same_in_all_slices(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained.workspace.run(trained.runs["fm"])
    rows, _ = own(run)
    reports = []
    for size in (9, 10**6):
        monkeypatch.setattr(scoring, "SLICE", size)
        scorer = Scorer(run, rows)
        assert len(list(scorer.slices())) == -(-len(rows) // size)
        reports.append(scorer.report())
    assert reports[0].metrics["gauc"] == pytest.approx(reports[1].metrics["gauc"])
    assert reports[0].unknown_share == reports[1].unknown_share


def test_a_file_without_a_label_is_not_measured(trained: Trained) -> None:
    run = trained.workspace.run(trained.runs["fm"])
    rows, _ = own(run)
    for table, labelled in ((rows.drop(columns="click"), 0), (rows.assign(click=[1, 0] + [None] * (len(rows) - 2)), 2)):
        scorer = Scorer(run, table)
        list(scorer.slices())
        report = scorer.report()
        assert report.labelled == labelled
        assert bool(report.metrics) is bool(labelled)
        assert report.rows == len(rows)


def test_missing_columns_are_filled_as_the_encoder_says(trained: Trained) -> None:
    run = trained.workspace.run(trained.runs["din"])
    rows, _ = own(run)
    lacking = ["age", "device", "tags", "price", *HISTORIES]
    empty = rows.assign(age=np.nan, device=None, tags="", price=np.nan, history_item="", history_category="")
    scorer = Scorer(run, rows.drop(columns=lacking))
    found = np.concatenate([part.logit for part in scorer.slices()])
    np.testing.assert_allclose(found, logits(run, empty), atol=1e-6)
    report = scorer.report()
    assert set(report.missing) == set(lacking)
    train = run.dataset().prepared(run.recipe).train
    age = run.dataset().table()["age"].iloc[train.row].median()
    assert report.missing["age"] == f"{age:.6g}"
    assert report.missing["device"] == "unknown"
    assert report.missing["tags"] == "no values"
    assert report.missing["history_item"] == "no behaviours"
    assert report.missing["price"].startswith(("[", "("))
    assert report.unknown_share["device"] == 1.0


def test_new_values_are_unknown_and_counted(trained: Trained) -> None:
    run = trained.workspace.run(trained.runs["fm"])
    rows, _ = own(run)
    half = np.arange(len(rows)) % 2 == 0
    scorer = Scorer(run, rows.assign(item_id=np.where(half, 10**6, rows["item_id"]), device="phone"))
    list(scorer.slices())
    report = scorer.report()
    assert report.unknown_share["item_id"] == pytest.approx(half.mean())
    assert report.unknown_share["device"] == 0
    assert "age" not in report.unknown_share
    lengths = rows["history_item"].fillna("").str.split("|").map(lambda parts: sum(map(bool, parts)))
    assert report.unknown_share["history_item"] * lengths.sum() == pytest.approx(0, abs=3)


def test_files_that_cannot_be_scored_are_said(trained: Trained, remembering: Run) -> None:
    run = trained.workspace.run(trained.runs["fm"])
    with pytest.raises(DataError, match="none of the columns that the model reads"):
        Scorer(run, pd.DataFrame({"x": [1]}))
    rows, _ = own(remembering)
    for name in ("user_id", "time", "category"):
        with pytest.raises(DataError, match=f"no column '{name}', which the model's histories are built from"):
            Scorer(remembering, rows.drop(columns=name))
    with pytest.raises(DataError, match="neither a number nor a date"):
        Scorer(remembering, rows.assign(time="yesterday"))
    with pytest.raises(DataError, match="label 'click'"):
        list(Scorer(run, own(run)[0].assign(click="perhaps")).slices())


def test_a_run_that_is_not_done_is_refused(workspace: Workspace, dataset: str) -> None:
    run = workspace.run(make_run(workspace, dataset, state="failed"))
    with pytest.raises(RunError, match="is failed"):
        Scorer(run, clicks_table(10))


@pytest.mark.parametrize("part", ["valid", "test"])
@pytest.mark.parametrize("labelled", [True, False])
def test_the_past_is_remembered_once(
    remembering: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, labelled: bool
) -> None:
    """The dataset's own rows get their own scores: their clicks are in the dataset too, labels or not."""
    monkeypatch.setattr(scoring, "SLICE", 31)
    rows, kept = own(remembering, part)
    table = rows if labelled else rows.drop(columns="click")
    np.testing.assert_allclose(logits(remembering, table), kept["logit"], atol=1e-5)
    np.testing.assert_allclose(logits(remembering, stored(table, tmp_path)), kept["logit"], atol=1e-5)
    np.testing.assert_allclose(score(remembering, table)[1], kept["logit"], atol=1e-5)


@pytest.mark.parametrize("way", ["milliseconds", "texts", "day first"])
def test_the_past_is_remembered_once_however_times_are_written(remembering: Run, way: str) -> None:
    rows, kept = own(remembering)
    when = pd.to_datetime(rows["time"], unit="s")
    times = {
        "milliseconds": rows["time"] * 1000,
        "texts": when.dt.strftime("%Y-%m-%dT%H:%M:%S"),
        "day first": when.dt.strftime("%d.%m.%Y %H:%M:%S"),
    }
    np.testing.assert_allclose(logits(remembering, rows.assign(time=times[way])), kept["logit"], atol=1e-5)


def test_times_of_no_common_scale_are_said(remembering: Run) -> None:
    with pytest.raises(DataError, match="seconds since 1970 in one table and numbers such as 3 in another"):
        Scorer(remembering, own(remembering)[0].head(1).assign(time=3))


def test_clicks_of_the_file_are_part_of_the_past(remembering: Run) -> None:
    """Two rows of a new user: the first one is in the history of the second if it was a click."""
    end = int(remembering.dataset().table()["time"].max())
    new = own(remembering)[0].head(2).assign(user_id=10**6, time=[end + 60, end + 120])
    seen = {}
    for click in (0, 1):
        scorer = Scorer(remembering, new.assign(click=click))
        (part,) = scorer.slices()
        seen[click] = part.encoded.bags["history_item_id"].lengths.tolist()
    assert seen == {0: [0, 0], 1: [0, 1]}
    user = int(remembering.dataset().table().query("click == 1")["user_id"].iloc[0])
    (part,) = Scorer(remembering, new.assign(user_id=user, click=0)).slices()
    own_clicks = remembering.dataset().table().drop_duplicates().query("click == 1 and user_id == @user")
    assert part.encoded.bags["history_item_id"].lengths.tolist() == [min(len(own_clicks), 8)] * 2


def test_given_histories_are_not_built(remembering: Run) -> None:
    rows, _ = own(remembering)
    given = rows.drop(columns=["user_id", "time"]).assign(history_item_id="1|2", history_category="toys|shoes")
    scorer = Scorer(remembering, given)
    (part,) = scorer.slices()
    assert set(part.encoded.bags["history_item_id"].lengths.tolist()) == {2}
    assert scorer.report().histories == ""
    assert scorer.report().missing == {"user_id": "unknown"}


def test_without_its_dataset_a_run_remembers_only_the_file(tmp_path: Path, remembering: Run) -> None:
    data = remembering.workspace.export(remembering.id)
    other = Workspace(tmp_path)
    run = other.run(other.import_run(data))
    rows, kept = own(remembering)
    scorer = Scorer(run, rows)
    found = np.concatenate([part.logit for part in scorer.slices()])
    assert "not here any more" in scorer.report().histories
    assert not np.allclose(found, kept["logit"], atol=1e-5)
    everything = remembering.dataset().table().drop_duplicates(ignore_index=True)
    whole = logits(run, everything)
    places = everything.merge(rows.reset_index(names="place"), on=list(rows.columns), how="left")["place"]
    assert places.notna().sum() == len(rows)
    np.testing.assert_allclose(whole[places.notna()], kept["logit"], atol=1e-5)


def test_a_forward_fill_goes_across_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = clicks_table(300)
    changes = {"device": {"impute": "forward_fill"}, "age": {"impute": "forward_fill"}}
    schema = clicks_schema()
    columns = [column.model_copy(update=changes.get(column.name, {})) for column in schema.columns]
    recipe = Recipe(data_schema=schema.model_copy(update={"columns": columns}), split=Split(valid=0.2, test=0.2))
    space = Workspace(tmp_path / "space")
    spec = RunSpec(dataset=space.add_frame("c", table, recipe), recipe=recipe, model=LRConfig())
    run = run_here(space, spec.model_copy(update={"training": TrainConfig(epochs=1, device="cpu")}))
    assert run.state == "done", run.error
    expected = score(run, table)[1]
    monkeypatch.setattr(scoring, "SLICE", 10)
    assert np.array_equal(logits(run, table), expected)
    np.testing.assert_allclose(logits(run, stored(table, tmp_path)), expected, atol=1e-6)
    assert stand_ins(run.encoder())["age"].startswith("the last value before it in time, else ")


def test_what_a_run_needs_is_told_column_by_column(trained: Trained, remembering: Run) -> None:
    run = trained.workspace.run(trained.runs["din"])
    needs = {column.name: column for column in needed_columns(run)}
    assert list(needs) == [column.name for column in run.recipe.data_schema.fields] + ["click"]
    assert not any(column.required for column in needs.values())
    assert needs["click"].kind == "label"
    assert needs["category"].example in ("shoes", "shirts", "toys")
    assert needs["tags"].example in ("red|new", "blue", "new|sale|red")
    assert (needs["device"].stand_in, needs["history_item"].stand_in) == ("unknown", "no behaviours")
    built = {column.name: column.required for column in needed_columns(remembering)}
    assert {name for name, required in built.items() if required} == {"user_id", "item_id", "category", "time"}
    assert list(built)[-2:] == ["time", "click"]


@pytest.mark.parametrize("kept", [True, False])
def test_the_template_can_be_scored_as_it_is(remembering: Run, trained: Trained, tmp_path: Path, kept: bool) -> None:
    for run in (remembering, trained.workspace.run(trained.runs["fibinet"])):
        if not kept:
            other = Workspace(tmp_path / run.id)
            run = other.run(other.import_run(run.workspace.export(run.id)))  # noqa: PLW2901
        begun = template(run)
        assert "click" not in begun.columns
        if not kept:
            begun = begun.replace({"time": {"": "5"}}) if "time" in begun else begun
        scorer = Scorer(run, stored(begun, tmp_path))
        (part,) = scorer.slices()
        assert np.isfinite(part.logit).all()
        report = scorer.report()
        assert report.missing == {}
        assert report.ignored == []
        assert not any(report.unknown_share[name] for name in ("user_id", "item_id", "category"))


def test_a_column_named_like_a_result_can_be_scored(trained: Trained) -> None:
    """The encoder reads by name, so further columns change nothing."""
    run = trained.workspace.run(trained.runs["lr"])
    rows, kept = own(run)
    odd = rows.assign(row="x", logit=1, probability=None, **{"=1+1": "evil"})
    np.testing.assert_allclose(logits(run, odd), kept["logit"], atol=1e-5)


def test_the_encoded_rows_are_those_of_the_file(trained: Trained) -> None:
    run = trained.workspace.run(trained.runs["lr"])
    encoded, logit = score(run, clicks_table(ROWS)[10:20])
    assert encoded.row.tolist() == list(range(10))
    assert len(logit) == 10
