"""The table of what models are worth and cost: against the plain metrics, by hand, over seeds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctrcore import metrics
from ctrcore.comparing.sheet import sheet_of
from ctrcore.comparing.testing import compare_all
from ctrcore.models.config import FMConfig, LRConfig
from ctrcore.runs.contenders import Contender, contenders, judged
from ctrcore.runs.scoreboard import AVERAGED, COLUMNS, over_seeds, same_but_seed, scoreboard, shown
from ctrcore.runs.spec import RunSpec
from ctrcore.training.config import TrainConfig
from ctrcore.words import WORDS
from tests.trained import RECIPE, Trained


def fake(
    name: str, model: Any, seed: int | None, run_name: str = "", tags: tuple[str, ...] = (), *, finished: float = 0.0
) -> Contender:
    """A contender whose run has settings and nothing else; without a seed another system."""
    if seed is None:
        return Contender(name, name, "outside", 0.0, None)
    training = TrainConfig(seed=seed)
    spec = RunSpec(name=run_name, dataset="d", recipe=RECIPE, model=model, training=training, tags=list(tags))
    run: Any = SimpleNamespace(spec=spec, name=spec.title, finished=finished)
    return Contender(name, spec.title, model.name, finished, run)


def test_every_metric_is_that_of_the_plain_functions(trained: Trained) -> None:
    found = contenders([trained.workspace.run(run) for run in trained.runs.values()])
    sheet = sheet_of(judged(found).rows)
    comparison = compare_all(sheet)
    table = scoreboard(found, sheet, comparison, trained.runs["din"], cutoff=0.3)
    assert list(table.columns) == ["id", *COLUMNS]
    assert table["auc"].is_monotonic_decreasing
    base = metrics.auc(sheet.label, sheet.logit[trained.runs["din"]])
    surely = comparison.intervals[trained.runs["din"]].low > 0.5
    for row in table.to_dict("records"):
        logit = sheet.logit[row["id"]]
        expected = metrics.evaluate(sheet.label, logit, sheet.group, threshold=0.3)
        for name in set(expected) & set(COLUMNS):
            assert row[name] == pytest.approx(expected[name], abs=1e-9), name
        gain = (expected["auc"] - 0.5) / (base - 0.5) - 1
        assert row["rela_impr"] == pytest.approx(gain if surely else np.nan, nan_ok=True)
        interval = comparison.intervals[row["id"]]
        assert (row["auc_low"], row["auc_high"]) == (interval.low, interval.high)


def test_costs_are_those_of_the_run(trained: Trained) -> None:
    run = trained.workspace.run(trained.runs["din"])
    found = contenders([run])
    row = scoreboard(found, sheet_of(judged(found).rows)).iloc[0]
    figures = run.metrics() or {}
    assert row["parameters"] == figures["parameters"]
    assert row["train_rows_per_second"] == pytest.approx(figures["rows_per_second"])
    assert row["peak_memory_mb"] == pytest.approx(figures["peak_memory_bytes"] / 1e6)
    assert (row["epochs"], row["seed"]) == (2, run.spec.training.seed)
    assert row["finished"].timestamp() == pytest.approx(run.finished or 0, abs=1e-3)
    assert str(row["finished"].tz) == "UTC"
    assert np.isnan(row["auc_low"])


def test_where_only_the_order_means_something_probabilities_are_not_measured() -> None:
    scored = pd.DataFrame({"row": [0, 1, 2, 3], "label": [0, 1, 0, 1], "group": -1, "logit": [0.1, 0.4, 0.3, 0.2]})
    both = [Contender("a", "A", "outside", 0.0, None), Contender("b", "B", "outside", 0.0, None, meaning="order")]
    table = scoreboard(both, sheet_of({"a": scored, "b": scored})).set_index("id")
    for name in ("log_loss", "normalised_entropy", "accuracy", "f1", "ece", "pcoc"):
        assert np.isfinite(table.at["a", name])
        assert np.isnan(table.at["b", name])
    assert table["auc"].tolist() == [0.75, 0.75]
    assert table["rela_impr"].isna().all()  # four rows tell no interval of the base
    assert table["seconds"].isna().all()
    assert table["finished"].isna().all()
    assert str(table["finished"].dtype).endswith("UTC]")


def test_runs_that_differ_only_in_their_seed() -> None:
    ones = [
        fake("a", FMConfig(), 1, "fm seed 1"),
        fake("b", LRConfig(), 1),
        fake("c", FMConfig(), 2, "fm seed 2", ("tag",)),
        fake("d", FMConfig(dropout=0.1), 3, "fm seed 3"),
        fake("e", None, None),
        fake("f", LRConfig(), 2),
    ]
    assert [[one.id for one in group] for group in same_but_seed(ones)] == [["a", "c"], ["b", "f"], ["d"], ["e"]]


def test_mean_and_spread_over_seeds() -> None:
    ones = [fake("a", FMConfig(), 7, "fm seed 7"), fake("b", FMConfig(), 10, "fm seed 10"), fake("c", None, None)]
    rng = np.random.default_rng(0)
    numbers = {name: rng.random(3) for name in AVERAGED} | {"auc": np.array([0.70, 0.76, 0.9])}
    table = pd.DataFrame({"id": ["a", "b", "c"], "run": ["x", "y", "z"], **numbers})
    pooled = over_seeds(table.sample(frac=1, random_state=0), ones)
    assert pooled["run"].tolist() == ["c", "fm"]
    assert pooled["ids"].tolist() == [["c"], ["a", "b"]]
    assert pooled["seeds"].tolist() == ["", "7, 10"]
    assert pooled["runs"].tolist() == [1, 2]
    fm = pooled.iloc[1]
    assert fm["auc"] == pytest.approx(0.73)
    assert fm["auc_sd"] == pytest.approx(0.03 * 2**0.5)  # n - 1
    assert (fm["auc_min"], fm["auc_max"]) == (0.70, 0.76)
    for name in AVERAGED:
        assert fm[name] == pytest.approx(numbers[name][:2].mean())
        assert fm[f"{name}_sd"] == pytest.approx(numbers[name][:2].std(ddof=1))
        assert np.isnan(pooled.iloc[0][f"{name}_sd"])


def test_of_several_runs_of_one_seed_the_newest_counts() -> None:
    """A seed run three times is one draw of luck: the spread of two seeds is not made small by its reruns."""
    ones = [
        fake("a", FMConfig(), 1, finished=10.0),
        fake("b", FMConfig(), 1, finished=30.0),
        fake("c", FMConfig(), 2, finished=5.0),
        fake("d", FMConfig(), 1, finished=20.0),
    ]
    numbers = dict.fromkeys(AVERAGED, 0.5) | {"auc": [0.71, 0.70, 0.76, 0.72]}
    row = over_seeds(pd.DataFrame({"id": ["a", "b", "c", "d"], **numbers}), ones).iloc[0]
    assert (row["ids"], row["runs"], row["seeds"], row["reruns"]) == (["b", "c"], 2, "1, 2", 2)
    assert row["auc"] == pytest.approx(0.73)
    assert row["auc_sd"] == pytest.approx(np.std([0.70, 0.76], ddof=1))
    assert (row["auc_min"], row["auc_max"]) == (0.70, 0.76)


@pytest.mark.parametrize("tests", [True, False])
def test_a_base_that_may_be_no_better_than_chance_is_no_base(tests: bool) -> None:
    """An AUC of 0.5024 as the base once made a good model 14,000 % better."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 2000)
    scores = {
        "noise": rng.normal(size=2000),
        "good": label + rng.normal(size=2000),
        "bad": rng.normal(size=2000) - label,
    }
    rows = {"row": np.arange(2000), "label": label, "group": -1}
    sheet = sheet_of({name: pd.DataFrame(rows | {"logit": logit}) for name, logit in scores.items()})
    ones = [Contender(name, name, "outside", 0.0, None) for name in scores]
    comparison = compare_all(sheet) if tests else None
    for base, known in (("noise", False), ("bad", False), ("good", True)):
        told = scoreboard(ones, sheet, comparison, base).set_index("id")["rela_impr"]
        assert told.notna().tolist() == [known] * 3, base
        if known:
            assert told["good"] == 0
            assert told["noise"] == pytest.approx(
                metrics.rela_impr(sheet.ranked("noise").auc, sheet.ranked("good").auc)
            )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["fm 1", "fm 2"], "fm"),
        (["fm", "fm"], "fm"),
        (["wide-s1", "wide-s12"], "wide"),
        (["Deep (seed 1)", "Deep (seed 2)"], "Deep"),
        (["x", "y"], "FM"),
        (["run 2024 a 1", "run 2024 a 2"], "run 2024 a"),
        (["ads", "adz"], "FM"),
        (["shop ads", "shop adz"], "shop"),
        (["fm1 wide", "fm12 wide"], "FM"),
        (["Deep [1]", "Deep [2]"], "Deep"),
        (["fm", "fm 2"], "fm"),
    ],
)
def test_what_runs_of_several_seeds_are_called(names: list[str], expected: str) -> None:
    ones = [fake(str(seed), FMConfig(), seed, name) for seed, name in enumerate(names)]
    table = pd.DataFrame({"id": ["0", "1"], **dict.fromkeys(AVERAGED, 0.5)})
    assert over_seeds(table, ones)["run"].tolist() == [expected]


def test_groups_of_one_name_are_told_apart() -> None:
    ones = [fake("run-0001", FMConfig(), 1), fake("run-0002", FMConfig(dropout=0.5), 1)]
    table = pd.DataFrame({"id": ["run-0001", "run-0002"], **dict.fromkeys(AVERAGED, 0.5)})
    assert over_seeds(table, ones)["run"].tolist() == ["FM · 0001", "FM · 0002"]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("auc", 0.83951, "0.8395"),
        ("rela_impr", -0.0312, "-3.1%"),
        ("parameters", 1234567.0, "1,234,567"),
        ("seed", 20240101.0, "20240101"),
        ("seconds", 9.06, "9.1"),
        ("finished", pd.Timestamp("2025-03-03 11:06:59", tz="UTC"), "2025-03-03 11:06"),
        ("finished", pd.NaT, "–"),
        ("ece", float("nan"), "–"),
        ("run", "FM", "FM"),
    ],
)
def test_cells_as_text(name: str, value: Any, text: str) -> None:
    assert shown(name, value) == text


def test_every_column_is_explained() -> None:
    assert [column.word for column in COLUMNS.values() if column.word is not None and column.word not in WORDS] == []
