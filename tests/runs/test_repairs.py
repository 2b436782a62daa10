"""Repairs kept with a run: fitted on its validation rows, judged on its test rows, gone when it starts over."""

from __future__ import annotations

import contextlib
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ctrcore import metrics
from ctrcore.comparing.probabilities import calibration
from ctrcore.comparing.repair import KINDS, Isotonic, Platt, fit_repair
from ctrcore.errors import DataError, RunError
from ctrcore.runs import repairs
from ctrcore.runs.repairs import FILE, before_after, fit_repairs, remove_repair, repair_of, repairs_of
from ctrcore.runs.run import Run
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.workspace import Workspace
from tests.runs.making import make_run
from tests.trained import Trained


@pytest.fixture
def run(trained: Trained, tmp_path: Path) -> Run:
    """A run that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy").run(trained.runs["fm"])


def only(run: Run, part: str) -> None:
    """Leave the run's predictions of one part alone."""
    scored = run.predictions()
    scored[scored["split"] == part].to_parquet(run.folder / "predictions.parquet", index=False)


def test_they_are_fitted_on_the_validation_rows_and_kept(run: Run) -> None:
    assert repairs_of(run) == {}
    valid = run.predictions().query("split == 'valid'")
    expected = {kind: fit_repair(kind, valid["label"].to_numpy(), valid["logit"].to_numpy()) for kind in KINDS}
    assert fit_repairs(run) == expected
    assert repairs_of(run) == expected
    for kind in KINDS:
        assert repair_of(run, kind) == expected[kind]
    assert repair_of(run, None) is None
    assert [path.name for path in run.folder.iterdir() if "repairs" in path.name] == [FILE]


def test_one_kind_is_fitted_and_removed_without_the_other(run: Run) -> None:
    fit_repairs(run, ["isotonic"])
    assert list(repairs_of(run)) == ["isotonic"]
    with pytest.raises(RunError, match="no platt repair") as caught:
        repair_of(run, "platt")
    assert f"calibrate {run.id}" in caught.value.remedy
    assert list(fit_repairs(run, ["platt"])) == ["platt", "isotonic"]
    remove_repair(run, "isotonic")
    assert list(repairs_of(run)) == ["platt"]
    remove_repair(run, "isotonic")
    remove_repair(run, "platt")
    assert repairs_of(run) == {}
    assert not (run.folder / FILE).exists()


