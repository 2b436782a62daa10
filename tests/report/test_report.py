"""The report says what the runs say, holds all it needs, and lets no text act as anything but text."""

from __future__ import annotations

import base64
import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from plotly.offline import get_plotlyjs

from ctrcore.comparing.findings import in_words
from ctrcore.comparing.sheet import sheet_of
from ctrcore.comparing.testing import compare_all
from ctrcore.errors import DataError
from ctrcore.report import SECTIONS, Options, make_report, write_report
from ctrcore.runs.contenders import Contender, contenders, judged
from ctrcore.runs.outside import add_outside
from ctrcore.runs.repairs import before_after, fit_repairs
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.report.reading import Read, read
from tests.trained import Trained

WHEN = 1_760_000_000.0
MODELS = ("lr", "fm", "afm", "fibinet", "din")


@pytest.fixture(scope="module")
def chosen(trained: Trained) -> list[Contender]:
    return contenders([trained.workspace.run(trained.runs[model]) for model in MODELS])


@pytest.fixture(scope="module")
def text(chosen: list[Contender]) -> str:
    return make_report(chosen, Options(rows=True), when=WHEN)


@pytest.fixture(scope="module")
def whole(text: str) -> Read:
    return read(text)


@pytest.fixture
def runs(trained: Trained, tmp_path: Path) -> list[Run]:
    """Runs in a copy that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    space = Workspace(tmp_path / "copy")
    return [space.run(trained.runs[model]) for model in ("fm", "din")]


def of(found: list[Contender], *sections: str, **options: Any) -> Read:
    return read(make_report(found, Options(sections=sections, **options), when=WHEN))


def test_every_section_is_there_and_in_the_contents(whole: Read) -> None:
    ids = [found["id"] for tag, found in whole.tags if tag == "section"]
    assert ids == ["verdict", *SECTIONS, "glossary", "made"]
    links = [found["href"] for tag, found in whole.tags if tag == "a"]
    for name in ids:
        assert f"#{name}" in links


def test_nothing_is_asked_of_anybody(text: str, whole: Read) -> None:
    ids = [found["id"] for _, found in whole.tags if "id" in found]
    assert len(ids) == len(set(ids))
    for _, found in whole.tags:
        assert "src" not in found
        assert "srcset" not in found
        if "href" in found:
            assert str(found["href"]).startswith("#")
            assert str(found["href"])[1:] in ids
    assert not [tag for tag, _ in whole.tags if tag in ("link", "iframe", "object", "img", "form", "base")]
    assert "@import" not in text.replace(get_plotlyjs(), "")
    assert "url(" not in text.replace(get_plotlyjs(), "")


def test_only_the_two_scripts_named_by_their_hashes_may_run(text: str, whole: Read) -> None:
    policy = next(str(found["content"]) for _, found in whole.tags if found.get("http-equiv"))
    running = [script for found, script in whole.scripts if found.get("type") != "application/json"]
    assert len(running) == 2
    assert running[0] == get_plotlyjs()
    for script in running:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert policy.count("'unsafe-inline'") == 1
    assert text.count(get_plotlyjs()) == 1


def test_the_page_is_whole_for_readers_who_do_not_see(whole: Read) -> None:
    tags = dict(whole.tags)
    assert tags["html"]["lang"] == "en"
    assert "main" in tags
    places = [found for _, found in whole.tags if found.get("role") == "img"]
    assert len(places) == len(whole.figures)
    for place in places:
        assert len(str(place["aria-label"])) > 10
        assert place["id"] in whole.figures
    titles = [found for tag, found in whole.tags if tag == "th" and found.get("scope") == "col"]
    assert titles


def test_the_file_is_small_beside_plotly(text: str, whole: Read) -> None:
    assert len(text.encode()) - len(get_plotlyjs()) < 1_000_000
    for figure in whole.figures.values():
        assert "template" not in figure["layout"]


def test_the_numbers_are_those_of_the_runs(whole: Read, chosen: list[Contender]) -> None:
    table = whole.tables["Every metric at a glance"]
    rows = {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    for one in chosen:
        assert one.run is not None
        measured = one.run.metrics()
        assert measured is not None
        assert rows[one.title]["AUC"] == f"{measured['test']['auc']:.4f}"
        assert rows[one.title]["Log-loss"] == f"{measured['test']['log_loss']:.4f}"
        assert rows[one.title]["gAUC"] == f"{measured['test']['gauc']:.4f}"


def test_every_pair_is_tested_and_put_in_words(whole: Read, chosen: list[Contender]) -> None:
    sheet = sheet_of(judged(chosen).rows)
    titles = {one.id: one.title for one in chosen}
    found = compare_all(sheet)
    assert len(found.tests) == 10
    for test in found.tests:
        assert in_words(test, titles) in whole.text
    table = whole.tables["Every pair of models"]
    assert [row[1] for row in table[1:]] == [f"{test.difference:+.4f}" for test in found.tests]
    best = max(chosen, key=lambda one: found.intervals[one.id].value)
    assert f"{best.title} orders clicks best: AUC {found.intervals[best.id].value:.4f}" in whole.text.replace(" :", ":")


def test_the_data_are_described(whole: Read, trained: Trained) -> None:
    dataset = trained.workspace.dataset(trained.dataset)
    profile = dataset.profile(trained.workspace.runs()[0].recipe.data_schema)
    table = whole.tables["Columns"]
    assert [row[0] for row in table[1:]] == [column.name for column in profile.columns]
    kinds = {row[0]: row[1] for row in table[1:]}
    assert kinds["time"] == "time"
    assert kinds["user_id"] == "categorical, user"
    assert kinds["tags"] == "multi-value"
    for warning in profile.warnings:
        assert warning.remedy in whole.text
    report = (trained.workspace.runs()[0].metrics() or {})["data"]
    parts = next(rows for title, rows in whole.tables.items() if title.startswith("Rows by part"))
    assert [row[1] for row in parts[1:]] == [f"{part['rows']:,}" for part in report["parts"].values()]
    cold = whole.tables["Users and items that training never saw"]
    assert {row[1] for row in cold[1:]} == {"user", "item"}


def test_settings_that_differ_and_all_of_them(whole: Read) -> None:
    differing = {row[0]: row[1:] for row in whole.tables["What differs in their settings"][1:]}
    assert differing["model: name"] == list(MODELS)
    every = {row[0]: row[1:] for row in whole.tables["All settings"][1:]}
    assert every["training: epochs"][:5] == ["2"] * 5
    assert set(differing) <= set(every)
    assert not any("column" in name.split(": ")[1] and "user_id" in name for name in every)
    seeds = whole.tables["How and where they were trained"]
    assert {row[1] for row in seeds[1:]} == {"own settings"}


def test_each_model_is_looked_into(whole: Read) -> None:
    names = [name.removeprefix("plot-").split("-")[0] for name in whole.figures]
    assert names.count("attention") == 1
    assert names.count("contribution") == 3
    assert names.count("gates") == 1
    assert names.count("recency") == 1
    assert names.count("importance") == 1
    assert "High attention is not importance" in whole.text
    assert "A large gate is not importance" in whole.text
    assert "attention alone is not shown as importance" in whole.text


def test_single_rows_are_shown_only_if_asked_for(chosen: list[Contender], whole: Read) -> None:
    assert any("furthest apart" in title for title in whole.tables)
    without = of(chosen, "differences")
    assert not any("furthest apart" in title for title in without.tables)


def test_the_words_used_are_explained_and_linked(whole: Read) -> None:
    for word in ("AUC", "Log-loss", "Permutation", "Gate", "Attention", "Corrected p"):
        assert word in whole.text
    ids = {found.get("id") for _, found in whole.tags}
    assert {"term-auc", "term-click-through-rate", "term-log_loss"} <= ids
    assert "term-epoch" not in {found.get("id") for _, found in of_nothing(whole)}


def of_nothing(whole: Read) -> list[tuple[str, dict[str, str | None]]]:
    """The elements outside of the glossary."""
    start = next(at for at, (_, found) in enumerate(whole.tags) if found.get("id") == "glossary")
    return whole.tags[:start]


def test_the_same_twice_but_for_the_date(chosen: list[Contender], text: str) -> None:
    again = make_report(chosen, Options(rows=True), when=WHEN)
    assert again == text
    later = make_report(chosen, Options(rows=True), when=WHEN + 400 * 86_400)
    assert later != text
    assert sum(a != b for a, b in zip(later.splitlines(), text.splitlines(), strict=True)) == 1


def test_progress_rises_to_the_end(chosen: list[Contender], tmp_path: Path) -> None:
    said: list[tuple[float, str]] = []
    write_report(chosen[:2], tmp_path / "r.html", Options(sections=("metrics",)), lambda *told: said.append(told))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(step for _, step in said)
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_a_dataset_that_is_gone(runs: list[Run]) -> None:
    runs[0].dataset().delete()
    found = of(contenders(runs), *SECTIONS)
    assert "is not in this workspace any more" in found.text
    assert "so its rows cannot be looked at" in found.text
    assert "Which items come first is not known." in found.text
    assert "plot-roc" in found.figures
    assert "plot-per-user" in found.figures
    assert "Columns" not in found.tables


def test_rows_without_users(runs: list[Run]) -> None:
    for run in runs:
        scored = run.predictions().assign(group=np.int32(-1))
        scored.to_parquet(run.folder / "predictions.parquet")
    found = of(contenders(runs), "users", "metrics")
    assert "no users, so there are no lists to judge" in found.text
    assert "plot-per-user" not in found.figures
    assert "gAUC" not in found.tables["Every metric at a glance"][0]
    problem = "The rows belong to no users"
    with pytest.raises(DataError, match=problem):
        make_report(contenders(runs), Options(tests="users"))


def test_users_in_several_lists(runs: list[Run]) -> None:
    found = of(contenders(runs), "users")
    assert "can be in a good or a bad order" in found.text
    assert "Coverage" in found.tables["All figures of the lists"][0]


def test_rows_of_one_class(runs: list[Run]) -> None:
    for run in runs:
        scored = run.predictions()
        scored["label"] = 0
        scored.to_parquet(run.folder / "predictions.parquet")
    found = of(contenders(runs), "tests", "curves", "metrics", "users", "differences")
    assert "All rows have the same label" in found.text
    assert "No user of these rows has both" in found.text


def test_a_run_without_explanations_or_curves(runs: list[Run]) -> None:
    for run in runs:
        (run.folder / "explain.json").unlink()
        (run.folder / "events.jsonl").unlink()
    found = of(contenders(runs), "inside", "curves")
    assert "No explanation was kept" in found.text
    assert "No learning curves were kept" in found.text


def test_why_validation_rows_judge_stands_in_the_report(runs: list[Run]) -> None:
    runs[1].predictions().query("split == 'valid'").to_parquet(runs[1].folder / "predictions.parquet")
    found = of(contenders(runs), "tests")
    assert "on validation rows, because there are no test rows of 'DIN'. These chose the epoch" in found.text
    alone = of(contenders(runs[1:]), "tests")
    assert "There are no test rows, so the models were judged on the validation rows. These chose" in alone.text


def test_one_model_alone(runs: list[Run]) -> None:
    found = of(contenders(runs[:1]), *SECTIONS)
    assert "nothing to compare it with" in found.text
    assert "plot-differences" not in found.figures
    assert "predicts clicks on" in found.text


def test_no_model_and_models_of_two_datasets(runs: list[Run]) -> None:
    with pytest.raises(DataError, match="no model"):
        make_report([])
    spec = runs[1].spec.model_copy(update={"dataset": "other"})
    (runs[1].folder / "manifest.json").write_text(
        f'{{"spec": {spec.model_dump_json()}, "created": {runs[1].created}}}', encoding="utf-8"
    )
    with pytest.raises(DataError, match="different datasets"):
        make_report(contenders([runs[0], runs[0].workspace.run(runs[1].id)]))


def test_scores_of_another_system(runs: list[Run], tmp_path: Path) -> None:
    scored = runs[0].predictions()
    own = pd.DataFrame({"row": scored["row"], "score": 10 + 3 * scored["logit"]})
    own.to_csv(tmp_path / "other.csv", index=False)
    outside = add_outside(runs[0].dataset(), runs[0].recipe, tmp_path / "other.csv", "other <system>")
    assert outside.meaning == "order"
    found = of(contenders(runs, [outside]), *SECTIONS)
    assert "other <system> comes from another system" in found.text
    rows = {row[0]: row for row in found.tables["Every metric at a glance"][1:]}
    assert rows["other <system>"][1] == rows["FM"][1]
    assert "other <system>" not in {row[0] for row in found.tables["What a cutoff brings"][1:]}
    assert f"--outside {outside.id}" in found.text


def test_repairs_kept_with_a_run_are_shown_before_and_after(runs: list[Run], whole: Read) -> None:
    title = "Repaired probabilities, before and after"
    assert title not in whole.tables
    fit_repairs(runs[0])
    table = of(contenders(runs), "curves").tables[title]
    assert [row[0] for row in table[1:]] == ["FM"] * 3
    measured = runs[0].metrics()
    assert measured is not None
    assert table[1][1:3] == ["as they are", f"{measured['test']['log_loss']:.4f}"]
    judged = before_after(runs[0])
    assert [row[2] for row in table[1:]] == [f"{one.log_loss:.4f}" for one in judged]


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
    assert "Of 28 pairs those with" in found.text
    assert len(found.tables["Every pair of models"]) == 29
    assert "100 draws are too few to tell any of 28 pairs apart" in found.text
    seeds = found.tables["Over several seeds"]
    assert seeds[1][:3] == ["FM", "8", "0, 1, 2, 3, 4, 5, 6, 7"]
    assert "±" in seeds[1][3]
