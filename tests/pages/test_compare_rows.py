"""Compare, the tabs that need the rows behind the scores: without the table, with names that try everything."""

from __future__ import annotations

import pandas as pd
import pytest

from ctrcore.runs.outside import add_outside
from ctrcore.runs.outside_choices import OutsideChoices
from ctrcore.runs.workspace import Workspace
from tests.pages.compare_page import (
    DIFFER,
    SLICES,
    USERS,
    figure,
    ids_of,
    table,
)
from tests.pages.conftest import Open, texts, use
from tests.pages.test_hostile_names import hostile

__all__ = ["hostile"]


@pytest.mark.parametrize("tab", [DIFFER, SLICES, USERS])
def test_a_lost_table_is_told_in_the_tab_only(space: Workspace, visit: Open, tab: str) -> None:
    dataset = space.datasets()[0]
    (dataset.folder / "table.parquet").unlink()
    app = visit("compare.py", view=tab)
    assert not app.exception
    assert [error.value for error in app.error if "has lost its table" in error.value] == [app.error[0].value]
    assert table(app, "metrics-table").shape[0] == 5
    if tab == DIFFER:
        assert len(table(app, "disputed")) == 50
    if tab == USERS:
        shown = table(app, "per-user")
        assert f"NDCG@{app.slider(key='k').value}" in shown.columns
        assert "Coverage" not in shown.columns  # that would need the items


def test_a_run_from_elsewhere_is_told_where_the_table_is_needed(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        path = run.folder / "predictions.parquet"
        scored = pd.read_parquet(path)
        scored.drop(scored.index[scored["split"] == "test"][:7]).to_parquet(path)
    app = visit("compare.py", view=DIFFER)
    assert any("was trained on other rows than this dataset holds" in error.value for error in app.error)
    assert len(table(app, "disputed")) == 50
    slices = visit("compare.py", view=SLICES)
    assert any("was trained on other rows" in error.value for error in slices.error)


def test_scores_that_only_rank_rows_have_no_probabilities_here(space: Workspace, visit: Open) -> None:
    fm = next(run for run in space.runs() if run.name == "FM")
    scored = fm.predictions()
    path = space.root / "order.csv"
    pd.DataFrame({"row": scored["row"], "score": scored["logit"] * 9 + 40}).to_csv(path, index=False)
    order = add_outside(space.datasets()[0], fm.recipe, path, "boosting", OutsideChoices(meaning="order"))
    runs = f"{ids_of(space)['lr']},{order.id}"
    app = visit("compare.py", view=DIFFER, runs=runs)
    assert not app.error
    assert not [one for one in app.segmented_control if one.key == "differ-scale"]
    title = figure(app, "score-against-score")["layout"]["xaxis"]["title"]["text"]  # type: ignore[index]
    assert "share of rows it is above" in title
    assert table(app, "row-scores").set_index("Model").loc["boosting"].isna()["probability"]
    slices = visit("compare.py", view=SLICES, runs=runs, level="Expert")
    slices.selectbox(key="slices-model").set_value(order.id).run()
    assert not slices.error
    assert [one.key for one in slices.segmented_control if "measure" in str(one.key)] == ["slices-measure-1"]
    assert not visit("compare.py", view=USERS, runs=runs).error
    assert not visit("compare.py", view=SLICES, runs=order.id).error


@pytest.mark.parametrize("tab", [DIFFER, SLICES, USERS])
def test_names_and_values_are_shown_as_text(
    hostile: Workspace,
    visit: Open,
    monkeypatch: pytest.MonkeyPatch,
    tab: str,
) -> None:
    use(hostile.root, monkeypatch)
    app = visit("compare.py", view=tab, level="Expert")
    assert not app.error
    shown = texts(app)
    assert "![x]" not in shown
    assert " :red[" not in shown
    for element in app.get("plotly_chart"):
        assert "<script" not in element.proto.spec
        assert "\\u003cscript" not in element.proto.spec


@pytest.mark.parametrize("level", ["Simple", "Learn", "Expert"])
@pytest.mark.parametrize("tab", [DIFFER, SLICES, USERS])
def test_the_reading_level_never_changes_a_number(space: Workspace, visit: Open, tab: str, level: str) -> None:
    app = visit("compare.py", view=tab, level=level)
    assert not app.error
    key = {DIFFER: "disputed", USERS: "per-user"}.get(tab)
    if key is not None:
        pd.testing.assert_frame_equal(table(app, key), table(visit("compare.py", view=tab, level="Learn"), key))
