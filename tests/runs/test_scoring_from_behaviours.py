"""A model of rows that were built from a log scores user, item and time: the log tells the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.importing import Files, ImportChoices
from ctrcore.errors import DataError
from ctrcore.models.config import DINConfig, LRConfig
from ctrcore.runs.needs import ALL_PAST, LOOKED_UP, NO_LOOK, needed_columns, template
from ctrcore.runs.run import Run
from ctrcore.runs.running import run_here
from ctrcore.runs.scoring import Scorer, score
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.data.test_importing import TYPED, saved


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A DIN trained on rows built from a log with tables of users and items."""
    space = Workspace(tmp_path_factory.mktemp("behaviours"))
    files = Files(saved(tmp_path_factory.mktemp("files"), TYPED))
    dataset = space.dataset(space.add_files("shop", files, ImportChoices()))
    recipe = dataset.recipe()
    assert recipe is not None
    training = TrainConfig(epochs=2, batch_size=64, device="cpu", learning_rate=0.02)
    model = DINConfig(init_std=0.3, hidden_units=(16,), attention_units=(8,))
    found = run_here(space, RunSpec(dataset=dataset.id, recipe=recipe, model=model, training=training))
    assert found.state == "done", found.error
    return found


def test_three_columns_are_enough_for_the_runs_own_scores(run: Run) -> None:
    kept = run.predictions().query("split == 'test'").sort_values("row", ignore_index=True)
    rows = run.dataset().table().iloc[kept["row"]][["user_id", "item_id", "timestamp"]]
    _, logit = score(run, rows)
    np.testing.assert_allclose(logit, kept["logit"], rtol=1e-4, atol=1e-5)
    scorer = Scorer(run, rows)
    list(scorer.slices())
    report = scorer.report()
    assert not report.missing
    assert "behaviours" in report.histories


def test_what_is_given_is_not_looked_up(run: Run) -> None:
    rows = pd.DataFrame({"user_id": ["u1", "u1"], "item_id": ["i1", "i1"], "history_item_id": ["i2|i3", ""]})
    encoded, _ = score(run, rows)
    assert encoded.bags["history_item_id"].lengths.tolist() == [2, 0]


def test_without_user_and_item_the_rest_is_imputed(run: Run) -> None:
    scorer = Scorer(run, pd.DataFrame({"age": [30.0]}))
    list(scorer.slices())
    assert "history_item_id" in scorer.report().missing


def test_a_template_asks_only_for_what_cannot_be_looked_up(run: Run, tmp_path: Path) -> None:
    needs = {column.name: column for column in needed_columns(run)}
    assert not any(need.required for need in needs.values())  # a file of only `age` is scored, too
    assert {name: need.without for name, need in needs.items() if need.without} == {
        "user_id": NO_LOOK,
        "item_id": NO_LOOK,
        "timestamp": ALL_PAST,
    }
    assert list(needs)[-2:] == ["timestamp", "click"]
    assert needs["age"].stand_in == needs["history_item_id"].stand_in == LOOKED_UP
    assert list(template(run).columns) == ["user_id", "item_id", "timestamp"]
    template(run).to_csv(tmp_path / "one.csv", index=False)
    assert np.isfinite(score(run, pd.read_csv(tmp_path / "one.csv"))[1]).all()


def test_user_and_item_are_asked_for_even_if_no_field_is_made_of_them(run: Run) -> None:
    asked = ("user_id", "item_id")
    schema = run.recipe.data_schema
    columns = [
        column.model_copy(update={"kind": "ignore", "of": None})
        if column.name in asked or column.kind == "history"
        else column
        for column in schema.columns
    ]
    recipe = run.recipe.model_copy(update={"data_schema": schema.model_copy(update={"columns": columns})})
    spec = run.spec.model_copy(update={"recipe": recipe, "model": LRConfig()})
    plain = run_here(run.workspace, spec)
    assert plain.state == "done", plain.error
    needs = {column.name: column for column in needed_columns(plain)}
    assert list(needs)[-4:] == [*asked, "timestamp", "click"]
    assert [(needs[name].kind, needs[name].without) for name in asked] == [("user", NO_LOOK), ("item", NO_LOOK)]
    assert all(needs[name].example for name in (*asked, "timestamp"))
    kept = plain.predictions().query("split == 'test'").sort_values("row", ignore_index=True)
    rows = plain.dataset().table().iloc[kept["row"]][[*asked, "timestamp"]].assign(other=1)
    scorer = Scorer(plain, rows)
    found = np.concatenate([part.logit for part in scorer.slices()])
    np.testing.assert_allclose(found, kept["logit"], rtol=1e-4, atol=1e-5)
    assert scorer.report().ignored == ["other"]
    assert not scorer.report().missing
    with pytest.raises(DataError, match="none of the columns"):
        Scorer(plain, rows[["user_id", "timestamp"]])
