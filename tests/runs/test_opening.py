"""A row of the table is the same to a run wherever it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ctrcore.data.preparing import rows_as_seen
from ctrcore.data.recipe import Recipe, Split
from ctrcore.data.values import is_missing
from ctrcore.errors import DataError
from ctrcore.models.config import FMConfig
from ctrcore.runs.opening import Opened, encoded_row, open_for_explaining
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig
from tests.commands.conftest import as_json, shell  # noqa: F401
from tests.data.tables import clicks_schema, clicks_table


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Opened]:
    """A run of a table whose missing devices are filled from the rows before them, with fewer unclicked rows."""
    schema = clicks_schema()
    columns = [c.model_copy(update={"impute": "forward_fill"}) if c.name == "device" else c for c in schema.columns]
    schema = schema.model_copy(update={"columns": columns})
    recipe = Recipe(data_schema=schema, split=Split(valid=0.2, test=0.2), keep_negatives=0.5)
    workspace = Workspace(tmp_path_factory.mktemp("filled"))
    dataset = workspace.add_frame("clicks.csv", clicks_table(300), recipe)
    training = TrainConfig(epochs=1, batch_size=64, device="cpu")
    spec = RunSpec(dataset=dataset, recipe=recipe, model=FMConfig(embedding_size=4, init_std=0.5), training=training)
    return workspace, open_for_explaining(run_here(workspace, spec))


def changed_by_filling(opened: Opened) -> list[int]:
    """Rows of the test part that read otherwise when they are encoded alone."""
    seen = rows_as_seen(opened.run.dataset().stored(), opened.run.recipe)
    rows = opened.prepared.test.row.tolist()
    missing = [row for row in rows if is_missing(seen.at([row])["device"].iloc[0])]
    alone = {row: opened.encoder.transform(seen.at([row])).ids for row in missing}
    return [row for row in missing if not np.array_equal(alone[row], opened.prepared.test.take([rows.index(row)]).ids)]


def test_a_row_of_a_part_is_as_the_part_has_it(filled: tuple[Workspace, Opened]) -> None:
    opened = filled[1]

    def never() -> Any:
        raise AssertionError("the table is not needed")

    assert changed_by_filling(opened)
    for part in (opened.prepared.train, opened.prepared.valid, opened.prepared.test):
        one = encoded_row(opened.prepared, int(part.row[3]), never)
        assert np.array_equal(one.ids, part.take([3]).ids)
        assert one.row.tolist() == [part.row[3]]


def test_a_row_that_training_left_out_is_encoded_and_an_unknown_one_refused(filled: tuple[Workspace, Opened]) -> None:
    opened = filled[1]
    table = rows_as_seen(opened.run.dataset().stored(), opened.run.recipe)
    parts = (opened.prepared.train, opened.prepared.valid, opened.prepared.test)
    out = sorted(set(table.index) - set(np.concatenate([part.row for part in parts]).tolist()))
    assert np.array_equal(
        encoded_row(opened.prepared, out[0], lambda: table).ids, opened.encoder.transform(table.at([out[0]])).ids
    )
    with pytest.raises(DataError, match=r"Row 100000 was dropped .* or the table never had it"):
        encoded_row(opened.prepared, 100_000, lambda: table)


def test_the_shell_explains_the_row_that_was_judged(
    filled: tuple[Workspace, Opened],
    as_json: Callable[..., Any],  # noqa: F811
) -> None:
    workspace, opened = filled
    kept = opened.run.predictions().set_index("row")["logit"]
    for row in changed_by_filling(opened)[:3]:
        told = as_json("explain", opened.run.id, "--row", row, workspace=workspace.root)
        assert told["logit"] == pytest.approx(float(kept[row]), abs=1e-5)
