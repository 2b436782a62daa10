"""The finding claims what the tests of the pairs say, and no more."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from ctrcore.comparing.answers import answer, largest_first
from ctrcore.comparing.findings import in_words
from ctrcore.comparing.sheet import sheet_of
from ctrcore.comparing.testing import compare_all
from ctrcore.figures.comparison_captions import FLATTERED
from ctrcore.report import SECTIONS
from ctrcore.runs.contenders import Contender, contenders, judged
from ctrcore.runs.run import Run
from tests.report.conftest import of
from tests.report.reading import Read


def test_every_pair_is_tested_and_put_in_words(whole: Read, chosen: list[Contender]) -> None:
    sheet = sheet_of(judged(chosen).rows)
    titles = {one.id: one.title for one in chosen}
    found = compare_all(sheet)
    assert len(found.tests) == 10
    for test in found.tests:
        assert in_words(test, titles) in whole.text
    table = whole.tables["Every pair of models"]
    ahead = largest_first(found.tests)  # in the order and with the signs of the app
    assert [row[1] for row in table[1:]] == [f"{test.difference:+.4f}" for test in ahead]
    assert [row[0] for row in table[1:]] == [f"{titles[test.a]} − {titles[test.b]}" for test in ahead]
    for line in answer(found.tests, sheet.best_first(), titles):
        assert line in whole.text
    best = max(chosen, key=lambda one: found.intervals[one.id].value)
    assert f"{best.title} has the highest AUC: {found.intervals[best.id].value:.4f}" in whole.text


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("delong", "Paired test by DeLong's formula."),
        ("clustered", "Paired test by DeLong's formula, by users because rows of a user are alike."),
        ("bootstrap", "Paired test by a bootstrap of the rows."),
        ("users", "Paired test by a bootstrap of the users, because rows of a user are alike."),
    ],
)
def test_what_it_rests_on_and_what_not_to_conclude(runs: list[Run], tests: str, said: str) -> None:
    """Two copies of one model: nothing can be told, and the finding claims nothing."""
    first, second = runs
    shutil.copy(first.folder / "predictions.parquet", second.folder / "predictions.parquet")
    found = of(contenders(runs), "metrics", tests=tests)
    assert "orders clicks best" not in found.text
    assert "FM has the highest AUC" in found.text
    assert "rank these" in found.text
    assert f"{said} What not to conclude: it speaks of these trained models on such test rows" in found.text
    assert "another seed" in found.text


def test_too_few_rows_have_no_interval_and_none_is_written(runs: list[Run]) -> None:
    for run in runs:
        scored = run.predictions().query("split == 'test'")
        few = pd.concat([scored[scored["label"] == 1].head(4), scored[scored["label"] == 0]])
        few.to_parquet(run.folder / "predictions.parquet")
    found = of(contenders(runs), "tests")
    assert "cannot be told" in found.text
    assert "95 % –" not in found.text
    assert "nan" not in str(next(one["aria-label"] for _, one in found.tags if one.get("id") == "plot-auc-intervals"))


def test_rows_of_one_class(runs: list[Run]) -> None:
    for run in runs:
        scored = run.predictions()
        scored["label"] = 0
        scored.to_parquet(run.folder / "predictions.parquet")
    found = of(contenders(runs), "tests", "curves", "metrics", "users", "differences")
    rows = len(runs[0].predictions().query("split == 'test'"))
    assert f"None of the {rows:,} test rows were clicked" in found.text
    assert found.text.count("Rows of one class rank nothing") == 2  # in the finding and under the tests
    assert "highest AUC" not in found.text
    assert "95 % –" not in found.text
    assert "All rows have the same label" in found.text
    assert "No user of these rows has both" in found.text


def test_why_validation_rows_judge_stands_in_the_report(runs: list[Run]) -> None:
    runs[1].predictions().query("split == 'valid'").to_parquet(runs[1].folder / "predictions.parquet")
    found = of(contenders(runs), "tests")
    assert f"on validation rows, because there are no test rows of 'DIN'. {FLATTERED}" in found.text
    alone = of(contenders(runs[1:]), "tests")
    assert f"There are no test rows, so the models were judged on the validation rows. {FLATTERED}" in alone.text


def test_one_model_alone(runs: list[Run]) -> None:
    found = of(contenders(runs[:1]), *SECTIONS)
    assert "nothing to compare it with" in found.text
    assert "plot-differences" not in found.figures
    assert "predicts clicks on" in found.text
    assert "FM has an AUC of" in found.text
    assert "it speaks of this trained model on such test rows; another seed" in found.text


def test_many_pairs_are_drawn_for_the_best_alone(runs: list[Run]) -> None:
    space = runs[0].workspace
    made = []
    for seed in range(8):
        spec = runs[0].spec
        training = spec.training.model_copy(update={"seed": seed})
        one = space.run(space.create(spec.model_copy(update={"name": f"FM {seed}", "training": training})))
        for file in ("metrics.json", "predictions.parquet", "status.json"):
            shutil.copy(runs[0].folder / file, one.folder / file)
        scored = one.predictions()
        scored["logit"] += np.random.default_rng(seed).normal(0, 0.5, len(scored)).astype(np.float32)
        scored.to_parquet(one.folder / "predictions.parquet")
        made.append(space.run(one.id))
    found = of(contenders(made), "tests", "metrics", tests="bootstrap", replicates=100)
    assert "None of these 8 models can be told apart from another." in found.text
    assert "corrected for all 28 pairs (Holm)" in found.text
    assert "Of 28 pairs those with" in found.text
    assert len(found.tables["Every pair of models"]) == 29
    assert "100 draws are too few to tell any of 28 pairs apart" in found.text
    seeds = found.tables["Over several seeds"]
    assert seeds[1][:3] == ["FM", "8", "0, 1, 2, 3, 4, 5, 6, 7"]
    assert "±" in seeds[1][3]
