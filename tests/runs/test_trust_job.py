from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ctrcore.errors import RunError
from ctrcore.explain.trust.card import Card, TrustOptions
from ctrcore.explain.trust.check import DEFINITIONS
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.studies import find_study, start_study
from ctrcore.runs.trust_job import siblings, trust_card
from ctrcore.runs.workspace import Workspace
from tests.runs.making import make_run
from tests.runs.waiting import ended
from tests.trained import Trained

OPTIONS = {"seed": 0, "rows": 40, "retrain": False}


@pytest.fixture
def copy(trained: Trained, tmp_path: Path) -> Workspace:
    """A workspace that a test may change."""
    shutil.copytree(trained.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def other_seed(run: Run, seed: int, **changes: object) -> Run:
    training = run.spec.training.model_copy(update={"seed": seed, "epochs": 1} | changes)
    return run_here(run.workspace, run.spec.model_copy(update={"training": training, "name": f"seed {seed}"}))


def test_a_worker_leaves_the_card_with_the_run(copy: Workspace, trained: Trained) -> None:
    run = copy.run(trained.runs["afm"])
    start_study(run, "trust", OPTIONS)
    study = find_study(run, "trust", OPTIONS)
    assert study is not None
    status = ended(study.folder, 180)
    assert status.state == "done", status.failure
    card = Card.model_validate(study.result())
    assert card.run == run.id
    assert list(card.methods) == ["attention", "contribution", "model"]
    assert card.options == TrustOptions(**OPTIONS)


def test_siblings_differ_only_in_the_seed(copy: Workspace, trained: Trained) -> None:
    run = copy.run(trained.runs["lr"])
    assert siblings(run) == []
    first = other_seed(run, 7, epochs=run.spec.training.epochs)
    again = other_seed(run, 7, epochs=run.spec.training.epochs)
    other_seed(run, 8)  # of fewer epochs
    assert first.state == again.state == "done"
    assert [one.id for one in siblings(run)] == [again.id]  # of the same seed the newest
    card = trust_card(run, TrustOptions(rows=40))
    seeds = next(check for check in card.methods["contribution"] if check.id == "T9")
    assert seeds.details["models"] == 2
    assert not seeds.details["trained"]


def test_short_trainings_answer_what_needs_them(copy: Workspace, trained: Trained) -> None:
    told: list[tuple[float, str]] = []
    run = copy.run(trained.runs["din"])
    card = trust_card(run, TrustOptions(rows=40, retrain=True), lambda done, text: told.append((done, text)))
    for method in ("attention", "contribution"):
        by = {check.id: check for check in card.methods[method]}
        assert {*by} | {check.id for check in card.methods["model"]} == {*DEFINITIONS}
        assert by["T8"].rows == 40
        assert by["T9"].details["trained"]
    shares = [done for done, _ in told]
    assert shares == sorted(shares)
    assert any("on shuffled clicks" in text for _, text in told)


def test_a_run_that_is_not_done_has_no_card(workspace: Workspace, dataset: str) -> None:
    run = workspace.run(make_run(workspace, dataset, state="failed"))
    with pytest.raises(RunError):
        trust_card(run, TrustOptions())