def test_two_at_once_lose_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page fits one kind while a shell fits the other: each reads before either of them has written."""
    write, here = repairs.write_text, threading.Barrier(2)

    def slow(path: Path, text: str) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            here.wait(0.3)  # without a lock both come to this place, with what they have read
        write(path, text)

    monkeypatch.setattr(repairs, "write_text", slow)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(fit_repairs, run, [kind]) for kind in KINDS]
        assert all(one.exception() is None for one in both)
    assert list(repairs_of(run)) == list(KINDS)


def test_what_they_change_is_judged_on_the_test_rows(run: Run) -> None:
    kept = fit_repairs(run)
    test = run.predictions().query("split == 'test'")
    label, logit = test["label"].to_numpy(), test["logit"].to_numpy()
    before, platt, isotonic = before_after(run)
    assert [one.kind for one in (before, platt, isotonic)] == [None, "platt", "isotonic"]
    repaired = {kind: repair.logit(logit) for kind, repair in kept.items()}
    for one, scores in ((before, logit), (platt, repaired["platt"]), (isotonic, repaired["isotonic"])):
        probability = metrics.sigmoid(scores)
        assert (one.rows, one.clicks) == (len(test), int(label.sum()))
        assert one.log_loss == pytest.approx(metrics.log_loss(label, scores), abs=1e-12)
        assert one.ece == pytest.approx(metrics.ece(label, probability), abs=1e-12)
        assert one.pcoc == pytest.approx(probability.sum() / label.sum(), abs=1e-12)
        assert one.auc == pytest.approx(metrics.auc(label, scores), abs=1e-12)
        np.testing.assert_allclose(one.bins.rate, calibration(label, probability).rate)
        assert one.bins.rows.sum() == len(test)
    slope = kept["platt"].slope if isinstance(kept["platt"], Platt) else 0.0
    assert platt.auc == pytest.approx(before.auc if slope > 0 else 1 - before.auc)
    assert [one.kind for one in before_after(run, ["isotonic"])] == [None, "isotonic"]
    remove_repair(run, "platt")
    assert [one.kind for one in before_after(run)] == [None, "isotonic"]


def test_a_twisted_model_is_repaired(run: Run) -> None:
    """Logits made three times as sure and moved: the line finds the way back, the order stays."""
    rng = np.random.default_rng(0)
    scored = run.predictions()
    logit = rng.normal(size=len(scored)).astype(np.float32)
    label = (rng.random(len(scored)) < metrics.sigmoid(logit)).astype(np.float32)
    scored.assign(label=label, logit=3 * logit - 2).to_parquet(run.folder / "predictions.parquet", index=False)
    fit_repairs(run)
    before, platt, isotonic = before_after(run)
    assert platt.log_loss < before.log_loss - 0.2
    assert isotonic.log_loss < before.log_loss - 0.1
    assert platt.ece < before.ece * 0.6
    assert platt.auc == before.auc
    assert abs(platt.pcoc - 1) < abs(before.pcoc - 1)


def test_parts_that_are_missing_are_told(run: Run) -> None:
    whole = (run.folder / "predictions.parquet").read_bytes()
    only(run, "valid")
    fit_repairs(run)
    with pytest.raises(DataError, match="no test rows"):
        before_after(run)
    (run.folder / "predictions.parquet").write_bytes(whole)
    kept = repairs_of(run)
    only(run, "test")
    with pytest.raises(DataError, match="no validation rows"):
        fit_repairs(run)
    assert repairs_of(run) == kept


def test_a_run_that_is_not_done_has_none(workspace: Workspace, dataset: str) -> None:
    run = workspace.run(make_run(workspace, dataset, state="failed"))
    assert repairs_of(run) == {}
    for action in (fit_repairs, before_after):
        with pytest.raises(RunError, match="is failed"):
            action(run)


def test_a_run_that_starts_over_forgets_them(run: Run) -> None:
    fit_repairs(run)
    write_status(run.folder, JobStatus("cancelled"))
    run.forget_progress()
    assert repairs_of(run) == {}
    assert not (run.folder / FILE).exists()


@pytest.mark.parametrize("text", ["", "[]", '{"platt": {"kind": "platt"}}', "[" * 100_000, '{"other": 1}'])
def test_a_damaged_file_counts_as_none(run: Run, text: str) -> None:
    (run.folder / FILE).write_text(text)
    assert repairs_of(run) == {}
    assert isinstance(fit_repairs(run)["isotonic"], Isotonic)
    assert list(repairs_of(run)) == list(KINDS)


def test_what_is_saved_is_the_paired_difference_of_the_log_losses(run: Run) -> None:
    fit_repairs(run)
    test = run.predictions().query("split == 'test'")
    label, logit = test["label"].to_numpy(), test["logit"].to_numpy()
    plain, *repaired = before_after(run)
    assert (plain.saved, plain.saved_error) == (0, 0)
    for one in repaired:
        assert one.kind is not None
        after = repairs_of(run)[one.kind].logit(logit)
        rows = [
            metrics.log_loss(label[[at]], logit[[at]].astype(float)) - metrics.log_loss(label[[at]], after[[at]])
            for at in range(len(label))
        ]
        assert one.saved == pytest.approx(plain.log_loss - one.log_loss, abs=1e-9)
        assert one.saved == pytest.approx(np.mean(rows), abs=1e-6)
        assert one.saved_error == pytest.approx(np.std(rows, ddof=1) / np.sqrt(len(rows)), rel=1e-4)
